"""A slew-rate limiter holds back light that would change too fast: however the watts jump, the strip does not flash.

Two limits, both on the host and both proofs; the board has the first of them too (hardware/strip/PROTOCOL.md, 3).

1. Each channel of each LED has a centre, and stays within a little play of it. The centre moves no faster than a set
   speed. Any group of LEDs is a weighted mean of channels, so it stays within the same play of a mean of centres. A
   flash is two opposing changes of 0.1 of relative luminance (WCAG 2.3.1); with this play and speed each of the two
   takes half a second: less than one flash a second, for one LED, for all, for two halves against each other.
2. The mean luminance of each tile of LEDs changes by no more than 0.2 a second: a flash needs 0.1 up and 0.1 down, so
   that is one flash a second at most.

What is held back goes the straight way from the last light to the wanted one, so that hues stay.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..score.colour import LUMINANCE
from .sparks import Floats

PLAY = np.array([6.0, 4.0, 6.0]) / 255  # each way; the board allows one step of 255 more, which is for the dither
SPEED = np.array([54.0, 18.0, 54.0]) / 255  # of the centre, a second, for one flash a second at most
TILE = 16  # LEDs
TILE_SPEED = 0.2  # relative luminance a second, for one flash a second at most
HARDEST = 3.0  # flashes a second; more is never allowed
LONGEST_STEP = 0.15  # s: what a pause saves up for the next frame; the board saves no more than 0.166 s


class SlewLimiter:
    """The limiter, with the memory it needs.

    Args:
        leds: number of LEDs.
        flashes: a second at most, 0.1 to 3. The speeds are this many times those above.
        from_light: (leds, 3) what the strip shows already; dark if nothing is said.
    """

    def __init__(self, leds: int, flashes: float = 1.0, from_light: Floats | None = None) -> None:
        self.flashes = flashes
        self.shown: Floats = np.zeros((leds, 3)) if from_light is None else from_light
        self.centre: Floats = np.maximum(self.shown, PLAY)

    @property
    def flashes(self) -> float:
        return self._flashes

    @flashes.setter
    def flashes(self, value: float) -> None:
        self._flashes = min(max(value, 0.1), HARDEST)

    def step(self, wanted: Floats, step: float) -> Floats:
        """The light to show.

        Args:
            wanted: (leds, 3) linear light, 0 to 1.
            step: since the last frame.
        """
        step = min(max(step, 0.0), LONGEST_STEP) * self.flashes
        change = np.clip(wanted, 0.0, 1.0) - self.shown
        change *= self._room(change, SPEED * step)[:, None]
        change *= _tile_room(change, TILE_SPEED * step)[:, None]
        self.shown = np.clip(self.shown + change, 0.0, 1.0)
        self.centre = np.clip(self.centre, self.shown - PLAY, self.shown + PLAY)
        return self.shown

    def _room(self, change: Floats, drag: Floats) -> Floats:
        """How much of its change each LED may make at once, 0 to 1."""
        reach = self.centre + np.sign(change) * (PLAY + drag) - self.shown
        part = np.divide(reach, change, out=np.ones_like(change), where=np.abs(change) > 1e-12)
        room: Floats = np.clip(part, 0.0, 1.0).min(axis=1)
        return room


def _tile_room(change: Floats, most: float) -> Floats:
    """How much of its change each LED may make so that the mean of its tile changes by no more than `most`."""
    means = tile_means(change @ LUMINANCE)
    parts = np.minimum(1.0, most / np.maximum(np.abs(means), 1e-12))
    room: Floats = parts[np.arange(len(change)) // TILE]
    return room


def tile_means(values: NDArray[np.float64]) -> Floats:
    """Means over tiles of 16 neighbours, (ceil(n / 16),)."""
    starts = np.arange(0, len(values), TILE)
    means: Floats = np.add.reduceat(values, starts) / np.diff(np.append(starts, len(values)))
    return means
