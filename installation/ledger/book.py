"""The book is one SQLite file: a row for each second, each fit and each performance.

It is read by the screen after a restart, by the summary and by whoever asks later what the piece used. It is written in
WAL mode, so that reading never stops writing, and with synchronous=FULL, because a gallery ends its day at the fuse: a
second that was written is on the disk. Energies are kept apart by where they come from, and nowhere added together.
To read it while the piece runs, open `file:PATH?mode=ro`.

The tables (version 4; `PRAGMA user_version`)::

    runs      one performance, from opened to closed doors
              id, opened_on (s since 1970, UTC), opened_at (s, monotonic), closed_on (s since 1970; NULL while it runs,
              or when everything was killed), joules_per_grain (J), players, restarts, machine, versions, config (JSON),
              own and beside (what the piece itself draws, and what other meters say, in words, as they stood last)
    readings  where numbers came from; one row for each that occurred
              id, meter, provenance (0 no reading, 1 measured, 2 estimated, 3 replayed), boundary, not_counted, origin,
              uncertainty (fraction)
    seconds   one second; where the word of the reading changes within one, a row for each word
              run, second (whole seconds since the doors opened), provenance: the key
              utc (s since 1970) and at (s, monotonic) where the row begins, seconds (s) it covers,
              watts_mean, watts_min, watts_max (W, of the samples in it; NULL without one),
              joules (J in this row), joules_fitting (J of them while a fit ran), joules_total (J since doors opened),
              reading, phase (of the network; fitting if a fit ran in it), network, parameters (weights), meter_state,
              gap_seconds (s without a reading since the doors opened),
              due, heard, lit, drawn, unheard, unlit, undrawn (grains since the doors opened, when the row was written),
              missing (players that are not there), own_watts (W the piece itself draws beside the fit, estimated),
              beside_joules (J since the doors opened by the first meter beside the source) with its beside_provenance
    fits      one fit: what one press ran, from the begin of its first call to the end of its last
              run, number (from 1): the key; network, parameters, code, fit_line, epochs and updates that were trained,
              rows they trained on (NULL where nobody told), calls (of fit, or own loops, in it),
              began_on (s since 1970), began_at (s, monotonic), seconds (s), joules (J),
              gap_seconds (s of it without a reading), loss, seen, unseen (share right), asked (rows each rests on),
              unseen_from (0 not asked yet, 1 new rows, 2 rows held out, 3 none), learned (JSON: each number by name),
              parts (JSON: a list of the calls, each with its seconds and joules; now.fit_parts says more),
              ended (how; empty while it runs, or when everything was killed), detail, reading
    codes     id, text: the lines of code as they ran
    notes     what a player said was wrong, when it began to say so
              run, at (s, monotonic), player: the key; utc (s since 1970), note (empty: it is well again)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .migrations import migrate
from .totals import rows_of
from .trouble import APPLICATION, LOCK_WAIT, VERSION, LedgerError, sentence, set_aside, unfit, version_of

FORGET_AT_ONCE = 5000  # rows deleted in one transaction
SCHEMA = """
CREATE TABLE runs (id INTEGER PRIMARY KEY, opened_on REAL, opened_at REAL, closed_on REAL, joules_per_grain REAL,
    players TEXT, restarts INTEGER DEFAULT 0, machine TEXT, versions TEXT, config TEXT, own TEXT, beside TEXT,
    UNIQUE (opened_on, opened_at));
CREATE TABLE readings (id INTEGER PRIMARY KEY, meter TEXT, provenance INTEGER, boundary TEXT, not_counted TEXT,
    origin TEXT, uncertainty REAL, UNIQUE (meter, provenance, boundary, not_counted, origin, uncertainty));
CREATE TABLE codes (id INTEGER PRIMARY KEY, text TEXT UNIQUE);
CREATE TABLE seconds (run INTEGER REFERENCES runs, second INTEGER, provenance INTEGER, utc REAL, at REAL, seconds REAL,
    watts_mean REAL, watts_min REAL, watts_max REAL, joules REAL, joules_fitting REAL, joules_total REAL,
    reading INTEGER REFERENCES readings, phase INTEGER, network TEXT, parameters INTEGER, meter_state INTEGER,
    gap_seconds REAL, due INTEGER, heard INTEGER, lit INTEGER, drawn INTEGER, unheard INTEGER, unlit INTEGER,
    undrawn INTEGER, missing TEXT, own_watts REAL, beside_joules REAL, beside_provenance INTEGER,
    PRIMARY KEY (run, second, provenance)) WITHOUT ROWID;
CREATE INDEX seconds_by_utc ON seconds (utc);
CREATE TABLE fits (run INTEGER REFERENCES runs, number INTEGER, network TEXT, parameters INTEGER,
    code INTEGER REFERENCES codes, fit_line TEXT, epochs INTEGER, updates INTEGER, began_on REAL, began_at REAL,
    seconds REAL, joules REAL, gap_seconds REAL, loss REAL, seen REAL, unseen REAL, asked INTEGER, ended TEXT,
    detail TEXT, reading INTEGER REFERENCES readings, rows INTEGER, calls INTEGER, parts TEXT, unseen_from INTEGER,
    learned TEXT, PRIMARY KEY (run, number)) WITHOUT ROWID;
