import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.light.dither import Dither


@settings(deadline=None, max_examples=50)
@given(level=st.floats(0.001, 1.0))
def test_the_mean_is_the_light(level):
    dither = Dither(12)
    light = np.full((12, 3), level)
    frames = np.array([dither.bytes(light) for _ in range(200)])
    assert frames.mean(axis=0) == pytest.approx(light * 255, abs=0.03)
    assert (np.abs(frames - light * 255) <= 1.0).all()


def test_black_is_black():
    dither = Dither(12)
    for _ in range(10):
        dither.bytes(np.full((12, 3), 0.0015))
    assert not dither.bytes(np.zeros((12, 3))).any()


def test_neighbours_do_not_step_together():
    dither = Dither(100)
    frame = dither.bytes(np.full((100, 3), 0.5 / 255))
    assert 30 < frame[:, 2].sum() < 70


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_frame_holds_a_saturated_red(seed):
    """Red is at most three times green and blue, but for a trace, as on the board: its share stays under 0.8."""
    random = np.random.default_rng(seed)
    dither = Dither(50)
    for _ in range(10):
        light = random.random((50, 3)) * np.array([1.0, 0.1, 0.05]) * random.choice([0.01, 0.1, 1.0])
        red, green, blue = dither.bytes(light).astype(int).T
        assert (red <= 3 * (green + blue + 1)).all()
