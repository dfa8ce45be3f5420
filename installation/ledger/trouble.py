"""Trouble is what can be wrong with the ledger's file: each case becomes one sentence with its remedy.

A damaged file and one of another version are renamed and kept; what is no ledger at all is never touched.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

from .schema import APPLICATION, MIGRATED_FROM, VERSION

LOCK_WAIT = 0.5  # s to wait for another program that holds the file
CHECK_SPAN = 2.0  # s a look at the whole file may take at the start; `underfoot ledger check` takes all it needs
SUFFIXES = {".sqlite", ".sqlite3", ".db"}


class LedgerError(Exception):
    """What the ledger cannot do, as one sentence with its remedy."""


def version_of(db: sqlite3.Connection) -> int:
    """The version of an open ledger; 0 for an empty file.

    Raises:
        LedgerError: it is a database, and no ledger.
    """
    application, version = (db.execute(f"PRAGMA {key}").fetchone()[0] for key in ("application_id", "user_version"))
    if application == APPLICATION:
        return int(version)
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise LedgerError("it is a database of another program; name another file under [ledger] file")
    return 0


def unfit(path: Path) -> str | None:
    """Why a file at this place cannot be gone on with ("damaged", "version 2"), or None when it can.

    Raises:
        LedgerError: it is no ledger at all, and stays untouched.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_WAIT)) as db:
            version = version_of(db)
            sound = is_sound(db, CHECK_SPAN) is not False
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        if path.suffix not in SUFFIXES:
            raise LedgerError(f"{path}: this is no ledger; name another file under [ledger] file.") from None
        return "damaged"
    except LedgerError as error:
        raise LedgerError(f"{path}: {error}.") from None
    if not sound:
        return "damaged"
    return None if version == 0 or MIGRATED_FROM <= version <= VERSION else f"version {version}"


def is_sound(db: sqlite3.Connection, within: float) -> bool | None:
    """Whether an open ledger is whole; None where looking at all of it takes longer than so many s."""
    until = time.monotonic() + within
    db.set_progress_handler(lambda: time.monotonic() > until, 10_000)
    try:
        return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        db.set_progress_handler(None, 0)


def is_damage(error: BaseException) -> bool:
    """Whether an error says that the file itself is broken."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def set_aside(path: Path, reason: str) -> str:
    """Rename a file that cannot be gone on with, and what belongs to it; returns the sentence for the wall."""
    stamp = datetime.now().strftime("%Y-%m-%dT%H-%M-%S-%f")
    aside = path.with_name(f"{path.stem}-{stamp}-{reason.replace(' ', '-')}{path.suffix}")
    for tail in ("-wal", "-shm", ""):
        part = path.with_name(path.name + tail)
        if part.exists():
            part.rename(aside.with_name(aside.name + tail))
    return f"The ledger {path.name} was {_why(reason)}; it is kept as {aside.name}, and a new one was begun."


def _why(reason: str) -> str:
    return (
        reason if not reason.startswith("version") else f"of another version ({reason.split()[-1]}, this is {VERSION})"
    )


def sentence(error: BaseException, path: Path) -> str:
    """One sentence with a remedy for what SQLite or the system says."""
    if isinstance(error, LedgerError):
        return str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    reason, remedy = _SENTENCES.get(code, (str(error), "check the disk, or name another file under [ledger] file"))
    if isinstance(error, OSError):
        reason, remedy = error.strerror or str(error), "name another file under [ledger] file"
    return f"The ledger cannot write {path}: {reason}; {remedy}. Its rows wait in memory."


_SENTENCES = {
    sqlite3.SQLITE_FULL: ("the disk is full", "make room"),
    sqlite3.SQLITE_READONLY: ("it is read-only", "give the piece the right to write there"),
    sqlite3.SQLITE_PERM: ("it is read-only", "give the piece the right to write there"),
    sqlite3.SQLITE_BUSY: ("another program holds it", "close that program"),
    sqlite3.SQLITE_LOCKED: ("another program holds it", "close that program"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "check that its folder exists and may be written"),
    sqlite3.SQLITE_IOERR: ("the disk gives errors", "check the disk and the room left on it"),
    sqlite3.SQLITE_PROTOCOL: ("its file system knows no locks", "name a file on a local disk under [ledger] file"),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "it will be set aside"),
    sqlite3.SQLITE_NOTADB: ("it is damaged", "it will be set aside"),
}
