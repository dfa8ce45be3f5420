"""Rest: of one source and provenance, never across a gap or from a fit, and not before ten seconds."""

import math
from collections.abc import Iterable

import pytest

from installation.meter.integrator import Row
from installation.meter.rest import SETTLES, Rest
from installation.now import Phase, Provenance


def drawn(
    rest: Rest, begin: float, span: float, watts: float, phase: Phase = Phase.RESTING, provenance: int = 1
) -> float:
    """Let time pass at a power, 20 rows a second; returns when it ended."""
    joules = rest.last.joules if rest.last else 0.0
    for n in range(round(span * 20)):
        time = begin + n / 20
        rest.add([Row(time, joules + watts * (n + 1) / 20, watts, provenance)], phase)
    return begin + span


def test_rest_is_the_mean_of_its_latest_ten_seconds() -> None:
    rest = Rest()
    at = drawn(rest, 0.0, 9.0, 60.0)
    assert math.isnan(rest.watts)
    at = drawn(rest, at, 5.0, 60.0)
    assert rest.watts == pytest.approx(60.0)
    drawn(rest, at, 10.1, 80.0)
    assert rest.watts == pytest.approx(80.0, rel=0.01)


@pytest.mark.parametrize("phase", [Phase.PREPARING, Phase.FITTING])
def test_nothing_of_a_fit_is_rest(phase: Phase) -> None:
    rest = Rest()
    at = drawn(rest, 0.0, 12.0, 60.0)
    at = drawn(rest, at, 30.0, 350.0, phase)
    at = drawn(rest, at, SETTLES - 0.1, 300.0, Phase.SETTLED)
    assert rest.watts == pytest.approx(60.0)
    drawn(rest, at + 0.2, 12.0, 70.0, Phase.SETTLED)
    assert rest.watts == pytest.approx(70.0, rel=0.02)


def test_a_gap_adds_nothing_and_another_provenance_begins_anew() -> None:
    rest = Rest()
    at = drawn(rest, 0.0, 12.0, 60.0)
    at = drawn(rest, at, 5.0, 0.0, provenance=0)
    assert rest.watts == pytest.approx(60.0)
    drawn(rest, at + 100.0, 5.0, 60.0, provenance=2)
    assert (rest.provenance, math.isnan(rest.watts)) == (Provenance.ESTIMATED, True)


def test_another_source_begins_anew() -> None:
    rest = Rest()
    drawn(rest, 0.0, 12.0, 60.0)
    rest.begin_anew()
    assert math.isnan(rest.watts)
    rows: Iterable[Row] = ()
    rest.add(rows, Phase.RESTING)
    assert math.isnan(rest.watts)
