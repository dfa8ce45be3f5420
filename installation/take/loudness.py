"""The ear of an audit: loudness and true peak of a sound of any length, block by block.

Loudness after ITU-R BS.1770-4 and EBU Tech 3341: 400 ms blocks with 75 % overlap, gated at -70 LUFS and 10 LU under
the mean; short-term over 3 s. True peak from four times the rate. It shares no code with the player's own limiter.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEP = 0.1  # s
OVER = 4
WINDOW, EDGE = 16_384, 256  # samples looked at for the true peak, and on each side those the neighbours see
SILENCE = -70.0  # LUFS: the absolute gate


class Ear:
    """Hears a sound in blocks of any length.

    Args:
        rate_hz: samples a second.
        channels: all count alike, as loudspeakers in a row do.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.response = k_weighting(rate_hz)
        self.past: Floats = np.zeros((len(self.response) - 1, channels))
        self.step = round(STEP * rate_hz)
        self.rest: Floats = np.zeros((0, channels))
        self.blocks: list[Floats] = []
        self.waiting = 0
        self.energies: list[float] = []
        self.tail: Floats = np.zeros((EDGE, channels))
        self.peak = 0.0

    def hear(self, block: NDArray[np.float32]) -> None:
        """(n, channels), full scale 1."""
        self.blocks.append(block.astype(np.float64))
        self.waiting += len(block)
        if self.waiting >= 50 * self.step:
            self._hear()

    def _hear(self) -> None:
        heard = np.concatenate([self.rest, *self.blocks])
        whole = len(heard) // self.step * self.step
        if whole:
            self._take(heard[:whole])
        self.rest, self.blocks, self.waiting = heard[whole:], [], len(heard) - whole

    def end(self) -> None:
        """What is left, up to a whole step."""
        self._hear()
        self._look_for_peak(np.concatenate([self.rest, np.zeros((WINDOW, self.rest.shape[1]))]))

    def _take(self, part: Floats) -> None:
        self._look_for_peak(part)
        squares = (self._weighted(part) ** 2).reshape(-1, self.step, part.shape[1]).mean(axis=1).sum(axis=1)
        self.energies.extend(squares.tolist())

    def _weighted(self, part: Floats) -> Floats:
        """The part as the ear counts it, (n, channels): a convolution that goes on from the part before."""
        whole = np.concatenate([self.past, part])
        self.past = whole[len(whole) - len(self.past) :]
        size = 1 << (len(whole) - 1).bit_length()
        spectrum = np.fft.rfft(whole, size, axis=0) * np.fft.rfft(self.response, size)[:, None]
        weighted: Floats = np.fft.irfft(spectrum, size, axis=0)[len(self.response) - 1 : len(whole)]
        return weighted

    def _look_for_peak(self, part: Floats) -> None:
        """Between the samples: the spectrum of a window, put into one four times as wide; its edges are left out."""
        whole, at = np.concatenate([self.tail, part]), 0
        while len(whole) - at >= WINDOW:
            spectrum = np.fft.rfft(whole[at : at + WINDOW], axis=0)
            fine = np.fft.irfft(spectrum, OVER * WINDOW, axis=0)[OVER * EDGE : -OVER * EDGE] * OVER
            self.peak = max(self.peak, float(np.abs(fine).max()))
            at += WINDOW - 2 * EDGE
        self.tail = whole[at:]

    @property
    def true_peak_dbtp(self) -> float:
        """dBTP; -inf of silence."""
        return 20 * math.log10(self.peak) if self.peak > 0 else -math.inf

    @property
    def integrated_lufs(self) -> float:
        """LUFS, gated; -inf where nothing is above the gate."""
        blocks = _means(self.energies, 4)
        blocks = blocks[_lufs(blocks) > SILENCE]
        if len(blocks):
            blocks = blocks[_lufs(blocks) > _lufs(blocks.mean()) - 10]
        return float(_lufs(blocks.mean())) if len(blocks) else -math.inf

    @property
    def loudest_lufs(self) -> float:
        """The highest short-term loudness, over 3 s, LUFS."""
        blocks = _means(self.energies, 30)
        return float(_lufs(blocks).max()) if len(blocks) else self.integrated_lufs


def _lufs(mean_square: Any) -> Any:
    return -0.691 + 10 * np.log10(np.maximum(mean_square, 1e-20))


def _means(energies: list[float], count: int) -> Floats:
    if len(energies) < count:
        return np.zeros(0)
    sums = np.cumsum(np.concatenate([[0.0], energies]))
    return np.asarray((sums[count:] - sums[:-count]) / count, np.float64)


def k_weighting(rate_hz: int) -> Floats:
    """The two filters of BS.1770 at any rate as one impulse response of an eighth of a second, (n,).

    Source: the analogue prototypes behind the standard's table at 48 kHz, as De Man derived them (Evaluation of
    implementations of the EBU R128 loudness measurement, AES 145, 2018).
    """
    pulse = np.zeros(rate_hz // 8)
    pulse[0] = 1.0
    return _filtered(_filtered(pulse, _shelf(rate_hz)), _high_pass(rate_hz))


def _filtered(x: Floats, section: list[float]) -> Floats:
    """One second-order section, sample by sample."""
    b0, b1, b2, _, a1, a2 = section
    y, one, two = np.zeros(len(x)), 0.0, 0.0
    for n, value in enumerate(x.tolist()):
        y[n] = out = b0 * value + one
        one, two = b1 * value - a1 * out + two, b2 * value - a2 * out
    return y


def _shelf(rate_hz: int) -> list[float]:
    gain, q, corner = 3.999843853973347, 0.7071752369554196, 1681.974450955533
    k, vh = math.tan(math.pi * corner / rate_hz), 10 ** (gain / 20)
    vb, a0 = vh**0.4996667741545416, 1 + k / q + k * k
    return [
        (vh + vb * k / q + k * k) / a0, 2 * (k * k - vh) / a0, (vh - vb * k / q + k * k) / a0,
        1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0,
    ]  # fmt: skip


def _high_pass(rate_hz: int) -> list[float]:
    q, corner = 0.5003270373238773, 38.13547087602444
    k = math.tan(math.pi * corner / rate_hz)
    a0 = 1 + k / q + k * k
    return [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
