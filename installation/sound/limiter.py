"""The limiter holds the true peak under its ceiling; in normal use it never works.

It looks ahead by a part of a block: each part is turned down, before it is let out, to what the loudest of its
neighbours needs. The true peak is measured as ITU-R BS.1770 asks, at four times the rate, but only where the samples
themselves come near enough to make one possible.
"""

from __future__ import annotations

import numpy as np

from .block import Samples

OVER = 4
TAPS = 12  # each side, at the first rate
LONGEST_PART = 128  # samples
RELEASE = 0.02  # gain regained in a part
MARGIN = 0.96  # true-peak meters differ by as much at a sudden end


class Limiter:
    """A gain that is 1 until something is too loud.

    Args:
        channels: of the sound.
        block: samples of a block.
        ceiling_dbtp: dBTP that is never exceeded.

    Attributes:
        worked: parts of a block so far that were turned down.
        delay: samples by which the sound comes later.
    """

    def __init__(self, channels: int, block: int, ceiling_dbtp: float = -1.0) -> None:
        self.ceiling = 10 ** (ceiling_dbtp / 20) * MARGIN
        self.part = next((p for p in range(LONGEST_PART, 2 * TAPS, -1) if block % p == 0), block)
        self.delay = self.part
        self.kernel = _kernel()
        self.suspicious = self.ceiling / float(np.abs(self.kernel).sum(axis=1).max())
        steps = np.minimum(np.arange(1, self.part + 1) / max(1, self.part - TAPS), 1.0)  # done before the neighbour
        self.steps = steps.astype(np.float32)[:, None]
        self.kept = np.zeros((self.part, channels), np.float32)
        self.tail = np.zeros((2 * TAPS, channels), np.float32)
        self.need = 1.0
        self.gain = 1.0
        self.worked = 0

    def __call__(self, block: Samples) -> None:
        """Turn one block, (block, channels), into the one to be let out, in place."""
        if self.gain == self.need == 1.0 and _peak(block) < self.suspicious:
            self._pass(block)
            return
        for at in range(0, len(block), self.part):
            fresh = block[at : at + self.part].copy()
            need = self._need(fresh)
            end = min(need, self.need, self.gain + RELEASE)
            out = block[at : at + self.part]
            out[:] = self.kept
            if end < 1.0 or self.gain < 1.0:
                out *= self.gain + (end - self.gain) * self.steps
                self.worked += 1
            self.kept, self.need, self.gain = fresh, need, end

    def _pass(self, block: Samples) -> None:
        """The normal use: nothing near the ceiling, only the delay."""
        whole = np.concatenate([self.kept, block])
        block[:] = whole[: len(block)]
        self.kept = whole[len(block) :]
        self.tail = whole[-2 * TAPS :]

    def _need(self, fresh: Samples) -> float:
        """The gain this part needs."""
        whole = np.concatenate([self.tail, fresh])
        self.tail = whole[-2 * TAPS :]
        if _peak(whole) < self.suspicious:
            return 1.0
        return min(1.0, self.ceiling / (true_peak(whole, self.kernel) + 1e-12))


def _peak(sound: Samples) -> float:
    return max(float(sound.max()), -float(sound.min()))


def _kernel() -> Samples:
    """(OVER, 2 TAPS + 1) the four phases of a windowed sinc."""
    t = np.arange(-TAPS, TAPS + 1)[None, :] - np.arange(OVER)[:, None] / OVER
    window = 0.5 + 0.5 * np.cos(np.pi * np.clip(t / (TAPS + 1), -1, 1))
    return np.asarray(np.sinc(t) * window, np.float32)


def true_peak(sound: Samples, kernel: Samples | None = None) -> float:
    """The highest absolute value between and on the samples of (n, channels), n > 24; the first and last 12 belong to
    the neighbours."""
    kernel = _kernel() if kernel is None else kernel
    windows = np.lib.stride_tricks.sliding_window_view(sound, kernel.shape[1], axis=0)
    return float(np.abs(windows @ kernel.T).max())
