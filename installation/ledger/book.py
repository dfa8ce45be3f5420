"""The book is one SQLite file: a row for each second, each press with its fits, and each performance.

It is read by the screen after a restart, by the summary and by whoever asks later what the piece used. It is written in
WAL mode, so that reading never stops writing, and with synchronous=FULL, because a gallery ends its day at the fuse: a
second that was written is on the disk. Energies are kept apart by provenance, and nowhere added together.
docs/ledger.md tells each table, view and column.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from . import rolling, schema, sums
from .totals import rows_of
from .trouble import LOCK_WAIT, LedgerError, sentence, set_aside, unfit, version_of

TABLES = ("seconds", "presses", "notes")


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
            db.execute("PRAGMA foreign_keys = OFF")  # rows may be written before what they name
            if version := version_of(db):
                schema.migrate(db, version)
            else:
                schema.begin(db)
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
        last = "SELECT * FROM stretches WHERE run = ? ORDER BY second DESC, at DESC LIMIT 1"
        return next(iter(rows_of(self.db, last, self.run_id)), None)

    def rows(self) -> int:
        """How many rows of seconds this performance has."""
        found = self.db.execute("SELECT count(*) FROM stretches WHERE run = ?", (self.run_id,))
        return int(found.fetchone()[0])

    def write(
        self,
        seconds: Iterable[Row] = (),
        presses: Iterable[Row] = (),
        notes: Iterable[Row] = (),
        run: Row = MappingProxyType({}),
    ) -> None:
        """Write rows, and columns of the run, in one transaction; a row of the same key takes the older one's place."""
        seconds = list(seconds)
        with self._transaction():
            sums.add(self.db, sums.of_rows(self.db, self.run_id, seconds))
            for table, rows in zip(TABLES, (seconds, presses, notes), strict=True):
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

    def earlier(self, provenance: int, day: str) -> float:
        """J of one provenance kept on a local day, YYYY-MM-DD, by performances before this one."""
        query = "SELECT total(joules) FROM sums WHERE day = ? AND provenance = ? AND run <> ?"
        return float(self.db.execute(query, (day, provenance, self.run_id)).fetchone()[0])

    def newest_before(self) -> float:
        """When the newest row of performances before this one was written: s since 1970; 0 without one."""
        found = self.db.execute("SELECT max(hour) FROM sums WHERE run <> ?", (self.run_id,)).fetchone()[0]
        return float(found or 0.0)

    def roll(self, keep_days: int) -> int:
        """Roll up some seconds older than the newest so many days into minutes; returns how many there were."""
        with self._transaction():
            return rolling.roll(self.db, rolling.before(self.db, keep_days))

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


def _insert(table: str, columns: Row, conflict: str) -> str:
    names = ", ".join(columns)
    values = ", ".join(f":{c}" for c in columns)
    return f"INSERT {conflict} INTO {table} ({names}) VALUES ({values})"
