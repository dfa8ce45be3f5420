"""What moved on leaves nothing behind, and what comes next comes out of the dark."""

from __future__ import annotations

import numpy as np
import pygame
import pytest

from installation.config import Config, MeterSettings
from installation.screen.board import Box, Fader
from installation.screen.colours import GROUND
from installation.screen.picture import Picture
from tests.screen.conftest import Make, Stage


def pixels(wall: Picture) -> np.ndarray:
    return pygame.surfarray.array3d(wall.board.surface).astype(int)


def apart(wall: Picture) -> np.ndarray:
    """By how much the ground, as it came to be picture by picture, differs from one that is laid anew at once."""
    scene, grown = wall.scenes[0], pixels(wall)
    kept = wall.board.surface.copy()
    scene._lay(scene.placed, scene.area.copy())
    anew = pixels(wall)
    wall.board.surface.blit(kept, (0, 0))
    return np.asarray(np.abs(grown - anew).max(axis=2))


@pytest.mark.parametrize("rate_hz", [20.0, 1.0])
def test_points_that_land_under_the_surface_leave_nothing_there(rate_hz: float, stage: Stage) -> None:
    config = Config(meter=MeterSettings(rate_hz=rate_hz))
    staged = stage(lambda t: 700.0 if t % 10 < 2 else 150.0, config=config)
    wall = Picture(config, (960, 540), scenes=("section", "fall"))
    staged.play(wall, 14.0, rate=15)
    assert wall.board.ridge.min() < -3
    staged.sample = lambda: setattr(staged, "next", staged.next + 1 / rate_hz)  # type: ignore[method-assign]
    staged.play(wall, 8.0, rate=15)
    assert not len(wall.scenes[1].points)
    assert apart(wall)[:, wall.board.at.ground.y + 3 :].max() < 20


@pytest.mark.parametrize("seed", [3, 4])
def test_the_newest_line_leaves_nothing_where_it_was_longer(seed: int, stage: Stage) -> None:
    powers = np.random.default_rng(seed).choice([5.0, 60.0, 80.0, 300.0, 700.0], size=4000)
    staged = stage(lambda t: float(powers[int(3 * t)]))
    wall = Picture(Config(), (960, 540), scenes=("section",))
    for _ in range(60):
        staged.play(wall, 0.25, rate=16)
        assert apart(wall)[:, wall.board.at.ground.y + 3 :].max() <= 6


@pytest.mark.parametrize("rate", [60, 8, 4])
def test_the_line_folds_again_without_a_trace(rate: int, stage: Stage) -> None:
    staged, wall = stage(120.0), Picture(Config(), (960, 540), scenes=("code", "inside"))
    staged.become("fitting", wall)
    staged.play(wall, 2.0, rate=30)
    staged.become("settled", wall)
    staged.play(wall, 11.0, rate=10)
    assert wall.board.opened == 1
    staged.play(wall, 4.0, rate=rate)
    assert wall.board.opened == 0
    at = wall.board.at
    assert (pixels(wall)[at.code.x : at.fit.right, at.code.bottom : at.fit.y] == GROUND).all()


def test_a_page_comes_out_of_the_dark_though_its_box_was_lent(picture: Make) -> None:
    board = picture().board
    box = Box(0, 0, 40, 40)
    fader, page = Fader(board, box, 1.5), pygame.Surface((40, 40))
    lights = []
    fader.show("first", lambda: page)
    for frame in range(60):
        fader.draw(frame / 60)
        lights.append(fader.light)
    fader.show(None, lambda: None)
    for frame in range(60, 180):
        fader.draw(frame / 60)
    assert fader.dark
    fader.show("again", lambda: page)
    for frame in range(60):  # half a minute later
        fader.draw(30 + frame / 60)
        lights.append(fader.light)
    assert np.abs(np.diff(lights[:60])).max() < 0.05
    assert lights[60] < 0.5
    assert np.abs(np.diff(lights[60:])).max() < 0.05


def test_a_number_that_changes_is_never_blank(stage: Stage) -> None:
    staged, wall = stage(lambda t: 100.0 + 30.0 * (int(t) % 3)), Picture(Config(), (960, 540), scenes=("number",))
    staged.play(wall, 1.0, rate=60)
    figures = wall.scenes[0].figures
    for _ in range(300):
        staged.play(wall, 1 / 60, rate=60)
        assert figures.light == 1.0


def test_the_last_picture_shows_every_grain_it_counts(stage: Stage) -> None:
    staged, wall = stage(300.0), Picture(Config(), (960, 540), scenes=("fall",))
    staged.play(wall, 5.0, rate=60)
    before, fall = wall.drawn, wall.scenes[0]
    wall.draw(staged.now, staged.seconds, last=True)
    fresh = wall.drawn - before
    assert fresh > 0
    light = fall._where(staged.seconds)[2]
    seen = fall.edge[np.clip(fall._where(staged.seconds)[0], 0, fall.box.w - 1).astype(int)] > 0.5
    assert (light[-fresh:][seen[-fresh:]] > 0.1).all()
