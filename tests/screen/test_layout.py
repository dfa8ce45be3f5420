"""Every box of every screen lies on the screen and on no other box."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import ScreenSettings
from installation.screen.layout import Box, Layout, layout
from installation.screen.window import MOST_PIXELS, drawn_size

SIZES = [(1920, 1080), (1080, 1920), (1280, 720), (3840, 2160), (720, 1280), (1024, 768), (1280, 1024), (2560, 1080)]
NAMES = ("code", "fit", "fall", "ground", "ages", "number", "column", "foot", "strip")


def overlap(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def boxes(at: Layout) -> dict[str, Box]:
    return {name: getattr(at, name) for name in NAMES}


@settings(deadline=None, max_examples=150)
@given(st.integers(320, 4000), st.integers(240, 4000), st.booleans())
def test_boxes_are_on_the_screen_and_apart(width: int, height: int, large_print: bool) -> None:
    found = boxes(layout(width, height, ScreenSettings(large_print=large_print)))
    for name, box in found.items():
        assert box.w > 0, (name, box)
        assert box.h > 0, (name, box)
        assert box.x >= 0
        assert box.right <= width
        assert box.y >= 0
        assert box.bottom <= height
    for (name, a), (other, b) in combinations(found.items(), 2):
        assert not overlap(a, b), (name, other)


@pytest.mark.parametrize("size", SIZES)
def test_passages_are_large_enough_to_read(size: tuple[int, int]) -> None:
    at = layout(*size, ScreenSettings())
    assert at.passage >= 0.018 * min(size) * 1.5
    assert at.column.w > at.passage * 10


def test_words_grow_with_the_distance_and_with_large_print() -> None:
    near = layout(1920, 1080, ScreenSettings(distance_m=1.5))
    far = layout(1920, 1080, ScreenSettings(distance_m=4.0))
    large = layout(1920, 1080, ScreenSettings(large_print=True))
    assert near.passage < far.passage
    assert large.body > near.body
    assert large.passage >= 1.25 * layout(1920, 1080, ScreenSettings()).passage


@given(st.integers(320, 7680), st.integers(240, 7680))
def test_what_is_drawn_is_a_whole_fraction_and_not_too_large(width: int, height: int) -> None:
    w, h = drawn_size(width, height)
    assert w * h <= MOST_PIXELS
    assert abs(w / h - width / height) < 0.05 * width / height + 0.01
