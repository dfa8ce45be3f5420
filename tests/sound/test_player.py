"""The sound as a process: into a file, through a real stream into a null sink, killed and brought back."""

from __future__ import annotations

import gc
import math
import os
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from installation.now import SAMPLES, Doors, MeterState, Now, Provenance
from installation.player import Unable
from installation.sound import player as module
from installation.sound.stream import Outlet

from ..waiting import PATIENCE, until
from . import stage
from .room import OPENED, Room


class Meter:
    """A meter in real time, in a thread: constant watts."""

    def __init__(self, record: Path, watts: float) -> None:
        self.now, self.watts, self.rows, self.joules = Now(record, "meter"), watts, np.zeros((SAMPLES, 7)), 0.0
        self.now.meter_period, self.now.power_limit = 0.05, 350.0
        self.ended = threading.Event()
        self.last = math.inf
        self.thread = threading.Thread(target=self._sample)
        self.thread.start()

    def _sample(self) -> None:
        while not self.ended.wait(0.05):
            seconds = time.monotonic()
            self.joules += self.watts * max(0.0, seconds - self.last)
            self.last = seconds
            self.rows = np.roll(self.rows, -1, 0)
            self.rows[-1] = seconds, self.joules, self.watts, Provenance.MEASURED, 0, 0, 0
            self.now.watts, self.now.joules, self.now.provenance = self.watts, self.joules, Provenance.MEASURED
            self.now.meter_state = MeterState.OK
            self.now.samples, self.now.sampled_at = self.rows, seconds

    def end(self) -> None:
        self.ended.set()
        self.thread.join()


@pytest.fixture
def conductor(tmp_path: Path) -> Now:
    now = Now.open_doors(tmp_path / "now")
    now.joules_per_grain, now.opened_at, now.doors = 1.0, time.monotonic(), Doors.OPEN
    return now


@pytest.fixture
def meter(conductor: Now) -> Iterator[Meter]:
    meter = Meter(conductor.path, 200.0)
    yield meter
    meter.end()


def start(record: Path, *changes: str, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    settings = [part for change in changes for part in ("--set", change)]
    command = [sys.executable, "-m", "installation", "player", "sound", "--now", str(record), *settings]
    return subprocess.Popen(command, env=environment or os.environ, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)


def end(player: subprocess.Popen[bytes]) -> None:
    player.terminate()
    assert player.wait(PATIENCE) == 0, player.stderr.read().decode() if player.stderr else ""
    if player.stderr:
        player.stderr.close()


def kill(player: subprocess.Popen[bytes]) -> None:
    player.kill()
    player.wait(PATIENCE)
    if player.stderr:
        player.stderr.close()


def test_into_a_file_killed_and_brought_back(conductor: Now, meter: Meter, tmp_path: Path) -> None:
    file = tmp_path / "out" / "sound.wav"
    player = start(conductor.path, f"sound.file={file}")
    until(lambda: conductor.sound_grains > 50)
    kill(player)
    before = conductor.sound_grains
    conductor["sound_restarts"] = 1
    player = start(conductor.path, f"sound.file={file}")
    until(lambda: conductor.sound_grains > before + 50)
    meter.end()
    end(player)
    assert conductor.sound_lost > 0
    assert conductor.sound_grains + conductor.sound_lost == int(meter.joules)
    with wave.open(str(file)) as wav:
        heard = wav.getnframes() / wav.getframerate()
        assert 0.0 < heard <= time.monotonic() - conductor.opened_at
    assert conductor.sound_device == str(file)


def test_no_device_is_a_sentence_and_what_falls_is_lost(conductor: Now, meter: Meter, tmp_path: Path) -> None:
    (tmp_path / "none.conf").write_text("")
    until(lambda: meter.joules > 30)
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("PULSE", "PIPEWIRE", "XDG"))}
    player = start(conductor.path, "sound.device=nothing of that name", environment=bare)
    assert player.wait(PATIENCE) == 3
    assert player.stderr is not None
    said = player.stderr.read().decode()
    player.stderr.close()
    assert "Traceback" not in said
    assert conductor["sound_note"] in said
    assert conductor["sound_note"].count(". ") <= 2
    assert conductor.sound_lost >= 30


@pytest.mark.parametrize("change", ["sound.voices=['rian']", "sound.file=/dev/null/x.wav"])
def test_what_cannot_be_is_one_sentence(conductor: Now, change: str) -> None:
    player = start(conductor.path, "sound.file=x.wav", change)
    assert player.wait(PATIENCE) == 3
    assert player.stderr is not None
    assert len(player.stderr.read().decode().strip().splitlines()) == 1
    player.stderr.close()


