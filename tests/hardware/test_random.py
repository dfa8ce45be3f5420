"""More than a million bytes from a source of chance: no picture exceeds the cap, none of them together flash."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from tests.hardware.board import Pixel
from tests.hardware.conftest import NewBoard
from tests.hardware.flashes import worst
from tests.hardware.wire import adalight, ak, ask, awa, picture

LEDS, CAP_MA, BYTES = 60, 1500, 1_050_000


def pixels(rng: random.Random) -> list[Pixel]:
    """Pictures meant to do harm: all on, all off, noise, stripes, one colour."""

    def any_colour() -> Pixel:
        return (rng.choice((0, 255, rng.randrange(256))), rng.randrange(256), rng.choice((0, 255)))

    match rng.randrange(5):
        case 0:
            return [(255, 255, 255)] * LEDS
        case 1:
            return [(0, 0, 0)] * LEDS
        case 2:
            return [any_colour() for _ in range(LEDS)]
        case 3:
            width, one, other = rng.randrange(1, 30), any_colour(), any_colour()
            return [one if i // width % 2 else other for i in range(LEDS)]
        case _:
            return [any_colour()] * LEDS


def damaged(rng: random.Random, data: bytes) -> bytes:
    broken = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        broken[rng.randrange(len(broken))] = rng.randrange(256)
    return bytes(broken[: rng.randrange(1, len(broken) + 1)])


def pieces(rng: random.Random) -> Iterator[tuple[bytes, float]]:
    """What goes over the line, and how long it rests after it (us)."""
    while True:
        whole = rng.choice((picture(rng.randrange(256), pixels(rng)), adalight(pixels(rng)), awa(pixels(rng))))
        match rng.randrange(10):
            case 0:
                yield rng.randbytes(rng.randrange(1, 2000)), 0
            case 1:
                yield rng.randbytes(8000), 60_000
            case 2:
                yield damaged(rng, whole), 0
            case 3:
                yield damaged(rng, whole), 52_000
            case 4:
                yield (
                    ak("f", rng.randrange(256), rng.randbytes(3) + bytes([rng.randrange(3), rng.randrange(256)])),
                    30_000,
                )
            case 5:
                yield bytes([rng.randrange(256)]) * rng.randrange(1000), 0
            case 6:
                yield whole + whole, 5_000
            case _:
                yield whole, 2_000


@pytest.mark.avr
@pytest.mark.parametrize("seed", [11, 12])
def test_half_a_million_random_bytes_neither_flash_nor_exceed_the_cap(board: NewBoard, seed: int) -> None:
    b = board(leds=LEDS, baud=1_000_000, cap_ma=CAP_MA)
    sent = 0
    for data, rest_us in pieces(random.Random(seed)):
        b.write(data)
        b.drain()
        b.run(rest_us)
        b.read()
        sent += len(data)
        if sent > BYTES // 2:
            break
    b.run(20_000)
    us, light = b.lights()
    assert len(us) > 200
    assert light.max() > 100, "the attack does light the strip"
    milliamps = LEDS + light.reshape(len(us), -1).sum(axis=1, dtype=np.int64) * 20 / 255
    assert milliamps.max() > 0.5 * CAP_MA
    assert milliamps.max() <= CAP_MA
    assert worst(us, light) <= 3, "more than one flash in a second"
    b.run(60_000)
    b.read()
    [hello] = ask(b, ak("h", 0))
    assert hello.type == "H", "and it still listens"
