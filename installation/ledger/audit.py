"""The audit of a ledger: whether its file is whole and its kept sums are those of its rows."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from .totals import read_only, rows_of, word
from .trouble import is_sound

WHOLE = 3600.0  # s: as long as it takes
ROWS = """SELECT run, s.provenance AS provenance, count(*) AS rows, total(s.seconds) AS seconds,
    total(s.joules) AS joules, total(s.joules_fitting) AS joules_fitting FROM stretches AS s
    GROUP BY run, s.provenance"""
SUMS = """SELECT run, provenance, total(seconds) AS seconds, total(joules) AS joules,
    total(joules_fitting) AS joules_fitting FROM sums GROUP BY run, provenance"""
CLOSE = 1e-6  # of a sum: what the order of additions may change


def audit(path: Path) -> list[str]:
    """What is wrong with a ledger, a sentence each; empty when nothing is.

    Raises:
        LedgerError: it cannot be opened.
    """
    try:
        with closing(read_only(path)) as db:
            if not is_sound(db, WHOLE):
                return [f"{path}: the file is damaged; bring a copy back with `underfoot ledger restore`."]
            return list(_differences(db))
    except sqlite3.DatabaseError as error:
        return [f"{path}: the file is damaged ({error}); bring a copy back with `underfoot ledger restore`."]


def _differences(db: sqlite3.Connection) -> Iterator[str]:
    kept = {(row["run"], row["provenance"]): row for row in rows_of(db, SUMS)}
    counted = {(row["run"], row["provenance"]): row for row in rows_of(db, ROWS)}
    for key in sorted(kept.keys() | counted.keys()):
        yield from _difference(*key, kept.get(key, {}), counted.get(key, {}))


def _difference(run: int, provenance: int, kept: dict[str, Any], counted: dict[str, Any]) -> Iterator[str]:
    for name in ("seconds", "joules", "joules_fitting"):
        a, b = kept.get(name, 0.0), counted.get(name, 0.0)
        if not math.isclose(a, b, rel_tol=CLOSE, abs_tol=CLOSE):
            yield f"Performance {run}, {word(provenance)}: its sum of {name} is {a:.6g}, its rows come to {b:.6g}."
