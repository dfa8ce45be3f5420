"""Sensors of the kernel's hardware monitor: AMD and Intel graphics cards, ACPI power meters and others."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ...now import Provenance
from ..source import UNKNOWN, About, Fault, Reading, Source, midpoint
from ._sysfs import folders, number, text

ROOT = Path("/sys/class/hwmon")
UNCERTAINTY = 0.1  # this piece's own choice: drivers state no accuracy
COVERS = {  # driver: what it measures
    "amdgpu": "AMD graphics card",
    "xe": "Intel graphics card",
    "i915": "Intel graphics card",
    "power_meter": "this machine, by its ACPI power meter",
}


@dataclass(frozen=True)
class Sensor:
    """One device: its files, and W it may draw (infinite if it does not say)."""

    name: str
    power: Path | None
    energy: Path | None
    limit: float


class Meter(Source):
    """`hwmon`: the first kind of the list above that is here; `hwmon:amdgpu`: that driver; `hwmon:amdgpu@ROOT`."""

    covers = "graphics cards of AMD and Intel, ACPI power meters"

    def open(self) -> About:
        driver, _, root = self.argument.partition("@")
        self.sensors = _sensors(Path(root) if root else ROOT, driver)
        if not self.sensors:
            raise Fault(f"No power sensor{f' called {driver!r}' if driver else ''} under {root or ROOT}.")
        name = self.sensors[0].name
        what = COVERS.get(name, f"what the driver {name} measures")
        count = len(self.sensors)
        boundary = what if what.startswith("this") else f"{'this' if count == 1 else f'{count} times'} {what}"
        counted = all(s.energy for s in self.sensors)
        limits = tuple(s.limit for s in self.sensors)
        return About(
            boundary=f"{boundary}, nothing else",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail=f"hwmon driver {name}, sensors: {count}; {'energy counter' if counted else 'power'}",
            not_counted="processor, memory, disks, fans, power supply losses, screen, loudspeaker, strip",
            limits=limits if counted else (sum(limits),),
            resolution=1e-6,
        )

    def read(self) -> Reading:
        began = time.monotonic()
        watts = sum(_watts(s) for s in self.sensors)
        counters = [number(s.energy) for s in self.sensors if s.energy]
        whole = [c / 1e6 for c in counters if c is not None]
        counted = len(whole) == len(self.sensors)
        if not counted and watts != watts:
            raise Fault("The sensor says nothing.", lost=True)
        return Reading(midpoint(began), watts, tuple(whole) if counted else ())


def _sensors(root: Path, driver: str) -> list[Sensor]:
    found: dict[str, list[Sensor]] = {}
    for path in folders(root, "hwmon*"):
        sensor = _sensor(path)
        if sensor is not None:
            found.setdefault(sensor.name, []).append(sensor)
    wanted = [driver] if driver else [*COVERS]
    return next((found[name] for name in wanted if name in found), [])


def _sensor(path: Path) -> Sensor | None:
    power = next((p for n in ("power1_average", "power1_input") if (p := path / n).exists()), None)
    energy = path / "energy1_input" if (path / "energy1_input").exists() else None
    if power is None and energy is None:
        return None
    limit = (number(path / "power1_cap") or 0.0) / 1e6
    return Sensor(text(path / "name"), power, energy, limit or UNKNOWN)


def _watts(sensor: Sensor) -> float:
    microwatts = number(sensor.power) if sensor.power else None
    return float("nan") if microwatts is None else microwatts / 1e6
