"""Keeping samples: the ring of the record becomes lines of a recording, each sample once, gaps with their reason."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from ..now import Now, Provenance
from ..score.grains import DEPTH, JOULES, PARAMETERS, PHASE, PROVENANCE, TIME, WATTS
from .recording import Header, Line

PACKAGES = ("nvidia-ml-py", "psutil", "paho-mqtt")


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


def machine() -> str:
    """This machine in a few words; no name of a person or a network."""
    return f"{platform.system()} {platform.release()}, {_processor()}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            names = (line.partition(":")[2].strip() for line in file if line.startswith("model name"))
            return next(names, platform.machine())
    except OSError:
        return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    found = {"underfoot": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


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
