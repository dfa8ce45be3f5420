"""Rows: the chosen columns of all tables of a log as one sequence of times, values in W or J, and names of sources."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..recording import MEGAWATT, BadRecording
from .columns import Columns
from .layouts import HOME_ASSISTANT
from .numbers import NO_READING, Unit, decimal_comma, named_unit, unit, values
from .table import Table
from .times import Times, decide
from .wishes import Wishes

UNIT_COLUMNS = re.compile(r"^unit(_of_measurement)?$|^attributes\.unit_of_measurement$", re.I)
LIMITS = re.compile(r"power\.?_?limit|enforced", re.I)
MACHINES = ("gpu_name", "name", "model")
ENERGY_UNITS = "kWh, Wh, J or mJ"


@dataclass
class Rows:
    """The rows of a log, in the file's order; each as many values as there are columns of power.

    Attributes:
        times: of each row.
        values: for each column, W or J of each row; not a number where `why` says why not.
        why: for each column, of each row, empty or why there is no value.
        cells: what stood there.
        keys: for each row, what names its source.
        units: for each column, its unit and where that stands, in words.
        others: of each row, whether there is anything in columns that were not chosen.
        extra: the cells of other columns that are of use: the limit and the machine.
    """

    times: Times
    lines: list[int]
    values: list[list[float]]
    why: list[list[str]]
    cells: list[list[str]]
    keys: list[tuple[str, ...]]
    units: list[str]
    energy: bool
    others: list[bool] = field(default_factory=list)
    extra: dict[str, list[str]] = field(default_factory=dict)


def gather(tables: Sequence[Table], columns: Columns, wishes: Wishes, where: str) -> Rows:
    """Read the chosen columns.

    Raises:
        BadRecording: times or units cannot be decided, or a unit contradicts what was asked for.
    """
    table = _joined(tables, columns, everything=bool(wishes.cards))
    lines, delimiter = table.lines, tables[0].delimiter
    times = _times(table, columns, wishes, where, delimiter)
    unit_cells = next((table.column(n) for n in table.names if UNIT_COLUMNS.search(n)), [])
    in_column = unit_cells or _by_name(table, columns)
    read = [_values(table, name, columns, wishes, where, delimiter, in_column) for name in columns.power]
    energy = columns.energy or any(of_energy for *_, of_energy in read)
    keys = list(zip(*(table.column(name) for name in columns.sources), strict=True)) or [()] * len(lines)
    rows = Rows(times, lines, [], [], [], keys, [], energy)
    for numbers, why, cells, words, _ in read:
        rows.values.append(numbers)
        rows.why.append(why)
        rows.cells.append(cells)
        rows.units.append(words)
    rows.others = _others(table, columns)
    rows.extra = _extra(table)
    return rows


def _others(table: Table, columns: Columns) -> list[bool]:
    chosen = {*columns.time, *columns.power, *columns.sources}
    at = [i for i, name in enumerate(table.names) if name not in chosen]
    return [any(row[i] for i in at) for row in table.rows]


def _by_name(table: Table, columns: Columns) -> list[str]:
    """InfluxDB's measurements are often named by their unit: rows of "W" are watts."""
    for name in ("_measurement", "name"):
        if columns.layout.name == "InfluxDB" and name in table.names and all(map(unit, set(table.column(name)))):
            return table.column(name)
    return []


def _joined(tables: Sequence[Table], columns: Columns, *, everything: bool) -> Table:
    """Tables as one, without the rows that do not count unless everything was asked for."""
    names = [n for n in tables[0].names if all(n in t.names for t in tables)]
    whole = Table(names, delimiter=tables[0].delimiter, named=tables[0].named)
    only, value = columns.layout.rows
    at = next((n for n in names if n.lower() == only), "") if only else ""
    for table in tables:
        cells = list(zip(*(table.column(name) for name in names), strict=True))
        keep = [not at or bool(re.search(value, cell)) for cell in table.column(at)] if at else [True] * len(cells)
        if everything or not any(keep):
            keep = [True] * len(cells)
        whole.rows += [list(row) for row, kept in zip(cells, keep, strict=True) if kept]
        whole.lines += [line for line, kept in zip(table.lines, keep, strict=True) if kept]
    return whole


def _times(table: Table, columns: Columns, wishes: Wishes, where: str, delimiter: str) -> Times:
    if not columns.time:
        return Times([math.nan] * len(table.lines), f"a row each {wishes.every:g} s, as you said")
    cells = [" ".join(parts).strip() for parts in zip(*(table.column(n) for n in columns.time), strict=True)]
    layout = columns.layout
    said = Wishes(
        time_unit=wishes.time_unit or layout.time_unit,
        dates=wishes.dates or layout.dates,
        zone=wishes.zone,
        decimal=wishes.decimal,
    )
    return decide(cells, columns.time[0], said, where, delimiter, table.lines)


