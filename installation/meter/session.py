"""A session keeps one meter going: opened, read in its own time, doubted, closed, and opened again with back-off."""

from __future__ import annotations

import time

from ..config import MeterSettings
from ..now import MeterState
from .integrator import Integrator
from .non_overlapping import NonOverlapping
from .source import About, Fault, Reading, Source, named
from .worker import OwnError, Worker

BACK_OFF = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # s before a lost source is opened again
WAIT = 0.008  # s a tick waits for a reading, so that it reaches the record at once: an H200 takes 4 ms to answer
PLUS = " + "  # between the names of meters that are read as one
PATIENCE = 0.25  # s a call is given before the silence is the meter's: after a stall of our own it must first answer
HANGS = 30.0  # s a call may last before the player is better begun anew


class Session:
    """One meter, from its name to its joules.

    Args:
        name: as in config.toml; several joined by " + " are read as one.
        settings: the section [meter].
        integrator: where its joules are counted.
        slowest: s between two readings, at least; 0 is as fast as config.toml and the sensor allow.
        beside: whether it runs beside the source: then an error of its own file is its fault, and ends nobody.

    Raises:
        ConfigError: there is no such meter.
    """

    def __init__(
        self,
        name: str,
        settings: MeterSettings,
        integrator: Integrator | None = None,
        slowest: float = 0.0,
        *,
        beside: bool = False,
    ) -> None:
        self.name, self.settings, self.slowest, self.beside = name, settings, slowest, beside
        self.source: Source = _source(name, settings)
        self.integrator = integrator or Integrator()
        self.worker: Worker[About | Reading] = Worker(f"meter {name}")
        self.open = self.just_opened = False
        self.tries = 0
        self.next_at = 0.0
        self.failing_since = 0.0
        self.given_up = self.resumed = False
        self.opened_at = 0.0

    @property
    def interval(self) -> float:
        """s between two readings: twice as often as the sensor changes, so that no change is missed."""
        sensor = 0.0 if self.source.pushed else self.integrator.about.period / 2
        return max(self.slowest, 1 / self.settings.rate_hz, sensor, self.source.unhurried)

    @property
    def period(self) -> float:
        """s between two samples that carry something new."""
        return max(self.interval, self.integrator.about.period)

    @property
    def label(self) -> str:
        """The name of what is really read: what auto found, the file of a replay without its folder."""
        return str(getattr(self.source, "name", self.name))

    @property
    def hangs_for(self) -> float:
        """s the call under way has lasted."""
        return time.monotonic() - self.worker.began_at if self.worker.began_at else 0.0

    def begin(self, opened_at: float, *, resumed: bool) -> None:
        """The doors opened. A replay begins at that moment, also if its file is only read after it."""
        self.opened_at, self.resumed = opened_at, resumed
        first = self.source.begin(opened_at)
        self.integrator.count_from(opened_at, None if resumed else first)

    def tick(self, seconds: float) -> None:
        """Take what came, ask for the next; never blocks for more than a few milliseconds."""
        self._take(self._result(), seconds)
        due = seconds >= self.next_at - 0.5 / self.settings.rate_hz
        if due and not self.worker.began_at and not self.given_up:
            self._ask(seconds)
            self._take(self._result(WAIT), seconds)
        if not (self.just_opened or 0 < self.hangs_for < PATIENCE):
            self.integrator.silence(seconds)
        self.just_opened = False

    def _result(self, wait: float = 0.0) -> About | Reading | Fault | None:
        """What the call under way brought."""
        try:
            return self.worker.take(wait)
        except OwnError as error:
            if not self.beside:
                raise
            self.worker = Worker(f"meter {self.name}")
            return Fault(f"{self.name}: {error}.", lost=True)

    def _ask(self, seconds: float) -> None:
        if self.open:
            self.next_at = max(self.next_at + self.interval, seconds)
            self.worker.begin(self.source.read)
        else:
            self.integrator.recovering()
            self.worker.begin(self.source.open)

    def _take(self, result: About | Reading | Fault | None, seconds: float) -> None:
        if isinstance(result, About):
            self.open, self.just_opened, self.next_at = True, True, seconds
            self.integrator.opened(result)
            if self.opened_at and not self.resumed and not self.integrator.segments:
                self.begin(self.opened_at, resumed=False)
        elif isinstance(result, Reading):
            self.tries, self.failing_since = 0, 0.0
            self.integrator.take(result)
        elif isinstance(result, Fault):
            self._fault(result, seconds)

    def _fault(self, fault: Fault, seconds: float) -> None:
        self.integrator.fault(fault, seconds)
        if fault.gap and not fault.lost:
            return
        self.failing_since = self.failing_since or seconds
        self.given_up = not fault.again
        if fault.lost or not self.open or seconds - self.failing_since > self.integrator.lost_after:
            self._open_again(seconds)

    def _open_again(self, seconds: float) -> None:
        self.integrator.state = MeterState.LOST
        self.open = False
        self.failing_since = 0.0
        self.next_at = seconds + BACK_OFF[min(self.tries, len(BACK_OFF) - 1)]
        self.tries += 1

    def close(self) -> None:
        """Let go of the meter, unless a call into it hangs."""
        if not self.worker.began_at:
            self.source.close()


def _source(name: str, settings: MeterSettings) -> Source:
    names = name.split(PLUS)
    parts = [(part, named(part, settings)) for part in names]
    return parts[0][1] if len(parts) == 1 else NonOverlapping(parts)
