"""Places the lines of a source on the wall, so that it stays whole and its letters can be read: arithmetic.

A short source stands there whole, its paragraphs side by side. A longer one stands on sheets that take turns: together
they hold every line once, in order, and each says which lines it holds.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from installation.screen.layout import Box
from installation.screen.type import ADVANCE

LEADING = 1.34  # em from one line of code to the next
BETWEEN = 3  # characters between two columns
TURN_OVER = 4  # characters by which the rest of a line too long for its sheet is set in


class Row(NamedTuple):
    """A line of a source, or a part of one: its number in the source, from 1 (0 is an empty row), and its text."""

    number: int
    text: str


Columns = list[list[Row]]


@dataclass(frozen=True)
class Sheet:
    """Lines that stand on the wall together, in columns.

    Attributes:
        lead: lines that stand by themselves under the columns, directly over the call of fit.
        first, last: numbers of its lines in the source.
    """

    columns: Columns
    lead: list[Row]
    first: int
    last: int


def fits(rows: Sequence[str], box: Box, size: int) -> bool:
    """Whether no line of code is wider than a box."""
    return max(map(len, rows)) * size * ADVANCE <= box.w


def paragraphs(source: str, fit_line: str) -> tuple[Columns, list[Row]]:
    """The paragraphs before the call of fit, and the lines that stand directly over it."""
    rows = [Row(number, text.rstrip()) for number, text in enumerate(source.split("\n"), 1)]
    start = "".join(fit_line.partition("(")[0].split()) + "("
    calls = (i for i, row in enumerate(rows) if start in "".join(row.text.partition("#")[0].split()))
    at = next(calls, len(rows)) if fit_line else len(rows)
    blocks: Columns = [[]]
    for row in rows[:at]:
        if row.text:
            blocks[-1].append(row)
        elif blocks[-1]:
            blocks.append([])
    lead = blocks.pop() if len(blocks) > 1 and len(blocks[-1]) <= 2 else []
    return [b for b in blocks if b], lead


def whole(
    blocks: Columns, lead: list[Row], width: float, height: float, size: int, least: int
) -> tuple[int, Sheet] | None:
    """A source on one sheet, in letters of an em between `size` and `least` px; None if it has no room.

    Args:
        width, height: px of the place.
    """
    for unbroken in (True, False):  # rather smaller letters than a paragraph in two columns
        for em in range(size, least - 1, -1):
            rows = max(1, int(height / (em * LEADING) - len(lead) - 0.35))
            columns = _columns(blocks, rows)
            keeps = max(map(len, blocks), default=0) <= rows or not unbroken
            if keeps and _wide(columns) * em * ADVANCE <= width:
                return em, _sheet(columns, lead)
    return None


def sheets(blocks: Columns, lead: list[Row], width: float, height: float, em: int) -> list[Sheet]:
    """A source on sheets with letters of an em of so many px, each with one row left for saying which lines it holds.

    A line too wide for its sheet is turned over.
    """
    across, rows = int(width / (em * ADVANCE)), max(1, int(height / (em * LEADING)) - 1)
    turned = [[part for row in block for part in _turned_over(row, across)] for block in (*blocks, lead) if block]
    made: list[Sheet] = []
    together: Columns = []
    for column in _columns(turned, rows):
        if together and _wide([*together, column]) > across:
            made.append(_sheet(together, []))
            together = []
        together.append(column)
    return [*made, _sheet(together, [])]


def _turned_over(row: Row, across: int) -> list[Row]:
    """A line as one row, or as several with the later ones set in; no character is lost."""
    if len(row.text) <= across:
        return [row]
    inset = min(len(row.text) - len(row.text.lstrip()) + TURN_OVER, across // 2)
    parts = textwrap.wrap(
        row.text,
        max(across, inset + 1),
        subsequent_indent=" " * inset,
        drop_whitespace=False,
        replace_whitespace=False,
        break_on_hyphens=False,
    )
    return [Row(row.number, part) for part in parts]


def _sheet(columns: Columns, lead: list[Row]) -> Sheet:
    numbers = [row.number for column in (*columns, lead) for row in column if row.number]
    return Sheet(columns, lead, min(numbers, default=0), max(numbers, default=0))


def _columns(blocks: Columns, rows: int) -> Columns:
    """Paragraphs into columns of at most so many rows; a paragraph that has room in one moves on whole."""
    columns: Columns = [[]]
    for block in blocks:
        space = 1 if columns[-1] else 0
        left = rows - len(columns[-1]) - space
        if columns[-1] and (left < 2 or left < len(block) <= rows):
            columns.append([])
        elif space:
            columns[-1].append(Row(0, ""))
        for row in block:
            if len(columns[-1]) >= rows:
                columns.append([])
            columns[-1].append(row)
    return columns


def _wide(columns: Columns) -> int:
    """Characters across."""
    widths = [max((len(row.text) for row in column), default=0) for column in columns]
    return sum(widths) + BETWEEN * (len(columns) - 1)
