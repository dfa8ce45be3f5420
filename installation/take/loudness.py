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
EDGE = 64  # samples on each side that belong to the neighbours when the true peak is looked for
SILENCE = -70.0  # LUFS: the absolute gate


class MissingLibraryError(RuntimeError):
    """A library of the extra `audit` is missing, as one sentence."""


def signal() -> Any:
    """scipy.signal.

    Raises:
        MissingLibraryError: scipy is not installed.
    """
    try:
        import scipy.signal
    except ImportError:
        raise MissingLibraryError("The audit needs scipy; install it with: pip install 'underfoot[audit]'.") from None
    return scipy.signal


class Ear:
    """Hears a sound in blocks of any length.

    Args:
        rate_hz: samples a second.
        channels: all count alike, as loudspeakers in a row do.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.signal = signal()
        self.sections = k_weighting(rate_hz)
        self.state = np.zeros((len(self.sections), 2, channels))
        self.step = round(STEP * rate_hz)
        self.rest: Floats = np.zeros((0, channels))
        self.blocks: list[Floats] = []
        self.waiting = 0
        self.energies: list[float] = []
        self.tail: Floats = np.zeros((2 * EDGE, channels))
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
        self._look_for_peak(self.rest)

    def _take(self, part: Floats) -> None:
        self._look_for_peak(part)
        weighted, self.state = self.signal.sosfilt(self.sections, part, axis=0, zi=self.state)
        squares = (weighted**2).reshape(-1, self.step, part.shape[1]).mean(axis=1).sum(axis=1)
        self.energies.extend(squares.tolist())

    def _look_for_peak(self, part: Floats) -> None:
        whole = np.concatenate([self.tail, part])
        self.tail = whole[-2 * EDGE :]
        fine = self.signal.resample_poly(whole, 4, 1, axis=0)
        self.peak = max(self.peak, float(np.abs(fine[4 * EDGE : len(fine) - 4 * EDGE]).max(initial=0.0)))

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
    """The two filters of BS.1770 at any rate, (2, 6) second-order sections.

    Source: the analogue prototypes behind the standard's table at 48 kHz, as De Man derived them (Evaluation of
    implementations of the EBU R128 loudness measurement, AES 145, 2018).
    """
    return np.array([_shelf(rate_hz), _high_pass(rate_hz)])


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
