"""The sums of an hour: what its rows come to, by day, performance and provenance, kept in step with each write."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..day import date_of

Key = tuple[str, int, int, int]  # local day, begin of the hour in s since 1970, run, provenance
HOUR = 3600


@dataclass
class Sum:
    """What the rows of one hour come to: terms that are added, and the extremes of the watts."""

    seconds: list[float] = field(default_factory=list)
    joules: list[float] = field(default_factory=list)
    joules_fitting: list[float] = field(default_factory=list)
    joules_uncertain: list[float] = field(default_factory=list)
    watts: list[float] = field(default_factory=list)

    def add(self, row: Mapping[str, Any], uncertainty: float, sign: float = 1.0) -> None:
        self.seconds.append(sign * (row.get("seconds") or 0.0))
        self.joules.append(sign * (row.get("joules") or 0.0))
        self.joules_fitting.append(sign * (row.get("joules_fitting") or 0.0))
        self.joules_uncertain.append(self.joules[-1] * uncertainty)
        if sign > 0:
            self.watts += [w for w in (row.get("watts_min"), row.get("watts_max")) if w is not None]


def key_of(row: Mapping[str, Any], run: int) -> Key:
    """Where a row of seconds is summed."""
    utc = row.get("utc") or 0.0
    return date_of(utc), int(utc // HOUR) * HOUR, run, row.get("provenance", 0)


def add(db: sqlite3.Connection, sums: Mapping[Key, Sum]) -> None:
    """Add to the kept sums, inside the transaction that writes the rows."""
    for (day, hour, run, provenance), part in sums.items():
        terms = (part.seconds, part.joules, part.joules_fitting, part.joules_uncertain)
        low, high = min(part.watts, default=None), max(part.watts, default=None)
        values = (day, hour, run, provenance, *map(math.fsum, terms), low, high)
        db.execute(ADD, values)


# The scalar min and max of SQLite give NULL where one is NULL.
ADD = """INSERT INTO sums VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (day, hour, run, provenance) DO UPDATE SET seconds = seconds + excluded.seconds,
    joules = joules + excluded.joules, joules_fitting = joules_fitting + excluded.joules_fitting,
    joules_uncertain = joules_uncertain + excluded.joules_uncertain,
    watts_min = min(coalesce(watts_min, excluded.watts_min), coalesce(excluded.watts_min, watts_min)),
    watts_max = max(coalesce(watts_max, excluded.watts_max), coalesce(excluded.watts_max, watts_max))"""


def of_rows(db: sqlite3.Connection, run: int, rows: Iterable[Mapping[str, Any]]) -> dict[Key, Sum]:
    """What some rows add to the sums, less what rows of the same key, about to be replaced, had added."""
    sums: dict[Key, Sum] = {}
    fresh: dict[tuple[int, int], Mapping[str, Any]] = {}
    for row in rows:
        place = (row.get("second", 0), row.get("provenance", 0))
        if place not in fresh and (before := _kept(db, run, *place)) is not None:
            sums.setdefault(key_of(before, run), Sum()).add(before, before["uncertainty"], -1.0)
        fresh[place] = row
    for row in fresh.values():
        sums.setdefault(key_of(row, run), Sum()).add(row, getattr(row.get("reading"), "uncertainty", 0.0))
    return sums


def _kept(db: sqlite3.Connection, run: int, second: int, provenance: int) -> dict[str, Any] | None:
    columns = ("utc", "seconds", "joules", "joules_fitting", "watts_min", "watts_max", "provenance", "uncertainty")
    found = db.execute(KEPT, (run, second, provenance)).fetchone()
    return None if found is None else dict(zip(columns, found, strict=True))


KEPT = """SELECT utc, seconds, joules, joules_fitting, watts_min, watts_max, seconds.provenance,
    coalesce(uncertainty, 0.0) FROM seconds LEFT JOIN readings ON readings.id = reading
    WHERE run = ? AND second = ? AND seconds.provenance = ?"""
