"""Columns: which of a log's columns are time, watts or energy, and the source of a row; asked where it is not clear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ...config import nearest
from ..recording import BadRecording
from .layouts import UNKNOWN, Layout, matching
from .numbers import VALUE, Unit, is_absent, is_value, named_unit, unit
from .table import STAMP, Table
from .wishes import Wishes

TIMES = re.compile(
    r"^(t|ts|time|timestamp|date|datetime|elapsed|zeit|datum|uhrzeit|zeitstempel|temps|heure|horodatage|fecha|hora|"
    r"epoch|unix|when|at|last_changed|last_updated|recorded_at|created_at|start|_time|localtime|utc)$|"
    r"time(?!_?per|out)|date\b|elapsed|zeit|uhrzeit|^t_?(s|ms|us|ns)$|^(sec|seconds|ms|ns)$",
    re.I,
)
CLOCKS = re.compile(r"^(time|uhrzeit|zeit|heure|hora|time of day)$", re.I)
DATES = re.compile(r"^(date|datum|day|fecha)$", re.I)
POWERS = re.compile(r"power|watt|leistung|puissance|potencia|\bpwr\b|draw|verbrauch|consumption", re.I)
NOT_POWERS = re.compile(
    r"limit|cap\b|factor|state|save|%|temp|time|energy|energie|mode|managed|max|min\b|reactive|apparent|ratio|util|"
    r"(^|_)id$|fan|clock|volt|amp\b|dbm|tdp",
    re.I,
)
SOURCES = [
    "index",
    "gpu_index",
    "gpu",
    "gpu_id",
    "gpuid",
    "card",
    "device",
    "deviceid",
    "device_id",
    "uuid",
    "gpu_uuid",
    "serial",
    "gpu_serial",
    "pci.bus_id",
    "gpu_bus_id",
    "bus_id",
    "pci_bus_id",
    "entity_id",
    "statistic_id",
    "host",
    "hostname",
    "node",
    "machine",
    "server",
    "instance",
    "sensor",
    "socket",
    "package",
    "channel",
    "meter",
    "plug",
    "name",
    "gpu_name",
    "topic",
    "id",
]
LOOKED_AT = 300  # rows
LISTED = 8  # columns a question lists


@dataclass(frozen=True)
class Columns:
    """What was chosen.

    Attributes:
        time: names of the columns of time: none, one, or date and time of day.
        power: names of the columns of watts or energy; several where each is a source of its own.
        energy: whether they count energy; each_row: whether each row's energy is its own and no total.
        sources: names of the columns that say which source a row is of.
        layout: what is known of the log.
    """

    time: tuple[str, ...]
    power: tuple[str, ...]
    energy: bool = False
    each_row: bool = False
    sources: tuple[str, ...] = ()
    layout: Layout = UNKNOWN
    notes: list[str] = field(default_factory=list)


def choose(table: Table, layout: Layout, wishes: Wishes, where: str) -> Columns:
    """Choose the columns of a table.

    Raises:
        BadRecording: a named column is not there, or several could be meant; the sentence lists them.
    """
    for option in ("time", "watts", "energy"):
        name = getattr(wishes, option)
        if name and name not in table.names:
            raise BadRecording(f"{where}: there is no column {name!r}. {nearest(name, filter(None, table.names))}")
    time = _time(table, layout, wishes, where)
    sources = _sources(table, layout, time)
    if wishes.energy:
        each_row = wishes.each_row
        return Columns(time, (wishes.energy,), energy=True, each_row=each_row, sources=sources, layout=layout)
    if wishes.watts:
        return Columns(time, (wishes.watts,), sources=sources, layout=layout)
    if layout.energy and (of_rows := matching((layout.energy,), table.names)):
        return Columns(time, tuple(of_rows), energy=True, each_row=True, layout=layout)
    power = _power(table, layout, time, sources, where)
    if power:
        return Columns(time, power, sources=sources, layout=layout)
    energy = _energy(table, where, time)
    return Columns(time, energy, energy=True, each_row=wishes.each_row, sources=sources, layout=layout)


# -- time
def _time(table: Table, layout: Layout, wishes: Wishes, where: str) -> tuple[str, ...]:
    if wishes.every:
        return ()
    if wishes.time:
        return (wishes.time,)
    names = [name for name in table.names if any(table.column(name)[:LOOKED_AT])]
    for known in (matching(layout.time, names), [n for n in names if TIMES.search(n) and _are_times(table, n)]):
        if known:
            return _pair(known)
    stamped = [name for name in names if _are_stamps(table, name) or (not table.named and _rise(table, name))]
    if stamped:
        return (stamped[0],)
    raise BadRecording(
        f"{where}: no column says when ({_listed(names)}); name it with --time COLUMN, or say --every SECONDS for "
        "evenly spaced rows."
    )


def _pair(names: Sequence[str]) -> tuple[str, ...]:
    """A column of days and one of times of day belong together; else the first."""
    days, clocks = [n for n in names if DATES.search(n)], [n for n in names if CLOCKS.search(n)]
    return (days[0], clocks[0]) if days and clocks and days[0] != clocks[0] else (names[0],)


def _are_stamps(table: Table, name: str) -> bool:
    cells = [cell for cell in table.column(name)[:LOOKED_AT] if cell]
    return sum(bool(STAMP.search(cell)) for cell in cells) > len(cells) / 2


def _rise(table: Table, name: str) -> bool:
    """Whether a column of numbers only grows, as a clock does."""
    numbers = [float(cell) for cell in table.column(name)[:LOOKED_AT] if re.fullmatch(r"\d+(\.\d+)?", cell)]
    return len(numbers) > 2 and all(a < b for a, b in pairwise(numbers))


def _are_times(table: Table, name: str) -> bool:
    cells = [cell for cell in table.column(name)[:LOOKED_AT] if cell]
    return sum(is_value(cell) or bool(STAMP.search(cell)) for cell in cells) > len(cells) / 2


# -- watts
def _power(table: Table, layout: Layout, time: Sequence[str], sources: Sequence[str], where: str) -> tuple[str, ...]:
    names = [name for name in table.names if name and name not in time and name not in sources]
    known = [name for name in matching(layout.watts, names) if not _is_energy(table, name)]
    if known and (with_readings := [name for name in known if has_readings(table, name)] or known[:1]):
        best = _twin(with_readings[0])
        return tuple(name for name in names if _twin(name) == best and (name in known or has_readings(table, name)))
    found = [name for name in names if _is_power(table, name)]
    if not found and not table.named:
        found = _only_numbers(table, names)
    if len(found) > 1:
        found = [name for name in found if has_readings(table, name)] or found[:1]
    kinds = len({_twin(name) for name in found} if table.named else found)
    if kinds > 1:
        found = _whole(found) or found
    if kinds > 1 and len(found) > 1 and layout.name != "tegrastats":
        raise BadRecording(
            f"{where}: several columns are watts ({_listed(found)}); name one with --watts COLUMN"
            f"{'' if table.named else ', or all with --columns'}."
        )
    return tuple(found)


def _whole(names: Sequence[str]) -> list[str]:
    """The one column that says it is the whole, among parts."""
    total = [name for name in names if re.search(r"(^|[^a-z])total([^a-z]|$)|gesamt|^system|whole", name, re.I)]
    return total if len(total) == 1 else []


def _twin(name: str) -> str:
    """What columns of several cards have in common: gpu0_power_w and gpu1_power_w, "GPU Power [W] (2)"."""
    bare = re.sub(r" \(\d+\)$", "", name)
    return re.sub(r"\d+", "#", bare, count=1)


def _is_power(table: Table, name: str) -> bool:
    said = named_unit(name)
    cells = table.column(name)[:LOOKED_AT]
    in_cells = {match.group(2) for cell in cells if (match := VALUE.fullmatch(cell)) and match.group(2)}
    of_cells = [found for found in map(unit, filter(None, in_cells)) if found]
    if NOT_POWERS.search(re.sub(r"\[.*?\]|\(.*?\)", "", name)):
        return False
    if said or of_cells:
        return not (said or of_cells[0]).energy
    return bool(POWERS.search(name)) and not in_cells and any(is_value(cell) for cell in cells)


def _only_numbers(table: Table, names: Sequence[str]) -> list[str]:
    """Of a log without a header, the only column of numbers beside the time."""
    numbers = [n for n in names if any(VALUE.fullmatch(c) for c in table.column(n)[:LOOKED_AT])]
    return numbers if len(numbers) == 1 else []


def has_readings(table: Table, name: str) -> bool:
    """Whether a column holds one number at least."""
    return any(cell and not is_absent(cell) and VALUE.match(cell) for cell in table.column(name))


# -- energy
def _is_energy(table: Table, name: str) -> bool:
    said = named_unit(name)
    if said:
        return said.energy
    cells = [m.group(2) for c in table.column(name)[:20] if (m := VALUE.fullmatch(c)) and m.group(2)]
    in_cells = unit(cells[0]) if cells else None
    return bool(in_cells and in_cells.energy)


def _energy(table: Table, where: str, time: Sequence[str]) -> tuple[str, ...]:
    """The only column that counts energy in a unit it names."""
    found = [name for name in table.names if name and name not in time and _is_energy(table, name)]
    if len({_twin(name) for name in found}) == 1:
        return tuple(found)
    if found:
        raise BadRecording(f"{where}: several columns count energy ({_listed(found)}); name one with --energy COLUMN.")
    rest = [name for name in table.names if name and name not in time]
    if not table.named:
        example = ", ".join(cell or "-" for cell in table.rows[0])
        raise BadRecording(
            f"{where}: the log has no header, and which column is watts is not clear; name them in order, such as "
            f"--columns time,watts, for the row: {example[:120]}."
        )
    raise BadRecording(f"{where}: no column says that it is watts ({_listed(rest)}); name it with --watts COLUMN.")


def said_unit(table: Table, name: str) -> Unit | None:
    """The unit a column's name says."""
    return named_unit(name)


# -- sources
def _sources(table: Table, layout: Layout, time: Sequence[str]) -> tuple[str, ...]:
    wanted = [*layout.sources, *(s for s in SOURCES if s not in layout.sources)]
    by_name = {name.lower(): name for name in reversed(table.names) if name}
    there = [by_name[w] for w in wanted if w in by_name and by_name[w] not in time]
    return tuple(name for name in there if len(set(filter(None, table.column(name)))) > 1)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:LISTED])
    return shown + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")
