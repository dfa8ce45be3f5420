import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.light.slew import HARDEST, PLAY, SPEED, SlewLimiter, tile_means
from installation.light.sparks import Course, Sparks
from installation.score.colour import LUMINANCE
from installation.score.grains import PACE

from .room import opposing_changes

FRAME = 1 / 60


@pytest.mark.parametrize("hertz", [1, 2, 5, 10, 25])
@pytest.mark.parametrize("shape", ["all", "halves", "one"])
def test_no_square_wave_flashes(hertz, shape):
    slew, shown = SlewLimiter(144), []
    mask = np.zeros((144, 1))
    mask[{"all": slice(None), "halves": slice(0, 72), "one": slice(70, 71)}[shape]] = 1
    for i in range(600):
        on = (i * FRAME * hertz) % 1 < 0.5
        other = (1 - mask) if shape == "halves" else 0 * mask
        shown.append(slew.step((mask if on else other) * np.array([1.0, 0.6, 0.4]), FRAME))
    assert opposing_changes(np.array(shown), FRAME) <= 2


@settings(deadline=None, max_examples=40)
@given(data=st.data(), flashes=st.sampled_from([0.5, 1.0, 3.0]))
def test_its_two_limits_hold_for_any_light(data, flashes):
    seed = data.draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    slew = SlewLimiter(40, flashes)
    before, centre = slew.shown, slew.centre
    for _ in range(60):
        seconds = random.choice([0.0, 0.005, FRAME, 0.1, 3.0])
        wanted = random.random((40, 3)) * random.choice([0, 0.05, 1.0, 4.0])
        shown = slew.step(wanted, seconds)
        span = min(seconds, 0.15) * flashes
        assert (np.abs(slew.centre - centre) <= SPEED * span + 1e-9).all()
        assert (np.abs(shown - slew.centre) <= PLAY + 1e-9).all()
        tiles = tile_means((shown - before) @ LUMINANCE)
        assert (np.abs(tiles) <= 0.2 * span + 1e-9).all()
        before, centre = shown, slew.centre


def test_nobody_can_ask_for_more_than_three_flashes():
    assert SlewLimiter(1, 50).flashes == HARDEST


def test_what_is_calm_passes_untouched():
    slew = SlewLimiter(144)
    for i in range(240):
        wanted = np.full((144, 3), [0.3, 0.1, 0.05]) * min(1, i / 180)
        shown = slew.step(wanted, FRAME)
        assert shown == pytest.approx(wanted)


def test_a_soft_dim_spark_passes_untouched():
    """Within the play no change is held back: here a spark of 10 of 255 at its middle, 60 mm wide."""
    slew, sparks = SlewLimiter(144), Sparks(Course(144, 2.4, PACE))
    sparks.add(np.zeros(1), 0.06, 0.13, np.array([[1.0, 0.6, 0.9]]))
    for i in range(140):
        wanted = sparks.light(i * FRAME)
        assert slew.step(wanted, FRAME) == pytest.approx(wanted)


def test_what_is_held_back_keeps_its_hue_on_the_way_up():
    slew = SlewLimiter(16)
    wanted = np.full((16, 3), [0.6, 0.16, 0.064])
    for _ in range(30):
        shown = slew.step(wanted, FRAME)
    assert 0 < shown[0, 0] < 0.3
    assert shown[0] / shown[0, 0] == pytest.approx(wanted[0] / wanted[0, 0])


def test_it_arrives():
    slew = SlewLimiter(16)
    for _ in range(600):
        shown = slew.step(np.full((16, 3), 0.3), FRAME)
    assert shown == pytest.approx(np.full((16, 3), 0.3))
