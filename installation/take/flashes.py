"""The eye of an audit: counts flashes in what was rendered, by a code of its own.

A flash is a pair of opposing changes of relative luminance of 0.1 or more, the darker of the two states under 0.8; a
red flash is such a pair with saturated red in one of its states (WCAG 2.2, 2.3.1 and its definitions). WCAG exempts
small areas; here any tile counts by itself, and the worst of them is told.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from ..score.colour import LUMINANCE, linear

Floats = NDArray[np.float64]

CHANGE = 0.1
DARK = 0.8
RED = 0.8  # share of red at which it is saturated
RED_CHANGE = 20.0 / 320.0  # of R - G - B, linear
ACROSS, DOWN = 16, 9
STRIP_TILE = 16  # LEDs
COLUMNS = 240  # about: columns of pixels looked at; of each all rows, as the section lies in rows

_LINEAR = linear(np.arange(256)).astype(np.float32)


def _tiles(light: NDArray[np.float32]) -> Floats:
    """Means of 16 x 9 tiles, (144,)."""
    rows = light.reshape(light.shape[0], ACROSS, -1).sum(axis=2)
    sums = rows.reshape(DOWN, -1, ACROSS).sum(axis=1)
    return np.asarray(sums.ravel() * (ACROSS * DOWN / light.size), np.float64)


class Swings:
    """Counts opposing changes in many rows of values at once.

    Args:
        rows: how many.
        change: the least that counts.
        dark: a pair counts only if its darker state is below this.

    Attributes:
        worst: the most flashes any row had within any second.
    """

    def __init__(self, rows: int, change: float = CHANGE, dark: float = DARK) -> None:
        self.change, self.dark = change, dark
        self.low, self.high = np.full(rows, np.inf), np.full(rows, -np.inf)
        self.direction = np.zeros(rows, np.int8)
        self.marked = np.zeros(rows, np.bool_)
        self.recent: deque[tuple[float, NDArray[np.bool_]]] = deque()
        self.count = np.zeros(rows, np.int64)
        self.worst = 0

    def see(self, values: Floats, at: float, marked: NDArray[np.bool_] | None = None) -> None:
        """Values of this moment, (rows,). With `marked` a change counts only if one of its two states was marked."""
        self.low, self.high = np.minimum(self.low, values), np.maximum(self.high, values)
        rises = (self.direction <= 0) & (values - self.low >= self.change) & (self.low < self.dark)
        falls = (self.direction >= 0) & (self.high - values >= self.change) & (values < self.dark)
        turned = rises | falls
        self.direction[rises], self.direction[falls] = 1, -1
        self.low[turned] = self.high[turned] = values[turned]
        if marked is None:
            self._note(turned, at)
            return
        self.marked |= marked
        self._note(turned & self.marked, at)
        self.marked[turned] = marked[turned]

    def _note(self, turned: NDArray[np.bool_], at: float) -> None:
        if turned.any():
            self.recent.append((at, turned))
            self.count += turned
        while self.recent and self.recent[0][0] <= at - 1.0:
            self.count -= self.recent.popleft()[1]
        self.worst = max(self.worst, int(self.count.max(initial=0)) // 2)


class ScreenEye:
    """Watches frames: 16 x 9 tiles and the whole."""

    def __init__(self) -> None:
        self.light, self.red = Swings(ACROSS * DOWN + 1), Swings(ACROSS * DOWN + 1, RED_CHANGE, 2.0)

    @property
    def worst(self) -> int:
        """Flashes in the worst second of the worst tile, general or red."""
        return max(self.light.worst, self.red.worst)

    def see(self, pixels: NDArray[np.uint32], at: float) -> None:
        """A frame, (height, width) of 0x00RRGGBB."""
        skip = max(1, pixels.shape[1] // COLUMNS)
        some = pixels[:, skip // 2 :: skip]
        height, width = some.shape[0] // DOWN * DOWN, some.shape[1] // ACROSS * ACROSS
        some = np.ascontiguousarray(some[:height, :width])
        tiles = np.stack([_tiles(_LINEAR[(some >> s) & 0xFF]) for s in (16, 8, 0)], axis=-1)
        every = np.concatenate([tiles, tiles.mean(axis=0, keepdims=True)]).astype(np.float64)
        self.light.see(every @ LUMINANCE, at)
        red, saturated = _redness(every)
        self.red.see(red, at, saturated)


class StripEye:
    """Watches the strip's bytes: each LED, each tile of 16, and all."""

    def __init__(self, leds: int) -> None:
        self.starts = np.arange(0, leds, STRIP_TILE)
        self.sizes = np.diff(np.append(self.starts, leds))[:, None]
        rows = leds + len(self.starts) + 1
        self.light, self.red = Swings(rows), Swings(rows, RED_CHANGE, 2.0)
        self.sum = 0.0
        self.last = -1.0

    @property
    def worst(self) -> int:
        """Flashes in the worst second of the worst LED or tile, general or red."""
        return max(self.light.worst, self.red.worst)

    def see(self, pixels: NDArray[np.uint8], at: float) -> None:
        """A frame, (leds, 3) linear."""
        leds = pixels / 255.0
        tiles = np.add.reduceat(leds, self.starts, axis=0) / self.sizes
        every = np.concatenate([leds, tiles, leds.mean(axis=0, keepdims=True)])
        self.light.see(every @ LUMINANCE, at)
        red, saturated = _redness(every)
        self.red.see(red, at, saturated)
        if self.last >= 0:
            self.sum += float((leds @ LUMINANCE).sum()) * (at - self.last)
        self.last = at


def _redness(rgb: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """How red, and whether saturated, (rows,) each. Source: Harding and Binnie 2002, as WCAG quotes it."""
    red = np.maximum(rgb[:, 0] - rgb[:, 1] - rgb[:, 2], 0.0)
    return red, rgb[:, 0] >= RED * np.maximum(rgb.sum(axis=1), 1e-9)
