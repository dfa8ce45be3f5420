"""Beside the ground stands how old it is."""

from __future__ import annotations

from itertools import pairwise

from installation.command._staged import lay_down
from tests.screen.conftest import Make, Stage


def test_the_ground_says_how_old_it_is(stage: Stage, picture: Make) -> None:
    """A day under the surface: what is older stands lower, and no two words touch."""
    staged, wall = stage(90.0), picture(size=(1920, 1080), scenes=("section", "ages"))
    staged.play(wall, 0.5, rate=10)
    lay_down(wall, staged, 9.0)
    staged.play(wall, 3.0, rate=10)
    ages = wall.scenes[1]
    rows, words = zip(*ages.drawn, strict=True)
    assert words[0] == "now"
    assert [w.replace("\u00a0", " ") for w in words[1:]] == [
        f"{t} ago" for t in ("1 min", "10 min", "1 h", "3 h", "6 h")
    ]
    high = wall.board.type.height(ages.size)
    assert all(b - a >= high for a, b in pairwise(rows))
    assert rows[-1] + high <= ages.box.h
