"""No picture, however it is drawn, may change its light faster than the limiter allows."""

from __future__ import annotations

import timeit

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.flash_limiter import BURST, HARD, LINEAR, STEPS, FlashLimiter, mixed, windows

SIZE = (160, 90)
SLACK = 0.004  # rounding of a mixed pixel to one of 256 codes
WHITE, RED, BLUE, GREEN, BLACK = 0xFFFFFF, 0xFF0000, 0x0000FF, 0x009500, 0


def flat(colour: int) -> np.ndarray:
    return np.full((SIZE[1], SIZE[0]), colour, np.uint32)


def light(pixels: np.ndarray) -> np.ndarray:
    """Mean linear light of the exact tiles, every pixel counted, (9, 16, 3)."""
    codes = np.stack([LINEAR[(pixels >> shift) & 0xFF] for shift in (16, 8, 0)], axis=-1)
    return codes.reshape(9, 10, 16, 10, 3).mean(axis=(1, 3))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from([WHITE, RED, BLUE, GREEN, BLACK, 0x808080]), min_size=2, max_size=40),
    st.sampled_from([10, 30, 60]),
    st.integers(0, 8),
)
def test_no_window_exceeds_rate_and_burst(colours: list[int], fps: int, seed: int) -> None:
    limiter, rng = FlashLimiter(SIZE, HARD), np.random.default_rng(seed)
    means = []
    for frame, colour in enumerate(colours):
        pixels = flat(colour)
        if seed:  # parts of the picture against each other
            pixels[rng.integers(0, 90) :, rng.integers(0, 160) :] ^= 0xFFFFFF
        means.append(windows(light(limiter(pixels, frame / fps)).astype(np.float32)))
    for span in range(1, len(means)):
        change = np.abs(means[span] - means[0]).max()
        assert change <= BURST + HARD * span / fps + SLACK * (1 + span)


@pytest.mark.parametrize("pair", [(WHITE, BLACK), (RED, BLACK), (RED, GREEN), (BLUE, BLACK)])
def test_a_strobe_becomes_a_slow_swell(pair: tuple[int, int]) -> None:
    limiter = FlashLimiter(SIZE)
    seen = [light(limiter(flat(pair[i // 2 % 2]), i / 60)).mean(axis=(0, 1)) for i in range(180)]  # 15 Hz, asked
    turns = [np.abs(seen[i + 1] - seen[i]).max() for i in range(179)]
    assert max(turns) <= BURST + HARD / 60 + SLACK
    settled = np.array(seen[60:])
    assert (settled.max(axis=0) - settled.min(axis=0)).max() < 0.1  # less than what counts as half a flash


def test_a_calm_picture_passes_untouched() -> None:
    limiter, pixels = FlashLimiter(SIZE), flat(0x0C0B0A)
    pixels[40:43, 50:53] = WHITE
    assert np.array_equal(limiter(pixels, 0.0), pixels)
    assert limiter.limited == 0


def test_a_change_arrives_whole_in_its_time() -> None:
    limiter = FlashLimiter(SIZE)
    for frame in range(130):
        shown = limiter(flat(WHITE), frame / 60)
    assert (shown == WHITE).all()
    assert 80 <= limiter.limited <= 120  # 1 / 0.6 s at 60 frames a second


def test_upright_lines_are_seen_wherever_they_stand() -> None:
    limiter = FlashLimiter((1280, 720))
    pixels = np.zeros((720, 1280), np.uint32)
    pixels[:, 3::8] = WHITE
    assert limiter.measure(pixels).min() == pytest.approx(1 / 8, abs=0.02)


def test_no_setting_goes_above_the_hard_limit() -> None:
    assert FlashLimiter(SIZE, 5.0).rate == HARD


def test_mixing_is_linear_in_light() -> None:
    half = mixed(flat(BLACK), flat(WHITE), STEPS // 2)
    assert LINEAR[half[0, 0] & 0xFF] == pytest.approx(0.5, abs=0.004)


if __name__ == "__main__":
    limiter, pixels = FlashLimiter((1280, 720)), np.zeros((720, 1280), np.uint32)
    print("calm frame", timeit.timeit(lambda: limiter(pixels, 0.0), number=50) / 50 * 1e3, "ms")
    white = pixels + 0xFFFFFF
    print("held frame", timeit.timeit(lambda: limiter(white, 0.0), number=20) / 20 * 1e3, "ms")
