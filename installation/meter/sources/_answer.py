"""Answers of devices and brokers: JSON that may be anything, a value inside it, its unit, and watts or a fault.

Whatever the bytes are, what comes out is a finite number of watts or a Fault with a sentence; nothing else leaves here.
"""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from typing import Any

from ..source import Fault

LONGEST = 65_536  # bytes
LONGEST_NUMBER = 400  # characters
SHOWN = 40  # characters of a foreign text that a sentence repeats
UNITS = {"w": 1.0, "watt": 1.0, "watts": 1.0, "mw": 1e-3, "kw": 1e3, "uw": 1e-6, "µw": 1e-6}  # all but MW, a million W
ENERGIES = {"j", "mj", "kj", "wh", "kwh", "mwh", "ws", "kws"}
ABSENT = {
    "unavailable",
    "unknown",
    "none",
    "null",
    "offline",
    "n/a",
    "[n/a]",
    "[not supported]",
    "[unknown error]",
    "-",
}
CELL = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([^\d\s]*)\s*", re.I | re.A)


def shown(value: Any) -> str:
    """The beginning of a foreign value, as a sentence may repeat it: short, printable, on one line."""
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    return json.dumps(value) if value is None or isinstance(value, bool) else ascii(value)[:SHOWN]


def words(value: Any, otherwise: str = "unknown", longest: int = SHOWN) -> str:
    """A short name that a device says of itself, made fit for a line of the wall."""
    text = str(value)[:longest] if isinstance(value, str | int | float) else ""
    return "".join(c if c.isprintable() else "\ufffd" for c in text).strip() or otherwise


def decoded(payload: bytes, who: str) -> Any:
    """JSON, or the bare text where it is none.

    Raises:
        Fault: it is too long, or begins like JSON and is none.
    """
    if len(payload) > LONGEST:
        raise Fault(f"{who} sends {len(payload)} bytes, too long to be watts.")
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        text = payload.decode("utf-8", "replace").strip()
    if text.startswith(("{", "[")):
        raise Fault(f"{who} sends something that is not whole JSON.")
    return text


def inside(value: Any, key: str, who: str) -> Any:
    """What stands under a key with dots.

    Raises:
        Fault: nothing does.
    """
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise Fault(f"{who} has no {key!r} in its message.")
        value = value[part]
    return value


def number(value: Any) -> float | None:
    """A finite number out of a JSON value that is one; None for all else, true and false included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def factor(unit: str, who: str) -> float:
    """How many watts one of a unit is.

    Raises:
        Fault: it is a unit of energy, or none of power.
    """
    if unit.strip() == "MW":
        return 1e6
    name = unit.strip().lower()
    if name in UNITS:
        return UNITS[name]
    if name in ENERGIES:
        raise Fault(f"{who} is in {shown(unit)}: that is energy and not power; name the sensor of the power.")
    raise Fault(f"{who} is in {shown(unit)}, which is no unit of power; write unit=W, mW or kW.")


def watts_of(value: Any, who: str, scale: float = 1.0, unit: str = "") -> float:
    """A number of watts out of what a device wrote: a number, or a text of one with or without its unit.

    Args:
        scale: what the number is multiplied with.
        unit: its unit, where one is known; empty is W. A unit beside the number must be the same.

    Raises:
        Fault: it is no number. A sensor that says that it is not there ("unavailable") leaves a gap.
    """
    if isinstance(value, str):
        return _of_text(value, who, scale, unit)
    if value is None:
        raise Fault(f"{who} says null instead of watts: its sensor has nothing to say.", gap=True)
    result = number(value)
    if result is None:
        raise Fault(f"{who} says {shown(value)} instead of watts.")
    return _finite(result * scale * factor(unit or "W", who), value, who)


def _of_text(text: str, who: str, scale: float, unit: str) -> float:
    if text.strip().lower() in ABSENT:
        raise Fault(
            f"{who} says {shown(text.strip())} instead of watts: its sensor is not there at the moment.", gap=True
        )
    match = CELL.fullmatch(text[:LONGEST_NUMBER])
    if match is None:
        raise Fault(f"{who} says {shown(text)} instead of watts.")
    found = match[2] or unit or "W"
    if unit and factor(found, who) != factor(unit, who):
        raise Fault(f"{who} says {shown(text)}, and its unit is said to be {unit}; one of them is wrong.")
    return _finite(float(match[1]) * scale * factor(found, who), text, who)


def _finite(watts: float, value: Any, who: str) -> float:
    if not math.isfinite(watts):
        raise Fault(f"{who} says {shown(value)} instead of watts.")
    return watts


def stamp(value: Any, who: str) -> float:
    """A time stamp as seconds: a number, or ISO 8601.

    Raises:
        Fault: it is neither.
    """
    result = number(value)
    if result is not None:
        return result
    try:
        return datetime.fromisoformat(str(value) if isinstance(value, str) else "").timestamp()
    except (ValueError, OverflowError, OSError):
        raise Fault(f"{who} has {shown(value)} for a time stamp.") from None
