"""What a picture costs: 1920 x 1080, by state, by the length of the day, and how steady it is.

Times are those of the drawing thread alone (processor time), so that they can be compared on a machine that does other
work besides; the wall clock stands beside them. A frame has 16.7 ms at 60 a second.
"""

from __future__ import annotations

import gc
import os
import tempfile
import time
from pathlib import Path

os.environ["SDL_VIDEODRIVER"] = "dummy"

import numpy as np
from numpy.typing import NDArray

from installation.command._staged import Staged, lay_down
from installation.config import Config
from installation.now import Provenance
from installation.screen.picture import Picture, prepare

SIZE = (1920, 1080)
SECONDS = 6.0
RATE = 60
Times = NDArray[np.float64]


def main() -> None:
    """Print the table."""
    prepare()
    print(f"{'1920 x 1080, ms a picture':34}{'median':>8}{'p99':>8}{'most':>8}{'p99 by the wall clock':>24}")
    for name, hours, watts, state in (
        ("at rest, 20 W", 0.0, 20.0, "resting"),
        ("at rest, 76 W", 0.0, 76.0, "resting"),
        ("at rest, 76 W, after 1 h", 1.0, 76.0, "resting"),
        ("at rest, 76 W, after 12 h", 12.0, 76.0, "resting"),
        ("a fit, 300 W, after 1 h", 1.0, 300.0, "fitting"),
        ("a fit, 700 W, after 12 h", 12.0, 700.0, "fitting"),
    ):
        own, wall = _measure(hours, watts, state)
        numbers = (np.median(own), np.percentile(own, 99), own.max(), np.percentile(wall, 99))
        print(f"{name:34}{numbers[0]:8.2f}{numbers[1]:8.2f}{numbers[2]:8.2f}{numbers[3]:24.2f}")
    first, one = _first()
    print(f"\nfrom nothing to the first picture, in this process: {first:.2f} s, of it drawing it {one * 1000:.0f} ms")


def _measure(hours: float, watts: float, state: str) -> tuple[Times, Times]:
    """Times of each picture, ms: the thread's own, and the wall clock's."""
    with tempfile.TemporaryDirectory() as folder:
        staged = Staged(Path(folder), Config(), lambda t: watts * (1 + 0.01 * np.sin(9 * t)), Provenance.MEASURED)
        picture = Picture(Config(), SIZE)
        staged.play(picture, 0.5)
        if hours:
            lay_down(picture, staged, hours)
        staged.play(picture, 4.0)
        staged.become(state, picture)
        staged.play(picture, 2.0)
        gc.collect()
        gc.freeze()  # as the screen player does
        return _time(staged, picture)


def _time(staged: Staged, picture: Picture) -> tuple[Times, Times]:
    own, wall = [], []
    for _ in range(int(SECONDS * RATE)):
        while staged.next <= staged.seconds:
            staged.sample()
        began, at = time.thread_time(), time.perf_counter()
        picture.draw(staged.now, staged.seconds)
        own.append(1000 * (time.thread_time() - began))
        wall.append(1000 * (time.perf_counter() - at))
        staged.seconds += 1 / RATE
    return np.asarray(own), np.asarray(wall)


def _first() -> tuple[float, float]:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        staged = Staged(Path(folder), Config(), lambda _: 76.0, Provenance.MEASURED)
        picture = Picture(Config(), SIZE)
        picture.board.live = True
        at = time.perf_counter()
        picture.draw(staged.now, staged.seconds)
        return time.perf_counter() - began, time.perf_counter() - at


if __name__ == "__main__":
    main()
