from __future__ import annotations

from itertools import pairwise

from installation.sound.clock import SampleClock

BLOCK = 512
STEP = BLOCK / 48_000


def test_bursts_do_not_shake_the_samples() -> None:
    clock = SampleClock(48_000)
    moments = []
    for i in range(2000):
        burst = (i // 8) * 8 * STEP  # eight callbacks at once, then a pause
        moments.append(clock.block(100.0 + burst, BLOCK))
    steps = [b - a for a, b in pairwise(moments[200:])]
    assert max(abs(s - STEP) for s in steps) < 0.003 * STEP
    assert clock.breaks == 0


def test_a_block_never_stands_for_a_time_that_has_not_come() -> None:
    clock = SampleClock(48_000)
    for i in range(3000):
        wall = 100.0 + (i // 8) * 8 * STEP
        assert clock.block(wall, BLOCK) <= wall + 1e-4


def test_a_device_that_runs_a_little_fast_or_slow_is_followed() -> None:
    for drift in (-2e-4, 2e-4):
        clock = SampleClock(48_000)
        for i in range(40_000):
            wall = 50.0 + i * STEP * (1 + drift)
            at = clock.block(wall, BLOCK)
        assert abs(at - wall) < 0.005
        assert clock.breaks == 0


def test_a_break_is_counted_once_and_made_good() -> None:
    clock = SampleClock(48_000)
    wall = 10.0
    for i in range(3000):
        wall += STEP
        if i in (1000, 2000):
            wall += 0.2  # the device played silence
        at = clock.block(wall, BLOCK)
    assert clock.breaks == 2
    assert abs(at - wall) < 0.02


def test_a_pause_at_the_start_is_no_break() -> None:
    clock = SampleClock(48_000)
    for i in range(1000):
        wall = 10.0 + i * STEP + (1.7 if i > 4 else 0.0)
        at = clock.block(wall, BLOCK)
    assert clock.breaks == 0
    assert abs(at - wall) < 0.02
