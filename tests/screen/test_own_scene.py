"""Scenes of somebody's own: one written for the former names draws, and one that fails takes nothing with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.score.colour import AMBER
from tests.screen.conftest import Make, Stage

LENGTH = """
import pygame


class Scene:
    def __init__(self, board):  # board: surface, at (the layout), grains, type, words, config
        self.board = board
        self.box = pygame.Rect(board.at.ground.x, board.at.ground.bottom - 4, board.at.ground.w, 3)
        self.said = board.words("resting")

    def draw(self, now, seconds):  # now: the record; seconds: the moment to draw, never the clock
        self.board.moving(self.box)  # wiped before the next frame
        watts = now.watts if now.provenance else 0.0
        self.board.surface.fill((236, 168, 58), (self.box.x, self.box.y, int(watts), 3))
"""


def test_a_scene_with_the_former_names_draws(stage: Stage, picture: Make, tmp_path: Path) -> None:
    file = tmp_path / "length.py"
    file.write_text(LENGTH)
    staged, wall = stage(120.0), picture(scenes=("section", str(file)))
    staged.play(wall, 3.0, rate=10)
    assert not wall.board.notes
    row = wall.board.at.ground.bottom - 3
    assert wall.board.surface.get_at((118, row))[:3] == AMBER
    assert wall.board.surface.get_at((122, row))[:3] != AMBER


DRAWS = "class Scene:\n    def __init__(self, board): pass\n    def draw(self, now, seconds):\n        "


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("class Scene:\n    def __init__(self, board):\n        wrong", "own.py, line 3"),
        (f"{DRAWS}1 / 0", "own.py, line 4"),
        (f"{DRAWS}while True: pass", "broken off"),
        ("class Scene:\n    pass", "takes no arguments"),
        ("class Scene(", "own.py, line 1"),
        ("raise SystemError('no')", "own.py, line 1"),
    ],
)
def test_a_scene_that_fails_takes_nothing_with_it(
    stage: Stage, picture: Make, tmp_path: Path, code: str, note: str
) -> None:
    file = tmp_path / "own.py"
    file.write_text(code + "\n")
    staged, wall = stage(100.0), picture(scenes=("number", str(file), "captions"))
    staged.play(wall, 2.0, rate=10)
    assert len(wall.scenes) == 2
    assert len(wall.board.notes) == 1
    assert note in wall.board.notes[0]
    assert wall.scenes[0].value == pytest.approx(100)
    staged.play(wall, 1.0, rate=10)
    assert note in wall.board.caption or "own.py" in wall.board.caption


def test_a_scene_that_is_not_there_is_named_and_the_rest_is_drawn(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("number", "/nowhere/gone.py"))
    staged.play(wall, 2.0, rate=10)
    assert ["gone.py: there is no such file" in note for note in wall.board.notes] == [True]
    assert wall.scenes[0].value == pytest.approx(100)
