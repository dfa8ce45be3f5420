import os
import subprocess
import sys
import time

import numpy as np
import pytest

from installation.config import LightSettings
from installation.light import line, ports
from installation.light.codec import ADA, read_adalight
from installation.light.strips import adalight
from installation.now import Now

from ..waiting import until
from .pty_port import PtyPort
from .room import Meter

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="This system has no pseudo-terminals.")
PICTURE = np.arange(30, dtype=np.uint8).reshape(10, 3)


@pytest.fixture
def port(tmp_path):
    pty = PtyPort(tmp_path / "board")
    yield pty
    if pty.name.is_symlink():
        pty.pull_out()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(line, "PAUSES", (0.05,))


def opened(port, **settings):
    strip = adalight.Strip(LightSettings(device="adalight", port=str(port.name), leds=10, **settings))
    strip.open()
    return strip


def test_frames_come_out_as_they_went_in(port):
    strip = opened(port)
    time.sleep(0.1)
    assert not strip.ready(time.monotonic())
    port.write(ADA + b"\n")
    until(lambda: strip.ready(time.monotonic()))
    strip.give(1, PICTURE, time.monotonic())
    until(lambda: strip.newest)
    assert (read_adalight(port.read(1.0)) == PICTURE).all()
    assert (strip.newest.number, strip.frames, strip.note) == (1, 1, "")
    assert strip.name == f"adalight on {port.name}"
    strip.close()


def test_it_waits_for_line_and_strip(port):
    strip = opened(port, baud=9600)
    port.write(ADA)
    until(lambda: strip.ready(time.monotonic()))
    begin = time.monotonic()
    strip.give(1, PICTURE, begin)
    until(lambda: strip.newest)
    assert not strip.ready(begin + 0.046)
    assert strip.free_at - begin >= (36 * 10 / 9600 + 31.1e-6 * 10) / 0.8 - 1e-6
    strip.close()


def test_it_comes_back_by_itself(port, quick):
    strip = opened(port)
    port.write(ADA)
    until(lambda: strip.linked)
    port.pull_out()
    until(lambda: not strip.linked and "no such port" in strip.note)
    port.plug_in()
    until(lambda: port.write(ADA) or strip.linked)
    assert strip.note == ""
    strip.give(7, PICTURE, time.monotonic())
    until(lambda: strip.newest and strip.newest.number == 7)
    strip.close()


def test_a_port_that_is_not_there_is_a_sentence(tmp_path, quick):
    strip = adalight.Strip(LightSettings(device="adalight", port=str(tmp_path / "none")))
    strip.open()
    until(lambda: "there is no such port; plug in" in strip.note)
    strip.close()


def test_a_port_that_is_taken_is_a_sentence(port, quick):
    first = opened(port)
    port.write(ADA)
    until(lambda: first.linked)
    second = opened(port)
    until(lambda: "another program holds it" in second.note)
    first.close()
    until(lambda: port.write(ADA) or second.linked)
    second.close()


def test_no_port_at_all_is_a_sentence(tmp_path, quick, monkeypatch):
    monkeypatch.setattr(ports, "BY_ID", tmp_path)
    strip = adalight.Strip(LightSettings(device="adalight"))
    strip.open()
    until(lambda: "No serial port is here" in strip.note)
    strip.close()


def test_a_port_that_was_found_and_is_silent_is_left(tmp_path, port, quick, monkeypatch):
    monkeypatch.setattr(line, "BOOT", 0.1)
    monkeypatch.setattr(adalight, "BOOT", 0.1)
    monkeypatch.setattr(ports, "BY_ID", port.name.parent)
    strip = adalight.Strip(LightSettings(device="adalight"))
    strip.open()
    until(lambda: "no Adalight board answers" in strip.note)
    assert not port.read()
    strip.close()


def test_the_player_on_a_real_port(port, tmp_path):
    """The process of the show: every grain due is lit, its frames are whole, and the last is black."""
    record = tmp_path / "now"
    Now.open_doors(record).joules_per_grain = 1.0
    command = [sys.executable, "-m", "installation", "player", "light", "--now", str(record)]
    command += ["--set", "light.device=adalight", "--set", f"light.port={port.name}", "--set", "light.leds=60"]
    process = subprocess.Popen(command)
    try:
        light = Now(record, "guest")
        until(lambda: light.light_beat > 0)
        meter = Meter(record, lambda t: 80.0, time.monotonic())
        data, end = b"", time.monotonic() + 2.5
        while time.monotonic() < end:
            meter.until(time.monotonic())
            data += port.read(0.01) if light.light_frames else port.write(ADA) or port.read(0.01)
        process.terminate()
        while process.poll() is None:
            data += port.read(0.01)
        data += port.read(0.1)
    finally:
        process.kill()
        process.wait()
    assert (light.light_grains, light.light_lost) == (int(meter.joules), 0)
    frames = [read_adalight(data[i : i + 186]) for i in range(0, len(data), 186)]
    assert len(frames) == light.light_frames > 40
    assert not frames[-1].any()
    assert max(int(f.max()) for f in frames) > 3
