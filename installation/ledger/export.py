"""The export: a day of the ledger as a file that anybody's tools read, with its units in the names of its columns.

The day's hash is the SHA-256 of its seconds as CSV, in the form written here: whoever has the ledger can compute it
again and hold a print or a file against it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from .totals import read_only, rows_of
from .trouble import LedgerError

Rows = list[dict[str, Any]]

SECONDS = """SELECT s.run AS run, s.second AS second, strftime('%Y-%m-%dT%H:%M:%fZ', s.utc, 'unixepoch') AS utc,
    p.provenance AS provenance, s.seconds AS seconds_s, s.watts_mean AS watts_mean_W, s.watts_min AS watts_min_W,
    s.watts_max AS watts_max_W, CASE WHEN s.provenance THEN s.joules END AS joules_J,
    CASE WHEN s.provenance THEN s.joules_fitting END AS joules_fitting_J, r.uncertainty AS uncertainty_fraction,
    r.boundary AS boundary, h.phase AS phase, s.network AS network, s.parameters AS weights,
    s.due AS grains_due, s.heard AS grains_heard, s.lit AS grains_lit, s.drawn AS grains_drawn
    FROM stretches AS s JOIN provenances AS p ON p.id = s.provenance
    LEFT JOIN readings AS r ON r.id = s.reading LEFT JOIN phases AS h ON h.id = s.phase
    WHERE s.utc >= ? AND s.utc < ? AND date(s.utc, 'unixepoch', 'localtime') = ? ORDER BY s.run, s.second, s.at"""
FITS = """SELECT run, number, began_utc, network, weights, provenance, joules AS joules_J,
    plus_minus_joules AS plus_minus_J, joules_above_rest AS joules_above_rest_J, seconds AS seconds_s,
    gap_seconds AS gap_s, calls, epochs, updates, examples, seen AS seen_fraction, unseen AS unseen_fraction, asked,
    loss, learned, ended, ran_on, boundary, fit_line FROM fits
    WHERE run IN (SELECT DISTINCT run FROM sums WHERE day = ?) AND date(began_utc, 'localtime') = ?
    ORDER BY run, number"""
SPAN = "SELECT min(hour), max(hour) + 3600 FROM sums WHERE day = ?"
DAYS = "SELECT DISTINCT day FROM sums ORDER BY day"

COLUMNS = {
    "run": "which performance, numbered by the ledger",
    "second": "whole seconds since the doors opened, where the row begins",
    "utc": "begin of the row, UTC, by the clock of that moment",
    "began_utc": "begin, UTC",
    "provenance": "MEASURED, ESTIMATED, REPLAYED or NO READING; never add rows of two words",
    "seconds_s": "s that the row covers",
    "watts_mean_W": "W, mean of its samples; empty without one",
    "watts_min_W": "W, lowest",
    "watts_max_W": "W, highest",
    "joules_J": "J drawn in it; empty without a reading",
    "joules_fitting_J": "J of these while a fit ran",
    "uncertainty_fraction": "half width of the interval around the number, as a fraction; 0 is not known",
    "boundary": "what the reading covers",
    "phase": "what the network did",
    "network": "name of the network",
    "weights": "weights of the network",
    "grains_due": "grains due since the doors opened, at its end",
    "grains_heard": "grains heard since the doors opened",
    "grains_lit": "grains lit since the doors opened",
    "grains_drawn": "grains drawn since the doors opened",
    "number": "number of the press in its performance",
    "plus_minus_J": "J: half width of the interval around joules_J",
    "joules_above_rest_J": "J above what the machine would have drawn at rest; empty where rest is not known",
    "gap_s": "s of it without a reading",
    "calls": "calls of fit, or own loops, in the press",
    "epochs": "epochs trained",
    "updates": "batches trained",
    "examples": "examples trained on; empty where nobody told",
    "seen_fraction": "share right on examples it was shown",
    "unseen_fraction": "share right on examples it never saw",
    "asked": "examples each of the two shares rests on",
    "loss": "loss of the last epoch",
    "learned": "JSON: each number that was learned, by name",
    "ended": "how it ended",
    "ran_on": "where it ran",
    "fit_line": "the line that called fit",
}


def days(ledger: Path) -> list[str]:
    """The local days a ledger has rows of, oldest first."""
    with closing(read_only(ledger)) as db:
        return [day for (day,) in db.execute(DAYS)]


def tables(ledger: Path, day: str) -> dict[str, Rows]:
    """The seconds and fits of a day.

    Args:
        ledger: the file.
        day: YYYY-MM-DD, local; empty is the newest.

    Raises:
        LedgerError: it cannot be read, or has nothing of that day.
    """
    try:
        with closing(read_only(ledger)) as db:
            known = [d for (d,) in db.execute(DAYS)]
            day = day or (known[-1] if known else "")
            if day not in known:
                newest = f"its newest day is {known[-1]}" if known else "it is empty"
                raise LedgerError(f"{ledger}: it has nothing of {day or 'any day'}; {newest}.")
            first, last = db.execute(SPAN, (day,)).fetchone()
            return {
                "seconds": rows_of(db, SECONDS, first, last, day),
                "fits": rows_of(db, FITS, day, day),
            }
    except sqlite3.Error as error:
        raise LedgerError(f"{ledger}: this ledger cannot be read: {error}; keep it, and name another file.") from None


def as_csv(rows: Rows) -> str:
    """Rows as CSV (RFC 4180 with line feeds): a header, numbers as Python prints them, nothing where nothing is."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def day_hash(rows: Rows) -> str:
    """SHA-256 of a day's seconds in their CSV form."""
    return hashlib.sha256(as_csv(rows).encode()).hexdigest()


def _csv(rows: Rows, path: Path) -> None:
    path.write_text(as_csv(rows), encoding="utf-8", newline="")


def _json(rows: Rows, path: Path) -> None:
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def _parquet(rows: Rows, path: Path) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise LedgerError("Parquet needs pyarrow: pip install 'underfoot[data]', or choose --format csv.") from None
    told = {name.encode(): COLUMNS[name].encode() for name in (rows[0] if rows else {})}
    table = pyarrow.Table.from_pylist(rows).replace_schema_metadata(told)
    parquet.write_table(table, path)


FORMATS: dict[str, Callable[[Rows, Path], None]] = {"csv": _csv, "json": _json, "parquet": _parquet}


def write(ledger: Path, day: str, folder: Path, form: str) -> tuple[list[Path], str]:
    """Write a day's tables and what their columns mean; returns the files and the day's hash.

    Raises:
        LedgerError: it cannot be read or written.
    """
    found = tables(ledger, day)
    day = day or days(ledger)[-1]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for name, rows in found.items():
            path = folder / f"{day}-{name}.{form}"
            FORMATS[form](rows, path)
            files.append(path)
        told = folder / "columns.md"
        lines = [f"| `{name}` | {meaning} |" for name, meaning in COLUMNS.items()]
        told.write_text("\n".join(["| column | meaning |", "|---|---|", *lines, ""]), encoding="utf-8")
        return [*files, told], day_hash(found["seconds"])
    except OSError as error:
        raise LedgerError(f"{folder}: cannot be written: {error.strerror}; name another folder with --out.") from None
