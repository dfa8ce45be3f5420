"""The totals say what a performance came to, read from the ledger, also while the piece writes to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from .. import database
from ..now import Provenance
from .schema import VERSION
from .trouble import LedgerError, version_of


def read_only(path: Path) -> sqlite3.Connection:
    """A ledger for reading, also while the piece writes to it.

    Raises:
        LedgerError: there is none, or it is another version's or another program's.
        sqlite3.Error: it cannot be read.
    """
    if not path.is_file():
        raise LedgerError(f"{path}: there is no ledger; name another file.")
    db = database.read_only(path)
    try:
        if version_of(db) != VERSION:
            raise LedgerError(f"{path}: it is of another version; open it with the version that wrote it.")
    except (sqlite3.Error, LedgerError):
        db.close()
        raise
    return db


def run_totals(path: Path, run: int | None = None) -> dict[str, Any]:
    """What one performance came to.

    Args:
        path: the ledger.
        run: its id; None is the last one.

    Returns:
        `run` (its row), `seconds`, `joules`, `joules_fitting` and `watts` (lowest, mean, highest) by word, `own_watts`
        (mean), `beside` (word and J of the first meter beside the source, or None), `due`, `heard`, `lit`, `drawn`,
        `unheard`, `unlit`, `undrawn`, `lost`, `gap_seconds`, `readings`, `fits` and `notes` (lists of rows).

    Raises:
        LedgerError: there is no such ledger or run.
    """
    try:
        with closing(read_only(path)) as db:
            found = rows_of(db, "SELECT * FROM runs WHERE id = coalesce(?, (SELECT max(id) FROM runs))", run)
            if not found:
                raise LedgerError(f"{path}: this ledger has no such performance.")
            key = found[0]["id"]
            return {"run": found[0]} | _by_word(db, key) | _aside(db, key) | _grains(db, key) | _lists(db, key)
    except sqlite3.Error as error:
        raise LedgerError(f"{path}: this ledger cannot be read: {error}; keep it, and name another file.") from None


def word(provenance: int) -> str:
    """The word that stands beside every number."""
    return Provenance(provenance).name.replace("_", " ")


def _by_word(db: sqlite3.Connection, run: int) -> dict[str, Any]:
    query = """SELECT provenance, total(seconds) AS seconds, total(joules) AS joules, total(joules_fitting) AS fitting,
        min(watts_min) AS low, max(watts_max) AS high FROM sums WHERE run = ? GROUP BY provenance"""
    words = {word(row["provenance"]): row for row in rows_of(db, query, run)}
    read = {w: row for w, row in words.items() if w != word(Provenance.NO_READING)}
    return {
        "seconds": {w: row["seconds"] for w, row in words.items()},
        "joules": {w: row["joules"] for w, row in read.items()},
        "joules_fitting": {w: row["fitting"] for w, row in read.items()},
        "watts": {w: (r["low"], r["joules"] / r["seconds"], r["high"]) for w, r in read.items() if r["seconds"] > 0},
    }


def _aside(db: sqlite3.Connection, run: int) -> dict[str, Any]:
    """What stands beside the source and is never added to it."""
    mean = "SELECT total(own_watts * seconds) / total(seconds) AS own FROM stretches WHERE run = ?"
    last = """SELECT beside_provenance AS word, beside_joules AS joules FROM stretches
        WHERE run = ? AND beside_provenance > 0 ORDER BY second DESC LIMIT 1"""
    beside = next(iter(rows_of(db, last, run)), None)
    return {
        "own_watts": rows_of(db, mean, run)[0]["own"],
        "beside": None if beside is None else (word(beside["word"]), beside["joules"]),
    }


def _grains(db: sqlite3.Connection, run: int) -> dict[str, Any]:
    names = ("due", "heard", "lit", "drawn", "unheard", "unlit", "undrawn", "gap_seconds")
    query = f"SELECT {', '.join(names)} FROM stretches WHERE run = ? ORDER BY second DESC, at DESC LIMIT 1"
    row = next(iter(rows_of(db, query, run)), dict.fromkeys(names, 0))
    return row | {"lost": row["unheard"] + row["unlit"] + row["undrawn"]}


def _lists(db: sqlite3.Connection, run: int) -> dict[str, Any]:
    readings = """SELECT * FROM readings WHERE id IN (SELECT reading FROM stretches WHERE run = ?) ORDER BY id"""
    fits = """SELECT presses.*, codes.text AS source, readings.provenance AS provenance,
        readings.boundary AS boundary, readings.uncertainty AS uncertainty
        FROM presses LEFT JOIN codes ON codes.id = code LEFT JOIN readings ON readings.id = reading
        WHERE run = ? ORDER BY number"""
    notes = "SELECT * FROM notes WHERE run = ? ORDER BY at"
    return {name: rows_of(db, query, run) for name, query in (("readings", readings), ("fits", fits), ("notes", notes))}


def rows_of(db: sqlite3.Connection, query: str, *values: Any) -> list[dict[str, Any]]:
    """The answer to a query, each row by column name."""
    cursor = db.execute(query, values)
    names = [c[0] for c in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
