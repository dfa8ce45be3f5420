"""Apple silicon: the whole Mac by its battery's telemetry (`ioreg`), or its chip by `powermetrics` where root asks.

Telemetry is renewed every 10 to 60 s, so it is held and cannot show a fit of a second; `powermetrics` looks at each
half second, and its watts are Apple's model of processor, graphics and neural engine. Units in both: mW, mV, mA.
"""

from __future__ import annotations

import os
import plistlib
import sys
import time
from collections.abc import Callable
from typing import Any
from xml.parsers.expat import ExpatError

from ...config import MeterSettings
from ...now import Provenance
from ..source import About, Fault, Reading, Source, midpoint
from ._answer import number
from ._program import found, output

IOREG = ("ioreg", "-rw0", "-c", "AppleSmartBattery", "-a")
POWERMETRICS = ("powermetrics", "--samplers", "cpu_power", "-n", "1", "-i", "500", "-f", "plist")
PARTS = ("cpu_power", "gpu_power", "ane_power")
UNCERTAINTY = 0.1  # this piece's own choice: Apple states none
RENEWED = 60.0  # s between two values of the telemetry, at most
OLD = 180.0  # s after which a value that was not renewed is none
SIGNED = 1 << 63  # ioreg writes negative currents as unsigned 64-bit numbers


class Meter(Source):
    """`apple`: the chip where root asks, else the whole Mac; `apple:chip`, `apple:system`: only that."""

    covers = "a Mac with Apple silicon"

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.watts: Callable[[], float] = self._load
        self.stamp, self.stamp_at = 0.0, 0.0

    def open(self) -> About:
        if self.argument not in ("", "chip", "system"):
            raise Fault(
                f"[meter] name: apple:{self.argument} is nothing; write apple, apple:chip or apple:system.", again=False
            )
        if not found("ioreg"):
            raise Fault("This is no Mac: there is no program ioreg.")
        if self.argument == "chip" or (not self.argument and _is_root() and found("powermetrics")):
            return self._open_chip()
        return self._open_system()

    def _open_chip(self) -> About:
        self.watts, self.unhurried = chip_watts, 0.05
        self.watts()
        return About(
            boundary="this Mac’s processor, graphics and neural engine, nothing else",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail="powermetrics, every 0.5 s; Apple models these watts and states no error",
            not_counted="memory, disks, screen, fans, power supply losses, loudspeaker, strip",
            period=0.6,
            hold=3.0,
            resolution=0.001,
            device="processor",
        )

    def _open_system(self) -> About:
        self.watts, self.unhurried = self._load, 2.0
        self.watts()
        return About(
            boundary="this whole Mac with its screen, by its battery’s telemetry",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail="AppleSmartBattery; renewed every 10 to 60 s, and held between",
            not_counted="power supply losses, loudspeaker and strip with plugs of their own",
            period=self.unhurried,
            hold=RENEWED,
            held=True,
            resolution=0.001,
            zeros=False,
            device="machine",
        )

    def read(self) -> Reading:
        began = time.monotonic()
        watts = self.watts()
        return Reading(midpoint(began), watts)

    def _load(self) -> float:
        battery = _battery(output(*IOREG))
        stamp, now = number(battery.get("UpdateTime")), time.monotonic()
        if stamp is not None and stamp != self.stamp:
            self.stamp, self.stamp_at = stamp, now
        elif stamp is not None and now - self.stamp_at > OLD:
            raise Fault(f"The battery's telemetry was not renewed for {now - self.stamp_at:.0f} s.", gap=True)
        return system_watts(battery)


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _plist(text: bytes, program: str) -> Any:
    try:
        return plistlib.loads(text.strip(b"\0\n "))
    except (plistlib.InvalidFileException, ExpatError, ValueError, RecursionError, KeyError, IndexError, TypeError):
        raise Fault(f"{program} answers with something that is no property list.") from None


def _battery(text: bytes) -> dict[str, Any]:
    """The registry's entry of the battery.

    Raises:
        Fault: there is none, as in a Mac without one.
    """
    if not text.strip():
        raise Fault("This Mac has no battery, and so no telemetry; start the piece as root for `powermetrics`.")
    entries = _plist(text, "ioreg")
    if not (isinstance(entries, list) and entries and isinstance(entries[0], dict)):
        raise Fault("ioreg tells no battery.")
    return entries[0]


def system_watts(battery: dict[str, Any]) -> float:
    """W of the whole Mac: its load as it says itself, else what leaves the battery while nothing else feeds it.

    Raises:
        Fault: it says neither.
    """
    telemetry = battery.get("PowerTelemetryData")
    load = number(telemetry.get("SystemLoad")) if isinstance(telemetry, dict) else None
    if load is not None and 0 < load < SIGNED:
        return load / 1000
    if battery.get("ExternalConnected") is not False:
        raise Fault(
            "The Mac is on the mains and does not say its load; pull the plug, or start the piece as root.", gap=True
        )
    volts, amperes = number(battery.get("Voltage")), battery.get("InstantAmperage", battery.get("Amperage"))
    signed = amperes - (SIGNED << 1) if isinstance(amperes, int) and amperes >= SIGNED else amperes
    current = number(signed)
    if volts is None or current is None or current >= 0:
        raise Fault("The battery says no current that leaves it.")
    return volts * -current / 1e6


def chip_watts() -> float:
    """W of the chip, as the mean over the half second that `powermetrics` watched.

    Raises:
        Fault: it is not there, may not be asked, or says nothing of the kind.
    """
    if not _is_root():
        raise Fault("powermetrics answers root only; start the piece with sudo, or write apple:system.")
    said = _plist(output(*POWERMETRICS), "powermetrics")
    processor = said.get("processor") if isinstance(said, dict) else None
    if not isinstance(processor, dict):
        raise Fault("powermetrics tells no processor; is it a Mac with Apple silicon?")
    combined = number(processor.get("combined_power"))
    parts = [p for key in PARTS if (p := number(processor.get(key))) is not None]
    if combined is None and not parts:
        raise Fault("powermetrics tells no power of the processor.")
    return (sum(parts) if combined is None else combined) / 1000
