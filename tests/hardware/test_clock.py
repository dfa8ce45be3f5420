"""The board's clock wraps (32 bits of 64 us: every 76 hours). Nothing may stop, hurry or wake up then."""

from __future__ import annotations

import pytest

from tests.hardware.conftest import NewBoard
from tests.hardware.wire import answers, ask, picture

JUST_BEFORE = "-DTICKS_START=0xFFFFE000UL"  # 8192 ticks, half a second, before the wrap
CALM = [(12, 8, 3)] * 60


@pytest.mark.avr
def test_pictures_hold_and_fade_go_on_across_the_wrap(board: NewBoard) -> None:
    b = board(extra=JUST_BEFORE)
    for seq in range(20):
        [k] = ask(b, picture(seq, CALM))
        assert (k.type, k.payload[4]) == ("K", 0)
        b.run(40_000)
    spoke = b.us
    b.clear_frames()
    b.run(3_000_000)
    us, light = b.lights()
    assert 1.9e6 < us[0] - spoke < 2.1e6
    assert not light[-1].any()


@pytest.mark.avr
def test_hold_that_spans_the_wrap_keeps_its_length(board: NewBoard) -> None:
    b = board(extra=JUST_BEFORE)
    ask(b, picture(1, CALM))
    spoke = b.us
    b.clear_frames()
    b.run(2_500_000)
    assert 1.9e6 < b.frames()[0].us - spoke < 2.1e6


@pytest.mark.avr
def test_the_dim_light_and_the_beacon_come_on_time_across_the_wrap(board: NewBoard) -> None:
    b = board(extra=JUST_BEFORE)
    b.run(2_200_000)
    assert (b.light_now() == [12, 8, 3]).all()
    assert b.read() == b"Ada\n" * 2


@pytest.mark.avr
def test_a_link_lost_long_ago_stays_lost_when_the_clock_comes_round(board: NewBoard) -> None:
    """The clock jumps 76 hours less one second after the link was lost: the light must stay off."""
    b = board(extra="-DTICKS_START=0")
    ask(b, picture(1, CALM))
    spoke = b.us
    b.run(4_000_000)
    assert not b.light_now().any()
    b.set_variable("now", round((spoke / 64) - 15_000) & 0xFFFFFFFF)
    b.read()
    b.clear_frames()
    b.run(3_000_000)
    assert b.frames() == []
    assert answers(b.read()) == []
