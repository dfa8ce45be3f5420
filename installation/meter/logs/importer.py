"""The importer reads a log of any program: a curve, what was left out, and in two lines what it took."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from ..recording import BadRecording
from . import curve
from .cards import Card, part, pick
from .columns import Columns, choose
from .curve import Curve
from .layouts import HOME_ASSISTANT, NVIDIA_SMI, Layout, known
from .refusals import of_names, of_text
from .rows import Rows, gather
from .series import Series, series
from .shapes import shaped
from .table import Table, tables
from .text import read_text
from .took import Took
from .wishes import Wishes

APART = 0.25  # of the usual spacing: cards are read one after the other
NVIDIA_STAMP = re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{3}")  # of a log with --format=csv,noheader
BESIDE = "beside the table"
COUNTER = re.compile(r"energy|energie|kwh", re.I)


@dataclass(frozen=True)
class Log:
    """A log that was read.

    Attributes:
        curve: the power it tells.
        started: when it begins, ISO 8601; empty where it does not say.
        machine: what it names itself; empty where it does not.
        layout: the program that wrote it, empty where it is not known.
        left_out: why and how many lines were not used.
        lines: what was taken, in two lines, and each doubt in one more.
    """

    curve: Curve
    started: str
    machine: str
    layout: str
    left_out: Counter[str]
    lines: tuple[str, ...]


def read_log(path: Path, wishes: Wishes = Wishes()) -> Log:  # noqa: B008  (it is frozen)
    """Read a log.

    Raises:
        BadRecording: it is no log of power, or something must be said first; one sentence with what to type.
    """
    where = str(path)
    main, found, layout, beside = _table(path, wishes)
    columns = choose(main, layout, wishes, where)
    used, others = _with_columns(found, main, columns, where)
    rows = gather(used, columns, wishes, where)
    _ask_of_counters(rows, columns, wishes, where)
    cards, notes = pick(_of_power(part(rows, columns), rows, wishes), rows, wishes, where)
    each = {card.label: series(card, rows, columns, wishes, where) for card in cards}
    whole = _whole(each)
    left_out = sum((s.left_out for s in each.values()), Counter({BESIDE: beside + others}))
    took = Took(layout, columns, rows, cards, each, whole, wishes)
    lines = (f"{path}: {took.what(len(used))}.", f"{took.joules(+left_out, notes)}.", *took.doubts())
    started = rows.times.iso(min(s.first for s in each.values()))
    return Log(whole, started, _machine(rows, cards), layout.name, +left_out, lines)


def _table(path: Path, wishes: Wishes) -> tuple[Table, list[Table], Layout, int]:
    """The table with the most rows, every table, their layout, and how many lines are in none."""
    text = read_text(path)
    if refusal := of_text(text):
        raise BadRecording(f"{path}: {refusal}.")
    shape, found, beside = shaped(text) or ("", *tables(text, wishes.columns))
    if not found:
        raise BadRecording(f"{path}: no table of numbers was found in it; a log is a time and watts on each line.")
    main = max(found, key=lambda table: len(table.rows))
    if refusal := of_names(main.names, wishes.energy):
        raise BadRecording(f"{path}: {refusal}.")
    layout = known(main.names, shape)
    if not main.named and NVIDIA_STAMP.fullmatch(main.rows[0][0]):
        layout = replace(layout, name=NVIDIA_SMI)
    return main, found, layout if layout.name else replace(layout, name=shape), beside


def _with_columns(found: Sequence[Table], main: Table, columns: Columns, where: str) -> tuple[list[Table], int]:
    """The tables that have the chosen columns, and how many rows are in others.

    Raises:
        BadRecording: a later table lacks one of them.
    """
    need = {*columns.time, *columns.power}
    used = [table for table in found if need <= set(table.names)]
    beside = 0
    for table in found:
        if table in used:
            continue
        missing = next(name for name in (*columns.time, *columns.power) if name not in table.names)
        if len(table.rows) > 1 and table.header_line > main.header_line:
            raise BadRecording(
                f"{where}: at line {table.header_line} another table begins, without the column {missing!r}; part the "
                "file there."
            )
        beside += len(table.rows)
    return used, beside


def _ask_of_counters(rows: Rows, columns: Columns, wishes: Wishes, where: str) -> None:
    """A Home Assistant entity of energy has no unit in the file, and would pass for one of power."""
    if rows.energy or wishes.watts or columns.layout.name != HOME_ASSISTANT:
        return
    entities = list(dict.fromkeys(filter(None, rows.extra.get("entity", []))))
    if entities and all(COUNTER.search(entity) for entity in entities):
        state = columns.power[0]
        raise BadRecording(
            f"{where}: {entities[0]} counts energy; say --energy {state} (in kWh, or add --unit Wh), or "
            f"--watts {state} if it is watts all the same."
        )


def _of_power(cards: list[Card], rows: Rows, wishes: Wishes) -> list[Card]:
    """Without Home Assistant's entities of energy, where others are there to choose from."""
    if rows.energy or wishes.cards or not rows.extra.get("entity"):
        return cards
    return [card for card in cards if not COUNTER.search(card.label)] or cards


def _whole(each: dict[str, Series]) -> Curve:
    if len(each) == 1:
        return next(iter(each.values())).curve
    apart = APART * min(s.step for s in each.values())
    return curve.added({label: s.curve for label, s in each.items()}, apart)


def _machine(rows: Rows, cards: Sequence[Card]) -> str:
    cells = rows.extra.get("machine", [])
    names = dict.fromkeys(cells[i] for card in cards for i in card.rows if cells and cells[i])
    return " and ".join(names) if len(names) < 3 else ""
