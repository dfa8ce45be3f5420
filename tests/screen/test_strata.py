"""The section as numbers: nothing is lost, whatever the day was, and it stays small."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.score.colour import size
from installation.screen.ground.strata import COLUMNS, ENERGY, FITTING, SECONDS, STRETCH, Layer, Strata

watts = st.floats(0, 5000, allow_nan=False)
spans = st.floats(0.01, 0.9)


def laid(steps: list[tuple[float, float, bool]], begin: float = 1000.0) -> tuple[Strata, float]:
    """Strata of (span s, watts, whether a fit ran), and the joules given."""
    strata, end, total = Strata(), begin, 0.0
    for span, power, busy in steps:
        end += span
        joules = span * power
        total += joules
        strata.add(end, span, span, joules, joules if busy else 0.0, 0.0)
    return strata, total


def held(strata: Strata) -> float:
    return sum(layer.joules for layer in strata.layers) + strata.open_joules


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(spans, watts, st.booleans()), min_size=1, max_size=300))
def test_no_joule_is_lost_or_added(steps: list[tuple[float, float, bool]]) -> None:
    strata, total = laid(steps)
    assert held(strata) == pytest.approx(total, rel=1e-9, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.just(0.9), watts, st.booleans()), min_size=60, max_size=400))
def test_layers_are_in_order_and_depth_only_grows(steps: list[tuple[float, float, bool]]) -> None:
    strata, _ = laid(steps)
    begins = [layer.begin for layer in strata.layers]
    assert begins == sorted(begins, reverse=True)
    assert all(a.begin >= b.end - 1e-6 for a, b in zip(strata.layers, strata.layers[1:], strict=False))
    assert (np.diff(strata.edges()) >= 0).all()


def day(hours: float, power: float) -> Strata:
    strata = Strata()
    for i in range(int(hours * 360)):
        strata.add(10.0 * (i + 1), 10.0, 10.0, 10.0 * power, 0.0, 0.0)
    return strata


@pytest.mark.parametrize("power", [8.0, 700.0])
def test_a_day_has_few_layers_and_fits_the_screen(power: float) -> None:
    strata = day(14, power)
    assert len(strata.layers) < 75
    assert strata.edges()[-1] < 11  # units of the fold; the ground of a 1080 screen has 9 and fades out below


def test_twice_the_watts_is_twice_the_growth_at_the_surface() -> None:
    def grown(power: float) -> float:
        strata, _ = laid([(0.1, power, False)])
        return float(strata.edges()[0])

    assert grown(200.0) == pytest.approx(2 * grown(100.0), rel=0.02)


def test_a_layer_keeps_where_in_its_time_the_joules_fell() -> None:
    strata, _ = laid([(1.0, 300.0 if 3 <= i < 6 else 50.0, 3 <= i < 6) for i in range(11)])
    (layer,) = strata.layers
    assert layer.end - layer.begin == STRETCH
    middle = layer.columns[ENERGY][COLUMNS * 4 // 10]
    assert middle == pytest.approx(6 * layer.columns[ENERGY][COLUMNS * 8 // 10], rel=1e-6)
    assert layer.columns[FITTING].sum() == pytest.approx(900.0)


def test_a_gap_adds_nothing_and_is_seen_as_one() -> None:
    strata = Strata()
    strata.add(1003.0, 3.0, 3.0, 300.0, 0.0, 0.0)
    strata.add(1011.0, 2.0, 2.0, 200.0, 0.0, 0.0)  # nothing is known from 1003 to 1009
    (layer,) = strata.layers
    assert layer.columns[SECONDS].sum() == pytest.approx(4.0)
    assert held(strata) == pytest.approx(500.0)


def test_hours_without_a_reading_cost_nothing() -> None:
    strata = Strata()
    strata.add(1003.0, 3.0, 3.0, 300.0, 0.0, 0.0)
    strata.add(91_003.0, 1.0, 1.0, 100.0, 0.0, 0.0)
    assert len(strata.layers) == 1
    assert held(strata) == pytest.approx(400.0)


def test_a_restart_folds_in_the_same_way() -> None:
    rng = np.random.default_rng(2)
    steps = [(1.0, float(rng.uniform(20, 400)), False) for _ in range(3000)]
    one, _ = laid(steps)
    other, _ = laid(steps)
    assert [(x.level, x.number) for x in one.layers] == [(x.level, x.number) for x in other.layers]


def test_samples_that_are_no_numbers_are_passed_over() -> None:
    rows = np.zeros((5, 7))
    rows[:, 0] = 100 + np.arange(5) * 0.05
    rows[:, 1] = (0, 4, np.nan, 8, 12)
    rows[:, 3] = 1
    strata = Strata()
    strata.feed(rows)
    assert np.isfinite(held(strata))


def test_samples_are_taken_once() -> None:
    rows = np.zeros((3, 7))
    rows[:, 0], rows[:, 1], rows[:, 3] = (100, 100.1, 100.2), (0, 10, 20), 1
    strata = Strata()
    strata.feed(rows)
    strata.feed(rows)
    assert held(strata) == pytest.approx(20.0)


def test_size_grows_by_its_logarithm() -> None:
    assert size(3265) == 0
    assert size(110e6) == 1
    assert 0.4 < size(10**5.5) < 0.6


def test_layer_names_its_time() -> None:
    layer = Layer(2, 5, np.zeros((4, COLUMNS)))
    assert (layer.begin, layer.end) == (200.0, 240.0)


@pytest.mark.parametrize(("rate_hz", "jitter"), [(20.0, 0.0), (0.98, 0.0), (1.0, 0.02), (0.1, 0.5)])
def test_a_slow_meter_has_lines_in_the_ground_too(rate_hz: float, jitter: float) -> None:
    times = 1000.0 + np.arange(int(120 * rate_hz) + 1) / rate_hz
    times = times + np.random.default_rng(1).uniform(0, jitter, len(times))
    rows = np.zeros((len(times), 7))
    rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3] = times, 80.0 * (times - times[0]), 80.0, 1.0
    strata = Strata()
    strata.feed(rows, 1.0 / rate_hz)
    for layer in strata.layers[:-1]:
        assert layer.columns[SECONDS].sum() == pytest.approx(STRETCH * 2**layer.level, rel=0.01)


def test_a_counter_that_steps_back_lays_nothing_down_twice() -> None:
    joules = [0.0, 500.0, 1000.0, 700.0, 900.0, 1100.0]
    rows = np.asarray([[1000.0 + 0.05 * i, j, 80.0, 1.0, 0.0, 0.0, 0.0] for i, j in enumerate(joules)])
    strata = Strata()
    strata.feed(rows, 0.05)
    assert held(strata) == pytest.approx(1100.0)
