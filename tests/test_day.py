"""The local day begins at midnight, also when the clocks change."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.day import believed, midnight


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@given(st.floats(0, 4e9))
def test_it_is_at_most_a_day_ago(seconds: float) -> None:
    assert midnight(seconds) <= seconds < midnight(seconds) + 25 * 3600
    assert midnight(midnight(seconds)) == midnight(seconds)


@pytest.mark.parametrize(
    ("noon", "hours"),
    [
        (1_761_476_400.0, 13),  # 26 October 2025, 12:00: an hour came twice
        (1_774_778_400.0, 11),  # 29 March 2026, 12:00: one was left out
        (1_764_068_400.0, 12),
    ],
)
@pytest.mark.usefixtures("berlin")
def test_on_a_day_on_which_the_clocks_change_it_is_midnight_all_the_same(noon: float, hours: int) -> None:
    assert noon - midnight(noon) == 3600 * hours


@pytest.mark.parametrize(
    ("clock", "newest", "day"),
    [
        (1_800_000_000.0, 0.0, "clock"),  # the first performance of all
        (1_800_000_000.0, 1_799_990_000.0, "clock"),
        (5.0, 1_800_000_000.0, "newest"),  # no battery: 1970
        (1_800_000_000.0, 1_800_003_000.0, "newest"),  # woken where it was switched off
        (1_800_000_000.0, 2_100_000_000.0, "clock"),  # the ledger was written by a clock at 2036
    ],
)
def test_a_late_clock_does_not_begin_an_old_day_anew(clock: float, newest: float, day: str) -> None:
    assert believed(clock, newest) == {"clock": clock, "newest": newest}[day]
