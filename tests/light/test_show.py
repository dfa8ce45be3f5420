"""The process of the show on a real port: the light player, the compiled firmware, the light decoded from its pin."""

import contextlib
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from installation.now import Now
from installation.score.colour import LUMINANCE
from tests.hardware.board import BoardOnPty, build_elf, require_avr

from ..waiting import PATIENCE, until
from .room import Meter

pytestmark = [
    pytest.mark.avr,
    pytest.mark.slow,  # the simulated board keeps real time, which a busy machine cannot
    pytest.mark.skipif(not hasattr(os, "openpty"), reason="This system has no pseudo-terminals."),
]
BAUD = 500_000


@contextlib.contextmanager
def performing(tmp_path, port, *changes):
    """The light player as a process, with a record of its own; ended at the latest when the test is."""
    record = tmp_path / "now"
    Now.open_doors(record).joules_per_grain = 1.0
    command = [sys.executable, "-m", "installation", "player", "light", "--now", str(record)]
    for change in ("light.device=underfoot", f"light.port={port}", f"light.baud={BAUD}", *changes):
        command += ["--set", change]
    process = subprocess.Popen(command)
    try:
        yield process, Now(record, "guest")
    finally:
        process.kill()
        process.wait()


def show(light, watts, seconds):
    """A meter draws so many watts, as a function of time, in real time."""
    begin = time.monotonic()
    meter = Meter(light.path, lambda t: watts(t - begin), begin)
    while time.monotonic() < begin + seconds:
        meter.until(time.monotonic())
        time.sleep(0.01)
    return meter


def eight_grains(folder, leds):
    """A show of eight grains: what the light player counted, how often the board was too slow, the decoded light."""
    folder.mkdir()
    settings = f"light.leds={leds}", "light.full_watts=100", "light.length=2.4"
    with BoardOnPty(build_elf(leds, BAUD, 3000), BAUD) as board:
        with performing(folder, board.port, *settings) as (process, light):
            until(lambda: "underfoot board" in light.light_device)
            meter = show(light, lambda t: 8.0 if t < 1.08 else 0.0, 2.5)
            process.terminate()
            assert process.wait(PATIENCE) == 0
        assert int(meter.joules) == 8
        time.sleep(0.1)
        _, lights = board.lights()
    return (light.light_grains, light.light_lost), light.light_refused, lights


@pytest.mark.parametrize("leds", [60, 144, 300])
def test_every_grain_due_is_lit(tmp_path, leds):
    require_avr()
    for again in range(4):
        counted, refused, lights = eight_grains(tmp_path / str(again), leds)
        if not refused:  # else this machine was too busy to keep the simulated board's time
            break
    assert counted == (8, 0)
    assert len(lights) > 10
    # all eight are on their way at once, so the light of one picture counts them
    of_one = 0.2 * (leds * 1.2 / 2.4) / 100
    assert (lights / 255 @ LUMINANCE).sum(axis=1).max() / of_one == pytest.approx(8, abs=0.6)
    assert not lights[-1].any()


def test_the_button_presses_fit(tmp_path):
    require_avr()
    with BoardOnPty(build_elf(60, BAUD), BAUD) as board, performing(tmp_path, board.port) as (_, light):
        until(lambda: "underfoot board" in light.light_device)
        time.sleep(0.3)
        for count in (1, 2):
            board.press(True)
            until(lambda count=count: light.light_presses == count)
            board.press(False)
            time.sleep(0.2)
        assert light.presses == 2


def test_a_cable_pulled_in_mid_show_is_a_sentence_and_comes_back(tmp_path):
    require_avr()
    name = tmp_path / "board"
    board = BoardOnPty(build_elf(60, BAUD), BAUD).__enter__()
    name.symlink_to(board.port)
    with performing(tmp_path, name, "light.leds=60", "light.full_watts=20") as (process, light):
        until(lambda: light.light_frames > 5)
        meter = show(light, lambda t: 20.0, 1.0)
        assert light.light_grains > 5
        assert np.any(light.pixels)
        name.unlink()
        board.unplug()
        until(lambda: light.light_note and light.light_scale == 0)
        assert not np.any(light.pixels)
        beat = light.light_beat
        board = BoardOnPty(build_elf(60, BAUD), BAUD).__enter__()
        name.symlink_to(board.port)
        frames = light.light_frames
        until(lambda: light.light_frames > frames + 10 and not light.light_note)
        assert light.light_beat > beat
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert light.light_grains + light.light_lost == int(meter.joules + 1e-6)
    board.unplug()
