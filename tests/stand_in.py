"""A stand-in for the meter: it writes samples into a record, at the moments and with the watts that a test gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from installation.now import SAMPLES, MeterState, Now, Provenance

PERIOD = 0.05  # s between two samples


class Meter:
    """The meter of a record.

    Args:
        record: its file.
        period: s between two samples.
        limit: the most its source can draw, W; 0 if it does not say.
    """

    def __init__(self, record: Path, period: float = PERIOD, limit: float = 0.0) -> None:
        self.now = Now(record, "meter")
        self.now.meter_period, self.now.power_limit = period, limit
        self.rows = np.zeros((SAMPLES, 7))
        self.joules = 0.0

    @property
    def at(self) -> float:
        """The moment of the newest sample; 0 before the first."""
        return float(self.rows[-1, 0])

    def sample(
        self,
        at: float,
        watts: float,
        word: Provenance = Provenance.MEASURED,
        *,
        phase: float = 0.0,
        depth: float = 0.0,
        parameters: float = 0.0,
    ) -> None:
        """One sample; its watts were drawn since the last one."""
        self.joules += watts * (at - self.at) if self.at else 0.0
        self.rows = np.roll(self.rows, -1, axis=0)
        self.rows[-1] = at, self.joules, watts, word, phase, depth, parameters
        now = self.now
        now.samples, now.joules, now.watts, now.provenance = self.rows, self.joules, watts, word
        now.meter_state = MeterState.OK if word else MeterState.LOST
        now.of("meter").beat = now.sampled_at = at
