"""Seconds: every joule stands in the second it was drawn, under any sampling, polling and restart."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from installation.ledger.seconds import WAIT, Seconds, Stretch
from installation.now import Phase, Provenance

OPENED = 1000.0


def sample(time: float, joules: float, watts: float = 100.0, word: int = 1, phase: int = 0) -> list[float]:
    return [time, joules, watts, word, phase, 0.0, 3265.0]


def steady(seconds: float, rate: float = 20.0, watts: float = 100.0) -> np.ndarray:
    times = np.arange(0, seconds + 1e-9, 1 / rate)
    return np.array([sample(OPENED + t, watts * t, watts) for t in times])


def test_a_steady_power_gives_even_seconds() -> None:
    account = Seconds(OPENED)
    account.feed(steady(3.5))
    parts = [p for p in account.cut(OPENED + 3.5) if p.provenance]
    assert [p.second for p in parts] == [0, 1, 2]
    assert [p.joules for p in parts] == pytest.approx([100.0] * 3)
    assert [p.joules_total for p in parts] == pytest.approx([100.0, 200.0, 300.0])
    assert all(len(p.watts) == 20 for p in parts)


def test_a_cut_between_samples_runs_straight() -> None:
    account = Seconds(OPENED)
    account.feed(np.array([sample(OPENED + 0.5, 10.0), sample(OPENED + 1.5, 30.0), sample(OPENED + 2.5, 40.0)]))
    assert [p.joules for p in account.cut(OPENED + 2.5)] == pytest.approx([20.0, 15.0])
    assert [p.joules for p in account.finish()] == pytest.approx([5.0])


def test_a_sample_belongs_to_the_second_in_which_it_was_taken() -> None:
    """Its joules are shared between two seconds, its watts stand in one."""
    account = Seconds(OPENED)
    account.feed(np.array([sample(OPENED + 0.5, 10.0, 20.0), sample(OPENED + 1.5, 30.0, 25.0)]))
    (first,) = account.cut(OPENED + 1.5)
    (second,) = account.finish()
    assert (first.watts, second.watts) == ([20.0], [25.0])


def test_a_second_waits_for_its_sample_and_then_is_cut_without() -> None:
    account = Seconds(OPENED)
    account.feed(np.array([sample(OPENED + 0.4, 40.0)]))
    assert account.cut(OPENED + 1.0 + WAIT - 0.01) == []
    (part,) = account.cut(OPENED + 1.0 + WAIT, lambda _: True)
    assert (part.joules, part.seconds, part.provenance) == (40.0, pytest.approx(1.0), Provenance.MEASURED)
    account.feed(np.array([sample(OPENED + 2.4, 240.0)]))
    (late,) = account.cut(OPENED + 2.4)
    assert late.joules == pytest.approx(200.0 / 1.4)  # 200 J came between 1.0 and 2.4 s


def test_a_silent_meter_is_no_reading_and_no_zero() -> None:
    account = Seconds(OPENED)
    account.feed(steady(1.0))
    parts = account.cut(OPENED + 5.0, lambda at: at < OPENED + 3.0)
    assert [p.provenance for p in parts if p.second >= 2] == [Provenance.NO_READING] * 2
    assert all(p.watts == [] and p.joules == 0 for p in parts if p.second >= 1)


def test_before_the_first_reading_nothing_is_measured() -> None:
    account = Seconds(OPENED)
    account.feed(np.array([sample(OPENED + 0.25, 0.0), sample(OPENED + 1.0, 75.0)]))
    waiting, measured = account.cut(OPENED + 1.0)
    assert (waiting.provenance, waiting.seconds) == (Provenance.NO_READING, pytest.approx(0.25))
    assert (measured.provenance, measured.seconds) == (Provenance.MEASURED, pytest.approx(0.75))


def test_words_are_never_added() -> None:
    account = Seconds(OPENED, joules=1.0)
    rows = [sample(OPENED + 0.25, 26.0), sample(OPENED + 0.5, 26.0, word=0), sample(OPENED + 1.0, 46.0, word=2)]
    account.feed(np.array(rows))
    joules = {p.provenance.name: p.joules for p in account.cut(OPENED + 1.0)}
    assert joules == pytest.approx({"MEASURED": 25.0, "NO_READING": 0.0, "ESTIMATED": 20.0})


def test_a_short_fit_is_not_overlooked() -> None:
    account = Seconds(OPENED, joules=1.0)
    rows = [sample(OPENED + 0.2, 21), sample(OPENED + 0.4, 101, phase=2), sample(OPENED + 1.0, 161, phase=3)]
    account.feed(np.array(rows))
    (part,) = account.cut(OPENED + 1.0)
    assert part.phase is Phase.FITTING
    assert part.joules_fitting == pytest.approx(80.0)


@pytest.mark.parametrize("after", [Phase.RESTING, Phase.PREPARING, Phase.SETTLED])
def test_a_second_with_a_fit_in_it_is_the_fits_whatever_follows(after: Phase) -> None:
    account = Seconds(OPENED, joules=1.0)
    rows = [sample(OPENED + 0.4, 101, phase=Phase.FITTING), sample(OPENED + 1.0, 161, phase=after)]
    rows[1][-1] = 110e6  # the network that would be next
    account.feed(np.array(rows))
    (part,) = account.cut(OPENED + 1.0)
    assert (part.phase, part.parameters) == (Phase.FITTING, 3265.0)


def test_a_counter_that_falls_takes_nothing_back() -> None:
    account = Seconds(OPENED)
    account.feed(np.array([sample(OPENED + 0.5, 50.0), sample(OPENED + 0.6, 0.0), sample(OPENED + 1.0, 40.0)]))
    assert sum(p.joules for p in account.cut(OPENED + 1.0)) == pytest.approx(90.0)


def test_brought_back_it_goes_on_where_the_last_row_ended() -> None:
    account = Seconds(OPENED, second=3, at=OPENED + 2.4, joules=240.0)
    account.feed(steady(6.0)[-20:])  # the ring begins later than the last row ended
    parts = account.cut(OPENED + 6.0)
    assert [p.second for p in parts] == [3, 4, 5]
    assert parts[0].seconds == pytest.approx(1.6)
    assert sum(p.joules for p in parts) == pytest.approx(360.0)


STEP = st.tuples(st.floats(0.01, 3.0), st.floats(0, 2000.0), st.sampled_from([0, 1, 1, 1, 2]))


@settings(deadline=None, max_examples=150)
@example([(1.7300658691373139, 0.0, 0), (1.2192566696478069, 12.91796875, 1), (1.0, 0.0, 0)], [], None)
@given(st.lists(STEP, min_size=1, max_size=40), st.lists(st.floats(0.01, 4.0), max_size=30), st.data())
def test_conservation(steps: list[tuple[float, float, int]], polls: list[float], data: st.DataObject | None) -> None:
    """Whatever the samples, the polls and the restarts: joules and seconds are those of the meter, in order."""
    times = OPENED + np.cumsum([t for t, _, _ in steps])
    joules = np.cumsum([w * t if word else 0.0 for t, w, word in steps])
    rows = np.array([sample(t, j, w, word) for t, j, (_, w, word) in zip(times, joules, steps, strict=True)])
    account, parts, now = Seconds(OPENED), list[Stretch](), OPENED
    for poll in polls:
        now += poll
        account.feed(rows[rows[:, 0] <= now][-128:])
        parts += account.cut(now)
        if parts and data is not None and data.draw(st.booleans()):
            last = parts[-1]
            account = Seconds(OPENED, last.second + 1, account.at, last.joules_total)
    account.feed(rows)
    parts += account.finish()
    assert sum(p.joules for p in parts) == pytest.approx(joules[-1], abs=1e-6)
    assert sum(p.seconds for p in parts) == pytest.approx(max(account.at, times[-1]) - OPENED, abs=1e-6)
    assert all(p.joules >= 0 for p in parts)
    assert all(p.joules == 0 for p in parts if p.provenance is Provenance.NO_READING)
    keys = [(p.second, p.provenance) for p in parts]
    assert len(keys) == len(set(keys))
    assert [k[0] for k in keys] == sorted(k[0] for k in keys)
