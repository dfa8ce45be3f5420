"""A reading: whether the meter's newest word still holds at a moment, by one rule for ear, eye, floor and book.

A meter that lives knows how long its readings hold, and says so: a battery's for five seconds, a counter's over its
pauses. One that was killed cannot say that it is gone; its last word then grows old as any meter's would.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .now import MeterState, Now, Provenance

ALIVE = 2.0  # s since its last beat within which a meter lives
STALE = 2.0  # s: an older sample is no reading
MISSED = 3.0  # meter periods: the same for a meter that is slower than that


@dataclass(frozen=True)
class Word:
    """What the record says of the meter's newest reading.

    Attributes:
        provenance: the word that came with it.
        state: how the meter is, by its own word.
        watts: W; what is no number, or below 0, is no reading.
        sampled_at: monotonic s of the newest sample; 0 before the doors opened, when none is kept.
        beat: monotonic s at which the meter was last alive.
        period: s between two samples.
        hold: s that a reading of this meter holds, by its own word; 0 if it does not say.
    """

    provenance: Provenance
    state: MeterState
    watts: float
    sampled_at: float
    beat: float
    period: float
    hold: float = 0.0

    def at(self, at: float) -> Provenance:
        """The word that stands beside the watts at a moment, monotonic s; NO_READING where they do not hold."""
        reads = math.isfinite(self.watts) and self.watts >= 0 and self.state != MeterState.LOST
        newest = self.sampled_at or self.beat
        return self.provenance if reads and abs(at - newest) < self.holds(at) else Provenance.NO_READING

    def holds(self, at: float) -> float:
        """s for which the newest sample is a reading, as judged at a moment."""
        any_meter = max(STALE, MISSED * self.period)
        return max(any_meter, self.hold) if abs(at - self.beat) < ALIVE else any_meter


def word(now: Now) -> Word:
    """What the record says at this look."""
    return Word(
        Provenance(int(now.provenance)),
        MeterState(int(now.meter_state)),
        now.watts,
        now.sampled_at,
        now.of("meter").beat,
        now.meter_period,
        now.meter_hold,
    )


def provenance_at(now: Now, at: float) -> Provenance:
    """Where the watts come from at a moment, monotonic s: the one answer that every player gives."""
    return word(now).at(at)
