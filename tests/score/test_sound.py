from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.now import Phase
from installation.score.grains import Grains
from installation.score.sound import HIGHEST, LOWEST, Loudness, bright, hum, k_weight, mean_square, pan, partial, weigh


def grains(numbers: list[int], phase: Phase, depth: float = 0.0, parameters: float = 3265) -> Grains:
    n = len(numbers)
    return Grains(
        np.array(numbers, np.int64), np.zeros(n), np.full(n, float(phase)), np.full(n, depth), np.full(n, parameters)
    )


def test_the_ear_counts_as_the_standard_says() -> None:
    """ITU-R BS.1770: a tone of 997 Hz at full scale in one channel is -3.01 LUFS."""
    tone = np.sin(2 * np.pi * 997 * np.arange(48_000) / 48_000)
    assert -0.691 + 10 * math.log10(weigh(tone, 48_000)) == pytest.approx(-3.01, abs=0.02)
    assert k_weight(np.array([20.0]))[0] < 0.1
    assert 10 * math.log10(k_weight(np.array([10_000.0]))[0]) == pytest.approx(4.0, abs=0.2)


@settings(deadline=None)
@given(st.floats(0, 1e6), st.floats(1, 1e5), st.floats(0, 1))
def test_the_hum_opens_and_never_exceeds_its_share(watts: float, full: float, warmth: float) -> None:
    amplitudes = hum(watts, full, warmth)
    assert np.isfinite(amplitudes).all()
    assert (amplitudes >= 0).all()
    assert float((amplitudes**2).sum()) <= 1.0 + 1e-9


def test_the_hum_opens_with_power() -> None:
    shares = [float((hum(w, 350)[4:] ** 2).sum() / (hum(w, 350) ** 2).sum()) for w in (20, 100, 200, 350)]
    assert shares == sorted(shares)
    assert shares[-1] > 10 * shares[0]
    assert not hum(0, 350).any()


@settings(deadline=None)
@given(st.floats(0, 1), st.integers(1, 8))
def test_a_place_has_the_same_power_on_any_row_of_loudspeakers(place: float, channels: int) -> None:
    left, a, b = pan(np.array([place]), channels)
    assert 0 <= left[0] <= max(0, channels - 2)
    assert a[0] ** 2 + (b[0] ** 2 if channels > 1 else 0) == pytest.approx(1.0)
    if channels > 1:
        heard = (left[0] * a[0] ** 2 + (left[0] + 1) * b[0] ** 2) / (channels - 1)
        assert heard == pytest.approx(place, abs=0.15)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 10**12), min_size=1, max_size=50),
    st.sampled_from(list(Phase)),
    st.floats(0, 1),
    st.floats(0, 1e12),
    st.floats(0, 1e6) | st.just(math.inf),
    st.floats(0, 1),
)
def test_every_drop_is_tuned_to_a_partial(
    numbers: list[int], phase: Phase, depth: float, weights: float, since: float, learned: float
) -> None:
    tuned = partial(grains(numbers, phase, depth, weights), since, learned)
    assert ((tuned >= LOWEST) & (tuned <= HIGHEST)).all()


def test_the_fit_rises_with_its_depth_and_sinks_after_it() -> None:
    many = list(range(1, 2000))
    rising = [partial(grains(many, Phase.FITTING, depth), 0.0).mean() for depth in (0.0, 0.5, 1.0)]
    assert rising[0] * 3 < rising[2]
    sinking = [partial(grains(many, Phase.SETTLED), since).mean() for since in (0.0, 2.0, 6.0, math.inf)]
    assert sinking == sorted(sinking, reverse=True)
    assert (
        partial(grains(many, Phase.FITTING, 0.5, 3e8), 0.0).std() > partial(grains(many, Phase.FITTING, 0.5), 0.0).std()
    )


def test_only_what_trained_is_bright() -> None:
    assert bright(grains([1], Phase.FITTING)).all()
    assert not bright(grains([1], Phase.RESTING)).any()


def test_full_power_sits_at_the_target_whatever_a_grain_is() -> None:
    for joules in (0.1, 1.0, 10.0):
        loud = Loudness(-23.0, -18.0, 300.0, joules)
        assert loud.drop**2 * 300.0 / joules == pytest.approx(mean_square(-23.0))


def test_a_power_far_above_full_is_held_at_the_loudest_allowed() -> None:
    loud = Loudness(-23.0, -18.0, 300.0)
    assert loud.held(300.0) == loud.held(700.0) == 1.0
    for watts in (1e3, 1e4, 1e5):
        assert loud.drop**2 * watts * loud.held(watts) ** 2 == pytest.approx(mean_square(-19.0))
