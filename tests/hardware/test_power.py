"""The power cap: never exceeded, whatever is asked, and told to the host."""

from __future__ import annotations

import numpy as np
import pytest

from tests.hardware.board import Board
from tests.hardware.conftest import NewBoard
from tests.hardware.wire import Answer, ak, ask, picture


def milliamps(board: Board) -> np.ndarray:
    """What each picture shown draws by the model of PROTOCOL.md."""
    us, light = board.lights()
    return np.asarray(light.shape[1] + light.reshape(len(us), -1).sum(axis=1, dtype=np.int64) * 20 / 255)


def settle(board: Board, colour: tuple[int, int, int], leds: int, pictures: int = 500) -> Answer:
    for seq in range(pictures):
        [k] = ask(board, picture(seq % 256, [colour] * leds))
        board.run(15_000)
        if k.payload[4] == 0:
            break
    return k


@pytest.mark.avr
@pytest.mark.parametrize(("leds", "cap_ma"), [(60, 700), (144, 1500), (300, 2500)])
def test_full_white_stays_under_the_cap_and_the_scale_is_told(board: NewBoard, leds: int, cap_ma: int) -> None:
    b = board(leds=leds, cap_ma=cap_ma)
    k = settle(b, (255, 255, 255), leds)
    assert k.payload[4] == 0
    assert milliamps(b).max() <= cap_ma
    told = int.from_bytes(k.payload[1:3], "big")
    assert cap_ma * 0.93 < told <= cap_ma
    assert abs(told - milliamps(b)[-1]) < 1
    shown = b.light_now()
    assert (shown == shown[0]).all(), "all LEDs alike"
    assert abs(k.payload[0] - int(shown[0, 0])) <= 1, "scale / 255 of full white"


@pytest.mark.avr
def test_colours_keep_their_hue_under_the_cap(board: NewBoard) -> None:
    b = board(leds=60, cap_ma=400)
    k = settle(b, (240, 160, 80), 60)
    r, g, bl = map(float, b.light_now()[0])
    assert k.payload[0] < 255
    assert g / r == pytest.approx(160 / 240, abs=0.04)
    assert bl / r == pytest.approx(80 / 240, abs=0.04)


@pytest.mark.avr
def test_the_cap_holds_while_light_moves_from_one_half_to_the_other(board: NewBoard) -> None:
    b = board(leds=60, cap_ma=400)
    settle(b, (255, 255, 255), 60, 120)
    red, green = [(255, 85, 0)] * 30, [(0, 255, 0)] * 30
    for turn in range(250):
        ask(b, picture(turn, red + green if turn // 60 % 2 else green + red))
        b.run(8_000)
    assert milliamps(b).max() <= 400
    assert milliamps(b)[-1] > 200


@pytest.mark.avr
def test_a_lowered_cap_holds_from_its_answer_on(board: NewBoard) -> None:
    b = board(leds=60, cap_ma=1500)
    settle(b, (255, 255, 255), 60, 200)
    assert milliamps(b)[-1] > 700
    for cap in (500, 200, 61, 10):
        [hello] = ask(b, ak("c", 1, cap.to_bytes(2, "big") + b"\x07\xd0"))
        assert int.from_bytes(hello.payload[5:7], "big") == cap
        b.clear_frames()
        for seq in range(10):
            ask(b, picture(seq, [(255, 255, 255)] * 60))
        assert milliamps(b).max() <= max(cap, 60)


@pytest.mark.avr
def test_scale_is_255_when_the_cap_does_not_act(board: NewBoard) -> None:
    b = board(leds=60, cap_ma=1500)
    k = settle(b, (14, 10, 6), 60)
    assert k.payload[0] == 255


@pytest.mark.avr
def test_a_fade_on_the_board_is_capped_too(board: NewBoard) -> None:
    b = board(leds=60, cap_ma=300)
    [k] = ask(b, ak("f", 1, bytes([255, 255, 255, 0, 0])))
    assert k.payload[0] < 255
    for _ in range(3):
        b.run(1_900_000)
        ask(b, ak("h", 0))
    assert milliamps(b).max() <= 300
    assert milliamps(b)[-1] > 250
