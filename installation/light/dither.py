"""Error-feedback dithering turns light into bytes; what rounding took goes into the next frame: the mean is right.

An LED gives light in proportion to its byte (it is a pulse width), so linear light needs no further curve. But 1 of 255
is coarse in a dark room: a glow of 0.4 is shown as 0, 0, 1, 0, 1. Each LED begins at another remainder, so that
neighbours do not step together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .sparks import Floats

Pixels = NDArray[np.uint8]

GOLDEN = 0.6180339887498949  # multiples of it fill 0 to 1 evenly
MOST_OWED = 2.0  # steps: what the rule on red adds is paid back only so far


class Dither:
    """Linear light in, bytes out.

    Args:
        leds: number of LEDs.
    """

    def __init__(self, leds: int) -> None:
        start = np.arange(leds * 3, dtype=np.float64) * GOLDEN % 1.0 - 0.5
        self.owed: Floats = start.reshape(leds, 3)

    def bytes(self, light: Floats) -> Pixels:
        """(leds, 3) linear light, 0 to 1, as (leds, 3) bytes; black is black at once."""
        asked = light * 255.0 + self.owed
        steps = np.clip(np.rint(asked), 0, 255)
        steps[light <= 0] = 0
        steps[:, 1] = np.maximum(steps[:, 1], np.ceil(steps[:, 0] / 3.0) - 1.0 - steps[:, 2])  # as the board does
        owed = np.clip(asked - steps, -MOST_OWED, MOST_OWED)
        self.owed = np.where(light > 0, owed, self.owed)
        return steps.astype(np.uint8)
