"""Sensors of the kernel's hardware monitor: graphics cards, ACPI power meters, rails, and what other drivers measure.

Cards of one kind are added. Of several ACPI meters only the one that says most is taken: they may lie inside each
other, and nothing tells which.
"""

from __future__ import annotations

import time
from pathlib import Path

from ...now import Provenance
from ..source import About, Fault, Reading, Source, midpoint
from ._hwmon import ROOT, Sensor, is_apu, sensors

UNCERTAINTY = 0.1  # this piece's own choice: drivers state no accuracy
CARDS = {"amdgpu": "AMD graphics card", "xe": "Intel graphics card", "i915": "Intel graphics card"}  # driver: a card
COVERS = {"power_meter": "this machine, by its ACPI power meter", "ina3221": "this board’s rails, by its INA3221"}
APU = "this processor with its graphics (AMD APU)"
EITHER = "AMD graphics (a card, or a part of the processor: the kernel does not say)"
REST = "disks, fans, power supply losses, screen, loudspeaker, strip"


class Meter(Source):
    """`hwmon`: the first kind of the lists above that is here; `hwmon:amdgpu`: that driver; `hwmon:amdgpu@ROOT`."""

    covers = "graphics cards of AMD and Intel, ACPI power meters, rails"
    drivers: tuple[str, ...] = ()

    def open(self) -> About:
        driver, _, root = self.argument.partition("@")
        place = Path(root) if root else ROOT
        wanted = (driver,) if driver else self.drivers or (*CARDS, *COVERS)
        here = sensors(place, *wanted)
        speaking = [s for s in here if s.speaks]
        if not speaking:
            which = f" called {driver!r}" if driver else ""
            mute = f" that can be read ({', '.join(s.device for s in here)} cannot)" if here else ""
            raise Fault(f"No power sensor{which} under {place}{mute}.")
        self.sensors, self.what = _chosen(speaking, wanted)
        left = [s.device for s in here if s not in self.sensors]
        return self._about(left)

    def _about(self, left: list[str]) -> About:
        counted = all(s.joules() is not None for s in self.sensors)
        limits = tuple(s.limit for s in self.sensors)
        beside = f"; not taken: {', '.join(left)}" if left else ""
        name, count = self.sensors[0].name, len(self.sensors)
        how = "energy counter" if counted else "volts times amperes" if self.sensors[0].rails else "power"
        inside = "graphics card" if self.what in (APU, EITHER) else "processor, memory"
        return About(
            boundary=f"{self.what}, nothing else",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail=f"hwmon driver {name}, sensors: {count}; {how}{beside}",
            not_counted=REST if name in COVERS else f"{inside}, {REST}",
            limits=limits if counted else (sum(limits),),
            resolution=1e-6,
            device="processor" if self.what == APU else " ".join(s.device for s in self.sensors),
        )

    def read(self) -> Reading:
        began = time.monotonic()
        watts = sum(s.watts() for s in self.sensors)
        counters = [c for s in self.sensors if (c := s.joules()) is not None]
        counted = len(counters) == len(self.sensors)
        if not counted and watts != watts:
            gone = not all(s.folder.exists() for s in self.sensors)
            raise Fault("The sensor says nothing at the moment.", lost=gone)
        return Reading(midpoint(began), watts, tuple(counters) if counted else ())


def _chosen(speaking: list[Sensor], wanted: tuple[str, ...]) -> tuple[list[Sensor], str]:
    """Sensors that may be added, and what they cover."""
    name = next(name for name in wanted if any(s.name == name for s in speaking))
    of_kind = [s for s in speaking if s.name == name]
    if name == "amdgpu":
        return _amd(of_kind)
    if name in CARDS:
        return of_kind, _times(of_kind, CARDS[name])
    whole = max(of_kind, key=lambda s: s.watts() if s.watts() == s.watts() else 0.0)
    return [whole], COVERS.get(name, f"what the driver {name} measures")


def _amd(found: list[Sensor]) -> tuple[list[Sensor], str]:
    """The cards where there are some; else the part of the processor."""
    cards = [s for s in found if is_apu(s) is False]
    if cards:
        return cards, _times(cards, CARDS["amdgpu"])
    return found[:1], APU if is_apu(found[0]) else EITHER


def _times(found: list[Sensor], what: str) -> str:
    return f"this {what}" if len(found) == 1 else f"{len(found)} times {what}"
