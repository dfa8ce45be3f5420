"""Land at true size: in the column, over the wall, or in metres."""

from __future__ import annotations

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.config import Config, Piece, Place, ScreenSettings
from installation.screen.colours import MEASURED
from installation.screen.picture import Picture
from tests.screen.conftest import Make, Stage, settled

TAPED = ScreenSettings(width_m=1.21)  # as a 55-inch screen is


def test_a_mix_of_the_place_is_used_and_a_wrong_one_said(stage: Stage) -> None:
    for mix, word in (({"hydro": 0.9}, "own mix"), ({"hidro": 0.9}, "nuclear")):
        wall = Picture(Config(place=Place(mix=mix)), (1920, 1080), scenes=("land",))
        staged = stage(76.0)
        settled(staged, wall)
        pages = wall.scenes[0].squares.pages(staged.now)
        text = " ".join(line.text for page in pages for line in (*page.inside, *page.below))
        assert word in text.replace("\u00a0", " ")
        assert any("hidro" in note for note in wall.board.notes) == ("hidro" in mix)


@pytest.mark.parametrize(("grid", "told"), [("", "without a source"), ("Ontario, IESO 2024", "Ontario, IESO 2024")])
def test_a_mix_says_whose_it_is(grid: str, told: str, stage: Stage) -> None:
    wall = Picture(Config(place=Place(mix={"hydro": 0.9}, grid=grid)), (1920, 1080), scenes=("land",))
    staged = stage(76.0)
    settled(staged, wall)
    text = " ".join(line.text for page in wall.scenes[0].squares.pages(staged.now) for line in page.below)
    assert told in text.replace("\u00a0", " ")


def test_land_is_drawn_at_true_size(stage: Stage) -> None:
    """76 W from nuclear power hold a square of 0.217 m by the lower figure: on a screen 4 m wide that is 104 px."""
    wall = Picture(Config(screen=ScreenSettings(width_m=4.0)), (1920, 1080), scenes=("passage", "land"))
    staged = stage(76.0)
    settled(staged, wall)
    page = wall.scenes[1].squares.pages(staged.now)[0]
    assert page.side * 4.0 / 1920 == pytest.approx(0.2175, abs=0.001)
    assert "true size" in " ".join(line.text for line in (*page.inside, *page.below))


def test_a_sentence_about_a_square_stands_by_a_square(stage: Stage) -> None:
    config = Config(piece=Piece(language="de"), screen=TAPED)
    for watts in (5.0, 17.0, 40.0, 76.0, 120.0, 300.0, 3000.0):
        staged = stage(watts)
        wall = Picture(config, (1280, 720), scenes=("land",))
        settled(staged, wall)
        pages = wall.scenes[0].squares.pages(staged.now)
        text = " ".join(line.text for page in pages for line in (*page.inside, *page.below))
        assert ("wahrer Größe" in text) == (pages[0].side > 0)


def test_a_square_too_wide_for_the_column_is_drawn_over_the_ground(stage: Stage) -> None:
    """287 W hold 0.42 m: on 1.5 m of wall more than the column has, less than the ground; its lines come and go."""
    wall = Picture(Config(screen=ScreenSettings(width_m=1.5)), (1920, 1080), scenes=("section", "passage", "land"))
    staged = stage(287.0)
    settled(staged, wall)
    page = wall.scenes[2].squares.pages(staged.now)[0]
    assert page.over
    assert page.side * 1.5 / 1920 == pytest.approx(0.2175 * (287 / 76) ** 0.5, abs=0.002)
    edge = (wall.scenes[2].squares.left + round(page.side) - 1, wall.board.at.ground.bottom - 40)
    dark, lines = wall.board.surface.get_at(edge)[:3], []
    for _ in range(200):
        staged.play(wall, 1.0, rate=4)
        lines.append(wall.board.surface.get_at(edge)[:3] == MEASURED)
    assert any(lines)
    assert not lines[-1]
    assert sum(wall.board.surface.get_at(edge)[:3]) < sum(MEASURED) / 2
    assert sum(dark) < sum(MEASURED) / 2


def test_a_square_larger_than_the_ground_passes_behind_the_words(stage: Stage) -> None:
    """400 W hold 0.50 m: on a screen 1.21 m wide that is higher than the ground, and stands around the code."""
    wall = Picture(Config(screen=TAPED), (1920, 1080), scenes=("section", "code", "passage", "land"))
    staged, at, scene = stage(400.0), wall.board.at, wall.scenes[3]
    settled(staged, wall)
    staged.play(wall, 1.0, rate=10)
    page = scene.squares.pages(staged.now)[0]
    assert page.over
    assert page.side * 1.21 / 1920 == pytest.approx(0.2175 * (400 / 76) ** 0.5, abs=0.002)
    words = pygame.Rect(at.code.x, at.code.y, at.code.w, at.fit.bottom - at.code.y)
    before = pygame.image.tobytes(wall.board.surface.subsurface(words), "RGB")
    scene._outline(page, 1.0)
    assert pygame.image.tobytes(wall.board.surface.subsurface(words), "RGB") == before
    wall.board.clear(words)  # a count there has the same colour
    lit = np.argwhere((pygame.surfarray.array3d(wall.board.surface) == MEASURED).all(axis=2))
    left, top = lit.min(axis=0)
    right, bottom = lit.max(axis=0) + 1
    assert (right - left, bottom - top) == (round(page.side), round(page.side))


