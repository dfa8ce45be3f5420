import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.light.sparks import Course, Sparks, fit_in
from installation.score.colour import LUMINANCE
from installation.score.grains import PACE, spark_width

WHITE = np.ones((1, 3))
COURSE = Course(144, 2.4, PACE)


def middle(light: np.ndarray) -> float:
    luminance = light @ LUMINANCE
    return float(luminance @ (np.arange(len(light)) + 0.5) / luminance.sum())


@settings(deadline=None, max_examples=60)
@given(
    leds=st.integers(20, 600),
    length=st.floats(0.5, 10),
    width=st.floats(0.001, 0.25),
    share=st.floats(0, 1),
    colour=st.tuples(*[st.floats(0.05, 1)] * 3),
)
def test_a_spark_gives_the_same_light_wherever_it_is(leds, length, width, share, colour):
    course = Course(leds, length, PACE)
    sparks = Sparks(course)
    sparks.add(np.zeros(1), width, 0.3, np.array([colour]))
    wide = max(course.in_leds(width), 2.0)
    if 2 * wide > leds:
        return
    whole_from, whole_until = 2 * wide / course.speed, leds / course.speed
    light = sparks.light(whole_from + share * (whole_until - whole_from))
    assert (light @ LUMINANCE).sum() == pytest.approx(0.3)


def test_it_walks_at_the_pace_in_metres_a_second():
    for course in (COURSE, Course(300, 5.0, PACE), Course(60, 3.0, PACE)):
        sparks = Sparks(course)
        sparks.add(np.zeros(1), 0.05, 1.0, WHITE)
        metres = [middle(sparks.light(t)) * course.length / course.leds for t in (0.5, 1.0)]
        assert metres[1] - metres[0] == pytest.approx(PACE * 0.5, abs=1e-6)


def test_its_front_touches_the_wall_end_when_its_grain_falls():
    sparks = Sparks(COURSE)
    sparks.add(np.array([10.0]), 0.06, 1.0, WHITE)
    assert not sparks.light(10.0).any()
    first = sparks.light(10.0 + 1 / 60) @ LUMINANCE
    assert first[0] > 0
    assert np.argmax(first) == 0


def test_it_counts_as_in_when_a_tenth_of_it_is_and_leaves_whole():
    sparks = Sparks(COURSE)
    sparks.add(np.zeros(1), 0.06, 1.0, WHITE)
    wide = COURSE.in_leds(0.06)
    assert sparks.entered(wide / 2 / COURSE.speed - 1e-6) == 0
    assert sparks.entered(wide / 2 / COURSE.speed + 1e-6) == 1
    assert (sparks.light(wide / 2 / COURSE.speed) @ LUMINANCE).sum() == pytest.approx(0.1, abs=0.01)
    gone = (144 + 2 * wide) / COURSE.speed
    sparks.walk(gone - 1e-6)
    assert len(sparks) == 1
    sparks.walk(gone + 1e-6)
    assert (len(sparks), sparks.left, sparks.entered(gone)) == (0, 1, 1)


@pytest.mark.parametrize("rate", [5, 8, 20, 30, 47, 120])
def test_a_steady_train_makes_no_led_flicker(rate):
    """Modulation of one LED under 10 % at the rates that provoke, and at all others."""
    sparks = Sparks(COURSE)
    sparks.add(np.arange(0, 6, 1 / rate), spark_width(rate), 1.0, np.ones((6 * rate, 3)))
    seen = np.array([(sparks.light(4 + i / 500) @ LUMINANCE)[70] for i in range(500)])
    assert (seen.max() - seen.min()) / (seen.max() + seen.min()) < 0.1


def test_sparks_can_be_told_apart_when_few():
    sparks = Sparks(COURSE)
    sparks.add(np.array([0.0, 0.5]), spark_width(2), 1.0, np.ones((2, 3)))
    light = sparks.light(1.5) @ LUMINANCE
    peaks = [i for i in range(1, 143) if light[i - 1] < light[i] >= light[i + 1]]
    assert len(peaks) == 2
    assert light[peaks[0] : peaks[1]].min() == 0


def test_twice_the_grains_are_twice_the_light():
    def total(rate: int) -> float:
        sparks = Sparks(COURSE)
        sparks.add(np.arange(0, 5, 1 / rate), spark_width(rate), 0.1, np.ones((5 * rate, 3)))
        return float((sparks.light(4.0) @ LUMINANCE).sum())

    assert total(240) / total(120) == pytest.approx(2, rel=0.02)
    assert total(700) / total(350) == pytest.approx(2, rel=0.01)


def test_a_saturated_red_is_made_less_so():
    assert fit_in(np.array([[0.9, 0.0, 0.1]])) == pytest.approx(np.array([[0.9, 0.2, 0.1]]))


def test_too_much_light_keeps_its_hue():
    light = fit_in(np.array([[3.0, 1.5, 0.3], [0.5, 0.2, 0.1]]))
    assert light == pytest.approx(np.array([[1.0, 0.5, 0.1], [0.5, 0.2, 0.1]]))
    white = fit_in(np.array([[0.8, 0.8, 0.8], [0.2, 0.2, 0.2]]), 0.4)
    assert white == pytest.approx(np.array([[0.4, 0.4, 0.4], [0.2, 0.2, 0.2]]))
