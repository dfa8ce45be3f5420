"""Places the lines of a source in columns, so that it stays whole as long as its letters can be read: arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

from installation.screen.layout import Box
from installation.screen.type import ADVANCE

LEADING = 1.34  # em from one line of code to the next


def fits(rows: Sequence[str], box: Box, size: int) -> bool:
    """Whether no line of code is wider than a box."""
    return max(map(len, rows)) * size * ADVANCE <= box.w


def paragraphs(source: str, fit_line: str) -> tuple[list[list[str]], list[str]]:
    """The paragraphs before the call of fit, and the lines that stand directly over it."""
    rows = source.split("\n")
    start = "".join(fit_line.partition("(")[0].split()) + "("
    calls = (i for i, row in enumerate(rows) if start in "".join(row.partition("#")[0].split()))
    at = next(calls, len(rows)) if fit_line else len(rows)
    blocks: list[list[str]] = [[]]
    for row in rows[:at]:
        if row.strip():
            blocks[-1].append(row)
        elif blocks[-1]:
            blocks.append([])
    lead = blocks.pop() if len(blocks) > 1 and len(blocks[-1]) <= 2 else []
    return [b for b in blocks if b], lead


def arrange(
    blocks: list[list[str]], width: float, height: float, size: int, least: float, lead: int
) -> tuple[int, list[list[str]], int]:
    """Size of the letters, columns of lines, and how many lines at the begin had to be left out."""
    smallest = max(9, round(least))
    for whole in (True, False):  # rather smaller letters than a paragraph in two columns
        for em in range(size, smallest - 1, -1):
            rows = max(1, int(height / (em * LEADING) - lead - 0.35))
            columns = _columns(blocks, rows)
            fits = max(map(len, blocks), default=0) <= rows or not whole
            if fits and _wide(columns) * em * ADVANCE <= width:
                return em, columns, 0
    rows = max(1, int(height / (smallest * LEADING) - lead - 0.35))
    every = [row for block in blocks for row in block]
    kept = len(every)
    while kept > 1:
        columns = _columns([every[-kept:]], rows - 1)
        if _wide(columns) * smallest * ADVANCE <= width:
            break
        kept -= 1
    return smallest, columns, len(every) - kept


def _columns(blocks: list[list[str]], rows: int) -> list[list[str]]:
    """Paragraphs into columns of at most so many rows; a paragraph moves on whole if it can."""
    columns: list[list[str]] = [[]]
    for block in blocks:
        space = 1 if columns[-1] else 0
        if columns[-1] and len(columns[-1]) + space + len(block) > rows:
            columns.append([])
        elif space:
            columns[-1].append("")
        for row in block:
            if len(columns[-1]) >= rows:
                columns.append([])
            columns[-1].append(row)
    return columns


def _wide(columns: list[list[str]]) -> int:
    """Characters across, with four between two columns."""
    return sum(max(map(len, column), default=0) for column in columns) + 4 * (len(columns) - 1)
