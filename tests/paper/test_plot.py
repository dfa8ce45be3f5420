"""The plot: its colours say what ran, and none is a brown."""

from __future__ import annotations

import pytest

from installation.paper.plot import colour
from installation.score.colour import AMBER, REST


@pytest.mark.parametrize("weights", [1, 3265, 10**4, 10**5, 10**6, 4 * 10**6, 10**7, 3 * 10**8])
def test_a_fit_is_amber_or_without_hue(weights: int) -> None:
    rgb = tuple(bytes.fromhex(colour(weights)[1:]))
    assert rgb == AMBER or max(rgb) - min(rgb) < 10
    assert rgb != REST


def test_more_weights_take_more_ink() -> None:
    inks = [sum(bytes.fromhex(colour(w)[1:])) for w in (3265, 10**5, 10**6, 10**7)]
    assert inks == sorted(inks, reverse=True)
