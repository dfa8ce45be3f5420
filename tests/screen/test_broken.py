"""Bad input of every kind: it stays legible, is said in a sentence, and stops nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pygame
import pytest

from installation.config import HOME, Config, Piece, Place, ScreenSettings, TextSettings
from installation.now import Now
from installation.screen import type as type_module
from installation.screen.colours import GROUND
from installation.screen.picture import Picture
from installation.screen.type import Type
from installation.screen.window import Window
from tests.screen.conftest import Make, Stage, settled

LONG = f"model.fit(data, labels, {', '.join(f'callback_number_{i}=None' for i in range(14))}, batch_size=32)"
FACES = dict(type_module.FACES)


def beside(wall: Picture) -> np.ndarray:
    """The pixels between the code's right end and the number."""
    at, surface = wall.board.at, wall.board.surface
    return pygame.surfarray.array3d(surface)[at.code.right + 2 : at.number.x, : at.fit.bottom]


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (640, 360)])
def test_a_long_call_stays_whole_in_its_box(size: tuple[int, int], stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(size=size, scenes=("code", "inside"))
    staged.by["network"].fit_line = LONG
    staged.play(wall, 1.0, rate=10)
    staged.become("fitting", wall)
    for _ in range(30):
        staged.play(wall, 0.1, rate=30)
        assert (beside(wall) == GROUND).all()


def test_a_long_reason_stays_whole(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(size=(1280, 720), scenes=("code",))
    staged.become("unable", wall)
    staged.by["network"]["network_note"] = "mine.py, line 12: " + "a reason that is told at great length " * 5
    staged.play(wall, 1.0, rate=10)
    page = wall.scenes[0].counts.shown
    assert page is not None
    ink = np.argwhere(pygame.surfarray.array_alpha(page) > 60)
    assert ink[:, 0].max() < page.get_width() - 3  # no letter is cut at the right edge
    assert ink[:, 1].max() > 0.5 * page.get_height()  # it has a second line


@pytest.mark.parametrize("damage", ["gone", "empty", "half", "noise"])
@pytest.mark.parametrize("face", ["words", "code"])
def test_a_broken_face_is_said_and_replaced(
    face: str, damage: str, stage: Stage, picture: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = FACES[face].read_bytes()
    broken = {"empty": b"", "half": whole[: len(whole) // 2], "noise": np.random.default_rng(1).bytes(9000)}
    file = tmp_path / "broken.ttf"
    if damage in broken:
        file.write_bytes(broken[damage])
    monkeypatch.setitem(type_module.FACES, face, file)
    made = Type()
    for size in (20, 30):
        drawn = made.line("for i in data:", size, face=face)
        assert pygame.surfarray.array_alpha(drawn).max() > 100
    assert made.missing == ["The face broken.ttf cannot be read; put the file back from the release."]
    staged, wall = stage(100.0), picture()
    staged.play(wall, 1.0, rate=10)


def test_letters_that_no_face_has_are_named(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("number",))
    staged.describe("the card \u14c0 here", 0.05)
    staged.play(wall, 1.0, rate=10)
    assert any("U+14C0" in note for note in wall.board.type.missing)


def test_line_ends_in_a_text_are_spaces(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("number",))
    staged.describe("the card\nand its\tfan", 0.05)
    staged.play(wall, 1.0, rate=10)
    assert "the card and its fan" in " ".join(line.text for line in wall.scenes[0].page)


def test_a_zero_character_goes_no_further_than_the_record(tmp_path: Path) -> None:
    Now.open_doors(tmp_path / "now")
    meter = Now(tmp_path / "now", "meter")
    meter.boundary = "the\0card"
    assert meter.boundary == "the\ufffdcard"


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("size", [(1080, 1920), (1280, 720), (640, 360)])
def test_no_reading_has_room_in_every_language(
    language: str, size: tuple[int, int], stage: Stage, picture: Make
) -> None:
    config = Config(piece=Piece(language=language))
    staged, wall = stage(100.0, config=config), picture(config, size=size, scenes=("number",))
    staged.become("no-reading", wall)
    staged.play(wall, 1.0, rate=10)
    assert all(wall.board.type.width(row.text, row.size) <= wall.board.at.number.w for row in wall.scenes[0].page)


HOST = {"action": "It pays.", "asked": "N", "asked_on": "D", "source": "S"}


def test_the_hosts_words_come_also_where_the_passages_are_off(stage: Stage) -> None:
    config = Config(place=Place(acknowledgement="This house stands here.", **HOST), text=TextSettings(enabled=False))
    wall = Picture(config, (960, 540), scenes=("passage",))
    stage().play(wall, 5.0, rate=4)
    assert wall.scenes[0].fader.key == "place"


def test_the_hosts_words_are_whole_or_not_there(stage: Stage) -> None:
    config = Config(place=Place(acknowledgement="W" * 200, **HOST), text=TextSettings(enabled=False))
    wall = Picture(config, (960, 540), scenes=("passage",))
    stage().play(wall, 5.0, rate=4)
    assert wall.scenes[0].fader.key != "place"
    assert sum("[place] are not shown" in note for note in wall.board.notes) == 1


def test_a_column_without_room_for_words_still_says_what_a_fit_took(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = Picture(Config(), (960, 540), scenes=("passage", "land"))
    monkeypatch.setattr(type(wall.scenes[0]), "_set", lambda *_: None)
    staged = stage(100.0)
    settled(staged, wall)
    seen = set()
    for _ in range(30):
        staged.play(wall, 1.0, rate=4)
        seen.add(wall.board.column)
    assert "land" in seen


@pytest.mark.skipif(sys.platform != "linux", reason="only here SDL falls back to a screen that nobody sees")
def test_a_display_that_does_not_answer_is_said(tmp_path: Path) -> None:
    conductor = Now.open_doors(tmp_path / "now")
    environment = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
    command = [sys.executable, "-m", "installation", "player", "screen", "--now", str(tmp_path / "now")]
    done = subprocess.run(
        command, env=environment | {"DISPLAY": ":987"}, cwd=HOME, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 3
    assert "does not answer" in conductor.screen_note
    assert not conductor.frames


@pytest.mark.filterwarnings("ignore:no fast renderer")
def test_a_display_that_is_not_there_is_named() -> None:
    window = Window(ScreenSettings(headless=False, display=7, width=320, height=240))
    assert "display = 7" in window.trouble
    window.close()
    pygame.display.init()  # the other tests draw on


@pytest.mark.parametrize("letter", ["\ufe0f", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2028"])
def test_letters_without_a_width_end_no_picture(letter: str, stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(size=(1280, 720))
    staged.by["network"].source = f"# \u26a0{letter} try more layers\nmodel = Sequential()"
    staged.by["meter"].boundary = letter
    staged.play(wall, 1.0, rate=10)
    staged.become("unable", wall)
    staged.by["network"]["network_note"] = f"mine.py, line 3: ValueError: {letter} no data"
    staged.play(wall, 1.0, rate=10)


def test_an_uncertainty_without_end_is_no_uncertainty(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("number",))
    staged.by["meter"].uncertainty = np.inf
    staged.play(wall, 1.0, rate=10)
    assert [line.text for line in wall.scenes[0].page][1] == "MEASURED"


def test_a_scene_of_somebodys_own_need_not_be_hashable(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from dataclasses import dataclass\n\n\n@dataclass\nclass Scene:\n    board: object\n\n"
        "    def draw(self, now, seconds):\n        raise ValueError('no')\n"
    )
    wall = Picture(Config(), (960, 540), scenes=("number", str(file)))
    stage(100.0).play(wall, 1.0, rate=10)
    assert len(wall.scenes) == 1
    assert any("mine.py" in note for note in wall.board.notes)


def test_the_lines_that_are_kept_have_a_bound_in_bytes() -> None:
    kept = Type()
    for number in range(300):
        kept.line(f"{number}", 238)
    held = sum(s.get_width() * s.get_height() * s.get_bytesize() for s in kept.lines.values())
    assert held == kept.kept <= type_module.KEPT
    assert len(kept.lines) > 20
