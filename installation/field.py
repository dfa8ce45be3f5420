"""A field is a descriptor over shared memory: a number, a short text or a small array, with one writer.

Single numbers are stored as aligned 8-byte floats, which are never torn. Texts and pictures carry an odd/even version
counter and a check value, so that a half-written one is never returned.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    import builtins
    import mmap

    from numpy.typing import NDArray


class Memory:
    """Mapped bytes, seen three ways, and who has opened them."""

    __slots__ = ("bytes", "doubles", "longs", "map", "player", "whole")

    bytes: memoryview
    doubles: memoryview[float]
    longs: memoryview
    map: mmap.mmap
    player: str
    whole: dict[str, builtins.bytes]  # of each block, the last whole copy this reader saw


class Field:
    """One number: a float64, written whole."""

    kind = "d"

    def __init__(self, unit: str, *, writer: str, meaning: str) -> None:
        self.unit, self.writer, self.meaning = unit, writer, meaning
        self.name, self.offset, self.room = "", 0, 8

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, now: None, owner: type) -> Field: ...
    @overload
    def __get__(self, now: Memory, owner: type) -> float: ...
    def __get__(self, now: Memory | None, owner: type) -> Field | float:
        return self if now is None else now.doubles[self.offset >> 3]

    def __set__(self, now: Memory, value: float) -> None:
        if now.player != self.writer:
            raise PermissionError(f"now.{self.name} is written by {self.writer} alone, not by {now.player}.")
        now.doubles[self.offset >> 3] = value


class Block:
    """Bytes behind a version counter: odd while being written; with length and check value beside it."""

    kind = "b"
    unit = ""

    def __init__(self, room: int, *, writer: str, meaning: str) -> None:
        self.writer, self.meaning = writer, meaning
        self.bytes_room = room
        self.name, self.offset, self.room = "", 0, 16 + (room + 7) // 8 * 8

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def write(self, now: Memory, data: bytes) -> None:
        if now.player != self.writer:
            raise PermissionError(f"now.{self.name} is written by {self.writer} alone, not by {now.player}.")
        at = self.offset >> 3
        count = now.longs[at] | 1
        now.longs[at] = count
        now.longs[at + 1] = len(data) << 32 | zlib.crc32(data)
        now.bytes[self.offset + 16 : self.offset + 16 + len(data)] = data
        now.longs[at] = (count + 1) & 0xFFFFFFFFFFFFFFFF

    def read(self, now: Memory) -> bytes:
        """The newest whole copy; after three torn tries the last whole one seen by this reader."""
        at = self.offset >> 3
        for _ in range(3):
            count = now.longs[at]
            seal = now.longs[at + 1]
            length = seal >> 32
            if count & 1 or length > self.bytes_room:
                continue
            data = bytes(now.bytes[self.offset + 16 : self.offset + 16 + length])
            if now.longs[at] == count and zlib.crc32(data) == seal & 0xFFFFFFFF:
                now.whole[self.name] = data
                return data
        return now.whole.get(self.name, b"")


class Text(Block):
    """A short UTF-8 text; a longer one is cut at a character."""

    kind = "t"

    @overload
    def __get__(self, now: None, owner: type) -> Text: ...
    @overload
    def __get__(self, now: Memory, owner: type) -> str: ...
    def __get__(self, now: Memory | None, owner: type) -> Text | str:
        return self if now is None else self.read(now).decode("utf-8", "replace")

    def __set__(self, now: Memory, value: str) -> None:
        # No library draws or stores a zero character: from wherever it comes, it goes no further than here.
        data = value.replace("\0", "\ufffd").encode("utf-8", "replace")[: self.bytes_room]
        self.write(now, data.decode("utf-8", "ignore").encode())


class Picture(Block):
    """A small array (rows, columns) of a fixed type."""

    kind = "p"

    def __init__(
        self, rows: int, columns: int, dtype: Literal["f4", "f8", "u1"], *, writer: str, meaning: str, unit: str = ""
    ) -> None:
        self.shape, self.dtype, self.unit = (rows, columns), dtype, unit
        super().__init__(rows * columns * int(dtype[1]), writer=writer, meaning=meaning)

    @overload
    def __get__(self, now: None, owner: type) -> Picture: ...
    @overload
    def __get__(self, now: Memory, owner: type) -> NDArray[Any]: ...
    def __get__(self, now: Memory | None, owner: type) -> Picture | NDArray[Any]:
        if now is None:
            return self
        import numpy as np

        data = self.read(now)
        if len(data) != self.bytes_room:
            return np.zeros(self.shape, self.dtype)
        return np.frombuffer(data, self.dtype).reshape(self.shape)

    def __set__(self, now: Memory, value: NDArray[Any]) -> None:
        import numpy as np

        array = np.ascontiguousarray(value, self.dtype)
        if array.shape != self.shape:
            raise ValueError(f"now.{self.name} has the shape {self.shape}, not {array.shape}.")
        self.write(now, array.tobytes())


AnyField = Field | Block
