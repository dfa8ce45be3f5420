"""The ladder: who presses again soon gets the next larger network; after a rest it is the first one again."""

from __future__ import annotations

import math
from collections.abc import Sequence


class Ladder:
    """Which network a press is for.

    Args:
        rungs: names of networks, smallest first.
        seconds: how long a fit may last on each; the last one holds for all that follow.
        again_within: seconds after the end of a fit within which a press climbs.
    """

    def __init__(self, rungs: Sequence[str], seconds: Sequence[float], again_within: float) -> None:
        assert rungs
        assert seconds
        self.rungs, self.seconds, self.again_within = rungs, seconds, again_within
        self.rung, self.top = 0, len(rungs) - 1
        self.ended_at = -math.inf

    @property
    def name(self) -> str:
        return self.rungs[self.rung]

    @property
    def longest(self) -> float:
        """Seconds a fit may last on this rung."""
        return self.seconds[min(self.rung, len(self.seconds) - 1)]

    def pressed(self, moment: float, by_a_person: bool) -> None:
        """A press: soon after a fit it climbs, unless the clock pressed."""
        if self.rested(moment):
            self.rest()
        elif by_a_person:
            self.rung = min(self.rung + 1, self.top)

    def ended(self, moment: float) -> None:
        """A fit of this rung is over."""
        self.ended_at = moment

    def again(self, moment: float) -> None:
        """A fit of this rung failed, and the next press is to try it again."""
        self.top, self.ended_at = self.rung, moment

    def refused(self, moment: float) -> None:
        """This rung cannot be: until the next rest the one below is the highest."""
        self.rung = self.top = max(self.rung - 1, 0)
        self.ended_at = moment

    def rested(self, moment: float) -> bool:
        return moment - self.ended_at > self.again_within

    def rest(self) -> None:
        self.rung, self.top = 0, len(self.rungs) - 1
