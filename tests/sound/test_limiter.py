from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.signal import resample_poly

from installation.sound.limiter import Limiter, true_peak


def limited(sound: NDArray[np.float32], block: int = 512, ceiling: float = -1.0) -> tuple[NDArray[np.float32], Limiter]:
    limiter = Limiter(sound.shape[1], block, ceiling)
    out = sound.copy()
    for at in range(0, len(out) - block + 1, block):
        limiter(out[at : at + block])
    return out, limiter


def peak_db(sound: NDArray[np.float32]) -> float:
    """True peak by another road: scipy's resampling."""
    return float(20 * np.log10(np.abs(resample_poly(sound.astype(np.float64), 4, 1, axis=0)).max() + 1e-12))


@settings(deadline=None, max_examples=25)
@given(arrays(np.float32, (24, 2), elements=st.floats(0, 60, width=32)), st.integers(0, 100))
def test_nothing_gets_over_the_ceiling(levels: NDArray[np.float32], seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal((24 * 512, 2)).astype(np.float32)
    out, _ = limited(noise * np.repeat(levels, 512, axis=0))
    assert peak_db(out) <= -1.0


@pytest.mark.parametrize("hertz", [50, 1000, 12_000, 11_999])
def test_tones_far_too_loud_come_out_under_the_ceiling(hertz: float) -> None:
    tone = 8.0 * np.sin(2 * np.pi * hertz * np.arange(512 * 100) / 48_000 + np.pi / 4)
    out, limiter = limited(np.stack([tone, -tone], axis=1).astype(np.float32))
    assert peak_db(out) <= -1.0
    assert limiter.worked
    assert np.abs(out[-5120:]).max() > 0.6  # it turns down, it does not shut


def test_in_normal_use_it_only_delays() -> None:
    sound = (np.random.default_rng(1).standard_normal((512 * 20, 2)) * 0.08).astype(np.float32)
    out, limiter = limited(sound)
    assert not limiter.worked
    np.testing.assert_array_equal(out[limiter.delay :], sound[: -limiter.delay])


def test_it_lets_go() -> None:
    sound = np.full((512 * 100, 1), 0.1, np.float32)
    sound[600:620] = 5.0
    out, _ = limited(sound)
    np.testing.assert_allclose(out[-5120:], 0.1, rtol=1e-6)


@pytest.mark.parametrize("block", [64, 100, 480, 509])
def test_blocks_of_any_length_are_limited_too(block: int) -> None:
    noise = (np.random.default_rng(2).standard_normal((block * 60, 2)) * 3).astype(np.float32)
    assert peak_db(limited(noise, block)[0]) <= -1.0


def test_the_true_peak_is_between_the_samples() -> None:
    """EBU Tech 3341: a tone at a quarter of the rate whose samples peak at -3.01 dB reads 0 dBTP."""
    tone = np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4).astype(np.float32)[:, None]
    assert np.abs(tone).max() == pytest.approx(0.707, abs=1e-3)
    assert 20 * np.log10(true_peak(tone)) == pytest.approx(0.0, abs=0.1)
