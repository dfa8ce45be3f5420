"""Every frame of the wire protocol, spoken to the compiled firmware."""

from __future__ import annotations

import binascii
import subprocess
from typing import Any

import pytest

from tests.hardware.board import HARDWARE, Board, build_elf, require_avr
from tests.hardware.conftest import NewBoard
from tests.hardware.wire import ak, answers, ask, picture, settings_of, unhex, vectors

FRAMES = {frame["name"]: frame for frame in vectors()["frame"]}


def bytes_of(name: str) -> bytes:
    return unhex(FRAMES[name]["hex"])


def test_the_check_value_of_the_crc() -> None:
    crc: dict[str, Any] = vectors()["crc"]
    assert binascii.crc_hqx(crc["text"].encode(), 0xFFFF) == crc["value"]


@pytest.mark.parametrize("name", FRAMES)
def test_vectors_are_whole_frames(name: str) -> None:
    [answer] = answers(bytes_of(name))
    assert (answer.type, answer.seq) == (FRAMES[name]["type"], FRAMES[name]["seq"])


@pytest.mark.avr
def test_says_hello_at_boot_byte_for_byte() -> None:
    require_avr()
    b = Board(build_elf(60), 500_000)
    b.run(60_000)
    assert b.read() == bytes_of("hello-from-60")


@pytest.mark.avr
@pytest.mark.parametrize("leds", [60, 144, 300])
def test_hello_states_the_strip(board: NewBoard, leds: int) -> None:
    [hello] = ask(board(leds=leds, cap_ma=7500), bytes_of("hello-3"))
    assert (hello.type, hello.seq) == ("H", 3)
    assert int.from_bytes(hello.payload[3:5], "big") == leds
    assert int.from_bytes(hello.payload[5:7], "big") == 7500


@pytest.mark.avr
def test_a_picture_is_on_the_strip_before_it_is_acknowledged(board: NewBoard) -> None:
    b = board()
    pixels = [(i % 15, i % 11, 4 + i % 9) for i in range(60)]
    b.write(picture(9, pixels))
    b.drain()
    b.run(20_000, stop_on_rx=True)
    first_byte = b.us
    b.run(1000)
    [k] = answers(b.read())
    [frame] = b.frames()
    assert frame.pixels == pixels
    assert frame.us < first_byte
    milliamps = 60 + -(-20 * sum(map(sum, pixels)) // 255)
    assert k == ("K", 9, bytes([255, *milliamps.to_bytes(2, "big"), 0, 0]))


@pytest.mark.avr
def test_the_vectors_pictures(board: NewBoard) -> None:
    b = board(leds=2)
    [k] = ask(b, bytes_of("picture-red-blue"))
    assert (k.type, k.seq, k.payload[4]) == ("K", 7, 255)
    [frame] = b.frames()
    assert frame.pixels[0][0] >= 14
    assert frame.pixels[1][2] >= 14
    [k] = ask(board(), bytes_of("picture-60-black"))
    assert (k.type, k.payload[0], k.payload[4]) == ("K", 255, 0)


@pytest.mark.avr
def test_a_host_may_lower_the_cap_but_not_raise_it(board: NewBoard) -> None:
    b = board(cap_ma=1500)
    [low] = ask(b, bytes_of("cap-1200-hold-2000"))
    assert (low.type, low.seq) == ("H", 2)
    assert int.from_bytes(low.payload[5:7], "big") == 1200
    [high] = ask(b, ak("c", 3, bytes([0xFF, 0xFF, 0x0F, 0xA0])))
    assert int.from_bytes(high.payload[5:7], "big") == 1500
    assert int.from_bytes(high.payload[7:9], "big") == 4000


@pytest.mark.avr
def test_a_fade_runs_on_the_board_and_ends_on_its_colour(board: NewBoard) -> None:
    b = board()
    [k] = ask(b, ak("f", 4, bytes([40, 14, 6, 0x05, 0xDC])))
    assert (k.type, k.seq, k.payload[4]) == ("K", 4, 255)
    b.run(1_900_000)
    us, light = b.lights()
    assert (light[-1] == [40, 14, 6]).all()
    assert 1.4e6 < us[-1] - us[0] < 1.7e6
    assert (light[1:].astype(int) >= light[:-1].astype(int)).all(), "a fade up never turns back"
    [k] = ask(b, picture(5, [(40, 14, 6)] * 60))
    assert k.payload[4] == 0


@pytest.mark.avr
def test_the_vectors_fade(board: NewBoard) -> None:
    b = board()
    ask(b, picture(0, [(12, 8, 3)] * 60))
    [k] = ask(b, bytes_of("fade-black-1500"))
    assert (k.type, k.seq) == ("K", 3)
    b.run(1_700_000)
    assert not b.light_now().any()


@pytest.mark.avr
@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (picture(7, [(1, 1, 1)] * 59), 2),
        (picture(7, [(1, 1, 1)] * 61), 2),
        (ak("p", 7, bytes(179)), 2),
        (ak("h", 7, b"x"), 2),
        (ak("c", 7, b"\0\0\0"), 2),
        (ak("f", 7, b"\0\0\0"), 2),
        (ak("z", 7), 3),
        (ak("K", 7, bytes(5)), 3),
        (picture(7, [(9, 9, 9)] * 60)[:-1] + b"?", 1),
        (ak("c", 7, bytes(4))[:-2] + b"??", 1),
    ],
)
def test_refuses_with_the_reason_and_shows_nothing(board: NewBoard, frame: bytes, reason: int) -> None:
    b = board()
    [n] = ask(b, frame)
    assert (n.type, n.seq, n.payload[3], n.payload[4]) == ("N", 7, 1, reason)
    b.run(100_000)
    assert b.frames() == []
    [k] = ask(b, picture(8, [(9, 6, 3)] * 60))
    assert (k.type, k.payload[3], k.payload[4]) == ("K", 1, 0)


