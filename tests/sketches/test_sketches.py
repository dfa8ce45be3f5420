"""Each sketch of the course runs on a real record, draws something, and is as short as the course promises."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from installation.config import HOME
from installation.workshop.show import Show, pixels
from installation.workshop.stage import COLOURS

from .record import Meter

SKETCHES = sorted((HOME / "sketches").glob("[0-9]*.py"))
GROUND = COLOURS["ground"][0] << 16 | COLOURS["ground"][1] << 8 | COLOURS["ground"][2]


def play(path: Path, meter: Meter, frames: int, watts: float) -> tuple[Show, np.ndarray]:
    """Some frames in virtual time, three to a sample; the last picture drawn, before the limiter."""
    from installation.now import Now

    show = Show(path, Now(meter.path), (640, 360), "a test")
    for frame in range(frames):
        if frame % 3 == 2:
            meter.step(watts)
        show.step(frame / 60, meter.seconds + frame % 3 / 60)
        assert show.sketch.trouble == ""
    return show, pixels(show.stage._canvas).copy()


@pytest.mark.parametrize("path", SKETCHES, ids=lambda p: p.stem)
def test_draws_something_in_three_frames(path: Path, tmp_path: Path) -> None:
    meter = Meter(tmp_path / "now")
    meter.fit()
    _, picture = play(path, meter, 3, 120.0)
    assert (picture != GROUND).mean() > 0.001


@pytest.mark.parametrize("path", SKETCHES, ids=lambda p: p.stem)
def test_power_changes_what_is_seen(path: Path, tmp_path: Path) -> None:
    pictures = []
    for number, watts in enumerate((20.0, 240.0)):
        meter = Meter(tmp_path / f"now{number}")
        meter.fit()
        pictures.append(play(path, meter, 60, watts)[1])
    assert not np.array_equal(*pictures)


@pytest.mark.parametrize("path", SKETCHES, ids=lambda p: p.stem)
def test_the_same_record_gives_the_same_picture(path: Path, tmp_path: Path) -> None:
    pictures = []
    for number in range(2):
        meter = Meter(tmp_path / f"now{number}")
        meter.fit()
        pictures.append(play(path, meter, 30, 90.0)[1])
    assert np.array_equal(*pictures)


@pytest.mark.parametrize("path", SKETCHES, ids=lambda p: p.stem)
def test_without_a_reading_it_goes_on(path: Path, tmp_path: Path) -> None:
    from installation.now import Provenance

    meter = Meter(tmp_path / "now")
    for _ in range(5):
        meter.step(0.0, Provenance.NO_READING)
    play(path, meter, 2, 0.0)


@pytest.mark.parametrize("path", SKETCHES, ids=lambda p: p.stem)
def test_short_and_begins_with_a_sentence(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert 5 <= len(text.splitlines()) <= 45
    assert text.startswith('"""')
    assert ast.get_docstring(ast.parse(text))


def test_one_joule_is_one_dot_and_one_drop(tmp_path: Path) -> None:
    meter = Meter(tmp_path / "now")
    before = int(meter.joules)
    show, _ = play(HOME / "sketches" / "02_joules.py", meter, 180, 100.0)
    assert show.sketch.version is not None
    fallen = vars(show.sketch.version.module)["fallen"]
    assert show.stage.follower is not None
    clock = show.stage.follower.clock
    assert len(fallen) == clock.given == show.stage.speaker.mixture.dropped
    assert clock.given + len(clock.waiting) == int(meter.joules) - before == 300


def test_a_fit_becomes_a_disc_of_its_joules(tmp_path: Path) -> None:
    from installation.now import Now, Phase

    meter = Meter(tmp_path / "now")
    show = Show(HOME / "sketches" / "05_press.py", Now(meter.path), (640, 360), "a test")
    for phase, joules in ((Phase.RESTING, 0), (Phase.FITTING, 0), (Phase.SETTLED, 900.0), (Phase.SETTLED, 900.0)):
        meter.network.phase, meter.network.fit_joules = phase, joules
        meter.network.epochs = meter.network.batches = meter.network.epoch = meter.network.batch = 2
        meter.step(100.0)
        show.step(meter.seconds - 1000, meter.seconds)
    assert show.sketch.trouble == ""
    assert show.sketch.version is not None
    assert vars(show.sketch.version.module)["kept"] == [900.0]
    discs = (pixels(show.stage._canvas)[120:240] == 0x9CA7B4).sum()  # rest, between the texts
    assert discs == pytest.approx(900 * 40, rel=0.5)  # the disc is higher than this strip
