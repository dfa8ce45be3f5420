"""Rolling up: seconds of days long past become minutes, with the same sums.

Days are counted, not calculated: what is kept in seconds are the newest days on which the piece performed. So a clock
that stands years ahead for an hour makes one day more, and rolls up nothing that should have stayed.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ..now import Phase
from .totals import rows_of

AT_ONCE = 3600  # seconds rolled up in one transaction: some 20 ms
MINUTE = 60
SUMMED = ("seconds", "joules", "joules_fitting")

OLDEST = """SELECT run, min(second) AS first FROM seconds WHERE utc < ? GROUP BY run ORDER BY run LIMIT 1"""
SOME = """SELECT * FROM seconds WHERE run = ? AND second >= ? AND second < ? AND utc < ? ORDER BY second, at"""
BEGIN_OF = """SELECT min(hour) FROM (SELECT day, min(hour) AS hour FROM sums GROUP BY day ORDER BY day DESC LIMIT ?)"""


def before(db: sqlite3.Connection, days: int) -> float:
    """The moment, s since 1970, before which seconds are old: the begin of the newest so many days with rows."""
    found = db.execute(BEGIN_OF, (days,)).fetchone()[0]
    return float(found or 0.0)


def roll(db: sqlite3.Connection, utc: float) -> int:
    """Roll up some seconds that began before a moment, s since 1970, inside a transaction; returns how many."""
    oldest = db.execute(OLDEST, (utc,)).fetchone()
    if oldest is None:
        return 0
    run, first = oldest
    until = first // MINUTE * MINUTE + AT_ONCE
    rows = rows_of(db, SOME, run, first, until, utc)
    for minute in minutes(rows):
        names, marks = ", ".join(minute), ", ".join("?" * len(minute))
        db.execute(f"INSERT OR REPLACE INTO minutes ({names}) VALUES ({marks})", [*minute.values()])
    db.execute("DELETE FROM seconds WHERE run = ? AND second >= ? AND second < ? AND utc < ?", (run, first, until, utc))
    return len(rows)


def minutes(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows of seconds of one performance, in order, as rows of minutes: one for each reading within a minute."""
    ordered = sorted(rows, key=lambda r: (r["second"] // MINUTE, r["provenance"], r["reading"] or 0, r["second"]))
    for _, group in groupby(ordered, key=lambda r: (r["second"] // MINUTE, r["provenance"], r["reading"])):
        yield joined(list(group))


def joined(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows that follow one another as one: energies and times added, extremes kept, counts as they stood at the end."""
    first, last = rows[0], rows[-1]
    fitting = next((row for row in rows if row["phase"] == Phase.FITTING), last)
    return {
        **last,
        **{name: first[name] for name in ("second", "utc", "at")},
        **{name: math.fsum(row[name] or 0.0 for row in rows) for name in SUMMED},
        **{name: fitting[name] for name in ("phase", "network", "parameters")},
        **_watts(rows),
    }


def _watts(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    """The watts of rows together: the mean by their time, and the extremes; None where no row had a sample."""
    read = [row for row in rows if row["watts_mean"] is not None]
    span = math.fsum(row["seconds"] for row in read)
    area = math.fsum(row["watts_mean"] * row["seconds"] for row in read)
    return {
        "watts_mean": area / span if span else None,
        "watts_min": min((row["watts_min"] for row in read if row["watts_min"] is not None), default=None),
        "watts_max": max((row["watts_max"] for row in read if row["watts_max"] is not None), default=None),
    }
