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
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from installation.now import Doors, Now, State

PATIENCE = 30.0  # s a loaded machine may take for what should take one


class Piece:
    """One performance in a folder of its own."""

    playing: list[Piece] = []

    def __init__(self, folder: Path, *options: str, players: str = "meter sound screen light ledger") -> None:
        self.folder, self.record = folder, folder / "now"
        listed = ", ".join(f'"{p}"' for p in players.split())
        settings = (
            f"piece.players=[{listed}]",
            f"piece.out={folder / 'out'}",
            f"ledger.file={folder / 'out/ledger.sqlite'}",
        )
        sets = [a for s in (*settings, "screen.width=640", "screen.height=360") for a in ("--set", s)]
        command = [sys.executable, "-m", "installation", "run", "--headless", "--json", "--now", str(self.record)]
        self.process = subprocess.Popen(
            [*command, *sets, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"SDL_VIDEODRIVER": "dummy"},
        )
        self.playing.append(self)

    def wait_open(self) -> Now:
        now: Now | None = None
        for _ in every(0.02):
            assert self.process.poll() is None, self.process.communicate()
            if now is None:
                with contextlib.suppress(FileNotFoundError):
                    now = Now(self.record)
            if now is not None and now.doors == Doors.OPEN:
                return now
        raise AssertionError("the doors did not open")

    def child(self, name: str) -> psutil.Process:
        for _ in every(0.02):
            for child in psutil.Process(self.process.pid).children():
                with contextlib.suppress(psutil.Error):
                    if child.cmdline()[1:5] == ["-m", "installation", "player", name]:
                        return child
        raise AssertionError(f"no {name}")

    def end(self) -> dict[str, Any]:
        out, errors = self.process.communicate(timeout=PATIENCE + 60)
        assert self.process.returncode == 0, errors
        assert "Traceback" not in errors
        result: dict[str, Any] = json.loads(out.splitlines()[-1])
        return result


def every(pause: float) -> Iterator[None]:
    """Go on looking for PATIENCE seconds."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        yield
        time.sleep(pause)


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
        assert 4 < sound.getnframes() / sound.getframerate() < 12
    assert (tmp_path / "out/picture.png").read_bytes()[:4] == b"\x89PNG"
    assert "REPLAYED" in (tmp_path / "out/summary.txt").read_text(encoding="utf-8")


def assert_ledger(file: Path, result: dict[str, Any]) -> None:
    """What the run says stands in the ledger too."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as book:
        row = book.execute("select due, heard, lit, drawn from seconds order by second desc limit 1").fetchone()
    assert row == (result["grains_due"], result["grains_heard"], result["grains_lit"], result["grains_drawn"])


def test_a_killed_sound_comes_back_and_what_it_missed_is_lost(tmp_path: Path, recording: Path) -> None:
    piece = Piece(tmp_path, "--seconds", "9", "--meter", f"replay:{recording}")
    now = piece.wait_open()
    for _ in every(0.02):
        if now["sound_grains"] > 50:
            break
    piece.child("sound").kill()
    for _ in every(0.02):
        if now["sound_restarts"] == 1 and now["sound_process"] == State.PLAYING:
            break
    result = piece.end()
    assert result["restarts"] == 1
    assert result["grains_heard"] + result["grains_lost"] == result["grains_due"]
    assert result["grains_lost"] > 0
    assert result["grains_lit"] == result["grains_drawn"] == result["grains_due"]


def test_a_hanging_light_comes_back(tmp_path: Path, recording: Path) -> None:
    piece = Piece(tmp_path, "--seconds", "10", "--meter", f"replay:{recording}")
    now = piece.wait_open()
    for _ in every(0.02):
        if now["light_grains"] > 20:
            break
    piece.child("light").send_signal(signal.SIGSTOP)
    for _ in every(0.02):
        if now["light_restarts"] == 1 and now["light_process"] == State.PLAYING:
            break
    result = piece.end()
    assert result["grains_heard"] == result["grains_drawn"] == result["grains_due"]
    assert result["grains_lit"] + result["grains_lost"] == result["grains_due"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_within_three_seconds(tmp_path: Path, recording: Path, number: signal.Signals) -> None:
    piece = Piece(tmp_path, "--seconds", "0", "--meter", f"replay:{recording}")
    now = piece.wait_open()
    for _ in every(0.02):
        if now["sound_grains"] > 20:
            break
    children = psutil.Process(piece.process.pid).children(recursive=True)
    began = time.monotonic()
    piece.process.send_signal(number)
    for _ in every(0.01):
        if not any(c.is_running() and c.status() != psutil.STATUS_ZOMBIE for c in children):
            break
    took = time.monotonic() - began
    result = piece.end()
    assert took < 3.0
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
