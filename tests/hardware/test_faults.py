"""What a line, a host and a power socket can do to the board in mid-frame."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.hardware.conftest import NewBoard
from tests.hardware.flashes import worst
from tests.hardware.wire import adalight, ak, answers, ask, awa, picture

CALM = [(12, 8, 3)] * 60
OTHER = [(3, 9, 7)] * 60


@pytest.mark.avr
def test_noise_before_a_frame_does_no_harm(board: NewBoard) -> None:
    rng = random.Random(1)
    for _ in range(3):
        b = board()
        b.write(bytes(rng.randrange(256) for _ in range(500)).replace(b"A", b"B"))
        [k] = ask(b, picture(4, CALM))
        assert (k.type, k.seq) == ("K", 4)
        assert b.frames()[-1].pixels == CALM


@pytest.mark.avr
def test_every_flipped_bit_is_refused_and_the_next_frame_is_fine(board: NewBoard) -> None:
    b, rng, good = board(), random.Random(2), picture(7, CALM)
    for seq in range(40):
        at, bit = rng.randrange(2, len(good)), rng.randrange(8)
        b.clear_frames()
        got = ask(b, good[:at] + bytes([good[at] ^ 1 << bit]) + good[at + 1 :], 60_000)
        assert all(answer.type == "N" for answer in got)
        assert b.frames() == []
        b.run(60_000)
        [k] = ask(b, picture(seq, OTHER))
        assert (k.type, k.seq, k.payload[4]) == ("K", seq, 0)
        assert b.frames()[-1].pixels == OTHER


@pytest.mark.avr
@pytest.mark.parametrize("frame", [picture(7, CALM), adalight(CALM), awa(CALM), ak("c", 1, bytes(4))])
def test_a_frame_cut_anywhere_is_forgotten_after_50_ms(board: NewBoard, frame: bytes) -> None:
    b = board()
    for at in sorted(
        {1, 2, 3, 4, 5, 6, 7, 8, 9, len(frame) // 2, len(frame) - 2, len(frame) - 1} & {*range(len(frame))}
    ):
        b.write(frame[:at])
        b.drain()
        b.run(70_000)
        assert b.frames() == []
        got = ask(b, picture(1, OTHER))
        assert [answer.type for answer in got] == ["K"], f"cut at {at}"
        assert b.frames()[-1].pixels == OTHER
        b.clear_frames()


@pytest.mark.avr
def test_a_lost_byte_never_shows_a_shifted_picture(board: NewBoard) -> None:
    b, rng = board(), random.Random(3)
    pixels = [(i % 14 + 1, i % 6 + 4, i % 5) for i in range(60)]
    good = picture(1, pixels)
    for _ in range(20):
        at = rng.randrange(len(good))
        b.write(good[:at] + good[at + 1 :])
        b.drain()
        b.run(70_000)
        ask(b, good)
    assert {tuple(frame.pixels) for frame in b.frames()} == {tuple(pixels)}


@pytest.mark.avr
def test_a_soak_of_clean_and_mangled_frames(board: NewBoard) -> None:
    b, rng = board(), random.Random(4)
    right = 0
    for turn in range(60):
        pixels = [((turn + i) % 14 + 1, (turn * i) % 6 + 4, turn % 12) for i in range(60)]
        good = picture(turn % 256, pixels)
        mangled = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(mangled))
            match rng.randrange(3):
                case 0:
                    mangled[at] ^= 1 << rng.randrange(8)
                case 1:
                    del mangled[at]
                case _:
                    mangled.insert(at, rng.randrange(256))
        assert bytes(mangled) != good
        b.write(bytes(mangled))
        b.drain()
        b.run(60_000)
        b.read()
        assert b.frames() == []
        [k] = ask(b, good)
        right += k.type == "K" and b.frames()[-1].pixels == pixels
        b.clear_frames()
    assert right == 60


@pytest.mark.avr
def test_a_flood_loses_frames_but_never_shows_another(board: NewBoard) -> None:
    """A host that ignores the credit, at 1 Mbaud and 300 LEDs: bytes are lost, and the checks hold."""
    b = board(leds=300, baud=1_000_000, cap_ma=7500)
    pictures = [[(turn % 14 + 1, turn % 7 + 3, 2)] * 300 for turn in range(25)]
    b.write(b"".join(picture(turn, pixels) for turn, pixels in enumerate(pictures)))
    b.drain()
    b.run(200_000)
    assert b.lost > 0, "a line that loses nothing would test nothing"
    assert 1 <= len(b.frames()) < 25
    off = [min(int(np.abs(shown.astype(int) - np.array(sent)).max()) for sent in pictures) for shown in b.lights()[1]]
    assert max(off) <= 9, "what a refused frame may have used up of the next one's allowance, and no more"
    b.read()
    [k] = ask(b, picture(1, pictures[3]))
    assert k.type == "K"


@pytest.mark.avr
def test_a_reset_in_mid_frame_starts_dark_and_says_hello(board: NewBoard) -> None:
    b = board()
    ask(b, picture(1, CALM))
    frame = picture(2, OTHER)
    b.write(frame[:100])
    b.drain()
    b.reset()
    b.write(frame[100:])
    b.drain()
    b.run(100_000)
    hello, *_ = answers(b.read())
    assert (hello.type, hello.seq) == ("H", 0)
    assert b.frames()[-1].pixels == [(0, 0, 0)] * 60
    [k] = ask(b, picture(3, CALM))
    assert (k.type, k.payload[4]) == ("K", 0)


@pytest.mark.avr
@pytest.mark.parametrize("cut", [0, 100])
def test_a_killed_host_leaves_the_picture_then_a_fade_to_black(board: NewBoard, cut: int) -> None:
    b = board(cap_ma=3700)
    for seq in range(60):
        ask(b, picture(seq, [(40, 20, 10)] * 60))
    b.write(picture(61, OTHER)[:cut])
    b.drain()
    lit = b.light_now().astype(int)
    b.clear_frames()
    killed = b.us
    b.run(4_500_000)
    us, light = b.lights()
    assert 1.9e6 < us[0] - killed < 2.1e6, "the picture is held first"
    steps = np.concatenate([lit[None], light.astype(int)]).sum(axis=2)
    if cut < 10:
        assert (np.diff(steps, axis=0) <= 0).all(), "a fade never grows"
    assert not light[-1].any()
    assert np.abs(np.diff(light.astype(int), axis=0)).max() <= 23
    assert worst(us, light) <= 1
    [k] = ask(b, picture(1, CALM))
    assert (k.type, k.payload[4]) == ("K", 0)
    assert b.frames()[-1].pixels == CALM


@pytest.mark.avr
def test_the_hello_keeps_a_still_picture_alive(board: NewBoard) -> None:
    b = board()
    ask(b, picture(1, CALM))
    for _ in range(2):
        b.run(1_500_000)
        [hello] = ask(b, ak("h", 0))
        assert hello.type == "H"
    assert [frame.pixels for frame in b.frames()] == [CALM]


@pytest.mark.avr
def test_hold_time_can_be_set(board: NewBoard) -> None:
    b = board()
    ask(b, ak("c", 1, bytes([0xFF, 0xFF, 0x01, 0xF4])))
    ask(b, picture(1, CALM))
    b.clear_frames()
    began = b.us
    b.run(2_000_000)
    assert 0.45e6 < b.frames()[0].us - began < 0.6e6


@pytest.mark.avr
def test_a_hold_too_short_for_any_host_is_lengthened(board: NewBoard) -> None:
    [hello] = ask(board(), ak("c", 1, bytes([0xFF, 0xFF, 0, 0])))
    assert int.from_bytes(hello.payload[7:9], "big") == 250


@pytest.mark.avr
def test_noise_does_not_keep_the_light_on(board: NewBoard) -> None:
    b, rng = board(), random.Random(5)
    ask(b, picture(1, CALM))
    for _ in range(300):
        b.write(bytes(rng.randrange(256) for _ in range(200)))
        b.run(10_000)
    b.run(500_000)
    assert not b.light_now().any()


@pytest.mark.avr
def test_a_trickle_of_bytes_does_not_stop_the_button(board: NewBoard) -> None:
    b = board()
    frame = picture(1, CALM)
    for at in range(60):
        b.write(frame[at : at + 1])
        b.run(40_000)
        if at == 30:
            b.press(True)
    assert "E" in [answer.type for answer in answers(b.read())]
