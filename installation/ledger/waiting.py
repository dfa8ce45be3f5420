"""Rows wait here while the book cannot be written; too many are drawn together, and no joule is lost.

A disk may be full for a day. A row for each second of it would fill the memory, so neighbours that say the same of
their source become one row over a longer time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..now import Phase
from .book import Row

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
            out.append(together(pending, row))
            pending = None
            continue
        if pending is not None:
            out.append(pending)
        pending = row
    return out if pending is None else [*out, pending]


def together(a: Row, b: Row) -> Row:
    """Two rows as one over the time of both: energies added, extremes kept, grains as they stood at the end."""
    fitting = a if a["phase"] == Phase.FITTING else b
    return {
        **b,
        **{key: a[key] for key in ("second", "utc", "at")},
        **{key: a[key] + b[key] for key in ("seconds", "joules", "joules_fitting")},
        **{key: fitting[key] for key in ("phase", "network", "parameters")},
        "watts_mean": _mean(a, b),
        "watts_min": _extreme(min, a["watts_min"], b["watts_min"]),
        "watts_max": _extreme(max, a["watts_max"], b["watts_max"]),
    }


def _mean(a: Row, b: Row) -> float | None:
    known = [row for row in (a, b) if row["watts_mean"] is not None]
    seconds = sum(row["seconds"] for row in known)
    return sum(row["watts_mean"] * row["seconds"] for row in known) / seconds if seconds else None


def _extreme(choose: Callable[[list[float]], float], *values: float | None) -> float | None:
    known = [v for v in values if v is not None]
    return choose(known) if known else None
