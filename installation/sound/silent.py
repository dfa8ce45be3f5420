"""Instead of a loudspeaker, a WAV file: 24 bits, whole at any moment, so that a killed performance leaves its sound.

The file is paced by the caller. A player that was brought back writes on where the file ended; what was not played in
between stays silent, so that the file keeps the time of the room.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from types import TracebackType

import numpy as np

from .block import Samples

HEAD = 44
BYTES = 3
FULL = (1 << 23) - 1
MOST = 0xFFFFFFFF - HEAD - (1 << 20)  # bytes a WAV file can hold: four hours of stereo


class WavFile:
    """Writes blocks of float32 to a WAV file.

    Args:
        path: the file; its folder is made.
        rate_hz, channels: of the sound.
        go_on: whether an existing file of the same form is continued.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path, rate_hz: int, channels: int, *, go_on: bool = False) -> None:
        self.path, self.rate_hz, self.channels = path, rate_hz, channels
        path.parent.mkdir(parents=True, exist_ok=True)
        self.frames = _frames(path, rate_hz, channels) if go_on else 0
        self.file = path.open("r+b" if self.frames else "wb", buffering=0)
        self.seal()
        self.file.seek(0, os.SEEK_END)

    def write(self, block: Samples) -> None:
        """Append (n, channels) float32, full scale 1."""
        whole = np.clip(np.rint(block * FULL), -FULL - 1, FULL).astype("<i4")
        data = whole.reshape(-1, 1).view(np.uint8)[:, :BYTES].tobytes()
        if HEAD + self.frames * self.channels * BYTES + len(data) < MOST:
            self.file.write(data)
            self.frames += len(block)

    def skip(self, frames: int) -> None:
        """Leave silence."""
        for at in range(0, frames, self.rate_hz):
            self.write(np.zeros((min(self.rate_hz, frames - at), self.channels), np.float32))

    def seal(self) -> None:
        """Write the length so far into the head; from then on any program reads the file up to here."""
        size = self.frames * self.channels * BYTES
        wide = self.channels * BYTES
        head = struct.pack(
            "<4sI4s4sIHHIIHH4sI", b"RIFF", size + HEAD - 8, b"WAVE", b"fmt ", 16, 1, self.channels, self.rate_hz,
            self.rate_hz * wide, wide, 8 * BYTES, b"data", size,
        )  # fmt: skip
        at = self.file.tell()
        self.file.seek(0)
        self.file.write(head)
        self.file.seek(max(at, HEAD))

    def close(self) -> None:
        self.seal()
        self.file.close()

    def __enter__(self) -> WavFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _frames(path: Path, rate_hz: int, channels: int) -> int:
    """Whole frames in an earlier file of the same form; 0 when there is none to continue."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return 0
    if len(head) < HEAD or head[:4] != b"RIFF":
        return 0
    form = struct.unpack_from("<HHIIHH", head, 20)
    same = form[:3] == (1, channels, rate_hz) and form[5] == 8 * BYTES
    return (size - HEAD) // (channels * BYTES) if same else 0
