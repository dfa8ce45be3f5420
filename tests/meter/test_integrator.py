"""Energy booked against energy true, through every accident a counter or a sensor can have."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.meter.integrator import Integrator
from installation.meter.source import About, Fault, Reading
from installation.now import MeterState, Provenance

START = 5000.0  # J on the counter when a story begins
STEP = 0.05
CARD = About("a card", Provenance.MEASURED, 0.05, limits=(700.0,))
PLUG = About("the wall", Provenance.MEASURED, 0.02, period=1.0, hold=3.0, zeros=False)


class World:
    """A source that draws some watts, and an integrator that listens to it from monotonic 10 s on."""

    def __init__(self, about: About = CARD, *, step: float = STEP, counter: float = START) -> None:
        self.integrator = Integrator()
        self.integrator.opened(about)
        self.integrator.count_from(10.0)
        self.t, self.step, self.counter, self.true = 10.0, step, counter, 0.0
        self.counts = bool(about.limits)

    def draw(self, watts: float, seconds: float, *, silent: bool = False, says: float | None = None) -> None:
        """Let time pass at a power; a silent source does not answer, `says` lies about the watts."""
        for _ in range(round(seconds / self.step)):
            self.t += self.step
            self.true += watts * self.step
            self.counter += watts * self.step
            if not silent:
                self.hear(watts if says is None else says)
            self.integrator.silence(self.t)

    def hear(self, watts: float) -> None:
        self.integrator.take(Reading(self.t, watts, (self.counter,) if self.counts else ()))

    def freeze(self, watts: float, steps: int) -> None:
        """Let time pass at a power while the counter says the same at each look."""
        frozen = self.counter
        for _ in range(steps):
            self.draw(watts, self.step, silent=True)
            self.integrator.take(Reading(self.t, watts, (frozen,)))
            self.integrator.silence(self.t)

    @property
    def missing(self) -> float:
        return self.true - self.integrator.joules

    @property
    def state(self) -> MeterState:
        return self.integrator.state

    @property
    def gap(self) -> float:
        return self.integrator.gap_seconds(self.t)


def started(about: About = CARD, **keys: float) -> World:
    world = World(about, **keys)
    world.hear(100.0)
    return world


def test_a_steady_card_is_exact() -> None:
    world = started()
    world.draw(75, 5)
    world.draw(700, 5)
    assert world.missing == pytest.approx(0.0, abs=1e-6)
    assert world.gap == 0.0
    assert world.integrator.segments == 1


def test_a_reload_of_the_driver_ends_the_segment_and_books_nothing_false() -> None:
    world = started()
    world.draw(300, 10)
    world.counter = 1.2
    world.draw(300, 10)
    assert 0 <= world.missing <= 300 * STEP * 1.01
    assert world.gap == pytest.approx(STEP)
    assert "loaded anew" in world.integrator.newest_gap
    assert world.integrator.segments == 2


def test_a_jump_further_than_the_power_limit_is_left_out() -> None:
    world = started()
    world.draw(300, 10)
    world.counter += 1500
    world.draw(300, 10)
    assert 0 <= world.missing <= 300 * STEP * 1.01
    assert "jumped" in world.integrator.newest_gap


def test_a_lost_card_is_a_gap_of_its_own_length() -> None:
    world = started()
    world.draw(300, 5)
    world.integrator.fault(Fault("The card has fallen off the bus.", lost=True), world.t)
    assert world.state == MeterState.LOST
    world.draw(300, 4, silent=True)
    assert world.integrator.rows[-1].provenance == Provenance.NO_READING
    assert world.integrator.watts == 0.0
    assert world.gap == pytest.approx(4.0)
    world.draw(300, 5)
    assert world.integrator.provenance == Provenance.MEASURED
    assert world.missing == pytest.approx(300 * world.gap)
    assert world.gap == pytest.approx(4.0 + STEP)


def test_a_short_silence_is_bridged_by_the_counter_and_is_no_gap() -> None:
    world = started()
    world.draw(300, 2)
    world.draw(500, 1, silent=True)
    assert world.state == MeterState.STALE
    world.draw(300, 2)
    assert world.missing == pytest.approx(0.0, abs=1e-6)
    assert world.gap == 0.0


def test_a_long_silence_is_a_gap() -> None:
    world = started()
    world.draw(300, 2)
    world.draw(300, 5, silent=True)
    assert world.state == MeterState.LOST
    world.draw(300, 2)
    assert world.missing == pytest.approx(300 * world.gap)
    assert world.gap == pytest.approx(5.0 + STEP)


def test_a_counter_that_stands_still_while_power_flows_is_a_gap_until_it_moves() -> None:
    world = started()
    world.draw(300, 2)
    world.freeze(300, round(6 / STEP))
    assert world.state == MeterState.LOST
    world.draw(300, 2)
    assert world.missing == pytest.approx(300 * world.gap)
    assert world.gap == pytest.approx(6.0 + STEP)


def test_a_counter_that_moves_in_steps_of_the_sensor_loses_nothing() -> None:
    world = started(CARD)
    for i in range(200):
        world.t += STEP
        world.true += 300 * STEP
        if i % 2:
            world.counter += 300 * 2 * STEP
        world.hear(300.0)
    assert world.missing == pytest.approx(0.0, abs=300 * 2 * STEP)
    steps = [b.joules - a.joules for a, b in pairwise(world.integrator.rows)]
    assert min(steps[2:]) == pytest.approx(max(steps[2:]))
    assert world.integrator.segments == 1


def test_power_may_fail_while_the_counter_goes_on() -> None:
    world = started()
    world.draw(300, 2, says=math.nan)
    assert world.missing == pytest.approx(0.0, abs=1e-6)
    assert world.integrator.watts == pytest.approx(300.0)


def test_a_lone_zero_beside_a_counter_that_moves_is_not_shown() -> None:
    world = started()
    world.draw(300, 1)
    world.draw(300, STEP, says=0.0)
    assert world.integrator.watts == pytest.approx(300.0)
    assert world.missing == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("watts", [-5.0, math.inf, 1e9, 5000.0])
def test_what_cannot_be_is_refused_and_counted(watts: float) -> None:
    world = started()
    world.draw(300, 1)
    world.draw(300, STEP, says=watts)
    assert world.integrator.refused == 1
    assert world.integrator.watts == 300.0
    world.draw(300, 1)
    assert world.missing == pytest.approx(0.0, abs=1e-6)


def test_a_plug_that_says_zero_once_is_not_believed() -> None:
    world = started(PLUG, step=1.0)
    world.draw(58.2, 5)
    world.draw(58.2, 1, says=0.0)
    assert world.integrator.watts == 58.2
    world.draw(58.2, 5)
    assert world.missing == pytest.approx(58.2 - 100.0, abs=50.0)
    assert world.gap == 0.0


def test_a_plug_that_keeps_saying_zero_is_believed_after_a_gap() -> None:
    world = started(PLUG, step=1.0)
    world.draw(58.2, 5)
    world.draw(0.0, 5)
    assert world.integrator.watts == 0.0
    assert world.state == MeterState.OK
    assert world.gap == pytest.approx(3.0)


def test_a_trapezoid_is_never_drawn_across_a_hole() -> None:
    world = started(PLUG, step=1.0)
    world.draw(100, 5)
    world.draw(900, 4, silent=True)
    world.draw(100, 5)
    assert world.integrator.joules == pytest.approx(900.0)
    assert world.gap == pytest.approx(5.0)


def test_old_and_doubled_readings_change_nothing() -> None:
    world = started()
    world.draw(300, 1)
    before = world.integrator.joules
    world.integrator.take(Reading(world.t, 300.0, (world.counter,)))
    world.integrator.take(Reading(world.t - 0.5, 300.0, (world.counter - 150,)))
    assert world.integrator.joules == before
    world.draw(300, 1)
    assert world.missing == pytest.approx(0.0, abs=1e-6)


def test_counting_begins_at_the_doors_and_not_before() -> None:
    integrator = Integrator()
    integrator.opened(CARD)
    integrator.take(Reading(9.98, 300.0, (1000.0,)))
    assert integrator.watts == 300.0
    assert not integrator.rows
    integrator.count_from(10.0)
    integrator.take(Reading(10.03, 300.0, (1015.0,)))
    assert integrator.joules == pytest.approx(9.0)
    assert (integrator.rows[0].time, integrator.rows[0].joules) == (10.0, 0.0)


def test_a_restarted_meter_goes_on_and_its_absence_is_a_gap() -> None:
    integrator = Integrator(joules=500.0, gap_seconds=2.0)
    integrator.opened(CARD)
    integrator.resume(20.0)
    integrator.count_from(10.0)
    integrator.take(Reading(23.0, 300.0, (9000.0,)))
    integrator.take(Reading(23.05, 300.0, (9015.0,)))
    assert integrator.joules == 515.0
    assert integrator.gap_seconds(23.05) == pytest.approx(5.0)


def test_two_counters_are_each_judged_by_their_own_limit() -> None:
    integrator = Integrator()
    integrator.opened(About("two cards", Provenance.MEASURED, 0.05, limits=(700.0, 300.0)))
    integrator.count_from(0.0)
    integrator.take(Reading(1.0, 400.0, (100.0, 9000.0)))
    integrator.take(Reading(1.05, 400.0, (115.0, 9005.0)))
    assert integrator.joules == pytest.approx(20.0)
    integrator.take(Reading(1.1, 400.0, (130.0, 2.0)))
    assert integrator.joules == pytest.approx(20.0)
    assert "fell" in integrator.newest_gap


def test_counter_and_power_that_disagree_are_noticed() -> None:
    world = started()
    world.draw(300, 65, says=350.0)
    assert world.integrator.disagreement == pytest.approx(50 / 300, rel=0.02)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.floats(1.0, 700.0),
            st.integers(1, 60),
            st.sampled_from(["well", "silent", "reload", "jump", "lost", "frozen", "lie"]),
        ),
        max_size=12,
    )
)
def test_whatever_happens_nothing_is_invented_and_what_is_missing_is_a_gap(story: list[tuple[float, int, str]]) -> None:
    world = started()
    worst = 100.0
    for watts, steps, accident in story:
        worst = max(worst, watts)
        if accident == "reload" and world.counter >= START:  # from lower down a fall to 1 J cannot be seen
            world.counter = 1.0
        if accident == "jump":
            world.counter += 9000.0
        if accident == "lost":
            world.integrator.fault(Fault("gone", lost=True), world.t)
        if accident == "frozen":
            world.freeze(watts, steps)
        else:
            lie = 1e8 if accident == "lie" else None
            world.draw(watts, steps * STEP, silent=accident in ("silent", "lost"), says=lie)
    rows = world.integrator.rows
    world.draw(100, 1.0)
    assert world.missing >= -1e-6
    lag = STEP * sum(accident == "frozen" for _, _, accident in story)  # what a late counter never told before a reset
    assert world.missing <= worst * (world.gap + lag) + 1e-6
    assert all(a.time < b.time and a.joules <= b.joules for a, b in pairwise(rows))
    assert all(math.isfinite(r.watts) for r in rows)
