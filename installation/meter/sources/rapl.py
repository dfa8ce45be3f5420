"""The processor's own energy counters, as Linux shows them for Intel and AMD under /sys/class/powercap.

A counter wraps after minutes or hours, and a wrap is not a reset: the range is known, so it is counted exactly as long
as it is looked at often enough. Packages and memory are added; what lies inside a package is not added again, nor what
holds everything; a counter that only mirrors another is left out.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from ...now import Provenance
from ..source import UNKNOWN, About, Fault, Reading, Source, midpoint
from ._sysfs import folders, number, text

ROOT = Path("/sys/class/powercap")
UNCERTAINTY = 0.1  # this piece's own choice: RAPL is partly a model; Desrochers, Weaver, MEMSYS 2016
MOST_WATTS = 1000.0  # W a zone is taken to draw at most where it does not say, for the time until it may wrap
REST = "graphics card, disks, fans, board, power supply losses, screen, loudspeaker, strip"
MORE = "memory, graphics card, disks, fans, board, power supply losses, screen, loudspeaker, strip"
AT_ONCE = 1.0  # s of that power may come in one step
ALLOW = "Let the group read it: see docs/metering.md, or start the piece as root."


@dataclass
class Zone:
    """One counter, unwrapped.

    Attributes:
        range_j: J after which the counter begins again at 0.
        limit: W the zone may draw; infinite if it does not say.
        raw: J, as the file last said. joules: J, unwrapped.
    """

    name: str
    file: int
    range_j: float
    limit: float
    raw: float
    joules: float = 0.0
    at: float = 0.0

    @property
    def safe(self) -> float:
        """s within which it cannot have wrapped twice."""
        watts = self.limit if self.limit < UNKNOWN else MOST_WATTS
        return self.range_j / (2 * watts)

    def look(self) -> float:
        """J, unwrapped.

        Raises:
            Fault: it was not looked at for so long that wraps may have been missed, or it is gone.
        """
        now, raw = time.monotonic(), _joules(self.file)
        span, grown = now - self.at if self.at else 0.0, raw - self.raw
        self.at, self.raw = now, raw
        if span > self.safe:
            raise Fault("The processor's counter was not read for so long that it may have wrapped.", gap=True)
        grown += self.range_j if grown < 0 else 0.0
        if span and self.limit == UNKNOWN and grown > MOST_WATTS * (span + AT_ONCE):
            raise Fault("The processor's counter fell without having wrapped.", gap=True)
        self.joules += grown
        return self.joules


class Meter(Source):
    """`rapl`, or `rapl:ROOT` for another root than /sys/class/powercap."""

    covers = "the processor and its memory, by its own counters"

    def open(self) -> About:
        self.close()
        self.zones: list[Zone] = []
        root = Path(self.argument) if self.argument else ROOT
        self.zones = _unmirrored([_zone(path) for path in _chosen(root)])
        if not self.zones:
            raise Fault(f"No energy counter of the processor under {root}, as in a virtual machine.")
        names = [zone.name for zone in self.zones]
        memory = " and its memory" if any(n.startswith("dram") for n in names) else ""
        whole = names == ["psys"]
        safe = min(zone.safe for zone in self.zones)
        return About(
            boundary="this machine’s platform" if whole else f"this machine’s processor{memory}, nothing else",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail=f"RAPL counters: {', '.join(names)}; cannot wrap within {safe:.0f} s",
            not_counted=REST if memory or whole else MORE,
            period=0.001,
            limits=tuple(zone.limit for zone in self.zones),
            resolution=0.0,
            device="processor",
        )

    def read(self) -> Reading:
        began = time.monotonic()
        counters = tuple(zone.look() for zone in self.zones)
        return Reading(midpoint(began), float("nan"), counters)

    def close(self) -> None:
        for zone in getattr(self, "zones", []):
            os.close(zone.file)
        self.zones = []


def _chosen(root: Path) -> list[Path]:
    """Packages and memory; the whole platform only where nothing else is told."""
    zones = folders(root, "intel-rapl:*")
    names = {path: text(path / "name") for path in zones}
    parts = [p for p in zones if names[p].startswith("package") or names[p].startswith("dram")]
    return parts or [p for p in zones if names[p] == "psys"]


def _zone(path: Path) -> Zone:
    try:
        file = os.open(path / "energy_uj", os.O_RDONLY)
    except PermissionError:
        raise Fault(f"{path}/energy_uj can be read by root only. {ALLOW}") from None
    except OSError as error:
        raise Fault(f"{path}/energy_uj cannot be opened ({error.strerror}).") from None
    range_j = (number(path / "max_energy_range_uj") or 0.0) / 1e6
    limit = max((number(p) or 0.0 for p in path.glob("constraint_*_*power*_uw")), default=0.0) / 1e6
    return Zone(text(path / "name"), file, range_j, limit or UNKNOWN, _joules(file))


def _unmirrored(zones: list[Zone]) -> list[Zone]:
    """Those that wrap at a known range, without the ones that show the same counter again."""
    kept: list[Zone] = []
    for zone in zones:
        twin = any(z.name.partition("-die")[0] == zone.name.partition("-die")[0] and z.raw == zone.raw for z in kept)
        if zone.range_j <= 0 or (twin and zone.raw > 0 and "-die" in zone.name):
            os.close(zone.file)
        else:
            kept.append(zone)
    return kept


def _joules(file: int) -> float:
    try:
        return int(os.pread(file, 32, 0)) / 1e6
    except (OSError, ValueError) as error:
        raise Fault(f"The processor's counter cannot be read ({error}).", lost=True) from None