@given(st.sampled_from([(1920, 1080), (1080, 1920), (1280, 720), (1024, 768)]), st.floats(0.05, 1.5), st.booleans())
def test_the_edges_of_a_square_run_where_nothing_is_written(size: tuple[int, int], share: float, large: bool) -> None:
    wall = Picture(Config(screen=ScreenSettings(width_m=1.21, large_print=large)), size, scenes=("land",))
    at, scene = wall.board.at, wall.scenes[0]
    side = round(share * size[1])
    top = scene.squares.top(side)
    if top is None:
        assert side > at.ground.bottom - at.fall.y or scene.squares.left + side > at.ages.x
        return
    assert top >= 0
    assert scene.squares.left + side <= at.ages.x
    for level in (top, top + side - 1):
        assert not any(box.y <= level < box.bottom for box in (at.code, at.fit, at.foot))
        assert not (at.portrait and at.column.y <= level)


def test_a_square_larger_than_the_wall_is_told_in_metres(stage: Stage) -> None:
    wall = Picture(Config(screen=TAPED), (1920, 1080), scenes=("section", "land"))
    staged = stage(700.0)
    settled(staged, wall)
    page = wall.scenes[1].squares.pages(staged.now)[0]
    assert not page.side
    assert "0.66 m" in " ".join(line.text for line in page.below).replace("\u00a0", " ")


def test_the_column_goes_to_the_land_and_comes_back(stage: Stage, picture: Make) -> None:
    staged, wall = stage(76.0), picture()
    staged.play(wall, 1.0, rate=10)
    staged.become("settled", wall)
    seen = set()
    for _ in range(150):
        staged.play(wall, 1.0, rate=4)
        seen.add(wall.board.column)
    assert seen == {"passage", "land"}
    assert wall.board.column == "passage"


def test_no_square_is_drawn_on_a_screen_that_nobody_measured(stage: Stage) -> None:
    wall, staged = Picture(Config(), (1920, 1080), scenes=("section", "land")), stage(76.0)
    settled(staged, wall)
    pages = wall.scenes[1].squares.pages(staged.now)
    assert not any(page.side for page in pages)
    text = " ".join(line.text for page in pages for line in page.below).replace("\u00a0", " ")
    assert "0.22 m on a side" in text
    assert "nobody has measured this picture" in text


def test_the_land_comes_where_no_passage_is_drawn(stage: Stage, picture: Make) -> None:
    staged, wall = stage(76.0), picture(scenes=("section", "land"))
    staged.play(wall, 1.0, rate=10)
    staged.become("settled", wall)
    staged.play(wall, 3.0, rate=10)
    assert wall.scenes[1].fader.shown is not None


def test_a_fit_that_was_stopped_has_its_page_and_one_of_no_watts_no_land(stage: Stage, picture: Make) -> None:
    staged, wall = stage(0.0), picture(scenes=("land",))
    staged.become("fitting", wall)
    staged.play(wall, 2.0, rate=10)
    staged.become("settled", wall)
    staged.by["network"].fit_ended = "stopped"
    staged.play(wall, 2.0, rate=10)
    assert wall.scenes[0].fader.shown is not None
    assert len(wall.scenes[0].pages(staged.now)) == 1


def test_the_pause_key_holds_the_land_too(stage: Stage, picture: Make) -> None:
    staged, wall = stage(76.0), picture(scenes=("land",))
    settled(staged, wall)
    staged.play(wall, 2.0, rate=10)
    first = wall.scenes[0].fader.key
    wall.board.paused = True
    staged.play(wall, 120.0, rate=2)
    assert wall.scenes[0].fader.key == first
    wall.board.paused = False
    staged.play(wall, 2.0, rate=2)
    assert wall.scenes[0].fader.key != first


def test_a_page_stays_as_long_as_reading_takes(stage: Stage) -> None:
    wall, staged = Picture(Config(screen=TAPED), (1920, 1080), scenes=("land",)), stage(76.0)
    settled(staged, wall)
    for page, stay in wall.scenes[0].pages(staged.now):
        assert stay >= sum(len(line.text.split()) for line in (*page.inside, *page.below)) / 2
