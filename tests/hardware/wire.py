"""The wire protocol as the tests speak it: written from PROTOCOL.md, shared with neither firmware nor host."""

from __future__ import annotations

import binascii
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from tests.hardware.board import HARDWARE, Board, Pixel


class Answer(NamedTuple):
    """A frame from the board: its type letter, sequence number, payload."""

    type: str
    seq: int
    payload: bytes


def ak(kind: str, seq: int, payload: bytes = b"") -> bytes:
    body = bytes([ord(kind), seq]) + len(payload).to_bytes(2, "big") + payload
    return b"Ak" + body + binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big")


def picture(seq: int, pixels: list[Pixel]) -> bytes:
    return ak("p", seq, bytes(channel for pixel in pixels for channel in pixel))


def adalight(pixels: list[Pixel], count: int | None = None) -> bytes:
    """`count` is what the head claims; by the book LEDs - 1."""
    high, low = divmod(len(pixels) - 1 if count is None else count, 256)
    return b"Ada" + bytes([high, low, high ^ low ^ 0x55]) + bytes(channel for pixel in pixels for channel in pixel)


def awa(pixels: list[Pixel], extra: bytes = b"") -> bytes:
    """With `extra`, the four bytes of white calibration, the third letter is a capital A."""
    high, low = divmod(len(pixels) - 1, 256)
    data = bytes(channel for pixel in pixels for channel in pixel) + extra
    f1 = f2 = fx = 0
    for position, byte in enumerate(data):
        f1 = (f1 + byte) % 255
        f2 = (f2 + f1) % 255
        fx = (fx + (byte ^ (position & 255))) % 255
    head = (b"AwA" if extra else b"Awa") + bytes([high, low, high ^ low ^ 0x55])
    return head + data + bytes([f1, f2, 0xAA if fx == 0x41 else fx])


def first_frame(data: bytes) -> Answer | None:
    """The whole, right frame that `data` begins with, if it does."""
    length = int.from_bytes(data[4:6], "big")
    body, crc = data[2 : 6 + length], data[6 + length : 8 + length]
    if data[:2] != b"Ak" or len(data) < 8 + length or binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big") != crc:
        return None
    return Answer(chr(body[0]), body[1], body[4:])


def answers(data: bytes, after_opening: bool = False) -> list[Answer]:
    """Every frame the board sent. Anything else must be the Adalight beacon, or cut off by opening the port."""
    found = []
    while data:
        frame = first_frame(data)
        if frame:
            found.append(frame)
            data = data[8 + len(frame.payload) :]
            continue
        assert after_opening or data.startswith(b"Ada\n"), f"the board sent {data[:24].hex(' ')}"
        data = data[1 if after_opening else 4 :]
    return found


def ask(board: Board, data: bytes, most_us: float = 200_000) -> list[Answer]:
    """Sends, waits until whole frames come back or time is up, returns them."""
    board.write(data)
    board.drain()
    got, until = b"", board.us + most_us
    while board.us < until and not whole(got):
        board.run(until - board.us, stop_on_rx=True)
        got += board.read()
    board.run(1000)
    return answers(got + board.read())


def whole(data: bytes) -> bool:
    """Is there a frame in it, and does it end with one?"""
    at = data.find(b"Ak")
    return at >= 0 and len(data) >= at + 8 and len(data) >= at + 8 + int.from_bytes(data[at + 4 : at + 6], "big")


def vectors() -> dict[str, Any]:
    return tomllib.loads((HARDWARE / "strip/vectors.toml").read_text())


def unhex(text: str) -> bytes:
    """`41 180*00` -> 0x41 and 180 zeros."""
    words = [re.fullmatch(r"(?:(\d+)\*)?([0-9a-f]{2})", word) for word in text.split()]
    return b"".join(bytes.fromhex(word[2]) * int(word[1] or 1) for word in words if word)


def settings_of(path: Path) -> dict[str, int]:
    """The numbers a header defines with #define."""
    return {name: int(value) for name, value in re.findall(r"#define (\w+) (\d+)\b", path.read_text())}
