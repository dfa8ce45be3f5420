"""Codecs: pixels as the bytes of an open protocol, and back. No port, no clock, no state.

Adalight: `Ada`, count - 1 (2 bytes, big-endian), check (their exclusive or with 0x55), red green blue of each LED.
Source: github.com/adafruit/Adalight, LEDstream.

TPM2: 0xC9 0xDA, number of data bytes (2 bytes, big-endian), red green blue of each LED, 0x36. 0xC9 0xAA asks whether
somebody is there; the answer is 0xAC. Source: github.com/wled/WLED, wled_serial.cpp.

DDP, in UDP packets of at most 480 LEDs: flags (version 1; push in the last packet of a frame), number 1-15, type 0x0B
(RGB, 8 bits a channel), destination 1, offset (4 bytes, big-endian), length (2 bytes), red green blue of each LED.
Source: www.3waylabs.com/ddp.
"""

from __future__ import annotations

import struct

import numpy as np

from .dither import Pixels

ADA = b"Ada"
CHECK = 0x55
LEDS_MOST = 65_536
TPM2_HEAD, TPM2_END = b"\xc9\xda", b"\x36"
TPM2_PING, TPM2_PONG = b"\xc9\xaa", b"\xac"
DDP_VERSION, DDP_PUSH, DDP_RGB, DDP_SCREEN = 0x40, 0x01, 0x0B, 1
DDP_HEAD = struct.Struct(">BBBBIH")
DDP_LEDS = 480  # in one packet, so that it fits an Ethernet frame


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


def tpm2(pixels: Pixels) -> bytes:
    """(n, 3) bytes as a TPM2 frame of 5 + 3n bytes."""
    return TPM2_HEAD + (3 * _count(pixels)).to_bytes(2, "big") + pixels.tobytes() + TPM2_END


def read_tpm2(frame: bytes) -> Pixels:
    """A TPM2 frame as pixels, (n, 3).

    Raises:
        GarbledError: it is not one.
    """
    if frame[:2] != TPM2_HEAD or frame[-1:] != TPM2_END or len(frame) < 8:
        raise GarbledError("This is no TPM2 frame.")
    return _pixels(frame[4:-1], int.from_bytes(frame[2:4], "big") // 3)


def ddp(pixels: Pixels, number: int) -> list[bytes]:
    """(n, 3) bytes as DDP packets, of which the last asks to show them all."""
    starts = range(0, _count(pixels), DDP_LEDS)
    return [_ddp_packet(pixels[at : at + DDP_LEDS], at, number, at == starts[-1]) for at in starts]


def _ddp_packet(part: Pixels, at: int, number: int, last: bool) -> bytes:
    flags = DDP_VERSION | (DDP_PUSH if last else 0)
    return DDP_HEAD.pack(flags, number % 15 + 1, DDP_RGB, DDP_SCREEN, 3 * at, part.size) + part.tobytes()


def read_ddp(packets: list[bytes]) -> Pixels:
    """The DDP packets of one frame as pixels, (n, 3).

    Raises:
        GarbledError: they are not one frame.
    """
    data = b""
    for packet in packets:
        flags, _, kind, _, offset, length = DDP_HEAD.unpack_from(packet.ljust(DDP_HEAD.size, b"\0"))
        body = packet[DDP_HEAD.size :]
        if flags & 0xC0 != DDP_VERSION or kind != DDP_RGB or offset != len(data) or length != len(body):
            raise GarbledError("This is no DDP packet, or not the next one.")
        if bool(flags & DDP_PUSH) != (packet is packets[-1]):
            raise GarbledError("The last packet of a frame, and no other, asks to show it.")
        data += body
    return _pixels(data, len(data) // 3)


def _count(pixels: Pixels) -> int:
    if not 1 <= len(pixels) <= LEDS_MOST:
        raise ValueError(f"A frame has 1 to {LEDS_MOST} LEDs, not {len(pixels)}.")
    return len(pixels)


def _pixels(data: bytes, count: int) -> Pixels:
    if count < 1 or len(data) != 3 * count:
        raise GarbledError(f"The frame names {count} LEDs and holds {len(data) / 3:g}.")
    return np.frombuffer(data, np.uint8).reshape(count, 3)
