"""The check looks at what all players share: Python, the folders, the disk, the record, a running piece."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from .config import Config
from .finding import Finding
from .now import SIZE, Doors, Now, State, default_path

PYTHONS = ((3, 11), (3, 12), (3, 13))
ROOM_NEEDED = 200e6  # bytes: an hour of sound as a file is 1.4 GB, a day of the ledger 20 MB
ROOM_WANTED = 2e9  # bytes
ALIVE = 2.0  # s since the conductor's last beat
STATES = {
    State.STOPPED: "has stopped",
    State.STARTING: "is starting",
    State.PLAYING: "plays",
    State.BACKOFF: "is resting until its next try",
    State.STOPPING: "is leaving",
}


def check(config: Config) -> list[Finding]:
    """What is wrong with the machine as the whole piece uses it."""
    out = Path(config.piece.out)
    return [python(), folder(out), disk(out), *record(default_path())]


def python(version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    """Whether this Python is one of those the piece is tested with."""
    said = ".".join(map(str, version))
    if version in PYTHONS:
        return Finding("python", "ok", f"It is Python {said}.")
    return Finding(
        "python", "wrong", f"It is Python {said}.", "Install Python 3.11, 3.12 or 3.13 and run `make setup`."
    )


def folder(out: Path) -> Finding:
    """Whether what a performance leaves behind can be written; tried, because root may write nearly everywhere."""
    there = next(f for f in (out, *out.resolve().parents) if f.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0")
    except OSError as error:
        detail = f"{out} cannot be written: {error.strerror}."
        return Finding("out folder", "wrong", detail, "Give the right to write there, or name another in [piece] out.")
    return Finding("out folder", "ok", f"{out.resolve()} can be written.")


def disk(out: Path) -> Finding:
    """Whether the disk has room for what a performance leaves behind."""
    there = next(f for f in (out, *out.resolve().parents) if f.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free / 1e9:,.1f} GB are free for {out}."
    if free < ROOM_NEEDED:
        return Finding("disk", "wrong", detail, "Make room, or name a folder on another disk in [piece] out.")
    if free < ROOM_WANTED:
        return Finding("disk", "missing", detail, "Make room soon: an hour of sound as a file takes 1.4 GB.")
    return Finding("disk", "ok", detail)


def record(path: Path) -> Iterator[Finding]:
    """Where the record would lie, and the piece that runs in it."""
    yield _memory(path)
    try:
        now = Now(path)
    except FileNotFoundError:
        yield Finding("piece", "ok", "None runs here.")
    except ValueError as error:
        yield Finding("piece", "missing", str(error), "It is replaced when a piece starts.")
    except OSError as error:
        detail = f"{path} cannot be opened: {error.strerror}."
        yield Finding("piece", "wrong", detail, "Start the piece as the user that owns this file, or remove it.")
    else:
        yield from running(now, time.monotonic())
        now.close()


def _memory(path: Path) -> Finding:
    there = next(f for f in path.resolve().parents if f.exists())
    detail = f"It lies in {there}"
    if shutil.disk_usage(there).free < 2 * SIZE:
        return Finding("record", "wrong", f"{detail}, which is full.", "Make room there, or set UNDERFOOT_NOW.")
    kinds = [p for p in psutil.disk_partitions(all=True) if there.is_relative_to(p.mountpoint)]
    kind = max(kinds, key=lambda p: len(p.mountpoint)).fstype if kinds else ""
    if sys.platform == "linux" and kind not in ("tmpfs", "ramfs"):
        remedy = "Give the piece /dev/shm, or set UNDERFOOT_NOW to a file in a memory file system."
        return Finding(
            "record", "missing", f"{detail}, on a disk ({kind}), which is then written all the time.", remedy
        )
    return Finding("record", "ok", f"{detail}.")


def running(now: Now, at: float) -> Iterator[Finding]:
    """How the players of a running piece are; `at` is monotonic time."""
    if now.doors == Doors.SHUT or at - now.conductor_beat > ALIVE:
        yield Finding("piece", "ok", "None runs here; the record is of one that ended.")
        return
    yield Finding("piece", "ok", f"One runs here, its doors open for {at - now.opened_at:,.0f} s.")
    for name in now.players:
        yield from _player(now, name)


def _player(now: Now, name: str) -> Iterator[Finding]:
    state, restarts = now.of(name).state, int(now.of(name).restarts)
    if state is State.STOPPED and not restarts:
        return  # it does not play in this piece
    back = f", brought back {restarts} times" if restarts else ""
    note = now.of(name).note
    well = state in (State.STARTING, State.PLAYING) and not note
    what, _, remedy = note.partition("; ")
    detail = f"It {STATES[state]}{back}." + (f" It says: {what.rstrip('.')}." if note else "")
    remedy = remedy or f"See its log, out/log/{name}.log."
    yield Finding(f"piece, {name}", "ok" if well else "missing", detail, "" if well else remedy[0].upper() + remedy[1:])
