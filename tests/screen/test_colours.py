"""Every text can be read: 7 to 1, the quiet code included; old lines of the section stay under 50 cd/m2."""

from __future__ import annotations

import pytest

from installation.score.colour import linear, luminance
from installation.screen.colours import (
    ASH,
    DIM,
    GROUND,
    LEAST_CONTRAST,
    OCHRE,
    RUST,
    TEXTS,
    Colour,
    blend,
    contrast,
)
from installation.screen.ground import painter


@pytest.mark.parametrize("colour", TEXTS)
def test_every_text_colour_passes(colour: Colour) -> None:
    assert contrast(colour) >= LEAST_CONTRAST


def test_the_measure_itself() -> None:
    assert contrast((255, 255, 255), (0, 0, 0)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_nothing_is_pure_black_or_white() -> None:
    assert min(GROUND) > 0
    assert all(max(c) < 255 for c in TEXTS)


def test_old_lines_are_dim() -> None:
    for colour in (ASH, OCHRE, RUST):
        shown = tuple(round(c * painter.OLD) for c in colour)
        assert luminance(shown) <= DIM  # type: ignore[arg-type]


def test_no_line_is_a_saturated_red() -> None:
    light = linear(RUST)
    assert light[0] / light.sum() < 0.8


def test_blend_ends_at_its_ends() -> None:
    assert blend(ASH, OCHRE, 0) == ASH
    assert blend(ASH, OCHRE, 1) == OCHRE
