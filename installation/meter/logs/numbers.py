"""Numbers of a log, with their units: "75.32 W", "5200 mW", "1,234.5", "75,5", and the many ways to say nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

POWERS = {
    "w": 1.0, "watt": 1.0, "watts": 1.0, "mw": 1e-3, "milliwatt": 1e-3, "milliwatts": 1e-3, "kw": 1e3,
    "kilowatt": 1e3, "kilowatts": 1e3, "uw": 1e-6, "microwatt": 1e-6, "microwatts": 1e-6,
}  # fmt: skip
ENERGIES = {
    "j": 1.0, "joule": 1.0, "joules": 1.0, "ws": 1.0, "mj": 1e-3, "millijoules": 1e-3, "kj": 1e3, "uj": 1e-6,
    "microjoules": 1e-6, "wh": 3600.0, "kwh": 3.6e6, "mwh": 3.6,
}  # fmt: skip
MEGA = {"MWh": 3.6e9, "MJ": 1e6}
POWER_SIGNS = {1e-6: "µW", 1e-3: "mW", 1.0: "W", 1e3: "kW"}
ENERGY_SIGNS = {1e-6: "µJ", 1e-3: "mJ", 1.0: "J", 1e3: "kJ", 3.6: "mWh", 3600.0: "Wh", 3.6e6: "kWh"}
ABSENT = {
    "n/a", "na", "nan", "none", "null", "nil", "-", "--", "---", "unavailable", "unknown", "err!", "err",
    "error", "unknown error", "not available", "insufficient permissions", "gpu requires reset", "gpu is lost", "?",
    "#n/a", "#value!", "inf", "+inf", "-inf", "infinity", "undefined", "missing", "offline", "timeout", "restored",
}  # fmt: skip
VALUE = re.compile(r"([-+]?(?:\d[\d\s.,'’_]*|[.,]\d+)(?:[eE][-+]?\d+)?)\s*([^\W\d_]+|%|°\s?C)?")
IN_NAME = re.compile(r"[\[(]\s*([^\W\d_]+)\s*[\])]|(?:^|[_\s./|-])([^\W\d_]+)\s*$")
SAID = re.compile(r"\b(not|no) (supported|available|found|data)\b|\berror\b|permission|\blost\b|requires reset")
NO_READING, UNREADABLE = "no reading", "not readable"


@dataclass(frozen=True)
class Unit:
    """A unit: how many W, or J of energy, one of it is."""

    name: str
    factor: float
    energy: bool = False


def unit(name: str) -> Unit | None:
    """The unit of a name such as "mW"; None is no unit of power or energy. Megawatts are never meant."""
    if name.strip() in MEGA:
        return Unit(name.strip(), MEGA[name.strip()], energy=True)
    key = name.strip().replace("µ", "u").replace("μ", "u").lower()
    if key in POWERS:
        return Unit(POWER_SIGNS[POWERS[key]], POWERS[key])
    return Unit(ENERGY_SIGNS[ENERGIES[key]], ENERGIES[key], energy=True) if key in ENERGIES else None


def named_unit(column: str) -> Unit | None:
    """The unit that a column's name says: "power.draw [W]", "VDD_IN (mW)", "power_mw", "total_energy_mj"."""
    for match in IN_NAME.finditer(column):
        found = unit(match.group(1) or match.group(2) or "")
        if found:
            return found
    return next((found for word in re.split(r"[\s_.]+", column) if (found := unit(word)) and len(word) > 1), None)


def is_absent(cell: str) -> bool:
    """Whether a cell says that there is no reading; an empty cell is none of these words."""
    word = cell.strip().strip("[]()<>").strip().lower()
    return word in ABSENT or bool(SAID.search(word))


def is_value(cell: str) -> bool:
    """Whether a cell is a number, with or without a unit, or says that there is none."""
    return bool(VALUE.fullmatch(cell.strip())) or is_absent(cell)


@dataclass(frozen=True)
class Values:
    """The numbers of a column.

    Attributes:
        numbers: as written, without units' factors; not a number where `why` says why not.
        why: for each, empty, or why there is none.
        units: the units that stood in the cells.
    """

    numbers: list[float]
    why: list[str]
    units: list[str]


def values(cells: Sequence[str], comma: bool | None) -> Values:
    """Read a column; `comma` says that a comma is the decimal sign, None that none decides."""
    numbers, whys, units = [], [], []
    for cell in cells:
        number, why, name = _value(cell, bool(comma))
        numbers.append(number)
        whys.append(why)
        units.append(name)
    return Values(numbers, whys, units)


def _value(cell: str, comma: bool) -> tuple[float, str, str]:
    text = cell.strip()
    if not comma:
        try:
            number = float(text)
            return (number, "", "") if math.isfinite(number) else (math.nan, NO_READING, "")
        except ValueError:
            pass
    if not text:
        return math.nan, "blank", ""
    if match := VALUE.fullmatch(text):
        return _matched(match, comma)
    match = VALUE.match(text)
    rest = text[match.end() :] if match else ""
    if is_absent(text) or not match or (rest and rest[0] not in " (/"):
        return math.nan, NO_READING if is_absent(text) else UNREADABLE, ""
    return _matched(match, comma)


def _matched(match: re.Match[str], comma: bool) -> tuple[float, str, str]:
    try:
        return float(plain(match.group(1), comma)), "", match.group(2) or ""
    except ValueError:
        return math.nan, UNREADABLE, ""


def plain(number: str, comma: bool) -> str:
    """A number as Python reads it: without signs between thousands, with a point."""
    digits = re.sub(r"[\s'’_]", "", number)
    return digits.replace(".", "").replace(",", ".") if comma else digits.replace(",", "")


def decimal_comma(cells: Iterable[str], delimiter: str) -> bool | None:
    """Whether the comma is a column's decimal sign; None where "1,234" could mean both."""
    open_question = False
    for cell in cells:
        match = VALUE.match(cell.strip())
        if not match or "," not in match.group(1):
            continue
        number = re.sub(r"[\s'’_]", "", match.group(1))
        if "." in number:
            return number.rindex(",") > number.rindex(".")
        before, _, after = number.lstrip("+-").partition(",")
        if "," in after:
            return False
        if len(after) != 3 or len(before) > 3 or before in ("", "0"):
            return True
        open_question = True
    if not open_question:
        return False
    return True if delimiter in ";\t" else None
