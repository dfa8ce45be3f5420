"""One layer as pixels: smooth, without gaps, within its limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.score.colour import AMBER, PALE
from installation.screen.colours import GROUND
from installation.screen.ground.ridge import profile, relief, strip, tints
from installation.screen.ground.strata import COLUMNS, Layer

N = 200


def drawn(ridge: np.ndarray, rows: int = 60, body: float = 0.0, line: float = 1.0) -> np.ndarray:
    one = np.ones(N, np.float32)
    colour = np.full((3, N), 200, np.float32)
    return strip(ridge.astype(np.float32), rows, colour, line=one * line, body=body, width=2.0, fade=one)


def red(pixels: np.ndarray) -> np.ndarray:
    return (pixels >> 16 & 255).astype(int)


def test_the_line_is_bright_where_it_runs_and_nowhere_else() -> None:
    pixels = drawn(np.full(N, 30.0))
    assert (red(pixels)[29:32].max(axis=0) > 190).all()
    assert (red(pixels)[:27] == 0).all()
    assert (pixels[:27] >> 24 == 0).all()
    assert (pixels[34:] >> 24 == 255).all()  # what lies under the line hides what is behind it


def test_steep_parts_have_no_gaps() -> None:
    x = np.arange(N)
    ridge = 30 + 25 * np.sin(x / 6.0)
    pixels = red(drawn(ridge))
    reach = pixels.max(axis=0)
    assert (reach > 120).all()
    for a, b in zip(range(N - 1), range(1, N), strict=True):
        lit_a, lit_b = np.flatnonzero(pixels[:, a] > 40), np.flatnonzero(pixels[:, b] > 40)
        assert lit_a.min() <= lit_b.max() + 1
        assert lit_b.min() <= lit_a.max() + 1


def test_the_ground_shines_through_a_dark_body() -> None:
    pixels = drawn(np.full(N, 10.0))
    assert tuple(int(pixels[50, 50] >> s & 255) for s in (16, 8, 0)) == pytest.approx(GROUND, abs=1)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 100), min_size=2, max_size=50), st.floats(0.1, 80), st.floats(1, 80))
def test_relief_stays_under_its_limit(power: list[float], thickness: float, limit: float) -> None:
    height = relief(np.asarray(power, np.float32), thickness, limit)
    assert np.isfinite(height).all()
    assert (np.abs(height) <= limit * 1.0001).all()


def test_relief_is_exact_while_it_is_small() -> None:
    assert relief(np.asarray([1.5, 0.75], np.float32), 20.0, 66.0) == pytest.approx([10.0, -5.0])


def test_a_profile_of_nothing_is_flat_and_empty() -> None:
    shape = profile(Layer(0, 0, np.zeros((4, COLUMNS))))
    assert (shape.power == 1).all()
    assert (shape.read == 0).all()


def test_rounding_never_makes_a_colour_that_is_none() -> None:
    columns = np.zeros((4, COLUMNS))
    columns[0], columns[1], columns[2], columns[3] = 1 / 25.6, 4.0, 1e-15, 1e-13
    columns[2, :9], columns[3, :9] = 4.0 + 1e-9, 4.0 + 1e-6
    shape = profile(Layer(0, 0, columns))
    colours = tints(shape.share, shape.heavy)
    assert colours.min() >= 0
    assert colours.max() <= 255


def test_a_fit_colours_its_columns() -> None:
    share = np.asarray([0.0, 1.0, 1.0], np.float32)
    colours = tints(share, np.asarray([0.0, 0.0, 1.0], np.float32))
    assert colours[:, 1] == pytest.approx(AMBER)
    assert colours[:, 2] == pytest.approx(PALE)
