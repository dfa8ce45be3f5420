"""Keeps the picture from flashing: no part of the finished frame changes its light faster than it may.

A flash is a rise and a fall of a tenth of the largest luminance (WCAG 2.2, 2.3.1). If the mean light of every window of
the picture changes by at most `rate` a second, with no more than `BURST` at once, then a second holds at most
rate / 0.2 + 1/4 flashes. The limiter measures each finished frame on 16 x 9 tiles, in linear light, in windows of
3 x 3 tiles, and where a window would change too fast it gives back a mixture of the old frame and the new. Mixed in
linear light, the mean moves by exactly the share that is given; so the bound is arithmetic and not a hope. It is the
last thing before the screen and cannot be switched off.
"""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ACROSS, DOWN = 16, 9
WINDOW = 3  # tiles
BURST = 0.025  # relative luminance a window may change at once: a quarter of the step that counts towards a flash
HARD = 0.6  # a second: three flashes; no setting goes above
COUNTED = 10  # columns of pixels counted in each tile, evenly apart; all rows are counted, as the section lies in rows
ROUNDS = 6

_CODE = np.arange(256) / 255.0
LINEAR = np.where(_CODE <= 0.04045, _CODE / 12.92, ((_CODE + 0.055) / 1.055) ** 2.4).astype(np.float32)
# Relative luminance by red and green, as one number of 16 bits. Blue is left out and its weight given to green: it is
# 7 % at most, less than the step that counts.
BY_RED_GREEN = (0.2126 * LINEAR[:, None] + 0.7874 * LINEAR[None, :]).astype(np.float32).ravel()
_FINE = np.linspace(0.0, 1.0, 4096)
CODES = np.round(255 * np.where(_FINE <= 0.0031308, _FINE * 12.92, 1.055 * _FINE ** (1 / 2.4) - 0.055)).astype(np.uint8)


class Limiter:
    """Holds the frame that is shown, and lets the next one through as fast as is safe.

    Args:
        size: of the picture, px.
        rate: relative luminance a second, at most HARD.
    """

    def __init__(self, size: tuple[int, int], rate: float) -> None:
        self.rate = min(rate, HARD)
        self.shown = pygame.Surface(size)
        width, height = size
        self.skip = max(1, width // (ACROSS * COUNTED))
        self.columns = np.arange(0, width, self.skip)
        self.x = np.linspace(0, width, ACROSS + 1).round().astype(int)
        self.y = np.linspace(0, height, DOWN + 1).round().astype(int)
        self.starts = np.searchsorted(self.columns, self.x[:-1])
        self.counts = np.diff(np.append(self.starts, len(self.columns)))
        self.tiles = np.zeros((DOWN, ACROSS), np.float32)
        self.budget = np.full((DOWN - WINDOW + 1, ACROSS - WINDOW + 1), BURST, np.float32)
        self.last = -1.0
        self.held = 0  # frames in which it had to act

    def __call__(self, frame: pygame.Surface, seconds: float) -> pygame.Surface:
        """The picture to show at this moment in place of `frame`."""
        self._earn(seconds)
        wanted = self.measure(frame)
        shares = self._shares(wanted - self.tiles)
        before = self.tiles
        if shares.min() >= 1.0:
            self.shown.blit(frame, (0, 0))
            self.tiles = wanted
        else:
            self.held += 1
            self.tiles = self._mix(frame, shares)
        self.budget -= np.abs(windows(self.tiles - before))
        return self.shown

    def _earn(self, seconds: float) -> None:
        step = 0.0 if self.last < 0 else max(0.0, seconds - self.last)
        self.last = seconds
        self.budget = np.minimum(self.budget + np.float32(self.rate * step), BURST)

    def _shares(self, change: Floats) -> Floats:
        """How much of its change each tile may make, 0-1, (9, 16)."""
        shares = np.ones_like(change)
        allowed = np.maximum(self.budget, 0.0)
        for _ in range(ROUNDS):
            wanted = np.abs(windows(change * shares))
            over = wanted > allowed + 1e-7
            if not over.any():
                return shares
            least = np.where(over, allowed / np.maximum(wanted, 1e-9), 1.0).astype(np.float32)
            shares *= _least_of_windows(least)
        wanted = np.abs(windows(change))  # one share for all: every window then moves by just that share of its change
        every = float(np.min(np.where(wanted > allowed, allowed / np.maximum(wanted, 1e-9), 1.0)))
        return np.full_like(change, every)

    def measure(self, frame: pygame.Surface) -> Floats:
        """Mean relative luminance of each tile, (9, 16)."""
        pixels = view(frame)
        light = BY_RED_GREEN[(pixels[:, :: self.skip] >> 8) & 0xFFFF]
        del pixels
        rows = np.add.reduceat(light, self.y[:-1], axis=0)
        sums = np.add.reduceat(rows, self.starts, axis=1)
        return np.asarray(sums / (np.diff(self.y)[:, None] * self.counts[None, :]), np.float32)

    def _mix(self, frame: pygame.Surface, shares: Floats) -> Floats:
        old, new = view(self.shown), view(frame)
        for row in range(DOWN):
            for column in range(ACROSS):
                part = np.s_[self.y[row] : self.y[row + 1], self.x[column] : self.x[column + 1]]
                share = float(shares[row, column])
                old[part] = new[part] if share >= 1.0 else mixed(old[part], new[part], share)
        del old, new
        return self.measure(self.shown)


def view(surface: pygame.Surface) -> NDArray[np.uint32]:
    """The pixels of a surface, (height, width) of 0x00RRGGBB, as they lie; the surface is locked while this lives."""
    width, height = surface.get_size()
    pitch = surface.get_pitch() // 4
    pixels: NDArray[np.uint32] = np.frombuffer(surface.get_view("0"), np.uint32)  # type: ignore[call-overload]
    return pixels.reshape(height, pitch)[:, :width]


def mixed(old: NDArray[np.uint32], new: NDArray[np.uint32], share: float) -> NDArray[np.uint32]:
    """Pixels between two pictures, by a share of the way in linear light."""
    out = old.copy()
    where = old != new
    here, there = old[where], new[where]
    made = np.zeros_like(here)
    for shift in (16, 8, 0):
        a, b = LINEAR[(here >> shift) & 0xFF], LINEAR[(there >> shift) & 0xFF]
        made |= CODES[((a + (b - a) * share) * 4095.0 + 0.5).astype(np.uint16)].astype(np.uint32) << shift
    out[where] = made
    return out


def windows(tiles: Floats) -> Floats:
    """Means over every window of 3 x 3 tiles, (7, 14)."""
    down = tiles[:-2] + tiles[1:-1] + tiles[2:]
    return np.asarray((down[:, :-2] + down[:, 1:-1] + down[:, 2:]) / np.float32(WINDOW * WINDOW), np.float32)


def _least_of_windows(shares: Floats) -> Floats:
    """For each tile the least share of the windows it lies in, (9, 16)."""
    wide = np.pad(shares, WINDOW - 1, constant_values=1.0)
    rows = np.minimum(np.minimum(wide[:-2], wide[1:-1]), wide[2:])
    return np.asarray(np.minimum(np.minimum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:]), np.float32)