# -- values and their units
def _values(
    table: Table, name: str, columns: Columns, wishes: Wishes, where: str, delimiter: str, unit_cells: Sequence[str]
) -> tuple[list[float], list[str], list[str], str, bool]:
    cells = table.column(name)
    comma = wishes.decimal == "comma" if wishes.decimal else decimal_comma(cells, delimiter)
    if comma is None:
        example = next(cell for cell in cells if "," in cell)
        raise BadRecording(f"{where}: {example!r} in {name!r} may be either; say --decimal comma or --decimal point.")
    read = values(cells, comma)
    in_cells = [u or (unit_cells[i] if unit_cells else "") for i, u in enumerate(read.units)]
    whole, words = _whole(name, in_cells, columns, wishes, where)
    by_name = {u: _known(u, name, where) for u in set(filter(None, in_cells))}
    energy = any(u.energy for u in by_name.values()) or whole.energy
    of_kind = {u: found for u, found in by_name.items() if found.energy == energy or wishes.watts or wishes.energy}
    _refuse_contradictions(name, [*of_kind.values(), whole], columns, wishes, where)
    factors = {u: found.factor for u, found in by_name.items()}
    numbers = [v * factors.get(u, whole.factor) for v, u in zip(read.numbers, in_cells, strict=True)]
    most = math.inf if energy else MEGAWATT
    why = [_reason(w, number, cell, most) for w, number, cell in zip(read.why, numbers, cells, strict=True)]
    numbers = [n if not w else math.nan for n, w in zip(numbers, why, strict=True)]
    return numbers, why, cells, words, energy


def _reason(why: str, number: float, cell: str, most: float) -> str:
    if not why and not 0 <= number <= most:
        return "not possible"
    return f"the log says {cell}" if why == NO_READING else why


def _known(name: str, column: str, where: str) -> Unit:
    found = unit(name)
    if found is None:
        raise BadRecording(
            f"{where}: {column!r} is in {name}, which is no unit of power; name another column with --watts."
        )
    return found


def _whole(name: str, in_cells: Sequence[str], columns: Columns, wishes: Wishes, where: str) -> tuple[Unit, str]:
    """The unit of cells that have none of their own, and the unit in words."""
    said, layout = named_unit(name), columns.layout
    if wishes.unit:
        found = unit(wishes.unit)
        if found is None:
            raise BadRecording(f"--unit {wishes.unit}: there is no such unit here; write W, mW, kW, J, mJ, Wh or kWh.")
        for other in filter(None, [said, *(unit(u) for u in set(in_cells))]):
            if (other.factor, other.energy) != (found.factor, found.energy):
                raise BadRecording(
                    f"{where}: {name!r} is in {other.name} by the log itself; leave out --unit {wishes.unit}."
                )
        return found, f"in {found.name}, as you said"
    mostly = Counter(filter(None, in_cells)).most_common(1)
    if mostly:
        found = _known(mostly[0][0], name, where)
        return found, f"in {found.name}"
    if said:
        return said, f"in {said.name}"
    if columns.energy:
        if layout.name == HOME_ASSISTANT:
            return Unit("kWh", 3.6e6, energy=True), "in kWh, Home Assistant's own unit; --unit says another"
        raise BadRecording(f"{where}: the log does not say in what unit {name!r} is; say --unit {ENERGY_UNITS}.")
    if layout.ask_unit:
        raise BadRecording(f"{where}: {layout.ask_unit}.")
    return unit(layout.unit) or Unit("W", 1.0), f"in {layout.unit}" + (
        "" if layout.name else ", since it names no unit"
    )


def _refuse_contradictions(name: str, units: Sequence[Unit], columns: Columns, wishes: Wishes, where: str) -> None:
    for found in units:
        if wishes.watts and found.energy:
            raise BadRecording(
                f"{where}: {name!r} is in {found.name}, which is energy and no power; say --energy {name!r}."
            )
        if wishes.energy and not found.energy:
            raise BadRecording(
                f"{where}: {name!r} is in {found.name}, which is power and no energy; say --watts {name!r}."
            )


def _extra(table: Table) -> dict[str, list[str]]:
    extra = {}
    limit = next((n for n in table.names if LIMITS.search(n)), "")
    machine = next((n for m in MACHINES for n in table.names if n.lower() == m), "")
    entity = next((n for n in table.names if n.lower() in ("entity_id", "sensor", "statistic_id")), "")
    for key, name in (("limit", limit), ("machine", machine), ("entity", entity)):
        if name:
            extra[key] = table.column(name)
    return extra
