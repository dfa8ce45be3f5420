"""Five minutes in real time: the sound beside a real fit that rebuilds its network, and beside the picture at 1080p."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from installation.now import Now

from . import stage
from .test_player import Meter, conductor, end, kill, meter, start, until, voice_of_one_tone

__all__ = ["conductor", "meter"]  # fixtures

SECONDS = float(os.environ.get("UNDERFOOT_TAKE_SECONDS", "300"))
NICE = 10  # as the conductor does with a network that trains on the processor
REBUILDS = f"""
import os
os.nice({NICE})
import keras, numpy as np
x, y = np.random.rand(512, 100), np.random.randint(0, 2, 512)
while True:
    model = keras.Sequential([keras.layers.Dense(512, "relu"), keras.layers.Dense(512, "relu"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=1, batch_size=32, verbose=0)
    keras.backend.clear_session()
    print("fit", flush=True)
"""


@pytest.mark.slow
def test_no_break_beside_training_and_drawing(conductor: Now, meter: Meter, tmp_path: Path) -> None:
    stage.require()
    pytest.importorskip("keras")
    hall = stage.Stage(tmp_path / "stage")
    log = tmp_path / "fits"
    try:
        with log.open("wb") as out, stage.witness() as stood, hall.take(tmp_path / "take.raw"):
            player = start(
                conductor.path, f"sound.voices=['{voice_of_one_tone(tmp_path)}']", environment=hall.environment
            )
            until(lambda: conductor.sound_grains > 0, 60.0)
            screen = subprocess.Popen(
                [sys.executable, "-m", "installation", "player", "screen", "--now", str(conductor.path),
                 "--set", "screen.headless=true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            network = subprocess.Popen([sys.executable, "-c", REBUILDS], stdout=out, stderr=subprocess.DEVNULL)
            try:
                until(lambda: log.stat().st_size > 8, 120.0)
                began = len(hall.read(tmp_path / "take.raw"))
                time.sleep(SECONDS)
                ended = len(hall.read(tmp_path / "take.raw"))
            finally:
                kill(network)
                kill(screen)
            meter.end()
            end(player)
        heard = hall.read(tmp_path / "take.raw")[began:ended, 0]
    finally:
        hall.close()
    fits = log.read_text().count("fit")
    assert fits > SECONDS / 30
    assert conductor.frames > 20 * SECONDS
    assert len(heard) == pytest.approx(SECONDS * stage.RATE, rel=0.02)
    assert np.abs(heard).max() > 0.25
    said = f"{fits} fits, {conductor.sound_underflows:.0f} underflows noticed, the machine stood still {stood} ms"
    assert stage.breaks(heard) <= len(stood), said
    assert conductor.sound_grains + conductor.sound_lost == int(meter.joules)
