from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.take.flashes import ScreenEye, StripEye, Swings

FPS = 60


def frame(grey: int, red: int | None = None, part: float = 1.0) -> NDArray[np.uint32]:
    pixels = np.zeros((180, 320), np.uint32)
    code = grey << 16 | grey << 8 | grey if red is None else red << 16
    pixels[:, : round(320 * part)] = code
    return pixels


def blinking(hertz: float, light: NDArray[np.uint32], dark: NDArray[np.uint32], seconds: float = 3.0) -> int:
    eye = ScreenEye()
    for i in range(int(seconds * FPS)):
        eye.see(light if (i / FPS * hertz) % 1 < 0.5 else dark, i / FPS)
    return eye.worst


@pytest.mark.parametrize("hertz", [1, 2, 3, 5, 10])
def test_a_blinking_screen_is_counted(hertz: int) -> None:
    assert blinking(hertz, frame(255), frame(0)) == pytest.approx(hertz, abs=1)
    assert hertz <= 1 or blinking(hertz, frame(255), frame(0)) > 0


def test_one_tile_is_enough() -> None:
    assert blinking(5, frame(255, part=1 / 16), frame(0)) >= 4


def test_what_is_faint_or_above_the_dark_limit_is_no_flash() -> None:
    assert blinking(5, frame(60), frame(20)) == 0  # 0.04 of luminance
    assert blinking(5, frame(255), frame(245)) == 0
    assert blinking(5, frame(128), frame(128)) == 0


def test_saturated_red_counts_by_itself() -> None:
    """Linear red of 0.4 has a luminance of 0.085 only: no general flash, and yet a red one."""
    assert blinking(5, frame(0, red=170), frame(0)) >= 4
    assert blinking(5, frame(110), frame(80)) == 0


def test_a_slow_drift_is_none() -> None:
    eye = ScreenEye()
    for i in range(10 * FPS):
        eye.see(frame(round(127 + 120 * np.sin(2 * np.pi * 0.1 * i / FPS))), i / FPS)
    assert eye.worst == 0


def test_one_led_of_the_strip_is_enough() -> None:
    eye = StripEye(144)
    for i in range(3 * FPS):
        pixels = np.zeros((144, 3), np.uint8)
        pixels[70] = 255 if i // 6 % 2 else 0  # 5 Hz
        eye.see(pixels, i / FPS)
    assert eye.worst >= 4


def test_light_is_summed_over_time() -> None:
    eye = StripEye(10)
    for i in range(61):
        eye.see(np.full((10, 3), 51, np.uint8), i / FPS)
    assert eye.sum == pytest.approx(10 * 0.2, rel=0.01)


def test_swings_smaller_than_a_tenth_do_not_add_up() -> None:
    swings = Swings(1)
    for i in range(600):
        swings.see(np.array([0.3 + 0.04 * (-1) ** i]), i / FPS)
    assert swings.worst == 0
