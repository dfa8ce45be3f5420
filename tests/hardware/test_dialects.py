"""Adalight and AWA, as the programs out there send them, through the same limits."""

from __future__ import annotations

import pytest

from tests.hardware.board import Board, Pixel
from tests.hardware.conftest import NewBoard
from tests.hardware.flashes import worst
from tests.hardware.wire import adalight, ask, awa, picture, unhex, vectors


def soft(leds: int, turn: int = 0) -> list[Pixel]:
    return [((i + turn) % 14 + 1, (i * 3 + turn) % 6 + 4, (i + 2 * turn) % 13) for i in range(leds)]


def send(board: Board, data: bytes, then_us: float = 15_000) -> None:
    board.write(data)
    board.drain()
    board.run(then_us)


def bad_frames(board: Board) -> int:
    [k] = ask(board, picture(1, soft(len(board.light_now()))))
    assert k.type == "K"
    return k.payload[3]


def test_our_senders_make_the_vectors() -> None:
    golden = vectors()
    for vector in golden["adalight"]:
        count = vector["leds"] if vector.get("counts") == "leds" else None
        made = adalight([tuple(p) for p in vector.get("pixels", [[0, 0, 0]] * vector["leds"])], count)
        assert made.startswith(unhex(vector["hex"]))
    for vector in golden["awa"]:
        assert awa([tuple(p) for p in vector["pixels"]]) == unhex(vector["hex"])


@pytest.mark.avr
@pytest.mark.parametrize("leds", [60, 144, 300])
@pytest.mark.parametrize("dialect", ["book", "counts LEDs", "awa", "awa with calibration"])
def test_a_picture_in_each_dialect(board: NewBoard, leds: int, dialect: str) -> None:
    b = board(leds=leds, cap_ma=7500)
    for turn in range(3):
        pixels = soft(leds, turn)
        data = {
            "book": adalight(pixels),
            "counts LEDs": adalight(pixels, leds),
            "awa": awa(pixels),
            "awa with calibration": awa(pixels, b"\xff\xa0\xa0\xa0"),
        }[dialect]
        send(b, data)
        assert b.read() == b"", "these hosts expect no answer"
        assert b.frames()[-1].pixels == pixels
    assert len(b.frames()) == 3


@pytest.mark.avr
def test_sums_that_reach_255_are_told_apart_from_nothing(board: NewBoard) -> None:
    b = board(leds=2)
    for pixels in ([(0, 0, 0), (0, 0, 0)], [(0, 5, 0), (1, 6, 14)], [(10, 9, 14), (10, 9, 14)]):
        b.clear_frames()
        send(b, awa(pixels))
        assert b.frames()[-1].pixels == pixels


@pytest.mark.avr
def test_every_position_of_a_long_awa_frame_is_summed(board: NewBoard) -> None:
    """300 LEDs are 900 bytes: the position in the third sum wraps three times."""
    b = board(leds=300, cap_ma=7500)
    good = awa(soft(300))
    for at in (6, 262, 517, 800, 905):
        send(b, good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    assert b.frames() == []
    send(b, good)
    assert b.light_now().tolist() == [list(p) for p in soft(300)]


@pytest.mark.avr
@pytest.mark.parametrize("make", [adalight, awa])
def test_a_picture_for_another_strip(board: NewBoard, make: object) -> None:
    """Shorter: the rest goes dark, in its right colours on the way. Longer: the surplus is ignored."""
    assert callable(make)
    b = board(leds=60)
    send(b, make(soft(60)))
    send(b, make(soft(20)))
    assert b.frames()[-1].pixels == soft(20) + [(0, 0, 0)] * 40
    send(b, make(soft(100)))
    assert b.frames()[-1].pixels == soft(100)[:60]
    assert bad_frames(b) == 0


@pytest.mark.avr
def test_bad_counts_and_sums_are_refused_silently(board: NewBoard) -> None:
    b = board(leds=60)
    send(b, picture(0, soft(60)))
    b.read()
    before = len(b.frames())
    send(b, b"Ada\x00\x3b\x6f" + bytes(180), 80_000)
    send(b, adalight([(0, 0, 0)] * 1100), 80_000)
    send(b, awa(soft(60, 1))[:-1] + b"\x00", 80_000)
    send(b, b"AwA\x2a\xa2\x15hyperhdr", 80_000)
    assert len(b.frames()) == before
    assert b.read() == b""
    assert bad_frames(b) == 4


@pytest.mark.avr
def test_dialects_may_be_mixed(board: NewBoard) -> None:
    b = board(leds=60)
    for turn in range(4):
        [k] = ask(b, picture(turn, soft(60, turn)))
        assert k.payload[4] == 0
        send(b, adalight(soft(60, turn + 1)))
        send(b, b"AAdA" + awa(soft(60, turn + 2)))
        send(b, b"Ak?" + b"AAd" + adalight(soft(60, turn + 3))[1:], 60_000)
        b.read()
    assert [frame.pixels for frame in b.frames()][:3] == [soft(60, 0), soft(60, 1), soft(60, 2)]


@pytest.mark.avr
@pytest.mark.parametrize("make", [adalight, awa])
def test_other_dialects_cannot_flash_or_exceed_the_cap_either(board: NewBoard, make: object) -> None:
    assert callable(make)
    b = board(leds=60, cap_ma=1000)
    for turn in range(200):
        send(b, make([(255, 255, 255) if turn // 12 % 2 else (0, 0, 0)] * 60), 8_000)
    us, light = b.lights()
    assert worst(us, light) <= 3
    assert (60 + light.reshape(len(us), -1).sum(axis=1, dtype=int) * 20 / 255).max() <= 1000


@pytest.mark.avr
def test_unlinked_it_says_so_once_a_second(board: NewBoard) -> None:
    b = board(leds=60)
    b.run(2_100_000)
    assert b.read() == b"Ada\n" * 2
    send(b, adalight(soft(60)))
    b.run(1_500_000)
    assert b.read() == b"", "linked: no more beacons"
