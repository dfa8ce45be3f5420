"""Keeping samples: the ring of the record becomes lines of a recording, each sample once, gaps with their reason."""

from __future__ import annotations

from datetime import UTC, datetime

from ..machine import machine, versions
from ..now import Now, Provenance
from ..score.grains import DEPTH, JOULES, PARAMETERS, PHASE, PROVENANCE, TIME, WATTS
from .recording import Header, Line


def header(now: Now) -> Header:
    """The first line, from what the record says of the meter."""
    return Header(
        started=datetime.now(UTC).astimezone().isoformat(timespec="milliseconds"),
        machine=machine(),
        meter=now.meter_name,
        provenance=Provenance(int(now.provenance)).name.replace("_", " "),
        boundary=now.boundary,
        uncertainty=now.uncertainty,
        detail=now.meter_detail,
        not_counted=now.not_counted,
        origin=now.origin,
        power_limit=now.power_limit,
        rate_hz=1 / now.meter_period if now.meter_period else 0.0,
        versions=versions(),
    )


class Keeper:
    """Turns what is new in the ring into lines.

    Args:
        now: the record.
    """

    def __init__(self, now: Now) -> None:
        self.now = now
        rows = now.samples
        self.newest = float(rows[-1][TIME])
        self.zero: tuple[float, float] | None = None
        self.missed = 0

    def lines(self) -> list[Line]:
        """The samples since the last call, oldest first."""
        rows = self.now.samples
        fresh = rows[rows[:, TIME] > self.newest]
        if not len(fresh):
            return []
        if len(fresh) == len(rows) and self.newest > 0:
            self.missed += 1
        self.newest = float(fresh[-1][TIME])
        self.zero = self.zero or (float(fresh[0][TIME]), float(fresh[0][JOULES]))
        start, joules = self.zero
        return [_line(row.tolist(), start, joules, self._reason()) for row in fresh]

    def _reason(self) -> str:
        return str(self.now.of("meter").note) or self.now.newest_gap or "no reading"


def _line(row: list[float], start: float, joules: float, reason: str) -> Line:
    known = row[PROVENANCE] != Provenance.NO_READING
    return Line(
        t=round(row[TIME] - start, 6),
        watts=round(row[WATTS], 4) if known else None,
        joules=round(row[JOULES] - joules, 6),
        gap="" if known else reason,
        phase=row[PHASE],
        depth=round(row[DEPTH], 6),
        parameters=row[PARAMETERS],
    )
