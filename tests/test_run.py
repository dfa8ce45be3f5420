"""The whole piece as its users meet it: real processes, a recording, and the accidents of a long day."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from installation.now import Doors, Now, State

from .waiting import PATIENCE, until

PATIENT = """
from installation import conductor
from installation.__main__ import main
conductor.CLOSE_WITHIN, conductor.SILENT = 60.0, {silent}
main()
"""  # the conductor's own limits are seconds of a machine that does nothing else


class Piece:
    """One performance in a folder of its own.

    Args:
        silent: s without a beat after which a player hangs.
    """

    playing: list[Piece] = []

    def __init__(
        self, folder: Path, *options: str, players: str = "meter sound screen light ledger", silent: float = 20.0
    ) -> None:
        self.folder, self.record = folder, folder / "now"
        listed = ", ".join(f'"{p}"' for p in players.split())
        settings = (
            f"piece.players=[{listed}]",
            f"piece.out={folder / 'out'}",
            f"ledger.file={folder / 'out/ledger.sqlite'}",
        )
        sets = [a for s in (*settings, "screen.width=640", "screen.height=360") for a in ("--set", s)]
        begin = [sys.executable, "-c", PATIENT.format(silent=silent)]
        command = [*begin, "run", "--headless", "--json", "--now", str(self.record)]
        self.process = subprocess.Popen(
            [*command, *sets, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"SDL_VIDEODRIVER": "dummy"},
        )
        self.playing.append(self)

    def wait_open(self) -> Now:
        until(lambda: self.record.exists() or self.process.poll() is not None)
        assert self.process.poll() is None, self.process.communicate()
        now = Now(self.record)
        until(lambda: now.doors == Doors.OPEN or self.process.poll() is not None)
        assert self.process.poll() is None, self.process.communicate()
        return now

    def child(self, name: str) -> psutil.Process:
        return until(lambda: self._child(name), what=name)

    def _child(self, name: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if child.cmdline()[1:5] == ["-m", "installation", "player", name]:
                    return child
        return None

    def leave_after(self, now: Now, player: str) -> None:
        """Tell the piece to leave once the player has given a few grains more."""
        given = now[f"{player}_grains"]
        until(lambda: now[f"{player}_grains"] > given + 20)
        self.process.terminate()

    def end(self) -> dict[str, Any]:
        out, errors = self.process.communicate(timeout=PATIENCE + 60)
        assert self.process.returncode == 0, errors
        assert "Traceback" not in errors
        result: dict[str, Any] = json.loads(out.splitlines()[-1])
        return result


@pytest.fixture(autouse=True)
def _nothing_outlives_its_test() -> Iterator[None]:
    yield
    for piece in Piece.playing:
        if piece.process.poll() is None:
            piece.process.kill()
            piece.process.communicate()
    Piece.playing.clear()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Rest, a stretch of work, rest: watts every half second."""
    file = tmp_path / "watts.csv"
    rows = [f"{t / 2},{300 if 6 <= t < 14 else 80}" for t in range(80)]
    file.write_text("t_s,watts\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_every_joule_is_heard_lit_and_drawn(tmp_path: Path, recording: Path) -> None:
    piece = Piece(tmp_path, "--seconds", "6", "--meter", f"replay:{recording}")
    result = piece.end()
    due = math.floor(result["joules"] / result["joules_per_grain"])
    assert due > 300
    assert result["grains_due"] == result["grains_heard"] == result["grains_lit"] == result["grains_drawn"] == due
    assert result["grains_lost"] == 0
    assert result["provenance"] == "REPLAYED"
    assert result["restarts"] == 0
    assert_ledger(tmp_path / "out/ledger.sqlite", result)
    with wave.open(str(tmp_path / "out/sound.wav")) as sound:
        assert sound.getnframes() / sound.getframerate() > 4
    assert (tmp_path / "out/picture.png").read_bytes()[:4] == b"\x89PNG"
    assert "REPLAYED" in (tmp_path / "out/summary.txt").read_text(encoding="utf-8")


def assert_ledger(file: Path, result: dict[str, Any]) -> None:
    """What the run says stands in the ledger too."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as book:
        row = book.execute("select due, heard, lit, drawn from seconds order by second desc limit 1").fetchone()
    assert row == (result["grains_due"], result["grains_heard"], result["grains_lit"], result["grains_drawn"])


def test_a_killed_sound_comes_back_and_what_it_missed_is_lost(tmp_path: Path, recording: Path) -> None:
    piece = Piece(tmp_path, "--seconds", "0", "--meter", f"replay:{recording}")
    now = piece.wait_open()
    until(lambda: now["sound_grains"] > 50)
    piece.child("sound").kill()
    until(lambda: now["sound_restarts"] == 1 and now["sound_process"] == State.PLAYING)
    piece.leave_after(now, "sound")
    result = piece.end()
    assert result["restarts"] == 1
    assert result["grains_heard"] + result["grains_lost"] == result["grains_due"]
    assert result["grains_lost"] > 0
    assert result["grains_lit"] == result["grains_drawn"] == result["grains_due"]


def test_a_hanging_light_comes_back(tmp_path: Path, recording: Path) -> None:
    piece = Piece(tmp_path, "--seconds", "0", "--meter", f"replay:{recording}", silent=2.0)
    now = piece.wait_open()
    until(lambda: now["light_grains"] > 20)
    piece.child("light").send_signal(signal.SIGSTOP)
    until(lambda: now["light_restarts"] == 1 and now["light_process"] == State.PLAYING)
    piece.leave_after(now, "light")
    result = piece.end()
    assert result["grains_heard"] == result["grains_drawn"] == result["grains_due"]
    assert result["grains_lit"] + result["grains_lost"] == result["grains_due"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all(tmp_path: Path, recording: Path, number: signal.Signals) -> None:
    piece = Piece(tmp_path, "--seconds", "0", "--meter", f"replay:{recording}")
    now = piece.wait_open()
    until(lambda: now["sound_grains"] > 20)
    children = psutil.Process(piece.process.pid).children(recursive=True)
    piece.process.send_signal(number)
    until(lambda: not any(c.is_running() and c.status() != psutil.STATUS_ZOMBIE for c in children))
    result = piece.end()
    assert result["grains_heard"] == result["grains_lit"] == result["grains_drawn"] == result["grains_due"]
    assert not now.pixels.any(), "the strip must be dark"


def test_the_conductors_death_takes_the_players_with_it(tmp_path: Path, recording: Path) -> None:
    piece = Piece(tmp_path, "--seconds", "0", "--meter", f"replay:{recording}")
    piece.wait_open()
    children = [piece.child(name) for name in ("meter", "sound", "screen", "light", "ledger")]
    piece.process.kill()
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive
    piece.process.communicate()


def test_a_meter_that_fails_is_no_reading_and_the_rest_goes_on(tmp_path: Path) -> None:
    result = Piece(tmp_path, "--seconds", "4", "--meter", "nvml").end()
    assert result["provenance"] == "NO READING"
    assert result["joules"] == result["grains_due"] == result["grains_heard"] == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--meter", "nvlm"], "'nvml'"),
        (["--meter", "replay:gone.csv"], "gone.csv"),
        (["--set", "meter.rate=20"], "rate_hz"),
        (["--set", "meter.rate_hz=0"], "[meter] rate_hz"),
        (["--set", "network.name=sead"], "'seed'"),
        (["--set", "network.name=gone.py"], "gone.py"),
        (["--set", "light.device=adalite"], "'adalight'"),
        (["--config", "gone.toml"], "gone.toml"),
    ],
)
def test_a_mistake_before_the_show_is_one_sentence(tmp_path: Path, options: list[str], says: str) -> None:
    command = [sys.executable, "-m", "installation", "run", "--headless", "--now", str(tmp_path / "now"), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert says in done.stderr


def test_only_one_piece_performs_in_one_record(tmp_path: Path, recording: Path) -> None:
    first = Piece(tmp_path, "--seconds", "0", "--meter", f"replay:{recording}", players="meter ledger")
    first.wait_open()
    second = Piece(tmp_path, "--seconds", "1", "--meter", f"replay:{recording}", players="meter ledger")
    _, errors = second.process.communicate(timeout=PATIENCE)
    assert second.process.returncode == 2
    assert "Another piece performs" in errors
    first.process.terminate()
    first.end()


@pytest.mark.slow
def test_a_press_is_a_fit_with_everything_playing(tmp_path: Path, recording: Path) -> None:
    players = "meter network sound screen light ledger"
    piece = Piece(tmp_path, "--seconds", "40", "--fit-every", "15", "--meter", f"replay:{recording}", players=players)
    result = piece.end()
    assert result["fits"] == 2
    assert result["grains_heard"] == result["grains_lit"] == result["grains_drawn"] == result["grains_due"]
    with contextlib.closing(sqlite3.connect(tmp_path / "out/ledger.sqlite")) as book:
        join = "fits join codes on codes.id = fits.code"
        fits = book.execute(f"select network, epochs, text from {join} order by number").fetchall()
    assert [f[:2] for f in fits] == [("seed", 10), ("seed", 10)]
    assert "model.fit(" in fits[0][2]
