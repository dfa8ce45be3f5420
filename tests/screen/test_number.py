"""The number has as many digits as its sensor deserves, within limits."""

from __future__ import annotations

import pytest

from installation.screen.picture import Picture
from installation.screen.scenes.number import written
from tests.screen.conftest import Make


@pytest.fixture
def wall(picture: Make) -> Picture:
    return picture(scenes=("number",))


@pytest.mark.parametrize(
    ("watts", "uncertainty", "text"),
    [
        (118.4, 0.05, "118"),  # ± 5.9 W: whole watts
        (118.4, 0.001, "118.4"),  # ± 0.1 W: tenths
        (118.44, 1e-6, "118.4"),  # never finer
        (1234.0, 0.05, "1 230"),  # ± 62 W: tens
        (199.0, 0.5, "200"),
        (2345.0, 0.05, "2 300"),  # ± 117 W: hundreds
        (51_234.0, 0.05, "51 200"),  # ± 2562 W: still hundreds, never coarser
        (9_999.0, 0.4, "10 000"),
        (0.0, 0.05, "0"),
        (118.4, 0.0, "118"),  # nothing is known of the sensor: whole watts
        (118.4, float("inf"), "118"),
        (-3.2, 0.05, "−3"),  # a meter of the house may count what goes out
    ],
)
def test_digits_are_those_the_uncertainty_leaves(wall: Picture, watts: float, uncertainty: float, text: str) -> None:
    plain = written(watts, uncertainty, wall.board)
    for space in "\u00a0\u202f\u2009,":
        plain = plain.replace(space, " ")
    assert plain == text
