import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.text.land import KINDS, by_mix, figures, land_for
from installation.text.sentences import Sentences


@pytest.mark.parametrize(
    ("kind", "low_m2", "high_m2"),
    [
        ("nuclear", 0.19, 0.87),
        ("coal", 39, 39),
        ("solar", 50, 50),
        ("hydro", 17, 88),
        ("wind_farm", 316, 316),
    ],
)
def test_300_watts_hold_what_the_table_of_the_sources_says(kind: str, low_m2: float, high_m2: float) -> None:
    land = land_for(300, kind)
    assert land is not None
    assert float(f"{land.low_m2:.{2 if low_m2 < 1 else 0}f}") == low_m2
    assert float(f"{land.high_m2:.{2 if high_m2 < 1 else 0}f}") == high_m2


def test_the_formula_agrees_with_energy_over_a_year() -> None:
    # 2.4 kWh from a solar field hold 461 cm² for a year; the same energy as a steady power for a year holds as much.
    land = land_for(2.4e-3 / 8766 * 1e6, "solar")
    assert land is not None
    assert land.low_m2 * 1e4 == pytest.approx(461, abs=0.5)
    assert land.low_side_m**2 == pytest.approx(land.low_m2)


def test_figures_nobody_compared_stay_away_unless_asked_for() -> None:
    assert [f.source for f in figures("coal")] == ["UNECE 2021"]
    assert len(figures("coal", unverified=True)) == 2
    assert all(figures(kind) for kind in KINDS)
    band = land_for(300, "coal", unverified=True)
    assert band is not None
    assert (round(band.low_m2), round(band.high_m2)) == (26, 39)


@settings(deadline=None)
@given(st.floats(0, 1e6), st.sampled_from(sorted(KINDS)), st.floats(1, 10))
def test_land_grows_as_the_power_grows_and_low_is_never_above_high(watts: float, kind: str, times: float) -> None:
    one, more = land_for(watts, kind), land_for(watts * times, kind)
    assert one is not None
    assert more is not None
    assert one.low_m2 <= one.high_m2
    assert more.high_m2 == pytest.approx(one.high_m2 * times)
    assert one.is_band == (len(figures(kind)) == 2 and watts * 0.07 > 0)


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=len(KINDS), max_size=len(KINDS)))
def test_a_mix_lies_between_its_kinds(weights: list[float]) -> None:
    shares = {kind: w / sum(weights) for kind, w in zip(KINDS, weights, strict=True)}
    mix = by_mix(300, shares)
    alone = [land for kind in KINDS if (land := land_for(300, kind))]
    assert mix is not None
    assert min(a.low_m2 for a in alone) <= mix.low_m2 <= mix.high_m2 <= max(a.high_m2 for a in alone)
    assert mix.covered == pytest.approx(1)


def test_what_a_mix_leaves_over_is_said() -> None:
    mix = by_mix(300, {"hydro": 0.86})
    assert mix is not None
    assert mix.covered == 0.86
    assert mix.sources == ("UNECE 2021", "Lovering 2022")


@pytest.mark.parametrize("watts", [math.nan, math.inf, -1.0])
def test_without_a_reading_there_is_no_land(watts: float) -> None:
    assert land_for(watts, "nuclear") is None


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        ({"hidro": 1.0}, "'hidro' is no kind of power station with a figure for land. Did you mean 'hydro'"),
        ({"hydro": -0.1}, "The share of hydro in the mix is -0.1; write a fraction from 0 to 1."),
        ({"hydro": 0.9, "gas": 0.2}, "The shares of the mix sum to 1.1; they must sum to more than 0 and at most 1."),
        ({}, "The shares of the mix sum to 0; they must sum to more than 0 and at most 1."),
    ],
)
def test_a_wrong_mix_is_one_sentence(shares: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        by_mix(300, shares)


def test_every_kind_has_a_name_in_the_sentences() -> None:
    for kind in KINDS:
        assert Sentences()(f"kind_{kind}")
