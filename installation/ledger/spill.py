"""The spill file: rows never written wait beside the ledger, and the next performance takes them in.

One JSON object a line: first the performance, then its rows, each under the name of its table. A line that a fault cut
short is passed over, and the rest taken.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .book import Book, Reading, Row, Run

TABLES = ("seconds", "presses", "notes")


def place(ledger: Path) -> Path:
    """Where the rows of a ledger wait."""
    return ledger.with_name(f"{ledger.name}-waiting.jsonl")


def keep(ledger: Path, run: Run, rows: Mapping[str, Iterable[Row]]) -> int:
    """Write rows beside a ledger that cannot be written; returns how many.

    Raises:
        OSError: this cannot be written either.
    """
    lines = [{"run": asdict(run)}]
    lines += [{table: _plain(row)} for table in TABLES for row in rows.get(table, ())]
    with place(ledger).open("a", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return len(lines) - 1


def take_in(book: Book) -> int:
    """Write the waiting rows of earlier performances into an open ledger; returns how many.

    Raises:
        sqlite3.Error: they cannot be written yet; they stay where they are.
    """
    path = place(book.path)
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    rows = _rows(lines)
    for run, tables in rows:
        book.enter(run)
        book.write(tables["seconds"], tables["presses"], tables["notes"])
    path.unlink(missing_ok=True)
    return sum(len(part) for _, tables in rows for part in tables.values())


def _rows(lines: Iterable[str]) -> list[tuple[Run, dict[str, list[Row]]]]:
    """The rows of each performance, of all lines that can be read."""
    found: list[tuple[Run, dict[str, list[Row]]]] = []
    for line in lines:
        try:
            ((kind, value),) = json.loads(line).items()
            if kind == "run":
                found.append((Run(**value), {table: [] for table in TABLES}))
            elif found:
                found[-1][1][kind].append(_row(value))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return found


def _plain(row: Row) -> dict[str, Any]:
    return {k: asdict(v) if isinstance(v, Reading) else v for k, v in row.items()}


def _row(value: dict[str, Any]) -> Row:
    return value | ({"reading": Reading(**value["reading"])} if "reading" in value else {})
