"""A strip that a WLED drives: over its serial port (TPM2), or over the network (DDP).

WLED goes back to its own effect 2.5 s after the last frame, so the piece goes on sending. Over serial each frame is
followed by TPM2's own question whether somebody is there; the answer comes when the frame has been read, and is the
leave for the next. Over the network nothing answers: a frame counts as given when it was sent, and the note says what
the network says.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading

from ...config import LightSettings
from ..codec import TPM2_PING, TPM2_PONG, ddp, read_ddp, read_tpm2, tpm2
from ..device import FRAMES, Device, Given, milliamperes
from ..dither import Pixels
from ..line import BOOT, LED_SECONDS, PAUSES, Line, LineError

DDP_PORT = 4048
ASK_EVERY = 0.5  # s
SPARE = 0.1  # s an answer may take beyond what the line needs
MISSES = 5


def Strip(settings: LightSettings) -> Device:  # noqa: N802  the name every strip has
    """The strip at a serial port, or, if the port names a host, on the network."""
    return Network(settings) if is_host(settings.port) else Serial(settings)


def is_host(port: str) -> bool:
    """Whether a port is the name or address of a machine: neither a path, nor COM and a number, nor auto."""
    return not (port == "auto" or "/" in port or port.upper().startswith("COM"))


class Serial(Line):
    """TPM2 over a serial port, one frame at a time."""

    says = "wled"
    under_way: Given | None = None

    def begin(self, at: float) -> None:
        self.opened = self.ask_at = at
        self.under_way = None
        self.sent_at, self.misses = 0.0, 0

    def ready(self, at: float) -> bool:
        return super().ready(at) and self.under_way is None

    def speak(self, at: float) -> bytes:
        if not self.is_linked:
            return self._ask(at)
        if self.under_way is not None and at > self.sent_at + self._patience(len(self.under_way.pixels)):
            self._miss()
        if self.waiting is None or self.under_way is not None:
            return b""
        (number, pixels), self.waiting = self.waiting, None
        frame = tpm2(pixels)
        shown = read_tpm2(frame)
        self.under_way = Given(number, shown, milliamperes=milliamperes(shown))
        self.sent_at = at
        return frame + TPM2_PING

    def _ask(self, at: float) -> bytes:
        if at > self.opened + BOOT:
            raise LineError(f"{self.port}: no WLED answers there; check baud, and that its serial port is switched on.")
        if at < self.ask_at:
            return b""
        self.ask_at = at + ASK_EVERY
        return TPM2_PING

    def _patience(self, leds: int) -> float:
        return 2 * ((3 * leds + 8) * 10 / self.settings.baud + LED_SECONDS * leds) + SPARE

    def _miss(self) -> None:
        self.misses += 1
        self.refused += 1
        self.under_way = None
        if self.misses >= MISSES:
            raise LineError(f"{self.port}: the WLED stopped answering; check its cable and its power.")

    def hear(self, data: bytes, at: float) -> None:
        if TPM2_PONG not in data:
            return
        if not self.is_linked:
            self.is_linked, self.note = True, ""
            self.name = f"wled on {self.port}"
        elif self.under_way is not None:
            self.took(self.under_way)
            self.under_way, self.misses = None, 0


class Network(Device):
    """DDP over UDP. Names are looked up in a thread, because that may take seconds."""

    def __init__(self, settings: LightSettings) -> None:
        super().__init__(settings)
        self.host, _, port = settings.port.partition(":")
        self.port = int(port) if port.isdecimal() else DDP_PORT
        self.name = f"wled at {self.host}, not reached yet"
        self.socket: socket.socket | None = None
        self.under_way: Given | None = None
        self.due = 0.0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._reach, daemon=True, name="network")

    def open(self) -> None:
        self._thread.start()

    @property
    def linked(self) -> bool:
        return self.socket is not None

    def ready(self, at: float) -> bool:
        if self.socket is None or at < self.due:
            return False
        return self._settle()

    def _settle(self) -> bool:
        """Count the last frame, unless the network has said by now that nobody was there to take it."""
        assert self.socket is not None
        number = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            self._lose(OSError(number, os.strerror(number)))
            return False
        if self.under_way is not None:
            self.note = ""
            self.took(self.under_way)
            self.under_way = None
        return True

    def give(self, number: int, pixels: Pixels, at: float) -> None:
        self.due = at + 0.9 / FRAMES
        packets = ddp(pixels, number)
        shown = read_ddp(packets)
        try:
            for packet in packets:
                self._send(packet)
            self.under_way = Given(number, shown, milliamperes=milliamperes(shown))
        except BlockingIOError:
            self.refused += 1  # the system's buffer is full: the next frame will be newer anyway
        except OSError as error:
            self._lose(error)

    def _send(self, packet: bytes) -> None:
        if self.socket is not None:
            self.socket.send(packet)

    def _lose(self, error: OSError) -> None:
        self.refused += 1
        self.under_way = None
        self.note = f"{self.host}: {error.strerror or error}; switch the WLED on, or correct its address under [light]."
        gone, self.socket = self.socket, None
        if gone is not None:
            gone.close()

    def _reach(self) -> None:
        """Keep a socket to the WLED; where it is lost, make another after a pause."""
        tries = 0
        while not self._ending.is_set():
            if self.socket is None:
                frames = self.frames
                self._connect()
                self._ending.wait(PAUSES[min(tries, len(PAUSES) - 1)])
                tries = 0 if self.frames > frames else tries + 1
            else:
                self._ending.wait(0.1)

    def _connect(self) -> None:
        try:
            family, kind, _, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0]
            made = socket.socket(family, kind)
            made.setblocking(False)
            made.connect(address)
        except OSError as error:
            self.note = f"{self.host}: {error.strerror or error}; correct the address of the WLED under [light] port."
            return
        self.name = f"wled at {self.host}, over the network"
        self.socket = made

    def close(self) -> None:
        self._ending.set()
        gone, self.socket = self.socket, None
        if gone is not None:
            with contextlib.suppress(OSError):
                gone.close()
