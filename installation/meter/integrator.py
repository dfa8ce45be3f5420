"""An integrator turns readings of power or of counters into joules, and breaks where they cannot be trusted.

Energy is the difference of counters where a source has them, else the area under straight lines between readings.
A counter that falls, jumps further than the power limit allows or stands still, a silence, a lost card: each ends the
segment, and what lies between it and the next reading is a gap with a reason and a length, never a number. Nothing
here reads a clock or a device, so that every accident can be tried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..now import MeterState, Provenance
from .doubt import CrossCheck, Zeros, absurd, wrong_counters, wrong_pause
from .loss import Losses
from .source import About, Fault, Reading, limit_of_all

STANDS_STILL = 3.0  # s a counter may stand still while power flows
LOST_AFTER = 2.0  # s of silence, or three periods of a slow source
STALE_AFTER = 0.5  # s, or two periods
START = 2.0  # s after the doors opened in which a source may come without a gap being drawn first
JUST_BEFORE = 1e-6  # s
NOTHING = About("", Provenance.NO_READING, 0.0)


@dataclass(frozen=True)
class Row:
    """One sample as the players see it: monotonic s, J since the doors opened, W, where it comes from."""

    time: float
    joules: float
    watts: float
    provenance: int


class Integrator:
    """The joules of one source.

    Args:
        joules: J, where to go on from.
        gap_seconds, segments: likewise.

    Attributes:
        state: how the source is.
        reason: why there is no reading, in a sentence; empty while there is one.
        watts: W, the newest that was believed.
        power_limit: W the source may draw now; 0 if it does not say.
        segments: unbroken stretches of counting.
        refused: readings that were not believed.
        newest_gap: length and reason of the newest gap, in a sentence; newest_gap_seconds: its length.
        disagreement: how far the watts' area and the counters differ over the last stretch, as a fraction.
    """

    def __init__(self, joules: float = 0.0, gap_seconds: float = 0.0, segments: int = 0) -> None:
        self.joules, self._gaps, self.segments = joules, gap_seconds, segments
        self.about = NOTHING
        self.state = MeterState.LOST
        self.reason = ""
        self.watts = self.power_limit = 0.0
        self.refused = 0
        self.zeros = Zeros()
        self.newest_gap = self.gap_reason = ""
        self.newest_gap_seconds = 0.0
        self.counting_since = math.inf
        self.last: Reading | None = None
        self.frozen: tuple[float, ...] = ()
        self.heard_at = self.broken_at = -math.inf
        self.rows: list[Row] = []
        self.last_row_at = -math.inf
        self.check = CrossCheck()
        self.losses = Losses()

    # -- what the player asks for
    def opened(self, about: About) -> None:
        """A source was opened; what comes next is a new segment."""
        self._break(self.gap_reason, counts_on=bool(about.device) and about.device == self.about.device)
        self.about = about
        self.check = CrossCheck()

    def count_from(self, opened_at: float, first: Reading | None = None) -> None:
        """The doors opened: count from here. `first` is the reading of that very moment, if the source can say it."""
        self.counting_since = opened_at
        if first is not None:
            self.last = first
            self.heard_at, self.broken_at, self.state = first.time, -math.inf, MeterState.STALE
        if self.last is not None:
            self.segments += 1
        elif self.broken_at == -math.inf:
            self.broken_at = opened_at
            self.gap_reason = self.gap_reason or "The meter had not spoken yet when the doors opened."

    def resume(self, seconds_of_last_row: float) -> None:
        """Go on where an earlier process stopped; the time between is a gap."""
        self.broken_at = self.last_row_at = seconds_of_last_row

    def drain(self) -> list[Row]:
        """The rows since the last call."""
        rows, self.rows = self.rows, []
        return rows

    def gap_seconds(self, seconds: float) -> float:
        """s without a reading since counting began, the gap that is open now included."""
        return self._gaps + self._open_gap(seconds)

    def _open_gap(self, seconds: float) -> float:
        return max(0.0, seconds - max(self.broken_at, self.counting_since)) if self.broken_at > -math.inf else 0.0

    # -- what comes in
    def take(self, reading: Reading) -> None:
        """Believe a reading, or refuse it."""
        self.power_limit = limit_of_all(reading.limits) or self.about.power_limit
        sentence = absurd(reading, self.power_limit)
        if sentence:
            self.refused += 1
            self.reason = sentence
            return
        if reading.time <= self.heard_at:
            return
        if self._lone_zero(reading) or (reading.counters and reading.counters == self.frozen):
            return
        self.heard_at = reading.time
        if self.last is None:
            self._begin(reading)
        else:
            self._go_on(self.last, reading)

    def fault(self, fault: Fault, seconds: float) -> None:
        """No reading, and why."""
        self.reason = str(fault)
        if fault.gap:
            self._break(str(fault), counts_on=fault.counts_on)
            self.state = MeterState.ENDED if fault.ended else MeterState.LOST
        elif self.state == MeterState.OK:
            self.state = MeterState.STALE
        elif self.last is None:
            self.gap_reason = str(fault)
        self.silence(seconds)

    def silence(self, seconds: float) -> None:
        """Time passes: notice a source that has fallen silent, and put the gap into the rows."""
        quiet = seconds - self.heard_at
        if self.state in (MeterState.OK, MeterState.STALE) and quiet > self.lost_after:
            self._break(self.reason or f"There was no reading for {quiet:.0f} s.")
            self.state = MeterState.LOST
        elif self.state == MeterState.OK and quiet > self.stale_after:
            self.state = MeterState.STALE
        if self.state in (MeterState.LOST, MeterState.RECOVERING, MeterState.ENDED):
            self.watts = 0.0
            if self.segments or seconds - self.counting_since > START:
                self._row(seconds, 0.0, Provenance.NO_READING)

    def recovering(self) -> None:
        """It is being opened again."""
        self.state = MeterState.RECOVERING

    @property
    def period(self) -> float:
        return max(self.about.period, 0.05)

    @property
    def stale_after(self) -> float:
        return max(STALE_AFTER, 2 * self.period)

    @property
    def lost_after(self) -> float:
        return max(LOST_AFTER, 3 * self.period, self.about.hold)

    @property
    def stands_still(self) -> float:
        """s a counter may stand still while power flows."""
        return max(STANDS_STILL, 3 * self.period)

    @property
    def holds(self) -> float:
        """s for which the newest sample is a reading: until a silence is a loss, or a still counter is no pause."""
        return max(self.lost_after, self.stands_still)

    @property
    def provenance(self) -> Provenance:
        """The word that goes with watts at this moment."""
        return self.about.provenance if self.state in (MeterState.OK, MeterState.STALE) else Provenance.NO_READING

    @property
    def disagreement(self) -> float:
        return self.check.fraction

    # -- how it is judged
    def _lone_zero(self, reading: Reading) -> bool:
        """Whether this is 0 W that must first be repeated to be believed."""
        if self.about.zeros or reading.watts != 0 or not self.watts:
            self.zeros.forget()
            return False
        self.refused += 1
        self.reason = "The meter says 0 W once; waiting whether it says so again."
        if not self.zeros.true(reading.time):
            return True
        self._break("0 W after a number; what lay between is not known")
        return False

    def _begin(self, reading: Reading) -> None:
        """The first reading of a segment: nothing is counted before it."""
        if self._counting(reading.time) and not self._carry(reading):
            self._end_gap(reading.time)
        self.broken_at = -math.inf
        self.gap_reason = ""
        self.frozen = ()
        self.last = reading
        self._believe(0.0 if math.isnan(reading.watts) else reading.watts, reading.time)

    def _carry(self, reading: Reading) -> bool:
        """Book what the counter counted while the source was away; whether it did."""
        limits = reading.limits or self.about.limits
        since, joules = self.losses.end(reading, self.about.device, limits, self.period)
        if not joules or since < self.counting_since:
            return False
        self.losses.owed.add(joules)
        self.segments += 1
        self.newest_gap_seconds = reading.time - since
        across = f"Its counter went on unharmed, and {joules:.0f} J are counted across."
        self.newest_gap = f"{self.newest_gap_seconds:.2g} s without a reading. {self.gap_reason} {across}"
        self._row(reading.time - JUST_BEFORE, 0.0, Provenance.NO_READING)
        return True

    def _end_gap(self, seconds: float) -> None:
        gap = self._open_gap(seconds)
        self._gaps += gap
        self.segments += 1
        if gap > 0:
            self.newest_gap = f"{gap:.2g} s without a reading. {self.gap_reason}".strip()
            self.newest_gap_seconds = gap
            self._row(seconds - JUST_BEFORE, 0.0, Provenance.NO_READING)

    def _go_on(self, before: Reading, reading: Reading) -> None:
        if before.time < self.counting_since <= reading.time:
            before = self._at_the_doors(before, reading)
        wrong = self._wrong(before, reading)
        if wrong:
            self._break(wrong)
            self.heard_at = reading.time
            self._begin(reading)
            return
        joules = self._joules(before, reading)
        if joules is None:
            return
        self._count(before, reading, joules)

    def _wrong(self, before: Reading, reading: Reading) -> str:
        """Why two readings do not belong together; empty when they do."""
        if reading.counters:
            return wrong_counters(before, reading, reading.limits or self.about.limits, self.period)
        return wrong_pause(before, reading, max(self.about.hold, 3 * self.period))

    def _at_the_doors(self, before: Reading, reading: Reading) -> Reading:
        """What the reading would have been when the doors opened, on the straight line between two readings."""
        share = (self.counting_since - before.time) / (reading.time - before.time)
        watts = before.watts + (0.0 if self.about.held else share * (reading.watts - before.watts))
        counters = tuple(a + share * (b - a) for a, b in zip(before.counters, reading.counters, strict=False))
        return Reading(self.counting_since, watts, counters)

    def _joules(self, before: Reading, reading: Reading) -> float | None:
        """J between two readings that belong together; None while the counter has not moved yet."""
        if not reading.counters:
            mean = before.watts if self.about.held else (before.watts + reading.watts) / 2
            return mean * (reading.time - before.time)
        joules = sum(reading.counters) - sum(before.counters)
        if joules > 0 or reading.watts == 0:
            return joules
        if reading.time - before.time > self.stands_still:
            self._break("The counter stands still while power flows.")
            self.frozen = reading.counters
            self.state = MeterState.STALE
        elif not math.isnan(reading.watts):
            self.watts = reading.watts
        return None

    def _count(self, before: Reading, reading: Reading, joules: float) -> None:
        mean = joules / (reading.time - before.time)
        watts = mean if math.isnan(reading.watts) or (reading.watts == 0 < joules) else reading.watts
        if self._counting(reading.time):
            if before.time == self.counting_since:
                self._row(before.time, watts if math.isnan(before.watts) else before.watts, self.about.provenance)
            self.joules += joules + self.losses.owed.pay(reading.time - before.time)
        self.losses.around.add(reading.time, mean)
        self.check.add(before, reading, joules)
        self.last = reading
        self._believe(watts, reading.time)

    def _believe(self, watts: float, seconds: float) -> None:
        self.watts = watts
        self.state = MeterState.OK
        self.reason = ""
        self._row(seconds, watts, self.about.provenance)

    def _break(self, reason: str, *, counts_on: bool = False) -> None:
        """End the segment: what comes after the last reading is not known, unless its counter goes on."""
        self.losses.begin(self.last, self.about.device, counts_on=counts_on)
        self.joules += self.losses.owed.pay()
        if self.last is not None:
            self.broken_at = max(self.last.time, self.broken_at)
            self.last = None
        self.zeros.forget()
        self.reason = self.gap_reason = reason

    def _counting(self, seconds: float) -> bool:
        return seconds >= self.counting_since

    def _row(self, seconds: float, watts: float, provenance: int) -> None:
        if self._counting(seconds) and seconds > self.last_row_at:
            self.rows.append(Row(seconds, self.joules, watts, provenance))
            self.last_row_at = seconds