CREATE TABLE notes (run INTEGER REFERENCES runs, at REAL, player TEXT, utc REAL, note TEXT,
    PRIMARY KEY (run, at, player)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Run:
    """One performance; opened_on in s since 1970, opened_at in monotonic s."""

    opened_on: float
    opened_at: float
    joules_per_grain: float
    players: str = ""
    machine: str = ""
    versions: str = ""
    config: str = ""


@dataclass(frozen=True)
class Reading:
    """Where numbers come from."""

    meter: str
    provenance: int
    boundary: str
    not_counted: str = ""
    origin: str = ""
    uncertainty: float = 0.0


Row = Mapping[str, Any]  # column -> value; `reading` a Reading and `code` a text, kept once each


class Book:
    """The file, open for writing.

    Args:
        path: the file; a new one is begun where none is.

    Raises:
        LedgerError: it cannot be opened; the sentence says why and what to do.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.aside = ""
        self.run_id = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.db = self._open()
            self.inode = path.stat().st_ino
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(sentence(error, path)) from error

    def _open(self) -> sqlite3.Connection:
        if (reason := unfit(self.path)) is not None:
            self.aside = set_aside(self.path, reason)
        db = sqlite3.connect(self.path, timeout=LOCK_WAIT, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            if version := version_of(db):
                migrate(db, version)
            else:
                _begin(db)
        except BaseException:
            db.close()
            raise
        return db

    def enter(self, run: Run) -> dict[str, Any] | None:
        """Find this performance, or enter it; returns its last row when the ledger was brought back."""
        columns = asdict(run)
        with self._transaction():
            self.db.execute(_insert("runs", columns, "OR IGNORE"), columns)
            found = self.db.execute(
                "SELECT id FROM runs WHERE opened_on = ? AND opened_at = ?", (run.opened_on, run.opened_at)
            )
            self.run_id = int(found.fetchone()[0])
            self.db.execute("UPDATE runs SET closed_on = NULL WHERE id = ?", (self.run_id,))
        last = "SELECT * FROM seconds WHERE run = ? ORDER BY second DESC, at DESC LIMIT 1"
        return next(iter(rows_of(self.db, last, self.run_id)), None)

    def rows(self) -> int:
        """How many rows of seconds this performance has."""
        found = self.db.execute("SELECT count(*) FROM seconds WHERE run = ?", (self.run_id,))
        return int(found.fetchone()[0])

    def write(
        self, seconds: Iterable[Row] = (), fits: Iterable[Row] = (), notes: Iterable[Row] = (), **run: Any
    ) -> None:
        """Write rows, and columns of the run, in one transaction; a row of the same key takes the older one's place."""
        with self._transaction():
            for table, rows in (("seconds", seconds), ("fits", fits), ("notes", notes)):
                for row in rows:
                    columns = {"run": self.run_id} | {k: self._kept_once(k, v) for k, v in row.items()}
                    self.db.execute(_insert(table, columns, "OR REPLACE"), columns)
            for column, value in run.items():
                self.db.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (value, self.run_id))

    def _kept_once(self, column: str, value: Any) -> Any:
        if column == "reading":
            return self._id("readings", asdict(value))
        return self._id("codes", {"text": value}) if column == "code" else value

    def _id(self, table: str, columns: Row) -> int:
        where = " AND ".join(f"{c} IS :{c}" for c in columns)
        for _ in range(2):
            if found := self.db.execute(f"SELECT id FROM {table} WHERE {where}", columns).fetchone():
                return int(found[0])
            self.db.execute(_insert(table, columns, "OR IGNORE"), columns)
        raise sqlite3.IntegrityError(f"{table} keeps no row")

    def earlier(self, provenance: int, midnight: float) -> float:
        """J of one word kept since a moment (s since 1970) by performances before this one."""
        query = "SELECT total(joules) FROM seconds WHERE utc >= ? AND provenance = ? AND run <> ?"
        return float(self.db.execute(query, (midnight, provenance, self.run_id)).fetchone()[0])

    def forget(self, before: float) -> int:
        """Delete some seconds that began before a moment (s since 1970); fits and runs are kept. Returns how many."""
        query = """DELETE FROM seconds WHERE (run, second, provenance) IN
            (SELECT run, second, provenance FROM seconds WHERE utc < ? LIMIT ?)"""
        return self.db.execute(query, (before, FORGET_AT_ONCE)).rowcount

    def moved(self) -> bool:
        """Whether the file no longer stands at its path."""
        try:
            return self.path.stat().st_ino != self.inode
        except OSError:
            return True

    def close(self, closed_on: float = 0.0) -> None:
        """Note when the doors closed, if they did, and let go of the file."""
        try:
            if closed_on:
                self.db.execute("UPDATE runs SET closed_on = ? WHERE id = ?", (closed_on, self.run_id))
        finally:
            self.db.close()

    def _transaction(self) -> _Transaction:
        return _Transaction(self.db)


class _Transaction:
    """All or nothing; what goes wrong in SQLite passes through after the rest was taken back."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def __enter__(self) -> None:
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.db.execute("COMMIT")
        finally:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")


def _begin(db: sqlite3.Connection) -> None:
    db.executescript(
        f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
    )


def _insert(table: str, columns: Row, conflict: str) -> str:
    names = ", ".join(columns)
    values = ", ".join(f":{c}" for c in columns)
    return f"INSERT {conflict} INTO {table} ({names}) VALUES ({values})"
