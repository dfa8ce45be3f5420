"""Tables: rows under names, found in text of any dialect, with comments, blocks before the header and repeated headers.

The names are the last line of words before the lines of values. Other names later on begin another table.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .numbers import VALUE, is_value, unit

DELIMITERS = ";\t,|"
SPACES = " "
LOOKED_AT = 400  # lines that decide the delimiter
RULE = re.compile(r"[-=_+|*~\s]+")  # a line drawn under a header or over a sum
APART = re.compile(r"(?<=\d)\s+(?=(?:[mkuµ]?W|[Ww]atts?|[mk]?Wh|[mk]?J)(?:\s|$))")  # between a number and its unit
STAMP = re.compile(r"(?:19|20)\d{6}[T_]\d{4}|\d{1,4}\s?[-/.:]\s*\d{1,2}\s?[-/.:]\s*\d{1,4}|\d{1,2}:\d{2}")
UNITS = {
    "%",
    "c",
    "°c",
    "mhz",
    "ghz",
    "rpm",
    "v",
    "a",
    "mib",
    "mb",
    "gb",
    "fps",
    "ms",
    "s",
    "idx",
    "id",
    "yyyymmdd",
    "hh:mm:ss",
}


@dataclass
class Table:
    """Rows of one header.

    Attributes:
        names: of the columns, each once; a second "GPU Power [W]" is "GPU Power [W] (2)".
        rows: their cells.
        lines: where each row stands in the file, from 1.
        delimiter: what parts the cells.
        named: whether the file says the names; otherwise they are "column 1" and so on.
        header_line: where the names stand.
    """

    names: list[str]
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    delimiter: str = ","
    named: bool = True
    header_line: int = 0

    def column(self, name: str) -> list[str]:
        """The cells of a column; rows that are too short have none."""
        at = self.names.index(name)
        return [row[at] if at < len(row) else "" for row in self.rows]


@dataclass(frozen=True)
class Row:
    line: int
    cells: list[str]
    comment: bool


def tables(text: str, names: Sequence[str] = ()) -> tuple[list[Table], int]:
    """Every table of a text, and how many lines are in none of them.

    Args:
        names: those of the columns, where a person said them.
    """
    lines = text.splitlines()
    said = re.match(r"\s*sep=(.)", lines[0] if lines else "")
    delimiter = said.group(1) if said else _delimiter(lines)
    rows = _rows(lines[1 if said else 0 :], delimiter, 2 if said else 1)
    return _parted(rows, delimiter, list(names))


def _delimiter(lines: Iterable[str]) -> str:
    sample = [line for line in lines if line.strip()][:LOOKED_AT]
    best, most = SPACES, (0.6 * len(sample), 0)
    for delimiter in DELIMITERS:
        widths = Counter(len(_cells(line, delimiter)) for line in sample)
        del widths[1], widths[0]
        score = (float(widths.total()), max(widths.values(), default=0))
        if score > most:
            best, most = delimiter, score
    return best


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == SPACES:
        return APART.sub("", line).split()
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
    except csv.Error:
        return [cell.strip(' "') for cell in line.split(delimiter)]


def _rows(lines: Iterable[str], delimiter: str, first: int) -> Iterator[Row]:
    for number, line in enumerate(lines, first):
        comment = line.lstrip().startswith(("#", "//"))
        cells = _cells(line.lstrip(" #/") if comment else line, delimiter)
        if any(cells) and not RULE.fullmatch(line):
            yield Row(number, cells, comment)


def _parted(rows: Iterable[Row], delimiter: str, said: list[str]) -> tuple[list[Table], int]:
    found: list[Table] = []
    words: list[Row] = []
    outside = 0
    for row in rows:
        if row.comment or _is_words(row.cells):
            if not (found and words == [] and _is_again(row, found[-1])):
                words.append(row)
            continue
        names, line = _header(words, row.cells)
        outside += max(0, len(words) - bool(names))
        words = []
        if said:
            names = said if not found else []
        if names and not (found and names == found[-1].names):
            found.append(Table(names, delimiter=delimiter, header_line=line))
        elif not found:
            cells = _fitted(row.cells, 2) if delimiter == SPACES else row.cells
            numbered = [f"column {i + 1}" for i in range(len(cells))]
            found.append(Table(numbered, delimiter=delimiter, named=False))
        found[-1].rows.append(_fitted(row.cells, len(found[-1].names)) if delimiter == SPACES else row.cells)
        found[-1].lines.append(row.line)
    return found, outside + len(words)


def _is_words(cells: Sequence[str]) -> bool:
    """Whether a row holds names and not values: no date, and hardly a number."""
    if STAMP.match(cells[0]) or VALUE.fullmatch(cells[0]):
        return False
    full = [cell for cell in cells if cell]
    if any(STAMP.match(cell) for cell in full):
        return False
    return sum(is_value(cell) for cell in full) <= 0.2 * len(full)


def _is_again(row: Row, table: Table) -> bool:
    """Whether a row is the table's own header once more."""
    return _unique(row.cells) == table.names


def _header(words: Sequence[Row], cells: Sequence[str]) -> tuple[list[str], int]:
    """The names for a row of values: the last words as wide as it, with the units that stand under them."""
    wide = [row for row in words if _width(row.cells) > 1 and 0 <= _width(row.cells) - _width(cells) + 1 <= 2]
    under: list[str] = []
    while wide:
        row = wide.pop()
        if _is_units(row.cells) and wide:
            under = row.cells
            continue
        return _unique(_with_units(row.cells, under)), row.line
    return [], 0


def _width(cells: Sequence[str]) -> int:
    """How many columns a row has; a delimiter at its end makes none."""
    return len(cells) - (len(cells) > 1 and not cells[-1])


def _is_units(cells: Sequence[str]) -> bool:
    bare = [cell.strip("[]()").lower() for cell in cells if cell]
    known = sum(cell in UNITS or unit(cell) is not None or "hh:mm" in cell for cell in bare)
    return known > 0.5 * len(bare)


def _with_units(names: Sequence[str], units: Sequence[str]) -> list[str]:
    under = [*units, *[""] * len(names)]
    bare = [u.strip("[]()") for u in under]
    return [f"{name} [{u}]" if unit(u) else name for name, u in zip(names, bare, strict=False)]


def _unique(names: Iterable[str]) -> list[str]:
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        seen[name] += 1
        result.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    while result and not result[-1]:
        result.pop()
    return result


def _fitted(cells: list[str], width: int) -> list[str]:
    """A row under its names: where spaces part the cells, a date and its time are one, and so is "GPU 0"."""
    while len(cells) > width and ((STAMP.match(cells[0]) and STAMP.match(cells[1])) or _is_numbered(cells)):
        cells = [f"{cells[0]} {cells[1]}", *cells[2:]]
    return cells


def _is_numbered(cells: Sequence[str]) -> bool:
    return cells[0].isalpha() and cells[1].isdigit()
