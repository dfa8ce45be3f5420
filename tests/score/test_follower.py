"""The follower: whoever follows, and however often it looks, the same grains fall, one delay behind the meter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import HOME
from installation.now import Now
from installation.score.follower import Follower
from installation.score.grains import DELAY, grains_due
from tests.stand_in import PERIOD, Meter

BEGAN = 1000.0  # s on the meter's clock
FED_WHOLE = {"score/grains.py", "score/follower.py", "take/audit.py"}  # the audit asks a clock of all rows, its own


@pytest.fixture
def meter(tmp_path: Path) -> Iterator[Meter]:
    conductor = Now.open_doors(tmp_path / "now")
    conductor.joules_per_grain = 1.0
    yield Meter(conductor.path)
    conductor.close()


def fallen(follower: Follower, at: float) -> list[int]:
    return [int(number) for number in follower.until(at).numbers]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0.004, 0.6), min_size=2, max_size=30))
def test_who_looks_seldom_gets_the_same_grains(tmp_path_factory: pytest.TempPathFactory, steps: list[float]) -> None:
    """Two that follow one record, sixty times a second and whenever it suits, have the same at the same moment."""
    record = tmp_path_factory.mktemp("record") / "now"
    conductor = Now.open_doors(record)
    conductor.joules_per_grain = 1.0
    meter, often, seldom = Meter(record), Follower(Now(record)), Follower(Now(record))
    meter.sample(BEGAN, 90.0)
    often.look(), seldom.look()
    ours: list[int] = []
    theirs: list[int] = []
    at = BEGAN
    for moment in BEGAN + np.cumsum(steps):
        while at < moment:
            at += 1 / 60
            while meter.at + PERIOD <= at:
                meter.sample(meter.at + PERIOD, 90.0)
            ours += fallen(often, at)
        theirs += fallen(seldom, at)
    assert sorted(ours + list(often.flush().numbers)) == sorted(theirs + list(seldom.flush().numbers))
    assert often.given == seldom.given == grains_due(meter.joules, 1.0)
    assert often.lost == seldom.lost == 0


def test_a_grain_falls_its_delay_after_its_own_time(meter: Meter) -> None:
    follower = Follower(Now(meter.now.path))
    for i in range(21):
        meter.sample(BEGAN + i * PERIOD, 40.0)
    follower.look()
    times = follower.clock.waiting.times.copy()
    assert follower.delay == pytest.approx(DELAY * PERIOD)
    assert len(times) == 40
    for time in times:
        assert len(follower.until(time + follower.delay - 1e-6)) == 0
        assert len(follower.until(time + follower.delay + 1e-6)) == 1


def test_nothing_falls_until_it_is_known_what_a_grain_is(tmp_path: Path) -> None:
    conductor = Now.open_doors(tmp_path / "now")
    meter, follower = Meter(conductor.path), Follower(Now(conductor.path), 3, 2, resumed=True)
    meter.sample(BEGAN, 100.0)
    meter.sample(BEGAN + 1.0, 100.0)
    assert not follower.look()
    assert fallen(follower, BEGAN + 9.0) == list(follower.flush().numbers) == []
    assert (follower.given, follower.lost) == (3, 2)
    conductor.joules_per_grain = 10.0
    assert follower.look()  # the same sample, now that it can be read
    assert (follower.given, follower.lost) == (3, 7)
    meter.sample(BEGAN + 2.0, 100.0)
    assert list(follower.flush().numbers) == list(range(11, 21))


def test_it_looks_at_a_sample_once(meter: Meter) -> None:
    follower = Follower(Now(meter.now.path))
    meter.sample(BEGAN, 50.0)
    assert [follower.look(), follower.look()] == [True, False]
    meter.sample(BEGAN + 0.1, 50.0)
    assert [follower.look(), follower.look()] == [True, False]


def test_the_last_flush_sees_samples_that_are_not_announced_yet(meter: Meter) -> None:
    """The meter writes the rows first and their moment last; between the two the doors may close."""
    follower = Follower(Now(meter.now.path))
    meter.sample(BEGAN, 50.0)
    follower.look()
    meter.sample(BEGAN + 0.1, 50.0)
    meter.now.sampled_at = BEGAN
    assert len(follower.flush()) == 5


def test_what_fell_and_was_not_given_is_lost(meter: Meter) -> None:
    follower = Follower(Now(meter.now.path))
    meter.sample(BEGAN, 50.0)
    follower.look()
    meter.sample(BEGAN + 1.0, 50.0)
    follower.lose(len(follower.flush()))
    assert (follower.given, follower.lost) == (0, 50)


def test_nobody_follows_in_another_way() -> None:
    """A player, scene or take that keeps a clock of its own would fall apart from the others."""
    for path in (HOME / "installation").rglob("*.py"):
        names = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        if str(path.relative_to(HOME / "installation")) not in FED_WHOLE:
            assert not names & {"GrainClock", "DELAY"}, path
