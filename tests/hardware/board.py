"""The strip's board without a board: the compiled firmware in simavr, driven from Python.

`Board` keeps simulated time, which moves only when told, so tests are deterministic. `BoardSerial` lends a `Board`
the manners of a pyserial port. `BoardOnPty` paces a `Board` to the wall clock behind a pseudo-terminal, for a host
that opens a real port.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
import re
import subprocess
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tests.hardware.build import HARDWARE, build_elf, build_harness, missing_tools, require_avr

__all__ = ["HARDWARE", "Board", "BoardOnPty", "BoardSerial", "build_elf", "missing_tools", "require_avr"]

CYCLES_PER_US = 16

Pixel = tuple[int, int, int]
Lights = npt.NDArray[np.uint8]


@functools.cache
def _library() -> ctypes.CDLL:
    lib = ctypes.CDLL(str(build_harness()))
    pointer, size, u64 = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint64
    signatures: dict[str, tuple[type | None, list[type]]] = {
        "board_new": (pointer, [ctypes.c_char_p, ctypes.c_double, ctypes.c_char, ctypes.c_int, ctypes.c_double]),
        "board_free": (None, [pointer]),
        "board_reset": (None, [pointer]),
        "board_write": (None, [pointer, ctypes.c_char_p, size]),
        "board_run": (ctypes.c_int, [pointer, u64, ctypes.c_int]),
        "board_read": (size, [pointer, ctypes.c_char_p, size]),
        "board_cycle": (u64, [pointer]),
        "board_pending": (size, [pointer]),
        "board_frame_count": (size, [pointer]),
        "board_frame": (size, [pointer, size, pointer, size, pointer, pointer, pointer]),
        "board_clear_frames": (None, [pointer]),
        "board_pin": (None, [pointer, ctypes.c_char, ctypes.c_int, ctypes.c_int]),
        "board_volts": (None, [pointer, ctypes.c_int, ctypes.c_uint32]),
        "board_poke": (None, [pointer, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_int]),
        "board_figures": (None, [pointer, pointer]),
    }
    for name, (result, arguments) in signatures.items():
        getattr(lib, name).restype, getattr(lib, name).argtypes = result, arguments
    return lib


class Frame(NamedTuple):
    """One picture as it left the data pin: when it was whole (us), its pixels in R G B."""

    us: float
    pixels: list[Pixel]


class Figures(NamedTuple):
    """What the chip did since it was made. Times in CPU cycles of 62.5 ns."""

    lost_bytes: int
    bad_bits: int
    zero_longest: int
    one_shortest: int
    low_longest: int
    masked_longest: int
    stack_lowest: int


class Board:
    """An ATmega328P at 16 MHz with `elf` in it, a host's line at `baud`, and a strip on a pin.

    Raises RuntimeError if the image cannot be loaded or the chip crashes.
    """

    def __init__(self, elf: Path, baud: int = 500_000, port: str = "D", pin: int = 6, reset_us: float = 50) -> None:
        self._lib = _library()
        self._board = self._lib.board_new(str(elf).encode(), baud, port.encode(), pin, reset_us)
        if not self._board:
            raise RuntimeError(f"{elf} is not an image for an ATmega328P")
        self.baud, self._elf = baud, elf

    def __del__(self) -> None:
        if getattr(self, "_board", None):
            self._lib.board_free(self._board)
            self._board = None

    def write(self, data: bytes) -> None:
        """Queues bytes on the host's line; they travel at `baud` while the board runs."""
        self._lib.board_write(self._board, data, len(data))

    def run(self, us: float, stop_on_rx: bool = False) -> float:
        """Lets `us` microseconds pass, or less if a byte arrives at the host meanwhile. Returns the time now."""
        if not self._lib.board_run(self._board, round(us * CYCLES_PER_US), stop_on_rx):
            raise RuntimeError("the chip crashed")
        return self.us

    def read(self, most: int = 4096) -> bytes:
        """What has arrived at the host."""
        into = ctypes.create_string_buffer(most)
        count = self._lib.board_read(self._board, into, most)
        return into.raw[:count]

    def drain(self, most_us: float = 10_000_000) -> None:
        """Runs until every queued byte has gone over the line."""
        until = self.us + most_us
        while self.pending and self.us < until:
            self.run(min(1000.0, until - self.us))

    def pin(self, port: str, pin: int, level: int) -> None:
        self._lib.board_pin(self._board, port.encode(), pin, level)

    def press(self, down: bool) -> None:
        """The button between D2 and ground."""
        self.pin("D", 2, not down)

    def knob(self, volts: float) -> None:
        """The wiper on A0."""
        self._lib.board_volts(self._board, 0, round(1000 * volts))

    def reset(self) -> None:
        """Pulls the reset line, whatever the chip is doing. The strip keeps its light."""
        self._lib.board_reset(self._board)

    def set_variable(self, name: str, value: int, size: int = 4) -> None:
        """Writes a variable of the firmware of `size` bytes, found by its name: to bring about what takes days."""
        symbols = subprocess.run(["avr-nm", str(self._elf)], capture_output=True, text=True, check=True).stdout
        [address] = re.findall(rf"^0080(\w{{4}}) [bBdD] (?:_ZL\d+)?{name}(?:\.|$)", symbols, re.MULTILINE)
        self._lib.board_poke(self._board, int(address, 16), value, size)

    @property
    def us(self) -> float:
        return float(self._lib.board_cycle(self._board)) / CYCLES_PER_US

    @property
    def pending(self) -> int:
        return int(self._lib.board_pending(self._board))

    @property
    def lost(self) -> int:
        return self.figures().lost_bytes

    def figures(self) -> Figures:
        out = (ctypes.c_uint64 * 7)()
        self._lib.board_figures(self._board, out)
        return Figures(*out)

    def masked_us(self) -> float:
        """The longest time with interrupts off."""
        return self.figures().masked_longest / CYCLES_PER_US

    def timing(self) -> dict[str, int]:
        """The waveform at its worst, in CPU cycles of 62.5 ns."""
        f = self.figures()
        return {"zero_high": f.zero_longest, "one_high": f.one_shortest, "low": f.low_longest, "bad": f.bad_bits}

    def _raw(self, start: int = 0) -> Iterator[tuple[float, float, bytes]]:
        into = ctypes.create_string_buffer(4096)
        first, last, whole = ctypes.c_uint64(), ctypes.c_uint64(), ctypes.c_int()
        refs = ctypes.byref(first), ctypes.byref(last), ctypes.byref(whole)
        for i in range(start, self._lib.board_frame_count(self._board)):
            n = self._lib.board_frame(self._board, i, into, len(into), *refs)
            if not whole.value or n % 3:
                raise RuntimeError(f"picture {i} ended inside a pixel ({n} bytes)")
            yield first.value / CYCLES_PER_US, last.value / CYCLES_PER_US, into.raw[:n]

    def frames(self) -> list[Frame]:
        """The pictures on the strip since the last `clear_frames`."""
        return [
            Frame(last, [(raw[i + 1], raw[i], raw[i + 2]) for i in range(0, len(raw), 3)])
            for _, last, raw in self._raw()
        ]

    def lights(self) -> tuple[npt.NDArray[np.float64], Lights]:
        """The same as arrays: times in us, shape (frames,), and light, shape (frames, LEDs, 3), R G B."""
        raw = list(self._raw())
        light = np.frombuffer(b"".join(data for _, _, data in raw), np.uint8)
        light = light.reshape(len(raw), -1, 3)[:, :, [1, 0, 2]] if raw else np.zeros((0, 0, 3), np.uint8)
        return np.array([last for _, last, _ in raw]), light

    def light_now(self) -> Lights:
        """What the strip shows: the last whole picture since `clear_frames`, shape (LEDs, 3)."""
        count = self._lib.board_frame_count(self._board)
        _, _, raw = next(self._raw(max(0, count - 1)))
        return np.frombuffer(raw, np.uint8).reshape(-1, 3)[:, [1, 0, 2]]

    def gaps_us(self) -> list[float]:
        """The silences between pictures."""
        raw = list(self._raw())
        return [after[0] - before[1] for before, after in itertools.pairwise(raw)]

    def clear_frames(self) -> None:
        self._lib.board_clear_frames(self._board)


