import numpy as np
import pytest

from installation.score.colour import AMBER, PALE, REST, colours, linear
from installation.score.grains import spark_width


def test_no_colour_is_a_saturated_red():
    for colour in (REST, AMBER, PALE):
        light = linear(colour)
        assert light[0] / light.sum() < 0.75
        assert light[0] <= 3 * (light[1] + light[2])


def test_colours_say_what_the_joule_was_spent_on():
    made = colours(np.array([0.0, 2.0, 2.0, 3.0]), np.array([1e8, 3265.0, 1.1e8, 1e8]))
    assert made == pytest.approx(np.array([linear(REST), linear(AMBER), linear(PALE), linear(REST)]))


def test_a_spark_is_as_wide_as_sparks_are_apart():
    assert spark_width(20) == pytest.approx(0.06)
    assert spark_width(0) == 0.25
