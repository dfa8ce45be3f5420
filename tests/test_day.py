"""The local day begins at midnight, also when the clocks change."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.day import midnight


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
