"""Score: each grain once, in its slot, at its place, however the samples come and the players restart."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.score.grains import (
    CATCH_UP,
    DELAY,
    LATE,
    LONGEST_SLOT,
    GrainClock,
    grains_between,
    grains_due,
    hashed,
    jitter,
    place,
)

BEGAN = 5000.0  # s on the meter's clock
MASK = (1 << 64) - 1


def rows(steps: list[tuple[float, float]]) -> np.ndarray:
    """Samples from (seconds since the last one, watts); the first stands at no joules."""
    times = BEGAN + np.cumsum([0.0] + [t for t, _ in steps])
    joules = np.cumsum([0.0] + [t * w for t, w in steps])
    out = np.zeros((len(times), 7))
    out[:, 0], out[:, 1], out[:, 3] = times, joules, 1
    out[1:, 2] = [w for _, w in steps]
    return out


def steady(watts: float, seconds: float, rate: float = 20.0) -> np.ndarray:
    return rows([(1 / rate, watts)] * round(seconds * rate))


def ring(samples: np.ndarray, until: float, room: int = 128) -> np.ndarray:
    """What stands in the record at a moment: the newest samples, behind empty rows."""
    seen = samples[samples[:, 0] <= until][-room:]
    return np.vstack([np.zeros((room - len(seen), 7)), seen])


STEPS = st.lists(st.tuples(st.floats(0.01, 2.0), st.floats(0, 400.0)), min_size=1, max_size=40)
POLLS = st.lists(st.floats(0.005, 3.0), max_size=40)


@settings(deadline=None)
@given(st.floats(0, 1e9), st.floats(0.001, 1e6))
def test_due_is_the_floor(joules: float, per_grain: float) -> None:
    assert grains_due(joules, per_grain) == math.floor(joules / per_grain)
    assert grains_due(-joules, per_grain) == 0


@settings(deadline=None)
@given(STEPS, POLLS, st.sampled_from([0.2, 1.0, 10.0]), st.integers(2, 128))
def test_every_grain_once(steps: list[tuple[float, float]], polls: list[float], per_grain: float, room: int) -> None:
    """Any sampling, any polling, a ring of any length: all that is due is given, each number once, none lost."""
    samples, clock, now, numbers = rows(steps), GrainClock(per_grain), BEGAN, list[int]()
    clock.feed(samples[:1])
    for poll in polls:
        now += poll
        clock.feed(ring(samples, now, room))
        numbers += clock.until(now - 0.06).numbers.tolist()
    clock.feed(samples)
    numbers += clock.flush().numbers.tolist()
    due = grains_due(samples[-1, 1], per_grain)
    assert sorted(numbers) == list(range(1, due + 1))
    assert (clock.given, clock.lost, clock.due) == (due, 0, due)


@settings(deadline=None)
@given(STEPS, POLLS, st.data())
def test_given_and_lost_are_due_through_any_restarts(
    steps: list[tuple[float, float]], polls: list[float], data: st.DataObject
) -> None:
    samples, clock, now, numbers = rows(steps), GrainClock(1.0), BEGAN, list[int]()
    clock.feed(samples[:1])
    for poll in polls:
        now += poll
        clock.feed(ring(samples, now, 16))
        numbers += clock.until(now - 0.06).numbers.tolist()
        if data.draw(st.booleans()):  # killed and brought back, with what it had written of itself
            clock = GrainClock(1.0, clock.given, clock.lost, resumed=True)
        if data.draw(st.booleans()) and clock.given:
            clock.lose(1)
    clock.feed(samples)
    numbers += clock.flush().numbers.tolist()
    assert len(set(numbers)) == len(numbers)
    assert clock.given + clock.lost == clock.due == grains_due(samples[-1, 1], 1.0)
    assert clock.lost >= 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.02, 0.1), st.floats(0, 700.0)), min_size=5, max_size=60))
def test_a_player_in_time_gives_grains_in_order_and_none_late(steps: list[tuple[float, float]]) -> None:
    """At 60 pictures a second, DELAY periods behind, times only grow and each grain falls within its picture."""
    samples, clock = rows(steps), GrainClock(1.0)
    behind = DELAY * max(t for t, _ in steps)
    last = BEGAN - behind
    for now in np.arange(BEGAN, samples[-1, 0] + 1.5, 1 / 60):
        clock.feed(ring(samples, now))
        times = clock.until(now - behind).times
        assert np.all(np.diff(times) >= 0)
        assert np.all((times > last - 1e-9) & (times <= now - behind))
        last = now - behind
    assert len(clock.waiting) == 0


@settings(deadline=None)
@given(st.floats(0.001, 5.0), st.floats(0, 2000.0), st.floats(0, 1e6), st.floats(0.001, 100.0))
def test_a_grain_falls_in_its_own_slot(span: float, watts: float, before: float, per_grain: float) -> None:
    a, b = np.zeros(7), np.zeros(7)
    a[:2], b[:2] = (BEGAN, before), (BEGAN + span, before + watts * span)
    if (b[1] - a[1]) / per_grain > 10_000:
        return
    grains = grains_between(a, b, per_grain)
    assert len(grains) == grains_due(b[1], per_grain) - grains_due(a[1], per_grain)
    if not len(grains):
        return
    due = a[0] + (grains.numbers * per_grain - a[1]) / (b[1] - a[1]) * span
    slot = min(per_grain / (b[1] - a[1]) * span, LONGEST_SLOT)
    edge = 1e-6 + 1e-9 * before / max(watts, 1e-9)  # s: what the counter's last digits are worth in time
    assert np.all(grains.times >= np.clip(due, a[0], b[0]) - edge)
    assert np.all(grains.times <= np.clip(due, a[0], b[0]) + slot + edge)


@pytest.mark.parametrize("watts", [20.0, 120.0, 313.0, 700.0])
def test_no_tone(watts: float) -> None:
    """Evenly spaced drops are a tone at their rate; these have no line there, nor at twice and three times it."""
    clock = GrainClock(1.0)
    clock.feed(steady(watts, 60.0)[:1])
    for until in np.arange(0.0, 60.1, 5.0):
        clock.feed(ring(steady(watts, 60.0), BEGAN + until))
    times = clock.flush().times - BEGAN
    even = np.arange(len(times)) / watts
    for harmonic in (1, 2, 3):
        turn = 2j * np.pi * watts * harmonic
        assert abs(np.exp(turn * even).mean()) == pytest.approx(1.0)
        assert abs(np.exp(turn * times).mean()) < 4 / math.sqrt(len(times))


def test_rate_is_power() -> None:
    clock = GrainClock(1.0)
    samples = np.vstack([steady(75.0, 4.0)])
    clock.feed(samples[:1])
    clock.feed(samples)
    times = clock.flush().times - BEGAN
    for second in range(1, 4):
        assert np.count_nonzero((times >= second) & (times < second + 1)) == pytest.approx(75, abs=1)


def test_late_grains_are_spread_and_not_one_blow() -> None:
    """After a stall of 3 s at 300 W, 900 grains come as rain over a second: no picture gets a tenth of them."""
    clock, samples = GrainClock(1.0), steady(300.0, 3.0)
    clock.feed(samples[:1])
    clock.feed(samples)
    resumes = BEGAN + 3.0
    counts = [len(clock.until(now)) for now in np.arange(resumes, resumes + CATCH_UP + LATE + 0.1, 1 / 60)]
    assert sum(counts) == 900 - len(clock.waiting)
    assert len(clock.waiting) == 0
    assert max(counts) < 90
    assert clock.lost == 0


def test_brought_back_it_begins_at_the_present() -> None:
    clock = GrainClock(1.0, given=100, lost=2, resumed=True)
    clock.feed(ring(steady(200.0, 10.0), BEGAN + 10.0))
    assert (clock.given, clock.lost, len(clock.waiting)) == (100, 1900, 0)


def test_started_late_for_the_first_time_it_gives_what_it_can_see() -> None:
    clock = GrainClock(1.0)
    clock.feed(ring(steady(200.0, 1.0), BEGAN + 1.0))
    assert (clock.lost, len(clock.waiting)) == (0, 200)


def test_a_gap_gives_no_grain() -> None:
    samples = steady(200.0, 2.0)
    samples[10:, 1] = samples[10, 1]
    samples[10:, 3] = 0
    clock = GrainClock(1.0)
    clock.feed(samples)
    assert len(clock.flush()) == grains_due(samples[10, 1], 1.0)


def test_a_counter_that_stepped_back_gives_no_grain_twice() -> None:
    samples = steady(100.0, 2.0)
    samples[20:, 1] -= 7.5
    clock = GrainClock(1.0)
    clock.feed(samples)
    numbers = clock.flush().numbers
    assert sorted(numbers) == list(range(1, 193))


def test_what_the_joule_was_spent_on_is_the_samples() -> None:
    samples = steady(100.0, 1.0)
    samples[11:, 4], samples[11:, 5], samples[11:, 6] = 2, 0.5, 3265
    clock = GrainClock(1.0)
    clock.feed(samples)
    grains = clock.flush()
    fitting = grains.numbers > 50
    assert np.all(grains.phases == np.where(fitting, 2, 0))
    assert np.all(grains.depths == np.where(fitting, 0.5, 0))
    assert np.all(grains.parameters == np.where(fitting, 3265, 0))


def splitmix(number: int, salt: int) -> float:
    """The finaliser in Python's whole numbers, straight from the paper: the oracle."""
    z = (number + salt * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return ((z ^ (z >> 31)) >> 11) / (1 << 53)


@settings(deadline=None)
@given(st.lists(st.integers(1, 2**62), min_size=1, max_size=20), st.integers(1, 9))
def test_the_hash_is_the_same_on_every_machine(numbers: list[int], salt: int) -> None:
    assert hashed(np.array(numbers, np.int64), salt).tolist() == [splitmix(n, salt) for n in numbers]


def test_places_are_even_and_follow_nothing_else() -> None:
    numbers = np.arange(1, 20_001, dtype=np.int64)
    counts, _ = np.histogram(place(numbers), 50, (0.0, 1.0))
    assert ((counts - 400) ** 2 / 400).sum() < 85.4  # chi-squared, 49 degrees of freedom, 1 in 1000
    assert abs(np.corrcoef(place(numbers), jitter(numbers))[0, 1]) < 0.03
    assert abs(np.corrcoef(place(numbers)[1:], place(numbers)[:-1])[0, 1]) < 0.03


def test_places_belong_to_the_numbers() -> None:
    clock = GrainClock(1.0)
    clock.feed(steady(100.0, 1.0))
    grains = clock.flush()
    assert grains.places.tolist() == [splitmix(int(n), 2) for n in grains.numbers]