STEADY = """
import numpy as np


class Voice:
    def __init__(self, hall):
        self.hall, self.at = hall, 0

    def play(self, moment, out):
        n = self.at + np.arange(len(out))
        out += (0.3 * np.sin(2 * np.pi * 440 / self.hall.rate_hz * n)).astype(np.float32)[:, None]
        self.at = (self.at + len(out)) % (self.hall.rate_hz * 11)
"""


def voice_of_one_tone(folder: Path) -> Path:
    """The file of a voice that plays a steady 440 Hz, in which every break can be found."""
    voice = folder / "steady.py"
    voice.write_text(STEADY)
    return voice


def take(conductor: Now, meter: Meter, tmp_path: Path, seconds: float) -> np.ndarray:
    """Play a steady tone and the rain's grains through a real stream for a while; gives what was heard."""
    voice = voice_of_one_tone(tmp_path)
    hall = stage.Stage(tmp_path / "stage")
    try:
        with hall.take(tmp_path / "take.raw"):
            player = start(conductor.path, f"sound.voices=['{voice}']", environment=hall.environment)
            until(lambda: conductor.sound_grains > 0, 60.0)
            time.sleep(seconds)
            assert conductor["sound_note"] == ""
            meter.end()
            end(player)
        return hall.read(tmp_path / "take.raw")
    finally:
        hall.close()


def check_take(conductor: Now, meter: Meter, heard: np.ndarray, seconds: float) -> None:
    begin = int(np.flatnonzero(np.abs(heard[:, 0]) > 0.01)[0])
    middle = heard[begin + 4 * stage.RATE : begin + int((seconds - 2) * stage.RATE), 0]
    assert len(middle) > (seconds - 7) * stage.RATE
    found = stage.breaks(middle)
    assert conductor.sound_underflows >= found - 1  # what broke was noticed
    assert found <= 2  # a busy machine may break now and then, a faulty stream breaks in every second
    assert conductor.sound_grains + conductor.sound_lost == int(meter.joules)
    assert conductor.sound_lost == 0
    assert 0.0 < conductor.sound_latency < 0.3
    last = int(np.flatnonzero(np.abs(heard[:, 0]) > 1e-5)[-1])
    assert np.abs(heard[last]).max() < 1e-3  # faded to the end, not cut


@pytest.mark.slow
def test_a_take_through_a_real_stream(conductor: Now, meter: Meter, tmp_path: Path) -> None:
    stage.require()
    check_take(conductor, meter, take(conductor, meter, tmp_path, 12.0), 12.0)


@pytest.mark.slow
def test_a_device_lost_is_told_and_found_again(conductor: Now, meter: Meter, tmp_path: Path) -> None:
    stage.require()
    hall = stage.Stage(tmp_path / "stage")
    try:
        player = start(conductor.path, environment=hall.environment)
        until(lambda: conductor.sound_grains > 0, 60.0)
        time.sleep(3.0)
        hall.close()
        assert player.wait(PATIENCE) != 0
        if player.stderr:
            player.stderr.close()
        hall = stage.Stage(tmp_path / "stage2")
        conductor["sound_restarts"] = 1
        before = conductor.sound_grains
        player = start(conductor.path, environment=hall.environment)
        until(lambda: conductor.sound_grains > before + 20)
        meter.end()
        end(player)
        assert conductor.sound_lost > 0
        assert conductor.sound_grains + conductor.sound_lost == int(meter.joules)
    finally:
        hall.close()


def test_while_the_device_is_busy_what_falls_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(tmp_path)
    for i in range(40):
        room.sample(OPENED + 0.05 * i, 100.0)

    def busy(*arguments: object) -> None:
        raise Unable("HDMI cannot be opened: Device unavailable; free it or choose another device.")

    monkeypatch.setattr(module, "find", lambda _: Outlet(0, "HDMI", 48_000, 2))
    monkeypatch.setattr(module, "Stream", busy)
    monkeypatch.setattr(module, "hurry", lambda: None)
    player = module.Player(room.config, room.now)
    with pytest.raises(Unable, match="free it"):
        player.setup()
    player.close()
    gc.unfreeze()
    assert room.now.sound_lost == int(room.joules) > 100
    assert room.now.sound_grains == 0
