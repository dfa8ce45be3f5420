"""A device is what a strip is to the player: it takes a frame when it is ready, and says which one it gave.

Nothing here waits. A device on a line has a thread of its own; the player asks and goes on. There is no queue: a frame
is drawn when the device can take it, so what goes out is always the newest.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..config import LightSettings
from .dither import Pixels

FRAMES = 60.0  # a second at most: light that walks does not need more
VOLTS = 5.0
IDLE_MA, CHANNEL_MA = 1.0, 20.0  # one LED dark; one channel full on: a worst case after the WS2812B data sheet


@dataclass(frozen=True)
class Given:
    """A frame the strip took.

    Attributes:
        number: the player's own count.
        pixels: (leds, 3) read back from the bytes that went out.
        scale: share of that light the strip says it gives.
        held: share of LEDs that do not yet show what was asked, as the strip says.
        milliamperes: what the strip draws for it, estimated.
    """

    number: int
    pixels: Pixels
    scale: float = 1.0
    held: float = 0.0
    milliamperes: float = 0.0


class Device:
    """The base of every strip. A strip's file has a class called Strip made from this one.

    Attributes:
        name: device and place, for the wall.
        leds: number of LEDs, as the strip says, else as config.toml says.
        note: what is wrong, in one sentence.
        newest: the newest frame the strip took.
        frames, refused: frames it took; frames it refused or never acknowledged.
        presses: times its button went down.
        presence: whether its sensor sees somebody.
    """

    name = ""

    def __init__(self, settings: LightSettings) -> None:
        self.settings = settings
        self.leds = settings.leds
        self.note = ""
        self.newest: Given | None = None
        self.frames = self.refused = self.presses = 0
        self.presence = False

    def open(self) -> None:
        """Begin; a device that is not there yet is waited for, not refused."""

    @property
    def linked(self) -> bool:
        """Whether frames can reach the strip."""
        return True

    def ready(self, at: float) -> bool:
        """Whether a frame may be given now."""
        return self.linked

    def give(self, number: int, pixels: Pixels, at: float) -> None:
        """Take a frame; it counts as given only when `newest` says so."""
        raise NotImplementedError

    def close(self) -> None:
        """Leave the strip dark and the line free."""

    def took(self, given: Given) -> None:
        """To be called by the device itself."""
        self.frames += 1
        self.newest = given


def milliamperes(pixels: Pixels) -> float:
    """What a strip draws, estimated: a worst case after the WS2812B data sheet."""
    return IDLE_MA * len(pixels) + CHANNEL_MA * float(pixels.sum(dtype="int64")) / 255
