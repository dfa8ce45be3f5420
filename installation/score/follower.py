"""The follower is one player's way through the record's grains: it feeds a clock, and runs one delay behind the meter.

Whoever gives grains keeps one: ear, eye, floor, sketch and a player of one's own. All wait equally long, so what they
give falls together.
"""

from __future__ import annotations

from ..now import Now
from .grains import DELAY, NONE, GrainClock, Grains


class Follower:
    """Follows the grains of a record.

    Args:
        now: the record; until it says what a grain is, none falls.
        given, lost: what the player's own fields say, so that a player that was restarted goes on counting.
        resumed: whether the player was brought back; it then begins at the present and counts what it missed as lost.
    """

    def __init__(self, now: Now, given: int = 0, lost: int = 0, *, resumed: bool = False) -> None:
        self.now = now
        self.clock = GrainClock(now.joules_per_grain, given, lost, resumed=resumed)
        self.sampled_at = 0.0

    @property
    def given(self) -> int:
        """Grains that fell, without those lost."""
        return self.clock.given

    @property
    def lost(self) -> int:
        """Grains that were due and could not be given."""
        return self.clock.lost

    @property
    def delay(self) -> float:
        """s from a grain's time on the meter's clock until it falls: by then the next sample is there."""
        return DELAY * self.now.meter_period

    def look(self) -> bool:
        """Take in the samples that are new; whether there are any."""
        sampled_at = self.now.sampled_at
        if sampled_at == self.sampled_at or not self._knows():
            return False
        self.sampled_at = sampled_at
        self.clock.feed(self.now.samples)
        return True

    def until(self, at: float) -> Grains:
        """The grains that fall until a moment, monotonic s; each is handed out once."""
        self.look()
        return self.clock.until(at - self.delay)

    def flush(self) -> Grains:
        """All grains that are due and have not fallen: the last of a performance."""
        if not self._knows():
            return NONE
        self.clock.feed(self.now.samples)
        return self.clock.flush()

    def lose(self, count: int) -> None:
        """Count grains that fell but could not be given."""
        self.clock.lose(count)

    def _knows(self) -> bool:
        """Whether it is known what a grain is."""
        self.clock.joules_per_grain = self.clock.joules_per_grain or self.now.joules_per_grain
        return self.clock.joules_per_grain > 0
