"""Each scene says what is so: digits, words, code, credits, sizes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pygame
import pytest

from installation.config import Config, Piece, Place, ScreenSettings, TextSettings
from installation.now import Provenance
from installation.screen import type as type_module
from installation.screen.board import Board, Fader
from installation.screen.layout import Box
from installation.screen.picture import Picture
from installation.screen.scenes import captions, inside, land, number, passage
from installation.screen.scenes._legend import legend
from installation.screen.type import Type
from installation.text.passages import Passage
from tests.screen.conftest import Make, Stage, settled


def scene(wall: Picture, kind: type) -> object:
    return next(s for s in wall.scenes if isinstance(s, kind))


# -- the number
@pytest.mark.parametrize(
    ("watts", "uncertainty", "text"),
    [
        (118.3, 0.05, "118"),
        (118.3, 0.2, "120"),
        (8.26, 0.02, "8.3"),
        (0.0, 0.05, "0"),
        (704.4, 0.01, "704"),
        (76, 0, "76"),
    ],
)
def test_as_many_digits_as_the_sensor_deserves(watts: float, uncertainty: float, text: str) -> None:
    assert number.written(watts, uncertainty, Board(Config(), (960, 540))) == text


def said(wall: Picture) -> list[str]:
    """What stands under the number."""
    return [line.text for line in scene(wall, number.Scene).page]  # type: ignore[attr-defined]


def test_the_word_stands_under_the_number(stage: Stage, picture: Make) -> None:
    staged, wall = stage(118.0), picture()
    staged.play(wall, 1.0)
    assert "MEASURED ± 5 %" in " ".join(said(wall)).replace("\u00a0", " ")
    staged.become("no-reading", wall)
    staged.play(wall, 1.0)
    assert "NO READING" in said(wall)
    assert "watts" not in said(wall)


def test_a_replay_says_so(stage: Stage, picture: Make) -> None:
    staged, wall = stage(118.0, Provenance.REPLAYED), picture()
    staged.play(wall, 1.0)
    assert any("REPLAYED" in text for text in said(wall))
    assert any("neither date nor machine" in text for text in [" ".join(said(wall))])


def test_a_long_boundary_is_said_to_its_end(stage: Stage, picture: Make) -> None:
    staged, wall = stage(118.0, Provenance.REPLAYED), picture()
    staged.describe("everything behind this plug: the machine, its screen and its loudspeaker", 0.05, "a file " * 12)
    staged.play(wall, 1.0)
    text = " ".join(said(wall)).replace("\u00a0", " ")
    assert "its loudspeaker" in text
    assert text.count("a file") == 12
    scene_ = scene(wall, number.Scene)
    assert wall.board.height(scene_.page) <= scene_.lines.box.h  # type: ignore[attr-defined]


# -- the code
def test_code_is_set_letter_by_letter() -> None:
    """A ligature would draw two signs as one; here each stands in its own cell."""
    type_ = Type()
    both = pygame.surfarray.array_alpha(type_.line(">=", 40, face="code"))
    first = pygame.surfarray.array_alpha(type_.line("> ", 40, face="code"))
    assert np.array_equal(both[:23], first[:23])


SEED = """# For a single-input model
model = Sequential()
model.compile(optimizer='rmsprop')

data = np.random.random((1000, 100))

