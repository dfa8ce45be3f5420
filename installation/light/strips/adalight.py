"""A strip that speaks Adalight: widely built, unchecked, and silent about what it shows.

It answers nothing but `Ada`, when it starts and while it hears nothing. So frames are paced: a small board cannot
listen while it writes to its LEDs, and bytes sent then are lost. A frame counts as given when its bytes are written.
"""

from __future__ import annotations

from ..codec import ADA, adalight, read_adalight
from ..device import Given, milliamperes
from ..dither import Pixels
from ..line import BOOT, LED_SECONDS, Line, LineError

LOAD = 0.8  # of what line and strip can take


def seconds_a_frame(leds: int, baud: int) -> float:
    """How long to wait after a frame was written: its bytes on the line, then the strip's own wire, and some rest."""
    return ((6 + 3 * leds) * 10 / baud + LED_SECONDS * leds) / LOAD


class Strip(Line):
    """Adalight over a serial port, paced."""

    says = "adalight"

    going: Given | None = None

    def begin(self, at: float) -> None:
        self.heard = b""
        self.opened = at

    def hear(self, data: bytes, at: float) -> None:
        self.heard = (self.heard + data)[-64:]
        if not self.is_linked and ADA in self.heard:
            self._link()

    def speak(self, at: float) -> bytes:
        if not self.is_linked:
            return self._wait_for_start(at)
        if self.waiting is None:
            return b""
        (number, pixels), self.waiting = self.waiting, None
        self.free_at = at + seconds_a_frame(len(pixels), self.settings.baud)
        return self._frame(number, pixels)

    def _frame(self, number: int, pixels: Pixels) -> bytes:
        frame = adalight(pixels)
        shown = read_adalight(frame)
        self.going = Given(number, shown, milliamperes=milliamperes(shown))
        return frame

    def wrote(self, at: float) -> None:
        if self.going:
            self.took(self.going)
        self.going = None

    def _wait_for_start(self, at: float) -> bytes:
        """A board says `Ada` when it has started; one that was named may also be silent."""
        if at > self.opened + BOOT:
            if self.found:
                raise LineError(f"{self.port}: no Adalight board answers there.")
            self._link()
        return b""

    def _link(self) -> None:
        self.is_linked, self.note = True, ""
        self.name = f"adalight on {self.port}"
