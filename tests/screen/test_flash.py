"""Two independent meters look at the worst the piece can do: IRIS, patterns included, and ffmpeg's filter.

Neither is a certificate. Both are shown first that they see what must be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from installation.command._staged import Staged, lay_down
from installation.config import Config, ScreenSettings
from installation.now import Provenance
from installation.screen.picture import Picture
from installation.screen.pixels import view
from tests.screen import film

pytest.importorskip("iris_pse_detection", exc_type=ImportError)  # OpenCV needs libGL, which a bare machine may lack
pytestmark = pytest.mark.skipif(not film.ffmpeg(), reason="there is no ffmpeg")

SIZE = (640, 360)
SECONDS = 6.0
CALM = 1.6  # badness; ffmpeg gives 1.00 to a calm drift and 3.5 to 6 Hz on 40 % of the area


def square(hertz: float) -> Callable[[float], float]:
    return lambda t: 700.0 if int(2 * hertz * t) % 2 else 0.0


def frames(
    folder: Path, watts: Callable[[float], float], *, restless: bool = False, **modes: bool
) -> Iterator[np.ndarray]:
    """The wall while the meter does this; restless: presses, states and restarts as fast as they can come."""
    config = Config(screen=ScreenSettings(change_per_second=0.2, **modes))
    staged = Staged(folder, config, watts, Provenance.MEASURED)
    wall = Picture(config, SIZE)
    staged.play(wall, 0.2)
    lay_down(wall, staged, 2)
    staged.play(wall, 3.0)
    for i in range(int(SECONDS * film.RATE)):
        if restless and i % 6 == 0:
            staged.become(("fitting", "settled", "help", "no-reading", "unable", "spent")[i // 6 % 6], wall)
            staged.provenance = Provenance.MEASURED
        staged.play(wall, 1 / film.RATE, film.RATE)
        yield np.array(view(wall.shown))


@pytest.fixture(scope="module")
def flashing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What must not be: the whole field black and white, five times a second."""
    path = tmp_path_factory.mktemp("control") / "flash.mp4"
    dark, light = np.zeros(SIZE[::-1], np.uint32), np.full(SIZE[::-1], 0xFFFFFF, np.uint32)
    film.keep((light if i // 6 % 2 else dark for i in range(5 * film.RATE)), path, SIZE)
    return path


def test_the_meters_see_what_must_not_be(flashing: Path) -> None:
    assert "Failure" in film.iris(flashing)
    assert film.badness(flashing) > 5


@pytest.mark.parametrize("hertz", [1.0, 5.0, 15.0])
def test_a_meter_that_swings_from_0_to_700_watts(hertz: float, tmp_path: Path) -> None:
    path = tmp_path / "swing.mp4"
    film.keep(frames(tmp_path, square(hertz)), path, SIZE)
    assert film.iris(path) == "Pass"
    assert film.badness(path) < CALM


def test_presses_states_and_scenes_as_fast_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "restless.mp4"
    film.keep(frames(tmp_path, square(10.0), restless=True), path, SIZE)
    assert film.iris(path) == "Pass"
    assert film.badness(path) < CALM


@pytest.mark.parametrize("mode", ["projector", "large_print"])
def test_the_other_modes_of_the_wall(mode: str, tmp_path: Path) -> None:
    """A projection has the brightest ground, large print the largest letters that come and go."""
    path = tmp_path / "mode.mp4"
    film.keep(frames(tmp_path, square(7.0), restless=True, **{mode: True}), path, SIZE)
    assert film.iris(path) == "Pass"
    assert film.badness(path) < CALM


def test_a_picture_that_begins_again_and_again(tmp_path: Path) -> None:
    """A player that crashes every second comes back out of the dark, and no faster than the limiter lets it."""

    def restarts() -> Iterator[np.ndarray]:
        config = Config()
        staged = Staged(tmp_path, config, lambda _: 300.0, Provenance.MEASURED)
        for _ in range(int(SECONDS)):
            wall = Picture(config, SIZE)
            for _ in range(film.RATE):
                staged.play(wall, 1 / film.RATE, film.RATE)
                yield np.array(view(wall.shown))

    path = tmp_path / "restarts.mp4"
    film.keep(restarts(), path, SIZE)
    assert film.iris(path) == "Pass"
    assert film.badness(path) < CALM