class BoardSerial:
    """A `Board` with the manners of a pyserial port. Waiting lets simulated time pass, and only that."""

    def __init__(self, board: Board, timeout: float = 0.1) -> None:
        self.board, self.timeout = board, timeout
        self.port, self.is_open = "simulated", True
        self._got = b""

    def monotonic(self) -> float:
        """Seconds of simulated time, in place of time.monotonic."""
        return self.board.us / 1e6

    def sleep(self, seconds: float) -> None:
        self.board.run(seconds * 1e6)

    @property
    def in_waiting(self) -> int:
        self._got += self.board.read()
        return len(self._got)

    def read(self, size: int = 1) -> bytes:
        until = self.board.us + self.timeout * 1e6
        while self.in_waiting < size and self.board.us < until:
            self.board.run(until - self.board.us, stop_on_rx=True)
        data, self._got = self._got[:size], self._got[size:]
        return data

    def write(self, data: bytes) -> int:
        self.board.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        self.board.drain()

    def reset_input_buffer(self) -> None:
        self.board.read()
        self._got = b""

    def close(self) -> None:
        self.is_open = False


class BoardOnPty:
    """A board that runs on the wall clock behind a pseudo-terminal: `with BoardOnPty(elf, baud) as board: board.port`.

    The clock is kept in slices of at most 2 ms. On a machine too busy for that, simulated time falls behind and is
    never made up, so nothing arrives faster than the line allows.
    """

    SLICE_S = 0.002

    def __init__(self, elf: Path, baud: int = 500_000) -> None:
        self.board = Board(elf, baud)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_time, name="board", daemon=True)

    def __enter__(self) -> BoardOnPty:
        self._master, self._slave = os.openpty()
        tty.setraw(self._master)
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()

    def _carry(self) -> None:
        try:
            self.board.write(os.read(self._master, 4096))
        except BlockingIOError:
            pass
        except OSError:  # no host has the port open
            pass
        answer = self.board.read()
        if answer:
            os.write(self._master, answer)

    def _keep_time(self) -> None:
        then = time.monotonic()
        while not self._stop.is_set():
            now = time.monotonic()
            passed, then = min(now - then, self.SLICE_S), now
            with self._lock:
                self.board.run(1e6 * passed)
                self._carry()
            self._stop.wait(max(0.0, self.SLICE_S / 2 - (time.monotonic() - now)))

    def frames(self) -> list[Frame]:
        with self._lock:
            return self.board.frames()

    def lights(self) -> tuple[npt.NDArray[np.float64], Lights]:
        with self._lock:
            return self.board.lights()

    def press(self, down: bool) -> None:
        with self._lock:
            self.board.press(down)

    def reset(self) -> None:
        with self._lock:
            self.board.reset()

    def unplug(self) -> None:
        """Pulls the USB cable: the port hangs up, the chip stops. The object is done with."""
        if self._stop.is_set():
            return
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        os.close(self._master)
        os.close(self._slave)
