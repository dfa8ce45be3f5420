"""A flash limiter keeps a picture from flashing: no part of a finished frame changes its light faster than it may.

A flash is a rise and a fall of a tenth of the largest luminance (WCAG 2.2, 2.3.1). The frame is measured on 16 x 9
tiles in linear light, red, green and blue apart, in windows of 3 x 3 tiles. If no colour of a window changes by more
than `rate` a second, with no more than BURST at once, neither does its luminance, which is a mean of the three; a
second then holds at most rate / 0.2 + 1/4 flashes, of red as well as of white. Where a window would change too fast,
the old frame and the new are mixed in linear light: the mean moves by exactly the share that is given, so the bound is
arithmetic and not a hope. Plain arrays, so that any surface can be guarded by it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .score.colour import codes, linear

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint32]

ACROSS, DOWN = 16, 9
WINDOW = 3  # tiles
BURST = 0.025  # of full light: what a window may change at once, a quarter of the step that counts towards a flash
HARD = 0.6  # a second: three flashes; no setting goes above
COUNTED = 10  # pixels counted in each row of a tile
ROUNDS = 6
STEPS = 256  # of a mixture

LINEAR = linear(np.arange(256)).astype(np.float32)
CODES = codes(np.linspace(0.0, 1.0, 4096))


class FlashLimiter:
    """Holds the frame that is shown, and lets the next one through as fast as is safe.

    Args:
        size: width and height, px.
        rate: relative light a second, at most HARD.

    Attributes:
        shown: the newest frame given out, (height, width) of 0x00RRGGBB, as far as the counted pixels tell it: what the
            next one is mixed with.
        limited: frames in which it had to act.
    """

    def __init__(self, size: tuple[int, int], rate: float = HARD) -> None:
        width, height = size
        self.rate = min(rate, HARD)
        self.shown: Pixels = np.zeros((height, width), np.uint32)
        self.x = np.linspace(0, width, ACROSS + 1).round().astype(int)
        self.y = np.linspace(0, height, DOWN + 1).round().astype(int)
        self._choose(width, height)
        self.tiles = np.zeros((DOWN, ACROSS, 3), np.float32)
        self.budget = np.full((DOWN - WINDOW + 1, ACROSS - WINDOW + 1, 3), BURST, np.float32)
        self.last = -1.0
        self.limited = 0
        self.changed: list[int] = []  # rows of tiles in which a counted pixel was another in the newest measure

    def _choose(self, width: int, height: int) -> None:
        """The pixels that are counted: all rows, in each some columns, staggered so that no upright line is missed."""
        skip = max(1, width // (ACROSS * COUNTED))
        cells = np.arange(0, width, skip)
        across = np.minimum(cells[None, :] + (np.arange(height) * (skip // 2 + 1) % skip)[:, None], width - 1)
        self.counted = np.arange(height)[:, None] * width + across
        self.starts = np.searchsorted(cells, self.x[:-1])
        columns = np.diff(np.append(self.starts, len(cells)))
        self.counts = (np.diff(self.y)[:, None] * columns[None, :])[:, :, None]
        self.fresh, self.sampled = np.zeros((2, *self.counted.shape), np.uint32)
        self.light = np.zeros((height, 4 * len(cells)), np.float32)
        self.rows = np.zeros((DOWN, 4 * len(cells)), np.float32)

    def __call__(self, frame: Pixels, at: float) -> Pixels:
        """The picture to show, (height, width): `frame` itself if it is calm, else a mixture the next call changes."""
        self._earn(at)
        wanted, before = self.measure(frame), self.tiles
        shares = self._shares(wanted - before)
        if shares.min() >= 1.0:
            self._keep(frame)
            self.tiles = wanted
        else:
            self.limited += 1
            self._mix(frame, shares)
            self.tiles = self.measure(self.shown)
            frame = self.shown
        self.budget -= np.abs(windows(self.tiles - before))
        return frame

    def _keep(self, frame: Pixels) -> None:
        """Take over what is shown from a frame, in the rows of tiles where a counted pixel changed: to copy is dear."""
        for row in self.changed:
            part = np.s_[self.y[row] : self.y[row + 1]]
            np.copyto(self.shown[part], frame[part])

    def _earn(self, at: float) -> None:
        step = 0.0 if self.last < 0 else max(0.0, at - self.last)
        self.last = at
        self.budget = np.minimum(self.budget + np.float32(self.rate * step), np.float32(BURST))

    def _shares(self, change: Floats) -> Floats:
        """How much of its change each tile may make, 0-1, (9, 16)."""
        shares = np.ones(change.shape[:2], np.float32)
        allowed = np.maximum(self.budget, 0.0)
        for _ in range(ROUNDS):
            least = _least(windows(change * shares[:, :, None]), allowed)
            if least.min() >= 1.0:
                return shares
            shares *= _least_of_windows(least)
        # One share for all: every window then moves by just that share of its change.
        return np.full_like(shares, _least(windows(change), allowed).min())

    def measure(self, frame: Pixels) -> Floats:
        """Mean linear light of each tile, (9, 16, 3) blue, green, red."""
        np.take(frame.reshape(-1), self.counted, out=self.fresh, mode="clip")
        self.changed = []
        for row, (a, b) in enumerate(zip(self.y, self.y[1:], strict=False)):
            if not np.array_equal(self.fresh[a:b], self.sampled[a:b]):  # else its sum is known
                np.take(LINEAR, _bytes(self.fresh[a:b]), out=self.light[a:b], mode="clip")
                self.changed.append(row)
                self.rows[row] = self.light[a:b].sum(axis=0)
        self.fresh, self.sampled = self.sampled, self.fresh
        tiles = np.add.reduceat(self.rows.reshape(DOWN, -1, 4), self.starts, axis=1)
        return np.asarray(tiles[:, :, :3] / self.counts, np.float32)

    def _mix(self, frame: Pixels, shares: Floats) -> None:
        """Mix each tile by its share, taken down to a whole STEP: less change than allowed is safe."""
        steps = (shares * STEPS).astype(int)
        for row in range(DOWN):
            for column in range(ACROSS):
                part = np.s_[self.y[row] : self.y[row + 1], self.x[column] : self.x[column + 1]]
                self.shown[part] = mixed(self.shown[part], frame[part], int(steps[row, column]))


def mixed(old: Pixels, new: Pixels, steps: int) -> Pixels:
    """Pixels `steps` / STEPS of the way from one picture to another, in linear light."""
    if steps >= STEPS:
        return new
    pairs = _bytes(old).astype(np.uint16) << 8
    pairs |= _bytes(new)
    return np.asarray(_between(steps)[pairs].view("<u4"), np.uint32)


@lru_cache(STEPS)
def _between(steps: int) -> NDArray[np.uint8]:
    """The code between any two codes, (65536,) by 256 x old + new."""
    light = LINEAR[:, None] + (LINEAR[None, :] - LINEAR[:, None]) * (steps / STEPS)
    return CODES[(light * 4095.0 + 0.5).astype(np.uint16)].ravel()


def _bytes(pixels: Pixels) -> NDArray[np.uint8]:
    """Blue, green, red and nothing of each pixel, side by side, (height, 4 x width)."""
    return np.ascontiguousarray(pixels, "<u4").view(np.uint8)


def windows(tiles: Floats) -> Floats:
    """Means over every window of 3 x 3 tiles, (7, 14, ...)."""
    down = tiles[:-2] + tiles[1:-1] + tiles[2:]
    return np.asarray((down[:, :-2] + down[:, 1:-1] + down[:, 2:]) / np.float32(WINDOW * WINDOW), np.float32)


def _least(wanted: Floats, allowed: Floats) -> Floats:
    """For each window the share of the wanted change that is allowed in all three colours, (7, 14)."""
    over = np.abs(wanted) > allowed + 1e-7
    shares = np.where(over, allowed / np.maximum(np.abs(wanted), 1e-9), 1.0)
    return np.asarray(shares.min(axis=2), np.float32)


def _least_of_windows(shares: Floats) -> Floats:
    """For each tile the least share of the windows it lies in, (9, 16)."""
    wide = np.pad(shares, WINDOW - 1, constant_values=1.0)
    rows = np.minimum(np.minimum(wide[:-2], wide[1:-1]), wide[2:])
    return np.asarray(np.minimum(np.minimum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:]), np.float32)
