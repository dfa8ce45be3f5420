"""The check looks before the show whether the ledger could be written, and changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil

from ..config import Config
from ..finding import Finding
from .totals import read_only
from .trouble import LedgerError, sentence, unfit

A_DAY = 20_000_000  # bytes: 86 400 rows of up to 230, measured by tests/ledger/test_check.py
FAR = {"nfs", "nfs4", "cifs", "smbfs", "smb3", "fuse.sshfs", "9p", "afpfs"}
GONE_WHEN_OFF = {"tmpfs", "ramfs"}


def check(config: Config) -> list[Finding]:
    """What is wrong with the ledger's file, its folder, and its disk."""
    path = Path(config.ledger.file)
    if "ledger" not in config.piece.players:
        return [Finding("ledger", "missing", "It is not among the players: nothing is kept.", "Name it under [piece].")]
    return [_file(path), *_disk(path, config.ledger.keep_days)]


def _file(path: Path) -> Finding:
    try:
        if (reason := unfit(path)) is not None:
            detail = f"{path}: this ledger is unfit ({reason})."
            return Finding("ledger file", "wrong", detail, "The piece renames and keeps it, and begins a new one.")
        if not path.exists():
            _try_to_write(nearest_folder(path))
            return Finding("ledger file", "ok", f"{path}: a new one will be begun.")
        _try_to_lock(path)
        return Finding("ledger file", "ok", f"{path}: {_contents(path)}.")
    except LedgerError as error:
        return Finding("ledger file", "wrong", str(error), "Write another [ledger] file in config.toml.")
    except (sqlite3.Error, OSError) as error:
        said = sentence(error, path).removesuffix(" Its rows wait in memory.")
        return Finding("ledger file", "wrong", said, "Until then its rows wait in memory and end with the piece.")


def nearest_folder(path: Path) -> Path:
    """The folder of a file, or the nearest one above it that exists."""
    return next(folder for folder in path.resolve().parents if folder.exists())


def _try_to_write(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"\0" * 4096)
        file.flush()


def _try_to_lock(path: Path) -> None:
    """Ask for the right to write and give it back: permissions, a read-only disk and other programs show here."""
    with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("CREATE TABLE trial (x)")
        db.execute("ROLLBACK")


def _contents(path: Path) -> str:
    if path.stat().st_size == 0:
        return "empty"
    with closing(read_only(path)) as db:
        runs, fits = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("runs", "presses"))
    return f"{runs} performances, {fits} fits, {path.stat().st_size / 1e6:.1f} MB"


def _disk(path: Path, keep_days: int) -> Iterator[Finding]:
    folder = nearest_folder(path)
    days = shutil.disk_usage(folder).free / A_DAY
    detail = f"There is room for about {days:,.0f} days of seconds." if days < 3650 else "There is room for ten years."
    if days < max(7, min(keep_days, 365)):
        yield Finding("ledger disk", "wrong", detail, "Make room, or write fewer [ledger] keep_days in config.toml.")
    elif (kind := file_system(folder)) in FAR:
        detail = f"{folder} is on a network ({kind}), which does not keep SQLite's locks."
        yield Finding("ledger disk", "wrong", detail, "Name a file on a local disk under [ledger] file.")
    elif kind in GONE_WHEN_OFF:
        detail = f"{folder} is in memory ({kind}): the ledger is gone when the machine is switched off."
        yield Finding("ledger disk", "missing", detail, "Name a file on a disk under [ledger] file.")
    else:
        yield Finding("ledger disk", "ok", detail)


def file_system(folder: Path) -> str:
    """The kind of file system a folder is on, such as ext4; empty where the system does not say."""
    on = [p for p in psutil.disk_partitions(all=True) if folder.is_relative_to(p.mountpoint)]
    return max(on, key=lambda p: len(p.mountpoint)).fstype if on else ""
