"""The right column is the words': whole passages, that come back in a room where somebody presses every ten seconds."""

from __future__ import annotations

import random
from itertools import groupby, pairwise

import pytest

from installation.config import Config
from installation.now import Phase
from installation.screen.picture import Picture
from tests.screen.conftest import Stage


def hour(stage: Stage, pauses: list[float]) -> list[str]:
    """What stood in the column, one after the other, where people press after these pauses, s: an id, or "land"."""
    wall, staged = Picture(Config(), (640, 360), scenes=("passage", "land")), stage(76.0)
    stood: list[str] = []
    for pause in pauses:
        staged.become("settled", wall)
        for _ in range(round(pause)):
            staged.play(wall, 1.0, rate=1)
            stood.append(wall.board.passage if wall.board.column == "passage" else wall.board.column)
        staged.by["network"].phase = Phase.RESTING
    return [name for name, _ in groupby(name for name in stood if name)]


def whole(stood: list[str]) -> None:
    """No passage is torn, and nothing of ours follows the authors' questions."""
    for before, after in pairwise(stood):
        number, _, part = before.partition(", ")
        if part and part.partition("/")[0] != part.partition("/")[2]:
            assert after.startswith(f"{number}, "), f"{after} came into {before}"
        assert not (number == "9" and after == "land")


def test_the_words_come_back_whole_in_a_busy_room(stage: Stage) -> None:
    stood = hour(stage, [10.0] * 120)
    whole(stood)
    assert stood.count("land") >= 3
    assert len({name for name in stood if name != "land"}) >= 5


@pytest.mark.parametrize("seed", range(2))
def test_no_press_tears_a_passage(stage: Stage, seed: int) -> None:
    rng = random.Random(seed)
    whole(hour(stage, [rng.choice((2.0, 7.0, 23.0, 61.0)) for _ in range(60)]))
