"""Another meter seen through its calibration: what the wall would say, as far as a plug once taught it."""

from __future__ import annotations

import math
from pathlib import Path

from ...config import MeterSettings
from ..calibration import Calibration, CalibrationProblem, load
from ..source import UNKNOWN, About, Fault, Reading, Source, named


class Meter(Source):
    """`calibrated`, or `calibrated:FILE` for another file than [meter] calibration."""

    covers = "what a plug once taught another meter"

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.inner: Source | None = None
        self.moved = (0.0, 0.0)  # the inner counters' sum, J, and when it last moved
        self.first_at = 0.0

    def open(self) -> About:
        self.calibration = _load(Path(self.argument or self.settings.calibration))
        self.inner = self.inner or named(self.calibration.meter, self.settings)
        self.unhurried = self.inner.unhurried
        about = self.inner.open()
        return seen_through(about, self.calibration)

    def read(self) -> Reading:
        if self.inner is None:
            raise Fault("The calibrated meter was not opened.", lost=True)
        return self._through(self.inner.read())

    def _through(self, reading: Reading) -> Reading:
        """The reading at the wall. The offset is drawn all the time, but only while the inner counter lives."""
        line = self.calibration
        self.first_at = self.first_at or reading.time
        watts = line.watts(reading.watts)
        if not reading.counters:
            return Reading(reading.time, watts)
        joules = sum(reading.counters)
        if joules != self.moved[0]:
            self.moved = joules, reading.time
        offset = line.offset_watts * (self.moved[1] - self.first_at)
        return Reading(reading.time, watts, (line.gain * joules + offset,))

    def close(self) -> None:
        if self.inner is not None:
            self.inner.close()


def _load(path: Path) -> Calibration:
    try:
        return load(path)
    except CalibrationProblem as problem:
        raise Fault(str(problem)) from None


def seen_through(about: About, line: Calibration) -> About:
    """What a calibrated reading says of itself; its word stays the one of the meter it leans on."""
    limit = line.watts(about.power_limit) if about.power_limit else UNKNOWN
    return About(
        boundary=f"{line.against_boundary}; calibrated {line.date[:10]} by {line.against}: {line.line}",
        provenance=about.provenance,
        uncertainty=math.hypot(line.residual, line.against_uncertainty),
        detail=f"calibrated in {line.windows} windows from {line.lowest:.0f} to {line.highest:.0f} W; {about.detail}",
        not_counted="what the plug did not cover",
        period=about.period,
        hold=about.hold,
        limits=(limit,),
        resolution=about.resolution * line.gain,
        zeros=about.zeros,
        held=about.held,
        device="wall",
    )
