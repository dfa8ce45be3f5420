"""Copies of the ledger: taken while it is written, by SQLite's own online backup, looked through, and brought back."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from .. import database
from .totals import read_only
from .trouble import LedgerError, is_sound, set_aside, unfit

PAGES_AT_ONCE = 2000  # 8 MB; between two steps the piece may write
PAUSE = 0.02  # s between two steps


def backup(ledger: Path, folder: Path, keep: int) -> tuple[Path, list[Path]]:
    """Copy a ledger, also while the piece writes to it, and keep the newest copies.

    Args:
        ledger: the file.
        folder: where copies lie; made if it is not there.
        keep: how many copies stay; 0 keeps all.

    Returns:
        The copy, and the older copies that were deleted.

    Raises:
        LedgerError: it could not be copied; the sentence says why.
    """
    stamp = datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    copy = folder / f"{ledger.stem}-{stamp}{ledger.suffix}"
    part = copy.with_name(f"{copy.name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copied(ledger, part)
        os.replace(part, copy)
        return copy, _rotated(ledger, folder, keep)
    except sqlite3.Error as error:
        raise LedgerError(
            f"{ledger} could not be copied to {folder}: {error}; name another folder with --to."
        ) from None
    except OSError as error:
        reason = error.strerror or error
        raise LedgerError(
            f"{folder}: the copy could not be written: {reason}; name another folder with --to."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _copied(ledger: Path, copy: Path) -> None:
    """Copy page by page, then look the copy through; what is not whole is not kept."""
    with closing(read_only(ledger)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target, pages=PAGES_AT_ONCE, sleep=PAUSE)
        if not is_sound(target, within=3600.0):
            raise LedgerError(f"{ledger}: its copy is damaged; look at it with `underfoot ledger check`.")
        target.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    _to_disk(copy)


def _to_disk(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _rotated(ledger: Path, folder: Path, keep: int) -> list[Path]:
    copies = sorted(folder.glob(f"{ledger.stem}-????-??-??T??-??-??{ledger.suffix}"))
    old = copies[: max(0, len(copies) - keep)] if keep else []
    for path in old:
        path.unlink()
    return old


def restore(copy: Path, ledger: Path) -> str:
    """Put a copy in the ledger's place; what stood there is renamed and kept. Only while no piece writes to it.

    Returns:
        What became of the file that stood there, in a sentence; empty where none did.

    Raises:
        LedgerError: the copy is no whole ledger, or the place cannot be written.
    """
    if not copy.is_file():
        raise LedgerError(f"{copy}: there is no such copy; name one that `underfoot ledger backup` made.")
    reason = "empty" if copy.stat().st_size == 0 else unfit(copy)
    if reason is not None:
        raise LedgerError(f"{copy}: this copy is unfit ({reason}); name another.")
    part = ledger.with_name(f"{ledger.name}.part")
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        # Of an older version too: it is brought up when the piece opens it.
        with closing(database.read_only(copy)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        _to_disk(part)
        sentence = set_aside(ledger, "replaced") if ledger.exists() else ""
        os.replace(part, ledger)
        return sentence
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"{ledger} could not be written: {error}; check the disk and its permissions.") from None
    finally:
        part.unlink(missing_ok=True)
