"""The tally of grains: one is lit when its spark was in a frame the strip took, and lost when it left unseen.

Sparks come and go in order. So two counts say which sparks a frame holds: how many had come in, how many had left.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Tally:
    """Grains by what became of them, since this player began.

    Attributes:
        lit: grains that were in a frame that was given.
        lost: grains that left the strip without having been.
    """

    lit: int = 0
    lost: int = 0

    @property
    def settled(self) -> int:
        return self.lit + self.lost

    def given(self, entered: int, left: int) -> None:
        """A frame was given, drawn when so many sparks had entered and so many of them had left."""
        self.gone(left)
        self.lit += max(0, entered - self.settled)

    def gone(self, left: int) -> None:
        """So many sparks have left, and no frame is on its way that may still hold them."""
        self.lost += max(0, left - self.settled)
