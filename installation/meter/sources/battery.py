"""The battery of a laptop: what the whole machine draws, but only while nothing else feeds it."""

from __future__ import annotations

import time
from pathlib import Path

from ...now import Provenance
from ..source import About, Fault, Reading, Source, midpoint
from ._hwmon import read, read_text
from ._sysfs import folders, number, text

ROOT = Path("/sys/class/power_supply")
UNCERTAINTY = 0.1  # this piece's own choice: fuel gauges state no accuracy
FEEDS = {"Mains", "USB", "Wireless"}  # types of what feeds a laptop beside its battery
PLUGGED = (
    "The battery is not discharging, so it cannot say what the machine draws; pull the plug or name another meter."
)
FED = "{} feeds the machine too, so the battery is only a part of what it draws; pull the plug or name another meter."


class Meter(Source):
    """`battery`, or `battery:ROOT` for another root than /sys/class/power_supply."""

    covers = "a laptop on its battery, screen included"
    unhurried = 0.5

    def open(self) -> About:
        self.root = Path(self.argument) if self.argument else ROOT
        self.batteries = [p for p in folders(self.root, "*") if _is_battery(p)]
        self.feeders = [p for p in folders(self.root, "*") if _feeds(p)]
        if not self.batteries:
            raise Fault(f"There is no battery under {self.root}.")
        self.read()
        return About(
            boundary="this whole laptop with its screen, from its battery",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail=f"fuel gauge of {', '.join(p.name for p in self.batteries)}; it changes every 1 to 30 s",
            not_counted="power supply losses, loudspeaker and strip with plugs of their own",
            period=1.0,
            hold=5.0,
            resolution=0.001,
            zeros=False,
            device="machine",
        )

    def read(self) -> Reading:
        began = time.monotonic()
        feeding = [p.name for p in self.feeders if (read(p / "online") or 0.0) > 0]
        if feeding:
            raise Fault(FED.format(feeding[0]), gap=True)
        discharging = [p for p in self.batteries if text(p / "status") == "Discharging"]
        if not discharging:
            raise Fault(PLUGGED, gap=True)
        return Reading(midpoint(began), sum(_watts(path) for path in discharging))


def _is_battery(path: Path) -> bool:
    return read_text(path / "type") == "Battery" and read_text(path / "scope") != "Device"


def _feeds(path: Path) -> bool:
    """Whether this can feed the machine; a mouse's receiver does not."""
    return read_text(path / "type") in FEEDS and read_text(path / "scope") != "Device"


def _watts(path: Path) -> float:
    """W of one battery: what it says, else volts times amperes; 0 W of a battery that discharges is no reading."""
    power = number(path / "power_now")
    if power:
        return abs(power) / 1e6
    volts, amperes = number(path / "voltage_now"), number(path / "current_now")
    if volts and amperes:
        return abs(volts * amperes) / 1e12
    if power is None and (volts is None or amperes is None):
        raise Fault(f"{path} says neither power nor current; name another meter.")
    raise Fault(f"{path} says 0 W while it discharges: its gauge has not looked yet.")
