from __future__ import annotations

import math

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from installation.take.loudness import Ear


def heard(sound: NDArray[np.float32], rate: int = 48_000, block: int = 512) -> Ear:
    ear = Ear(rate, sound.shape[1])
    for at in range(0, len(sound), block):
        ear.hear(sound[at : at + block])
    ear.end()
    return ear


def tone(level_db: float, seconds: float = 5.0, hertz: float = 1000.0, rate: int = 48_000) -> NDArray[np.float32]:
    one = 10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)
    return np.stack([one, one], axis=1).astype(np.float32)


@pytest.mark.parametrize(("level", "lufs"), [(-23.0, -23.0), (-33.0, -33.0)])
def test_tech_3341_cases_1_and_2(level: float, lufs: float) -> None:
    """EBU Tech 3341: a stereo tone of 1 kHz at -23 dBFS reads -23 LUFS, within 0.1."""
    assert heard(tone(level, 20.0)).integrated_lufs == pytest.approx(lufs, abs=0.1)


def test_tech_3341_case_3_the_gate() -> None:
    sound = np.concatenate([tone(-36, 10), tone(-23, 60), tone(-36, 10)])
    assert heard(sound).integrated_lufs == pytest.approx(-23.0, abs=0.1)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 1000), st.floats(-50, -6), st.sampled_from([44_100, 48_000]), st.integers(100, 5000))
def test_it_agrees_with_pyloudnorm(seed: int, level: float, rate: int, block: int) -> None:
    random = np.random.default_rng(seed)
    swell = np.interp(np.arange(6 * rate), np.linspace(0, 6 * rate, 7), random.uniform(0, 1, 7))[:, None]
    sound = (10 ** (level / 20) * random.standard_normal((6 * rate, 2)) * swell).astype(np.float32)
    ours = heard(sound, rate, block).integrated_lufs
    assert ours == pytest.approx(pyloudnorm.Meter(rate).integrated_loudness(sound.astype(np.float64)), abs=0.1)


def test_the_true_peak_lies_between_the_samples() -> None:
    """EBU Tech 3341 case 15: a quarter of the rate, turned by 45 degrees: the samples peak 3 dB too low."""
    t = np.arange(48_000)
    sound = (0.5 * np.sin(np.pi / 2 * t + np.pi / 4))[:, None].astype(np.float32)
    assert heard(sound).true_peak_dbtp == pytest.approx(-6.0, abs=0.2)
    assert 20 * math.log10(np.abs(sound).max()) == pytest.approx(-9.0, abs=0.1)


def test_a_peak_on_the_edge_of_blocks_is_found() -> None:
    sound = np.zeros((48_000, 1), np.float32)
    sound[24_000] = 0.9
    for block in (100, 512, 24_000, 48_000):
        assert heard(sound, block=block).true_peak_dbtp == pytest.approx(-0.915, abs=0.01)


def test_silence_has_no_loudness() -> None:
    ear = heard(np.zeros((48_000, 2), np.float32))
    assert ear.integrated_lufs == ear.true_peak_dbtp == -math.inf


def test_short_term_is_the_loudest_three_seconds() -> None:
    sound = np.concatenate([tone(-40, 10), tone(-20, 3), tone(-40, 10)])
    assert heard(sound).loudest_lufs == pytest.approx(-20.0, abs=0.2)
