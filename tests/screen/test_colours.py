"""Every text can be read: 7 to 1, the quiet code included; old lines of the section stay under 50 cd/m2."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from installation.score.colour import WEIGHTS, Floats, codes, linear, luminance
from installation.screen.colours import (
    AMBER,
    DIM,
    GROUND,
    LEAST_CONTRAST,
    PALE,
    REST,
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
    for colour in (REST, AMBER, PALE):
        even = float(painter.evenly(np.array([colour], np.float32).T)[0])
        shown = tuple(round(c * painter.OLD * min(1.0, even)) for c in colour)
        assert luminance(shown) <= DIM  # type: ignore[arg-type]


@pytest.mark.parametrize("colour", [REST, AMBER, PALE, *TEXTS])
def test_no_colour_is_near_a_saturated_red(colour: Colour) -> None:
    light = linear(colour)
    assert light[0] / light.sum() < 0.75


# Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009: what is left of linear light without one kind of cone.
WITHOUT = {
    "all": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(light: Floats) -> Floats:
    """CIE L*a*b* of linear sRGB light, under D65."""
    v = XYZ @ np.clip(light, 0, 1) / (XYZ @ np.ones(3))
    f = np.where(v > 216 / 24389, np.cbrt(v), (24389 / 27 * v + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", WITHOUT)
def test_the_key_can_be_told_apart_by_any_eye(eye: str) -> None:
    seen = [lab(np.array(WITHOUT[eye]) @ linear(colour)) for colour in (REST, AMBER, PALE)]
    for a, b in combinations(seen, 2):
        assert np.linalg.norm(a - b) > 15  # a difference of 2 is just seen side by side


def test_the_key_does_not_rely_on_hue() -> None:
    assert all(b >= 1.5 * a for a, b in pairwise(WEIGHTS))


def test_blend_ends_at_its_ends() -> None:
    assert blend(REST, AMBER, 0) == REST
    assert blend(REST, AMBER, 1) == AMBER
    assert codes(linear(AMBER)).tolist() == list(AMBER)