# Train the model
model.fit(data, labels, epochs=10)
"""


def test_a_source_in_another_script_is_drawn(stage: Stage, picture: Make) -> None:
    staged, wall = stage(), picture()
    staged.by["network"].source = "模型 = Sequential()\nモデル.fit(данные)"
    staged.by["network"].fit_line = "モデル.fit(данные)"
    staged.play(wall, 1.0, rate=10)
    assert any("U+6A21" in note for note in wall.board.type.missing)


def test_a_face_that_is_gone_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(type_module.FACES, "words", tmp_path / "gone.ttf")
    type_ = Type()
    assert type_.line("still here", 20).get_width() > 20
    assert "gone.ttf" in type_.missing[0]


# -- the passage
def test_a_passage_is_whole_and_credited(stage: Stage, picture: Make) -> None:
    staged, wall = stage(), picture(size=(1920, 1080))
    staged.play(wall, 0.5, rate=10)
    words = scene(wall, passage.Scene)
    assert words.passages.shown  # type: ignore[attr-defined]
    for text in words.passages.shown:  # type: ignore[attr-defined]
        rows = [line.text for line in words.lines(text, 36)]  # type: ignore[attr-defined]
        together = " ".join(rows)
        assert f"“{text.text}”" in together
        assert text.credit_line in together
        assert words.page(text) is not None  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 720), (3840, 2160)])
def test_passages_fit_on_every_screen(size: tuple[int, int]) -> None:
    wall = Picture(Config(), size, scenes=("passage",))
    words = wall.scenes[0]
    words.load()
    for text in words.passages.shown:
        assert words.page(text) is not None, text.id


def test_the_screen_that_is_too_small_says_so(stage: Stage) -> None:
    wall = Picture(Config(), (200, 150), scenes=("passage",))
    stage().play(wall, 2.0, rate=10)
    notes = [note for note in wall.board.notes if "too small" in note]
    assert notes
    assert not wall.board.passage


def test_words_off_is_one_switch_and_leaves_a_whole_wall(stage: Stage) -> None:
    """In the place of the passages stands the key to the picture, and the foot need not say it again."""
    wall = Picture(Config(text=TextSettings(enabled=False)), (960, 540), scenes=("passage", "captions"))
    staged = stage()
    feet = set()
    for _ in range(20):
        staged.play(wall, 3.0, rate=10)
        feet.add(wall.board.caption)
    assert wall.board.passage == ""
    assert wall.scenes[0].fader.key == "legend"
    assert np.argwhere(pygame.surfarray.array_alpha(wall.scenes[0].fader.shown) > 60).size
    assert not any(wall.board.sentences("grain", joules=1.0) in foot for foot in feet)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 720), (640, 360)])
def test_the_legend_is_whole_on_every_screen(language: str, size: tuple[int, int], picture: Make) -> None:
    board = picture(Config(piece=Piece(language=language)), size=size, scenes=("passage",)).board
    ink = np.argwhere(pygame.surfarray.array_alpha(legend(board)) > 60)
    assert ink[:, 0].max() < board.at.column.w - 1
    assert 0.1 * board.at.column.h < ink[:, 1].max() < board.at.column.h - 1


def test_a_changed_passage_is_not_shown(stage: Stage, tmp_path: Path) -> None:
    from installation.text.passages import PASSAGES

    text = PASSAGES.read_text(encoding="utf-8").replace("many Indigenous epistemologies", "some epistemologies")
    (tmp_path / "changed.toml").write_text(text, encoding="utf-8")
    wall = Picture(
        Config(text=TextSettings(passages=str(tmp_path / "changed.toml"))), (1920, 1080), scenes=("passage",)
    )
    stage().play(wall, 1.0, rate=10)
    assert any("1+2 is not shown" in note for note in wall.board.notes)


def test_the_passage_stays_while_watts_change(stage: Stage, picture: Make) -> None:
    """Watts never touch the letters: the words' pixels are the same at 20 and at 700 W."""
    staged, wall = stage(lambda t: 20.0 if t < 5 else 700.0), picture()
    staged.play(wall, 5.0)
    box = pygame.Rect(tuple(wall.board.at.column))
    before = pygame.image.tobytes(wall.board.surface.subsurface(box), "RGB")
    staged.play(wall, 5.0)
    assert pygame.image.tobytes(wall.board.surface.subsurface(box), "RGB") == before


def test_the_hosts_own_words_come_once_a_round_and_only_if_written(stage: Stage, tmp_path: Path) -> None:
    whole = Place(
        acknowledgement="This house stands in Tiohtiá:ke.", action="It pays.", asked="N", asked_on="D", source="S"
    )
    for place in (Place(), Place(acknowledgement="This alone is not enough."), whole):
        config = Config(place=place)
        wall = Picture(config, (960, 540), scenes=("passage",))
        staged, keys = stage(), set()
        for _ in range(70):
            staged.play(wall, 5.0, rate=1)
            keys.add(wall.scenes[0].fader.key)
        assert ("place" in keys) == (place == whole)
        assert len(keys) > 4


def test_the_pause_key_holds_the_passage(stage: Stage) -> None:
    wall = Picture(Config(), (960, 540), scenes=("passage",))
    staged = stage()
    staged.play(wall, 2.0, rate=10)
    before, wall.board.paused = wall.board.passage, True
    staged.play(wall, 120.0, rate=1)
    assert wall.board.passage == before


def test_another_number_in_a_caption_does_not_fade(stage: Stage, picture: Make) -> None:
    staged, wall = stage(lambda t: 40.0 if t < 6 else 60.0), picture(scenes=("captions",))
    staged.become("fitting", wall)
    staged.play(wall, 5.0)
    caption = wall.scenes[0]
    lights = []
    for _ in range(60):
        staged.play(wall, 0.1)
        lights.append(caption.left.light if caption.left.shown else 0.0)
    turns = [a for a, b in pairwise(lights) if b < a]
    assert len(turns) <= 4 + 2  # one sentence goes out in a quarter of a second; none of the six counts does


def test_large_print_is_larger(picture: Make) -> None:
    """The words as they are set, not as they were asked for: the column gives them the room."""
    heights = []
    for large_print in (False, True):
        wall = picture(Config(screen=ScreenSettings(large_print=large_print)), size=(1920, 1080), scenes=("passage",))
        scene = wall.scenes[0]
        scene.load()
        sizes = [
            next(n for n in range(wall.board.at.passage, 9, -1) if fits(scene, text, n))
            for text in scene.passages.shown
        ]
        heights.append(np.asarray(sizes))
    assert (heights[1] >= 1.15 * heights[0]).all()
    assert heights[1].mean() >= 1.22 * heights[0].mean()