@pytest.mark.avr
def test_an_endless_length_is_refused_at_once(board: NewBoard) -> None:
    b = board()
    [n] = ask(b, b"Akp\x05\xff\xff")
    assert (n.type, n.payload[4]) == ("N", 2)


@pytest.mark.avr
@pytest.mark.parametrize("leds", [60, 144, 300])
@pytest.mark.parametrize("baud", [115_200, 250_000, 500_000, 1_000_000])
def test_one_in_flight_loses_nothing(board: NewBoard, leds: int, baud: int) -> None:
    b = board(leds=leds, baud=baud, cap_ma=7500)
    for seq in range(8):
        pixels = [((seq + i) % 15, (seq * i) % 7 + 4, i % 15) for i in range(leds)]
        [k] = ask(b, picture(seq, pixels))
        assert (k.type, k.seq, k.payload[3], k.payload[4]) == ("K", seq, 0, 0)
        assert b.frames()[-1].pixels == pixels
    assert b.lost == 0
    assert len(b.frames()) == 8


@pytest.mark.avr
@pytest.mark.parametrize("leds", [60, 300])
def test_the_waveform_is_within_the_datasheet(board: NewBoard, leds: int) -> None:
    """WS2812B: 0 is high 0.25-0.55 us, 1 is high 0.65-0.95 us; newer ones want 280 us of silence between pictures."""
    b = board(leds=leds, baud=1_000_000, cap_ma=7500)
    for seq in range(6):
        ask(b, picture(seq, [(10, 9, 8), (1, 7, 0)] * (leds // 2)))
    timing = b.timing()
    assert timing["bad"] == 0
    assert 4 <= timing["zero_high"] <= 8
    assert 11 <= timing["one_high"] <= 15
    assert timing["low"] * 62.5 < 5000, "well under the 50 us that end a picture"
    assert min(b.gaps_us()) >= 300


@pytest.mark.avr
@pytest.mark.parametrize(("leds", "baud"), [(60, 500_000), (144, 250_000), (300, 115_200)])
def test_the_line_is_read_while_the_strip_is_written(board: NewBoard, leds: int, baud: int) -> None:
    """With two pictures in flight, the second arrives during the show of the first. Nothing is lost."""
    b = board(leds=leds, baud=baud)
    got = b""
    for seq in range(8):
        b.write(picture(seq, [(9, 6, 3)] * leds))
        while seq and len(got) < 13 * seq:
            b.run(100_000, stop_on_rx=True)
            got += b.read()
    b.run(150_000)
    assert [(answer.type, answer.seq) for answer in answers(got + b.read())] == [("K", seq) for seq in range(8)]
    assert b.lost == 0


@pytest.mark.avr
def test_the_largest_strip_leaves_room_for_the_stack(board: NewBoard) -> None:
    b = board(leds=300, baud=1_000_000, cap_ma=7500)
    elf = build_elf(300, 1_000_000, 7500)
    ask(b, ak("f", 1, bytes([200, 100, 50, 1, 0])))
    for seq in range(5):
        ask(b, picture(seq, [(255, 255, 255)] * 300))
    ask(b, ak("c", 1, bytes([1, 0x50, 1, 0])))
    b.write(bytes(range(256)) * 4)
    b.run(1_500_000)
    b.press(True)
    b.run(300_000)
    symbols = subprocess.run(["avr-nm", str(elf)], capture_output=True, text=True, check=True).stdout
    [variables_end] = [int(line[:8], 16) & 0xFFFF for line in symbols.splitlines() if line.endswith(" __bss_end")]
    assert b.figures().stack_lowest > variables_end + 32


def test_the_protocol_document_states_the_firmwares_own_numbers() -> None:
    text = (HARDWARE / "strip/PROTOCOL.md").read_text()
    calm = settings_of(HARDWARE / "strip/calm.h")
    unit_s = 288 * 64e-6
    weights = (0.2126, 0.7152, 0.0722)
    plays = (calm["PLAY_RB"], calm["PLAY_G"], calm["PLAY_RB"])
    play = sum(w * h for w, h in zip(weights, plays, strict=True))
    speed = sum(w / (unit_s * n) for w, n in zip(weights, (1, 3, 1), strict=True))
    per_change = (25.5 - 2 * play) / speed
    for stated in (f"{play:.2f}", f"{speed:.2f}", f"{per_change:.3f} s", f"{1 / (2 * per_change):.2f} flashes"):
        assert stated in text
