"""`underfoot player`: one player joins the piece that runs here, or opens a record of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from installation.now import Doors, Now
from installation.player import PARENT

PATIENCE = 30.0  # s


@contextmanager
def ledger(record: Path, conducted: bool = False) -> Iterator[Now]:
    """The ledger, as the player that needs no device; yields the record once it beats."""
    setting = f"ledger.file={record.with_name('ledger.sqlite')}"
    command = [sys.executable, "-m", "installation", "player", "ledger", "--now", str(record), "--set", setting]
    environment = os.environ | ({PARENT: str(os.getpid())} if conducted else {})
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            if record.exists() and (now := Now(record))["ledger_beat"] > began:
                break
            time.sleep(0.02)
        yield now
    finally:
        process.terminate()
        process.communicate()


def test_alone_it_opens_a_record_of_its_own(tmp_path: Path) -> None:
    with ledger(tmp_path / "now") as now:
        assert (now.doors, now.joules_per_grain) == (Doors.OPEN, 1.0)


def left(path: Path, beat: float, doors: Doors) -> int:
    """A record somebody opened before; returns its file."""
    now = Now.open_doors(path)
    now.conductor_beat, now.doors, now.joules_per_grain = beat, doors, 5.0
    return path.stat().st_ino


def test_it_plays_in_the_piece_that_runs(tmp_path: Path) -> None:
    inode = left(tmp_path / "now", time.monotonic() + 60, Doors.OPEN)
    with ledger(tmp_path / "now") as now:
        assert now.joules_per_grain == 5.0
    assert (tmp_path / "now").stat().st_ino == inode


@pytest.mark.parametrize("doors", [Doors.SHUT, Doors.OPEN], ids=["ended", "killed"])
def test_a_record_left_over_is_not_played_in(tmp_path: Path, doors: Doors) -> None:
    left(tmp_path / "now", time.monotonic() - 60, doors)
    with ledger(tmp_path / "now") as now:
        assert (now.doors, now.joules_per_grain) == (Doors.OPEN, 1.0)


def test_a_conductor_that_is_late_keeps_its_record(tmp_path: Path) -> None:
    """A player it starts never opens another, however old its beat: the piece must not fall in two."""
    inode = left(tmp_path / "now", time.monotonic() - 60, Doors.SHUT)
    with ledger(tmp_path / "now", conducted=True) as now:
        assert now.joules_per_grain == 5.0
    assert (tmp_path / "now").stat().st_ino == inode


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "installation", "player", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_wrong_name_gets_the_nearest(tmp_path: Path) -> None:
    done = run("legder", "--now", str(tmp_path / "now"))
    assert (done.returncode, "Did you mean 'ledger'?" in done.stderr) == (2, True)


def test_another_versions_record_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "now").write_bytes(b"\0" * 100)
    done = run("ledger", "--now", str(tmp_path / "now"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "not this version's record" in done.stderr
