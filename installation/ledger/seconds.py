"""The seconds cut the meter's samples at whole seconds, so that the ledger keeps each joule in the second it was drawn.

Between two samples the energy runs straight from one counter value to the next, as it does in the score. A cut keeps
the energy booked up to it and goes on from there: the joules of all seconds together are those of the meter, to the
last one. A second in which the word of the reading changes is kept in one part for each word, because the words are
never added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..now import Phase, Provenance
from ..score.grains import JOULES, PARAMETERS, PHASE, PROVENANCE, TIME, WATTS

Floats = NDArray[np.float64]
WAIT = 0.6  # s after its end that a second waits for the sample that closes it; then it is cut without


@dataclass
class Stretch:
    """One second, or the part of it that one word covers.

    Attributes:
        second: whole seconds since the doors opened.
        at: s, monotonic, where it begins; a second after a pause of the ledger begins where the last one ended.
        seconds: s, how much time of it this word covers.
        provenance: where the numbers come from.
        joules, joules_fitting: J drawn in it, and the part drawn while a fit ran.
        joules_total: J since the doors opened, at the end of the second.
        watts: W, the samples that fell into it.
        phase, parameters: what the network did; a second with a fit in it counts as fitting.
    """

    second: int
    at: float
    provenance: Provenance
    seconds: float = 0.0
    joules: float = 0.0
    joules_fitting: float = 0.0
    joules_total: float = 0.0
    watts: list[float] = field(default_factory=list)
    phase: Phase = Phase.RESTING
    parameters: float = 0.0

    def spend(self, seconds: float, joules: float, sample: Floats) -> None:
        """Add a piece of time, and what the sample at its end says of it."""
        self.seconds += seconds
        self.joules += joules
        phase = Phase(int(sample[PHASE]))
        if phase is Phase.FITTING:
            self.joules_fitting += joules
        if phase is Phase.FITTING or self.phase is not Phase.FITTING:
            self.phase, self.parameters = phase, float(sample[PARAMETERS])


class Seconds:
    """Takes in samples and hands out seconds.

    Args:
        opened_at: s, monotonic, when the doors opened.
        second: the first second to hand out.
        at, joules: s and J where the account stands; later than the doors when the ledger was brought back.
    """

    def __init__(self, opened_at: float, second: int = 0, at: float = 0.0, joules: float = 0.0) -> None:
        self.opened_at, self.second = opened_at, second
        self.at, self.joules = at or opened_at, joules
        self.newest: Floats | None = None
        self.rows: list[Floats] = []

    def feed(self, samples: Floats) -> None:
        """Take in `now.samples`, (n, 7), newest last."""
        after = self.at if self.newest is None else self.newest[TIME]
        for row in samples[samples[:, TIME] > after]:
            self.newest = row.copy()
            self.rows.append(self.newest)

    def cut(self, seconds: float, reads: Callable[[float], bool] = lambda _: False) -> list[Stretch]:
        """The seconds that ended.

        Args:
            seconds: monotonic s.
            reads: whether the newest sample is still a reading at a moment, monotonic s.
        """
        out: list[Stretch] = []
        while self._ended(seconds):
            out += self._cut_at(self.opened_at + self.second + 1, reads)
        return out

    def finish(self) -> list[Stretch]:
        """What is left after the last whole second, up to the newest sample."""
        out = self.cut(0.0)
        if self.rows:
            out += self._cut_at(float(self.rows[-1][TIME]), lambda _: True)
        return out

    def _ended(self, seconds: float) -> bool:
        end = self.opened_at + self.second + 1
        return bool(self.rows and self.rows[-1][TIME] >= end) or seconds >= end + WAIT

    def _cut_at(self, end: float, reads: Callable[[float], bool]) -> list[Stretch]:
        parts: dict[Provenance, Stretch] = {}
        begin = self.at
        while self.rows and self.at < end:
            row = self.rows[0]
            if row[TIME] <= end:
                self.rows.pop(0)
            self._spend(parts, row, begin, min(float(row[TIME]), end))
        if self.at < end:
            self._wait(parts, begin, end, reads(end))
        self.second += 1
        for part in parts.values():
            part.joules_total = self.joules
        return list(parts.values())

    def _spend(self, parts: dict[Provenance, Stretch], row: Floats, begin: float, until: float) -> None:
        """Book the energy from here straight to a sample, as far as a moment before it."""
        total = float(row[JOULES])
        if until < row[TIME]:
            total = self.joules + (total - self.joules) * (until - self.at) / (float(row[TIME]) - self.at)
        begun = total > 0  # time before the counter moves is time before the first reading
        part = self._part(parts, Provenance(int(row[PROVENANCE]) if begun else 0), begin)
        part.spend(until - self.at, max(0.0, total - self.joules), row)
        if until == row[TIME] and part.provenance and np.isfinite(row[WATTS]):
            part.watts.append(float(row[WATTS]))
        self.at, self.joules = until, total

    def _wait(self, parts: dict[Provenance, Stretch], begin: float, end: float, reads: bool) -> None:
        """Book time after the newest sample: its energy comes with the next one, where that one still holds."""
        sample = self.newest if self.newest is not None else np.zeros(7)
        word = Provenance(int(sample[PROVENANCE])) if reads else Provenance.NO_READING
        self._part(parts, word, begin).spend(end - self.at, 0.0, sample)
        self.at = end

    def _part(self, parts: dict[Provenance, Stretch], word: Provenance, begin: float) -> Stretch:
        if word not in parts:
            parts[word] = Stretch(self.second, begin, word)
        return parts[word]
