"""The section as it is drawn: no more bright stripes than eyes can bear, and it does not cost more as the day grows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

import numpy as np
import pytest

from installation.command._staged import Staged, lay_down
from installation.config import Config, ScreenSettings
from installation.score.colour import linear, luminance
from installation.screen.colours import DIM, REST
from installation.screen.ground.past import coarser
from installation.screen.ground.strata import COLUMNS, EASE, Layer
from installation.screen.picture import Picture
from installation.screen.pixels import view
from installation.screen.scenes import section
from tests.screen.conftest import Stage

Make = Callable[..., Picture]
PAIRS = 8  # bright stripes at most, still or drifting one way (Harding et al. 2005)


def bright_lines(picture: Picture, column: int) -> int:
    """Separate bright rows in one column of the ground: lighter than 50 cd/m2 on a screen of 200."""
    ground = picture.board.at.ground
    pixels = np.array(view(picture.shown))[ground.y - picture.board.rise : ground.bottom, column]
    light = np.asarray([linear((int(p) >> 16 & 255, int(p) >> 8 & 255, int(p) & 255)) for p in pixels])
    over = light @ (0.2126, 0.7152, 0.0722) > DIM
    return int((np.diff(over.astype(int)) == 1).sum())


@pytest.mark.parametrize("watts", [20.0, 300.0])
def test_few_lines_are_bright(watts: float, stage: Stage, picture: Make) -> None:
    staged, wall = stage(watts), picture(size=(1920, 1080))
    staged.play(wall, 0.5)
    lay_down(wall, staged, 3)
    staged.play(wall, 12.0, rate=12)
    for column in (100, 400, 700):
        assert bright_lines(wall, column) <= PAIRS


def test_a_wide_projection_has_fewer_lines(stage: Stage) -> None:
    assert coarser(ScreenSettings()) == 1
    assert coarser(ScreenSettings(width_m=3.0, distance_m=3.0)) > 1.5


def test_a_projection_has_at_most_forty_lines(stage: Stage) -> None:
    settings = ScreenSettings(projector=True)
    staged = stage(300.0)
    wall = Picture(Config(screen=settings), (1920, 1080), scenes=("section",))
    staged.play(wall, 0.5)
    lay_down(wall, staged, 12)
    staged.play(wall, 5.0, rate=10)
    assert 10 < len(wall.scenes[0].placed) <= 40
    for depth in (30.0, 300.0, 500.0):  # and no old line over 50 cd/m2
        assert wall.scenes[0].painter.light(depth) ** 2 * luminance(REST) < 1.25 * DIM


def test_lines_are_not_evenly_spaced(stage: Stage, picture: Make) -> None:
    staged, wall = stage(76.0), picture()
    staged.play(wall, 0.5)
    lay_down(wall, staged, 3)
    scene = wall.scenes[0]
    gaps = np.diff(scene.strata.edges())
    assert gaps.std() / gaps.mean() > 0.3


def test_the_ground_sinks_and_never_rises_while_nothing_folds(stage: Stage, picture: Make) -> None:
    staged, wall = stage(200.0), picture()
    staged.play(wall, 11.0)
    scene = wall.scenes[0]
    name = (scene.strata.layers[-1].level, scene.strata.layers[-1].number)
    depths = []
    for _ in range(20):
        staged.play(wall, 0.2)
        depths.append(dict(scene.placed).get(name, depths[-1] if depths else 0))
    assert depths == sorted(depths)
    assert depths[-1] > depths[0]


def test_pictures_of_layers_are_kept_and_few(stage: Stage, picture: Make) -> None:
    staged, wall = stage(76.0), picture()
    staged.play(wall, 0.5)
    lay_down(wall, staged, 10)
    staged.play(wall, 6.0)
    scene = wall.scenes[0]
    assert len(scene.kept) < 90
    before = {name: id(kept) for name, kept in scene.kept.items()}
    staged.play(wall, 0.5)
    same = [name for name, kept in scene.kept.items() if before.get(name) == id(kept)]
    assert len(same) > 0.7 * len(before)


def test_a_new_performance_begins_on_empty_ground(stage: Stage, picture: Make) -> None:
    staged, wall = stage(76.0), picture()
    staged.play(wall, 12.0, rate=10)
    before = wall.scenes[0].strata
    assert before.layers
    staged.conductor.opened_on += 100.0
    staged.play(wall, 1.0, rate=10)
    assert wall.scenes[0].strata is not before


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 720), (1024, 768), (2560, 1080), (720, 1280)])
@pytest.mark.parametrize("large_print", [False, True])
def test_a_whole_day_stays_on_every_screen(size: tuple[int, int], large_print: bool) -> None:
    """2 kWh, the allowance, end above the lower edge of the ground."""
    config = Config(screen=ScreenSettings(large_print=large_print))
    scene = Picture(config, size, scenes=("section",)).scenes[0]
    assert 0.9 * scene.box.h < scene.fold * np.log1p(config.doors.allowance_joules / EASE) <= scene.box.h


def before_midnight(staged: Staged, seconds: float) -> float:
    """Open the doors so that the day ends in so many s; returns that midnight."""
    midnight = datetime.combine(datetime.fromtimestamp(staged.conductor.opened_on).date(), time.max).timestamp()
    staged.conductor.opened_on = midnight - (staged.seconds - staged.conductor.opened_at) - seconds
    return midnight


def test_at_midnight_the_ground_begins_anew(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("section",))
    wall.board.live = True
    before_midnight(staged, 35.0)
    staged.play(wall, 34.0, rate=10)
    assert len(wall.scenes[0].strata.layers) >= 2
    staged.play(wall, 3.0, rate=10)
    assert sum(layer.joules for layer in wall.scenes[0].strata.layers) < 100 * 8
    staged.play(wall, 20.0, rate=10)
    assert len(wall.scenes[0].strata.layers) >= 1


def test_a_day_of_any_length_stays_on_the_screen(stage: Stage, picture: Make) -> None:
    staged, wall = stage(700.0), picture(scenes=("section",))
    staged.play(wall, 1.0, rate=10)
    scene = wall.scenes[0]
    assert scene.fold == scene.box.h / section.DAY
    scene.strata.layers.append(Layer(12, 0, np.full((4, COLUMNS), 36e6 / COLUMNS)))  # 10 kWh
    staged.play(wall, 1.0, rate=10)
    assert scene.fold * scene.strata.edges()[-1] == pytest.approx(scene.box.h, rel=0.01)


def test_a_screen_brought_back_after_midnight_leaves_yesterday_to_the_ledger(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("section",))
    wall.board.live = True
    midnight = before_midnight(staged, 3.0)
    staged.play(wall, 5.0, rate=10)
    past = wall.scenes[0].past
    past.day = [Layer(0, round((midnight - 20) // 10), np.full((4, COLUMNS), 1.0))]  # read while it struck
    staged.play(wall, 1.0, rate=10)
    assert not past.strata.layers


def test_a_film_of_a_night_keeps_its_ground(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("section",))
    before_midnight(staged, 35.0)
    staged.play(wall, 40.0, rate=10)
    assert sum(layer.joules for layer in wall.scenes[0].strata.layers) > 3000