def fits(scene: passage.Scene, text: Passage, size: int) -> bool:
    page, box = scene.lines(text, size), scene.board.at.column
    wide = max(scene.board.type.width(line.text, line.size) for line in page)
    return scene.board.height(page) <= box.h and wide <= box.w


def test_no_name_in_the_credit_is_broken(picture: Make) -> None:
    for size in ((1920, 1080), (1080, 1920), (1280, 720)):
        wall = picture(size=size, scenes=("passage",))
        scene = wall.scenes[0]
        scene.load()
        for text in scene.passages.shown:
            rows = [line.text for line in scene.lines(text, wall.board.at.passage)]
            for unit in ("Noelani Arista (Kanaka Maoli),", "Archer Pechawis (Cree; Mistawasis First Nation),"):
                assert any(unit in row for row in rows), (size, rows)


# -- the captions
def test_the_foot_says_what_is_missing(stage: Stage, picture: Make) -> None:
    staged, wall = stage(76.0), picture()
    staged.become("missing", wall)
    staged.play(wall, 1.0, rate=10)
    assert "No sound device is there" in wall.board.caption


def test_the_foot_counts_the_drops(stage: Stage, picture: Make) -> None:
    staged, wall = stage(118.0), picture()
    staged.become("fitting", wall)
    staged.play(wall, 4.0)
    drops = scene(wall, captions.Scene).rate  # type: ignore[attr-defined]
    assert 100 < drops < 136


@pytest.mark.parametrize("language", ["en", "de", "fr", "tlh"])
def test_every_language_draws_every_state(language: str, stage: Stage, picture: Make) -> None:
    wall = picture(config=Config(piece=Piece(language=language)))
    staged = stage(76.0, config=Config(piece=Piece(language=language)))
    for state in ("resting", "fitting", "settled", "spent", "no-reading"):
        staged.become(state, wall)
        staged.play(wall, 0.5, rate=10)
    assert any("no language" in note for note in wall.board.notes) == (language == "tlh")


# -- the fader
def test_two_texts_never_mix() -> None:
    board = Board(Config(), (960, 540))
    fader = Fader(board, Box(0, 0, 100, 100), 1.0)
    red, green = pygame.Surface((100, 100), pygame.SRCALPHA), pygame.Surface((100, 100), pygame.SRCALPHA)
    red.fill((200, 0, 0))
    green.fill((0, 200, 0))
    fader.show("red", lambda: red)
    for i in range(120):
        if i == 60:
            fader.show("green", lambda: green)
        fader.draw(i / 60)
        r, g, _, _ = board.surface.get_at((50, 50))
        assert min(r, g) < 20


def test_land_pages_are_whole(stage: Stage, picture: Make) -> None:
    wall = picture(size=(1280, 720))
    staged = stage(400.0)
    staged.play(wall, 0.5, rate=10)
    staged.become("settled", wall)
    pages = scene(wall, land.Scene).pages(staged.now)  # type: ignore[attr-defined]
    assert len(pages) >= 2
    assert all(wall.board.height(page.below) + page.high <= wall.board.at.column.h for page, _ in pages)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 720)])
@pytest.mark.parametrize("watts", [20.0, 76.0, 700.0])
def test_no_page_of_the_land_is_cut(
    language: str, large: bool, size: tuple[int, int], watts: float, stage: Stage
) -> None:
    config = Config(piece=Piece(language=language), screen=ScreenSettings(width_m=1.21, large_print=large))
    staged, wall = stage(watts), Picture(config, size, scenes=("land",))
    settled(staged, wall)
    pages = [page for page, _ in wall.scenes[0].pages(staged.now)]
    text = " ".join(line.text for page in pages for line in (*page.inside, *page.below))
    assert "UNECE" in text
    assert len(text.split()) > 100
    for page in pages:
        assert wall.board.height(page.below) + page.high <= wall.board.at.column.h
        assert all(wall.board.type.width(line.text, line.size) <= wall.board.at.column.w for line in page.below)


def test_a_fit_that_was_stopped_keeps_the_counters_it_reached(stage: Stage, picture: Make) -> None:
    for how, counter in (("stopped", "3 / 10"), ("whole", "10 / 10")):
        staged, wall = stage(76.0), picture(size=(1920, 1080))
        staged.become("fitting", wall)
        staged.play(wall, 2.0, rate=10)
        staged.become("settled", wall)
        staged.by["network"].fit_ended = how
        assert scene(wall, inside.Scene)._rows(staged.now)[0][1] == counter  # type: ignore[attr-defined]


@pytest.mark.parametrize("more", ["steps_per_epoch=3", "validation_split=0.2"])
def test_an_epoch_of_a_part_of_the_rows_is_not_called_all_rows(stage: Stage, picture: Make, more: str) -> None:
    staged, wall = stage(100.0), picture(scenes=("code", "inside"))
    staged.become("fitting", wall)
    rows = scene(wall, inside.Scene)._rows  # type: ignore[attr-defined]
    assert "all examples" in rows(staged.now)[0][2]
    staged.by["network"].fit_line = f"model.fit(data, labels, epochs=10, {more})"
    assert rows(staged.now)[0][2] == "10 epochs, one after the other"
