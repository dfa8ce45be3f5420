"""Ak frames: what host and board say to each other, checked and counted. No port, no clock.

`Ak`, type, number, length (2 bytes), payload, CRC-16 (2 bytes); numbers big-endian; the CRC runs from the type to the
end of the payload: CRC-16/IBM-3740. Source of every byte: hardware/strip/PROTOCOL.md and vectors.toml.
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass

from ..dither import Pixels

MARK = b"Ak"
OVERHEAD = 8  # bytes of a frame beside its payload
LONGEST_ANSWER = 64  # bytes of payload; a longer one is noise
SILENCE = 0.05  # s without a byte inside a frame: it is forgotten


def frame(kind: str, number: int, payload: bytes = b"") -> bytes:
    """A whole frame; `number` is 0 to 255."""
    body = struct.pack(">cBH", kind.encode(), number, len(payload)) + payload
    return MARK + body + binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big")


def picture(number: int, pixels: Pixels) -> bytes:
    """(n, 3) bytes as the frame that the board checks, shows and then acknowledges."""
    return frame("p", number, pixels.tobytes())


def fade(number: int, red: int, green: int, blue: int, span: float) -> bytes:
    """The frame that lets the board fade the whole strip by itself."""
    return frame("f", number, struct.pack(">BBBH", red, green, blue, round(1000 * span)))


def limits(number: int, cap_ma: int, hold_seconds: float) -> bytes:
    """The frame that lowers the board's cap and sets how long it waits for a lost host."""
    return frame("c", number, struct.pack(">HH", cap_ma, round(1000 * hold_seconds)))


@dataclass(frozen=True)
class Message:
    """A frame from the board."""

    kind: str
    number: int
    payload: bytes


@dataclass(frozen=True)
class Hello:
    """What the board says of itself."""

    protocol: int
    firmware: tuple[int, int]
    leds: int
    cap_ma: int
    button: bool
    presence: bool

    @classmethod
    def read(cls, payload: bytes) -> Hello:
        protocol, major, minor, leds, cap, _, _, button, presence = struct.unpack_from(">BBBHHHBBB", payload)
        return cls(protocol, (major, minor), leds, cap, bool(button), bool(presence))


@dataclass(frozen=True)
class Answer:
    """What the board says of a picture: how much of it the strip shows, and what that draws.

    Attributes:
        scale: share of the light asked for that the power cap lets through.
        milliamperes: of the light now on the strip, estimated.
        last: of a K the share of LEDs that do not yet show what was asked; of an N the reason, a number.
    """

    scale: float
    milliamperes: float
    last: int

    @classmethod
    def read(cls, payload: bytes) -> Answer:
        scale, milliamperes, _, last = struct.unpack_from(">BHBB", payload)
        return cls(scale / 255, milliamperes, last)


LENGTHS = {"H": 12, "K": 5, "N": 5, "E": 2}  # bytes that are read of a payload; later firmware may append more


class Reader:
    """Finds whole, right frames in a stream of bytes.

    Attributes:
        noise: the last bytes that belong to no frame: how a stranger gives itself away.
    """

    def __init__(self) -> None:
        self.data = self.noise = b""
        self.newest = 0.0

    def hear(self, data: bytes, at: float) -> list[Message]:
        """Take bytes in; returns the messages that are whole by now."""
        if self.data and at - self.newest > SILENCE:
            self._skip(1)
        self.data, self.newest = self.data + data, at
        found = []
        while (message := self._next()) is not None:
            found.append(message)
        return found

    def _next(self) -> Message | None:
        while self._find_mark():
            length = int.from_bytes(self.data[4:6], "big")
            if len(self.data) < 6:
                return None
            if length > LONGEST_ANSWER:
                self._skip(1)
                continue
            if len(self.data) < OVERHEAD + length:
                return None
            body, crc = self.data[2 : 6 + length], self.data[6 + length : 8 + length]
            if binascii.crc_hqx(body, 0xFFFF) == int.from_bytes(crc, "big") and self._is_whole(body):
                self.data = self.data[OVERHEAD + length :]
                return Message(chr(body[0]), body[1], body[4:])
            self._skip(1)
        return None

    @staticmethod
    def _is_whole(body: bytes) -> bool:
        return len(body) - 4 >= LENGTHS.get(chr(body[0]), 0)

    def _find_mark(self) -> bool:
        at = self.data.find(MARK)
        keep = at if at >= 0 else len(self.data) - self.data.endswith(MARK[:1])
        self._skip(keep)
        return at >= 0

    def _skip(self, count: int) -> None:
        self.noise = (self.noise + self.data[:count])[-256:]
        self.data = self.data[count:]
