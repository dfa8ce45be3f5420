"""The meter that judges the strip must itself see flashes."""

from __future__ import annotations

import numpy as np

from tests.hardware.flashes import changes, groups, luminance, most_in_a_second, worst


def blink(hertz: float, level: int, leds: int = 20, only: slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
    us = np.arange(0, 3e6, 10_000)
    light = np.zeros((len(us), leds, 3), np.uint8)
    light[:, only] = np.where((us * hertz / 1e6) % 1 < 0.5, level, 0)[:, None, None]
    return us, light


def test_sees_every_change_of_a_blinking_strip() -> None:
    assert worst(*blink(5, 255)) in (10, 11)


def test_sees_a_single_led() -> None:
    assert worst(*blink(5, 255, only=slice(7, 8))) in (10, 11)


def test_sees_halves_that_play_against_each_other() -> None:
    us, light = blink(5, 200)
    light[:, 10:] = 200 - light[:, :10]
    bright = luminance(light, groups(20))
    assert np.ptp(light.astype(float).mean(axis=(1, 2))) == 0
    assert max(most_in_a_second(times) for times in changes(us, bright)) >= 10


def test_a_tenth_counts_and_less_does_not() -> None:
    assert worst(*blink(5, 26)) >= 10
    assert worst(*blink(5, 25)) == 0


def test_slow_light_is_no_flash() -> None:
    us = np.arange(0, 10e6, 20_000)
    light = np.repeat((127 + 127 * np.sin(us / 1e6)).astype(np.uint8)[:, None, None], 3, axis=2)
    assert worst(us, light) <= 2
