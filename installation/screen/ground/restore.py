"""Reads the day back from the ledger, so that the section stands again after a restart.

The file is SQLite and is only read; the ledger's own code is not needed for it. What cannot be read is said in one
sentence, and the ground begins anew: a picture never waits for a file.
"""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.database import read_only
from installation.day import midnight
from installation.now import Provenance
from installation.score.colour import size

OTHERS = """SELECT utc, seconds, joules, joules_fitting, parameters FROM stretches
    WHERE utc >= ? AND utc < ? AND provenance = ? AND run <> ? AND seconds > 0 ORDER BY utc, second"""
# The clock of the wall may have been set, or have gone on while the machine slept; that of the samples has not.
OWN = """SELECT at + ?, seconds, joules, joules_fitting, parameters FROM stretches
    WHERE run = ? AND second >= ? AND provenance = ? AND seconds > 0 ORDER BY second"""
RUN = "SELECT id, opened_at FROM runs WHERE abs(opened_on - ?) < 0.5 ORDER BY id DESC LIMIT 1"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Day:
    """What the ledger knows: (n, 6) begin s since 1970, span s, s read, J, J in fits, those by size; or why not."""

    rows: Floats
    trouble: str = ""


def read_day(path: Path, provenance: int, opened_on: float, until: float) -> Day:
    """The seconds of the local day up to a moment, of one word; of a replay only this performance's own.

    Args:
        path: the ledger's file.
        provenance: which readings; another word is never added to them.
        opened_on, until: s since 1970.
    """
    nothing = np.zeros((0, 6))
    if not path.is_file():
        return Day(nothing)
    try:
        with closing(read_only(path, 1.0)) as db:
            if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return Day(nothing)  # the ledger is just being begun
            own = db.execute(RUN, (opened_on,)).fetchone()
            run, opened_at = own or (0, 0.0)
            first, found = midnight(until), []
            if provenance != Provenance.REPLAYED:
                before = opened_on if own else until
                found += db.execute(OTHERS, (first, before, provenance, run)).fetchall()
            if own:
                second = math.floor(first - opened_on)
                found += db.execute(OWN, (opened_on - opened_at, run, second, provenance)).fetchall()
            return Day(_rows(found, first, until))
    except (sqlite3.Error, OSError, TypeError, ValueError) as error:
        return Day(nothing, str(error))


def _rows(found: list[tuple[float | None, ...]], first: float, until: float) -> Floats:
    """Numbers that are numbers, in the order of time, without overlap, from a moment to another."""
    rows = np.asarray([[x if x is not None else 0.0 for x in row] for row in found], np.float64).reshape(-1, 5)
    rows = rows[np.isfinite(rows).all(axis=1) & (rows[:, 2] >= 0) & (rows[:, 1] <= 60)]
    begin, span, joules, fitting, weights = rows.T
    if len(begin) > 1:
        span = np.append(np.minimum(span[:-1], np.maximum(np.diff(begin), 0.0)), span[-1])
    heavy = np.asarray([size(w) for w in weights])
    fitting = np.clip(fitting, 0.0, joules)
    keep = (span > 0) & (begin >= first) & (begin < until)
    whole = np.stack([begin, span, span, joules, fitting, fitting * heavy], axis=1)[keep]
    if len(whole) and whole[-1, 0] + whole[-1, 1] > until:  # the rest of that second is in the record
        whole[-1, 1:] *= (until - whole[-1, 0]) / whole[-1, 1]
    return whole
