"""A line is a strip on a serial port: the port has a thread of its own, which opens it, talks, and opens it again.

What is said on the line is apart from the port: `begin`, `hear` and `speak` know bytes and times only, so that tests
let them talk to the real firmware step by step. Everything that can go wrong with a port ends in the same place: one
sentence for the wall, a pause that doubles, another try.
"""

from __future__ import annotations

import contextlib
import errno
import threading
import time
from pathlib import Path
from typing import Any

from ..config import LightSettings
from . import ports
from .device import Device
from .dither import Pixels

PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # s between two tries to open
BOOT = 2.5  # s a board takes to start after its port was opened; opening resets an Uno
LISTEN = 0.02  # s the thread waits for a byte before it looks whether it has something to say
CLOSE_WITHIN = 0.5  # s
LED_SECONDS = 31.1e-6  # s one LED takes on the strip's own wire, during which a small board cannot listen


class LineError(Exception):
    """What is wrong on a line, as one sentence; the line is closed and opened again."""


class Line(Device):
    """A strip behind a serial port, named in config.toml or found.

    Attributes:
        port: the name of the port in use.
        found: whether the port was looked for, not named; a stranger's port is then left at once.
    """

    says = "strip"

    def __init__(self, settings: LightSettings) -> None:
        super().__init__(settings)
        self.name = f"{self.says}, not found yet"
        self.port = ""
        self.found = settings.port == "auto"
        self.waiting: tuple[int, Pixels] | None = None
        self.is_linked = False
        self.free_at = 0.0
        self._known = ""
        self._serial: Any = None
        self._opened = False
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="line")

    # -- what is said; no port, no clock
    def begin(self, at: float) -> None:
        """A port was opened."""

    def hear(self, data: bytes, at: float) -> None:
        """Bytes came in."""

    def speak(self, at: float) -> bytes:
        """What is to be written now. Raises LineError to give the port up."""
        return b""

    def wrote(self, at: float) -> None:
        """What `speak` gave is written."""

    def farewell(self) -> bytes:
        """The last bytes before the port is closed."""
        return b""

    # -- for the player
    @property
    def linked(self) -> bool:
        if self._opened and not self._thread.is_alive() and not self._ending.is_set():
            raise RuntimeError("The thread of the strip's line has ended; its error stands in the log.")
        return self.is_linked

    def ready(self, at: float) -> bool:
        return self.is_linked and self.waiting is None and at >= self.free_at

    def give(self, number: int, pixels: Pixels, at: float) -> None:
        self.waiting = number, pixels
        self._wake()

    def open(self) -> None:
        self._thread.start()
        self._opened = True

    def close(self) -> None:
        self._ending.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join(CLOSE_WITHIN)

    def _wake(self) -> None:
        serial = self._serial
        if serial is not None:
            with contextlib.suppress(OSError, AttributeError, TypeError):  # it may be closing at this moment
                serial.cancel_read()

    # -- the port's thread
    def _run(self) -> None:
        tries = 0
        while not self._ending.is_set():
            frames = self.frames
            self._try_all()
            tries = 0 if self.frames > frames else tries + 1
            self._ending.wait(PAUSES[min(max(tries - 1, 0), len(PAUSES) - 1)])

    def _try_all(self) -> None:
        names = self._names()
        wrong = [] if names else [NONE_HERE if self.found else f"{self.settings.port}: {NOT_THERE}"]
        for name in names:
            frames = self.frames
            try:
                self._converse(name)
            except LineError as error:
                wrong.append(str(error))
            except port_errors() as error:
                wrong.append(f"{name}: {why(error)}")
            self.is_linked, self.waiting = False, None
            if self._ending.is_set() or self.frames > frames:
                break
        if wrong:
            self.note = wrong[0] if len(wrong) == 1 else f"No {self.says} answers. {' '.join(wrong)}"

    def _names(self) -> list[str]:
        if self.found:
            known = ports.candidates()
            return sorted(known, key=lambda name: name != self.port)  # the one it was on comes first
        if self._known and not Path(self.settings.port).exists():
            return [name for name in [ports.moved(self._known)] if name]
        return [self.settings.port]

    def _converse(self, name: str) -> None:
        with _open(name, self.settings.baud) as serial:
            self._serial, self.port = serial, name
            self._known = self._known or ports.identity(name)
            try:
                self.begin(time.monotonic())
                while not self._ending.is_set():
                    self._turn(serial)
                serial.write(self.farewell())
            finally:
                self._serial = None

    def _turn(self, serial: Any) -> None:
        """Listen first: on a busy machine an answer may have lain there for long, and is no miss."""
        if data := serial.read(max(1, serial.in_waiting)):
            self.hear(data, time.monotonic())
        if words := self.speak(time.monotonic()):
            serial.write(words)
            self.wrote(time.monotonic())


NONE_HERE = "No serial port is here; plug in the board of the strip, or name its port in config.toml under [light]."
NOT_THERE = "there is no such port; plug in the board of the strip, or name another port in config.toml under [light]."


def _open(name: str, baud: int) -> Any:
    import serial

    port = serial.Serial(name, baud, timeout=LISTEN, write_timeout=1.0, exclusive=True)
    with contextlib.suppress(OSError, ValueError, AttributeError, NotImplementedError):
        port.set_low_latency_mode(True)  # the FTDI chip would keep each answer back for 16 ms
    return port


def port_errors() -> tuple[type[Exception], ...]:
    """What pyserial raises when a port fails; on a port that vanishes also the system's own errors come through."""
    try:
        import termios
    except ImportError:
        return OSError, ValueError, TypeError
    return OSError, ValueError, TypeError, termios.error


def why(error: Exception) -> str:
    """A port's error as the end of a sentence, with its remedy."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return NOT_THERE
    if number in (errno.EACCES, errno.EPERM):
        return "this user may not open it; add the user to the group dialout and log in again."
    if number in (errno.EAGAIN, errno.EBUSY) or "lock" in str(error):
        return "another program holds it; close that program."
    if isinstance(error, ValueError):
        return f"it cannot be set up: {error}; choose another baud under [light]."
    return "it stopped answering; check the cable. It is tried again."
