"""Waiting: while the disk is full, rows are drawn together and no joule is lost."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.ledger.book import Reading
from installation.ledger.rolling import joined
from installation.ledger.waiting import Waiting, drawn_together
from installation.now import Phase


def row(
    second: int, joules: float = 100.0, word: int = 1, watts: float | None = 100.0, phase: int = 0
) -> dict[str, Any]:
    return {
        "second": second,
        "provenance": word,
        "utc": 1e9 + second,
        "at": 10.0 + second,
        "seconds": 1.0,
        "watts_mean": watts,
        "watts_min": watts,
        "watts_max": watts,
        "joules": joules,
        "joules_fitting": joules if phase == Phase.FITTING else 0.0,
        "joules_total": joules * (second + 1),
        "reading": Reading("replay", word, "this card"),
        "phase": phase,
        "network": "seed",
        "parameters": 3265,
        "due": 100 * (second + 1),
    }


def test_two_rows_become_one_over_both() -> None:
    both = joined([row(0, watts=80.0), row(1, watts=120.0, phase=2)])
    assert (both["second"], both["at"], both["seconds"]) == (0, 10.0, 2.0)
    assert (both["watts_mean"], both["watts_min"], both["watts_max"]) == (100.0, 80.0, 120.0)
    assert (both["joules"], both["joules_fitting"], both["joules_total"]) == (200.0, 100.0, 200.0)
    assert (both["phase"], both["due"]) == (Phase.FITTING, 200)


def test_a_row_without_a_sample_adds_no_watts() -> None:
    assert joined([row(0, watts=None), row(1, watts=120.0)])["watts_mean"] == 120.0
    assert joined([row(0, watts=None), row(1, watts=None)])["watts_mean"] is None


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 500), st.integers(0, 3)), min_size=1, max_size=60))
def test_no_joule_is_lost_and_no_words_are_mixed(seconds: list[tuple[float, int]]) -> None:
    rows = [row(n, joules, word) for n, (joules, word) in enumerate(seconds)]
    fewer = drawn_together(rows)
    for word in range(4):
        before = sum(r["joules"] for r in rows if r["provenance"] == word)
        assert sum(r["joules"] for r in fewer if r["provenance"] == word) == pytest.approx(before)
    assert sum(r["seconds"] for r in fewer) == pytest.approx(len(rows))


def test_the_room_is_bounded() -> None:
    waiting = Waiting(room=50)
    for second in range(1000):
        waiting.add([row(second)])
    assert len(waiting) <= 51
    assert sum(r["seconds"] for r in waiting) == 1000.0
    assert sum(r["joules"] for r in waiting) == pytest.approx(100_000.0)
