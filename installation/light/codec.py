"""Codecs: pixels as the bytes of an open protocol, and back. No port, no clock, no state.

Adalight: `Ada`, count - 1 (2 bytes, big-endian), check (their exclusive or with 0x55), red green blue of each LED.
Source: github.com/adafruit/Adalight, LEDstream.
"""

from __future__ import annotations

import numpy as np

from .dither import Pixels

ADA = b"Ada"
CHECK = 0x55
LEDS_MOST = 65_536


class GarbledError(ValueError):
    """Bytes that are not a whole, right frame."""


def adalight(pixels: Pixels) -> bytes:
    """(n, 3) bytes as an Adalight frame of 6 + 3n bytes."""
    high, low = divmod(_count(pixels) - 1, 256)
    return ADA + bytes((high, low, high ^ low ^ CHECK)) + pixels.tobytes()


def read_adalight(frame: bytes) -> Pixels:
    """An Adalight frame as pixels, (n, 3).

    Raises:
        GarbledError: it is not one.
    """
    if frame[:3] != ADA or len(frame) < 6 or frame[3] ^ frame[4] ^ CHECK != frame[5]:
        raise GarbledError("This is no Adalight head.")
    return _pixels(frame[6:], frame[3] * 256 + frame[4] + 1)


def _count(pixels: Pixels) -> int:
    if not 1 <= len(pixels) <= LEDS_MOST:
        raise ValueError(f"A frame has 1 to {LEDS_MOST} LEDs, not {len(pixels)}.")
    return len(pixels)


def _pixels(data: bytes, count: int) -> Pixels:
    if len(data) != 3 * count:
        raise GarbledError(f"The frame names {count} LEDs and holds {len(data) / 3:g}.")
    return np.frombuffer(data, np.uint8).reshape(count, 3)
