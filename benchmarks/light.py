"""The light: what a frame costs this machine, and how calm the strip stays in the worst show.

The worst show is a square wave between 0 and 700 W. A change counts from 0.1 of relative luminance on, and a flash is
two of them, up and down (WCAG 2.3.1), of any LED, any 16 neighbours, or any other group that is tried. The largest
changes are given too, because many shows have no flash at all.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.light.codec import adalight
from installation.light.strips._ak import picture
from installation.score.colour import LUMINANCE
from tests.light.room import Room, opposing_changes

SECONDS = 4.0


def main() -> None:
    """Print the cost of a frame, and the flashes of square waves."""
    _costs()
    print()
    _flashes()


def _costs() -> None:
    print(f"{'LEDs':>6}{'W':>6}{'sparks':>8}{'a tick, us':>12}{'99 of 100':>11}{'a frame as Ak bytes, us':>26}")
    for leds in (60, 144, 300, 600):
        for watts in (20, 700):
            sparks, ticks = _ticks(leds, watts)
            middle, high = 1e6 * np.median(ticks), 1e6 * np.percentile(ticks, 99)
            print(f"{leds:>6}{watts:>6}{sparks:>8}{middle:>12.0f}{high:>11.0f}{1e6 * _coding(leds):>26.1f}")


def _ticks(leds: int, watts: float) -> tuple[int, NDArray[np.float64]]:
    """Sparks on the strip at the end, and the times of ticks that drew a frame, s."""
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder), f"light.leds={leds}", watts=lambda t: watts)
        room.play(3.0)
        took = []
        for _ in range(240):
            room.seconds += 1 / room.player.rate
            room.meter.until(room.seconds)
            frames, begin = room.player.strip.frames, time.perf_counter()
            room.player.tick(room.seconds)
            if room.player.strip.frames > frames:
                took.append(time.perf_counter() - begin)
        return len(room.player.sparks), np.array(took)


def _coding(leds: int) -> float:
    pixels = np.zeros((leds, 3), np.uint8)
    begin = time.perf_counter()
    for number in range(200):
        picture(number, pixels)
        adalight(pixels)
    return (time.perf_counter() - begin) / 400


def _flashes() -> None:
    print(f"{'the watts':32}{'flashes in a second':>21}{'largest change in 0.5 s: an LED':>33}{'16 LEDs':>9}{'all':>7}")
    shows: dict[str, Callable[[float], float]] = {"20 W, a machine at rest": lambda t: 20.0}
    for hertz in (0.25, 0.5, 1.0, 3.0, 10.0):
        shows[f"0 and 700 W, {hertz:g} times a second"] = lambda t, h=hertz: 700.0 * ((t * h) % 1 < 0.5)
    for name, watts in shows.items():
        with tempfile.TemporaryDirectory() as folder:
            frames = Room(Path(folder), watts=watts).play(12.0)[::2]
        bright = frames @ LUMINANCE
        tiles = bright.reshape(len(bright), -1, 16).mean(axis=2)
        largest = [_change(series) for series in (bright, tiles, bright.mean(axis=1)[:, None])]
        flashes = opposing_changes(frames, 1 / 60) / 2
        print(f"{name:32}{flashes:>21.1f}{largest[0]:>33.3f}{largest[1]:>9.3f}{largest[2]:>7.3f}")


def _change(series: NDArray[np.float64]) -> float:
    """The largest difference of luminance within half a second, at 60 frames a second."""
    return max(float(np.ptp(series[at : at + 30], axis=0).max()) for at in range(0, len(series) - 30, 5))
