"""A voice of somebody's own, as the page of an earlier version had it: with `hall` and `moment`, it still plays."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .room import Room

CLICK = """
class Voice:
    def __init__(self, hall):  # hall: rate_hz, channels, block, mains_hz, gentle
        self.hall = hall

    def play(self, moment, out):  # out: (block, channels) float32; add to it
        channel = (moment.grains.places * self.hall.channels).astype(int)
        out[moment.onsets, channel] += 0.2
"""


def test_a_voice_with_the_former_names_plays(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(CLICK)
    room = Room(tmp_path / "room", f'sound.voices=["{tmp_path / "click.py"}"]')
    sound = room.play(5.0, 60.0)
    assert np.count_nonzero(np.abs(sound[48_000 * 3 :]) > 0.15) > 80
    assert room.listener.given > 250
