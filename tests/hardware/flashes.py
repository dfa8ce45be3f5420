"""Counts flashes in what a strip showed, by the definition, knowing nothing of how the firmware prevents them.

A flash is a pair of opposing changes of relative luminance of 10 % or more of the maximum (WCAG 2.3.1). The standard's
exemption for bright darker states is not used, so this counts more than the standard would.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
WEIGHTS = np.array([0.2126, 0.7152, 0.0722]) / 255  # relative luminance of linear R, G, B (sRGB primaries)
STEP = 0.1


def groups(leds: int, seed: int = 1) -> Floats:
    """Weights of many groups of LEDs, shape (groups, leds), rows summing to 1: each LED, each 16 neighbours, the whole
    strip, its halves, every second LED, and some drawn at random."""
    rows = [*np.eye(leds)]
    rows += [np.roll(np.arange(leds) < 16, start) for start in range(max(1, leds - 15))]
    rows += [np.ones(leds), np.arange(leds) < leds // 2, np.arange(leds) >= leds // 2]
    rows += [np.arange(leds) % 2 == 0, np.arange(leds) % 2 == 1]
    rows += list(np.random.default_rng(seed).random((20, leds)) < 0.3)
    table = np.array(rows, dtype=np.float64)
    return np.asarray(table / np.maximum(table.sum(axis=1, keepdims=True), 1))


def luminance(light: npt.NDArray[np.uint8], weights: Floats) -> Floats:
    """Relative luminance 0-1 of each group in each picture: (frames, LEDs, 3) -> (frames, groups)."""
    return np.asarray((light @ WEIGHTS) @ weights.T)


def changes(us: Floats, bright: Floats) -> list[Floats]:
    """For each column of `bright`, the times in seconds at which an opposing change of STEP was complete."""
    high, low = bright[0].copy(), bright[0].copy()
    rising = np.zeros(bright.shape[1], dtype=np.int8)  # 1 after a rise, -1 after a fall, 0 before either
    found: list[list[float]] = [[] for _ in rising]
    for time, row in zip(us / 1e6, bright, strict=True):
        high, low = np.maximum(high, row), np.minimum(low, row)
        up = (rising != 1) & (row - low >= STEP)
        down = (rising != -1) & ~up & (high - row >= STEP)
        for column in np.flatnonzero(up | down):
            found[column].append(time)
        high = np.where(down | up, row, high)
        low = np.where(down | up, row, low)
        rising = np.where(up, 1, np.where(down, -1, rising)).astype(np.int8)
    return [np.array(times) for times in found]


def most_in_a_second(times: Floats) -> int:
    """The largest number of `times` within one second."""
    ends = np.searchsorted(times, times + 1.0, side="right")
    return int((ends - np.arange(len(times))).max(initial=0))


def worst(us: Floats, light: npt.NDArray[np.uint8]) -> int:
    """The largest number of opposing changes of any group within any one second; two are a flash."""
    bright = luminance(light, groups(light.shape[1]))
    return max(most_in_a_second(times) for times in changes(us, bright))
