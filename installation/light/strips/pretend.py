"""The strip that is drawn along the lower edge of the window, from the very bytes that would go out on a line."""

from __future__ import annotations

from ..codec import adalight, read_adalight
from ..device import FRAMES, Device, Given
from ..dither import Pixels


class Strip(Device):
    """Takes every frame at once, as Adalight bytes, and reads it back. It draws no current, and says so."""

    name = "pretend: drawn on the screen, no strip"
    due = 0.0

    def ready(self, at: float) -> bool:
        return at >= self.due

    def give(self, number: int, pixels: Pixels, at: float) -> None:
        self.due = at + 0.9 / FRAMES
        self.took(Given(number, read_adalight(adalight(pixels))))
