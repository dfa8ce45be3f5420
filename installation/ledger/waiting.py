"""Rows wait here while the book cannot be written; too many are drawn together, and no joule is lost.

A disk may be full for a day. A row for each second of it would fill the memory, so neighbours that say the same of
their source become one row over a longer time.
"""

from __future__ import annotations

from collections.abc import Iterator

from .book import Row
from .rolling import joined

ROOM = 20_000  # rows: five and a half hours of seconds, about 20 MB


class Waiting:
    """The rows not yet written, oldest first."""

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self.rows: list[Row] = []

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, rows: list[Row]) -> None:
        self.rows += rows
        if len(self.rows) > self.room:
            self.rows = drawn_together(self.rows)

    def clear(self) -> None:
        self.rows = []


def drawn_together(rows: list[Row]) -> list[Row]:
    """Half as many rows: each two neighbours of the same reading become one."""
    out: list[Row] = []
    pending: Row | None = None
    for row in rows:
        if pending is not None and row["reading"] == pending["reading"]:
            out.append(joined([dict(pending), dict(row)]))
            pending = None
            continue
        if pending is not None:
            out.append(pending)
        pending = row
    return out if pending is None else [*out, pending]
