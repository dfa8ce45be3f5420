"""The curve of a fit: loss against joules, whole whatever its length, and only where there was a reading."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from installation.network.curve import POINTS, Curve, told

from .conftest import Room


def followed(here: Room, looks: int, joules: float = 100.0) -> np.ndarray:
    """A fit whose loss falls straight from 1 to 0 over so many joules."""
    curve = Curve(here.now)
    for i in range(looks):
        share = i / max(looks - 1, 1)
        here.now.fit_updates, here.now.loss, here.now.accuracy = i + 1, 1 - share, 0.5 + share / 2
        curve.look(joules * share, i / 60)
    curve.close()
    rows = here.now.curve
    return rows[np.isfinite(rows[:, 0])]


@pytest.mark.parametrize("looks", [1, 40, 128, 129, 5000])
def test_a_curve_of_any_length_is_kept_whole(room: Callable[..., Room], looks: int) -> None:
    points = followed(room(), looks)
    assert min(looks, POINTS / 3) <= len(points) <= POINTS
    assert np.all(np.diff(points[:, 0]) > 0)
    assert points[:, 1] == pytest.approx(1 - points[:, 0] / 100, abs=1e-5)
    assert points[:, 2] == pytest.approx(0.5 + points[:, 0] / 200, abs=1e-5)
    assert points[0, 0] < 3
    assert looks == 1 or points[-1, 0] > 97


def test_without_a_reading_there_is_no_curve_and_a_new_fit_begins_a_new_one(room: Callable[..., Room]) -> None:
    here = room()
    followed(here, 10)
    assert len(followed(here, 10, joules=math.nan)) == 0


def test_a_curve_is_told_in_words(room: Callable[..., Room]) -> None:
    assert told(followed(room(), 101), most=3) == "1 at 0 J, 0.5 at 50 J, 0 at 100 J"
    assert told(np.full((POINTS, 3), np.nan)) == ""
