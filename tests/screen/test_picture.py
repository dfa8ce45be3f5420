"""The whole picture: every grain drawn once, the same record the same picture, nothing that bad input can break."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from installation.command._staged import STATES
from installation.config import Config, ScreenSettings
from installation.now import Provenance
from installation.score.grains import grains_due
from installation.screen.colours import GROUND
from installation.screen.picture import Picture
from installation.screen.pixels import view
from tests.screen.conftest import Stage

Make = Callable[..., Picture]


def pixels(picture: Picture) -> np.ndarray:
    return np.array(view(picture.shown)) & 0xFFFFFF


def test_every_grain_is_drawn_once(stage: Stage, picture: Make) -> None:
    staged, wall = stage(lambda t: 76.0 + 500 * (t % 3 > 2)), picture()
    staged.play(wall, 6.0)
    wall.draw(staged.now, staged.seconds, last=True)
    assert wall.drawn == grains_due(staged.joules, 1.0) > 400
    assert wall.lost == 0


def test_a_picture_that_was_brought_back_counts_what_it_missed_as_lost(stage: Stage, picture: Make) -> None:
    staged, first = stage(100.0), picture()
    staged.play(first, 3.0)
    given = first.drawn
    for _ in range(60):
        staged.seconds += 0.05
        while staged.next <= staged.seconds:
            staged.sample()
    second = picture(resumed=True, given=given)
    staged.play(second, 3.0)
    second.draw(staged.now, staged.seconds, last=True)
    assert second.drawn + second.lost == grains_due(staged.joules, 1.0)
    assert 250 < second.lost < 400


def test_the_same_record_gives_the_same_picture(tmp_path_factory: pytest.TempPathFactory, picture: Make) -> None:
    from installation.command._staged import Staged

    frames = []
    for _ in range(2):
        staged = Staged(tmp_path_factory.mktemp("now"), Config(), lambda t: 90 + 20 * math.sin(t), Provenance.MEASURED)
        wall = picture()
        staged.play(wall, 3.0)
        staged.become("fitting", wall)
        staged.play(wall, 1.0)
        frames.append(pixels(wall).tobytes())
    assert frames[0] == frames[1]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", [(960, 540), (540, 960)])
def test_every_state_can_be_drawn(state: str, size: tuple[int, int], stage: Stage, picture: Make) -> None:
    staged, wall = stage(), picture(size=size)
    staged.play(wall, 1.0, rate=10)
    staged.become(state, wall)
    staged.play(wall, 1.5, rate=10)
    ground = GROUND[0] << 16 | GROUND[1] << 8 | GROUND[2]
    assert (pixels(wall) != ground).mean() > 0.004


@pytest.mark.parametrize("watts", [float("nan"), float("inf"), -5.0, 0.0, 1e9])
def test_a_reading_that_cannot_be_is_no_reason_to_stop(watts: float, stage: Stage, picture: Make) -> None:
    staged, wall = stage(watts if watts < 1e8 else 76.0), picture()
    staged.play(wall, 0.5)
    staged.by["meter"].watts = watts
    for _ in range(5):
        staged.seconds += 0.05
        wall.draw(staged.now, staged.seconds)


def test_a_record_that_nobody_opened_is_drawn(stage: Stage, picture: Make) -> None:
    staged, wall = stage(), picture()
    staged.conductor.joules_per_grain = 0.0
    wall.draw(staged.now, 5.0)
    assert wall.drawn == 0


def test_a_scene_of_ones_own_is_a_path(tmp_path_factory: pytest.TempPathFactory, stage: Stage, picture: Make) -> None:
    file = tmp_path_factory.mktemp("scenes") / "mine.py"
    file.write_text(
        "class Scene:\n"
        "    def __init__(self, board): self.board = board\n"
        "    def draw(self, now, seconds): self.board.surface.fill((40, 50, 60), (0, 0, 960, 540))\n"
    )
    staged = stage()
    wall = picture(config=Config(screen=ScreenSettings(scenes=(str(file),))))
    staged.play(wall, 6.0, rate=10)
    assert (pixels(wall) == (40 << 16 | 50 << 8 | 60)).all()


def test_700_watts_is_a_downpour_and_20_a_drip(stage: Stage, picture: Make) -> None:
    from installation.screen.scenes import fall

    staged, wall = stage(lambda t: 20.0 if t < 5 else 700.0), picture()
    scene = next(s for s in wall.scenes if isinstance(s, fall.Scene))
    staged.play(wall, 5.0, rate=20)
    drip = len(scene.points)
    staged.play(wall, 5.0, rate=20)
    assert 30 < drip < 90
    assert 20 * drip < len(scene.points) < 50 * drip


def test_the_picture_is_kept_whole(stage: Stage, picture: Make, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("kept") / "deep" / "picture.png"
    staged, wall = stage(), picture()
    staged.play(wall, 0.3)
    wall.save(file)
    assert file.stat().st_size > 1000
    assert [f.name for f in file.parent.iterdir()] == ["picture.png"]


def test_light_changes_no_faster_than_it_may(stage: Stage, picture: Make) -> None:
    """The worst meter there can be: 0 to 700 W and back at 5 Hz, presses without end, help on and off."""
    from installation.flash_limiter import BURST, windows

    rate = 0.2
    staged, wall = (
        stage(lambda t: 700.0 * (int(t * 10) % 2)),
        picture(config=Config(screen=ScreenSettings(change_per_second=rate))),
    )
    before, began = None, 0.0
    history = []
    for i in range(120):
        staged.become(("resting", "fitting", "settled", "help")[i // 4 % 4], wall)
        staged.play(wall, 1 / 30, rate=30)
        history.append(windows(wall.limiter.measure(pixels(wall).astype(np.uint32))))
    light = np.stack(history)
    assert (np.abs(light[30:] - light[:-30]) <= rate + BURST + 0.01).all()
    assert before is None
    assert began == 0.0


def test_the_line_can_be_touched_where_it_stands(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(size=(1920, 1080), scenes=("code", "inside"))
    staged.become("fitting", wall)
    staged.play(wall, 3.0, rate=10)
    at = wall.board.at
    assert wall.touches(at.code.x + 50, at.code.y + 20)
    staged.become("settled", wall)
    staged.play(wall, 16.0, rate=10)
    assert not wall.touches(at.code.x + 50, at.code.y + 20)
    assert wall.touches(at.fit.x + 50, at.fit.y + 20)
