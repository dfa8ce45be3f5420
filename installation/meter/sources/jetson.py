"""NVIDIA Jetson boards: the INA3221 sensors on the board, in the kernel's hardware monitor or in the older IIO.

Where one rail feeds the others (VDD_IN, POM_5V_IN) it alone is read; else the rails add up, as NVIDIA's guide to each
board says they do. Source: Jetson Linux Developer Guide, "Platform Power and Performance", section on INA3221.
"""

from __future__ import annotations

import time
from pathlib import Path

from ...now import Provenance
from ..source import About, Fault, Reading, Source, midpoint
from ._hwmon import WHOLE, Sensor, read, read_text, sensors
from ._sysfs import folders

ROOT = Path("/sys")
MODEL = Path("firmware/devicetree/base/model")
UNCERTAINTY = 0.05  # this piece's own choice; NVIDIA states 5 % for currents above 200 mA (unverified)


class Meter(Source):
    """`jetson`, or `jetson:ROOT` for another root than /sys."""

    covers = "a Jetson board, by its own sensors"
    unhurried = 0.05

    def open(self) -> About:
        root = Path(self.argument) if self.argument else ROOT
        model = read_text(root / MODEL).strip("\0")
        if not any(word in model for word in ("Jetson", "Orin", "Xavier", "NVIDIA")):
            raise Fault(f"This is no Jetson board{f', but {model}' if model else ''}.")
        self.rails: list[Sensor] = [s for s in sensors(root / "class/hwmon", "ina3221") if s.speaks]
        self.powers = [] if self.rails else _iio(root)
        if not (self.rails or self.powers):
            raise Fault(f"{model} shows no INA3221 sensor; is it a board of the kind that has one?")
        count = sum(len(s.rails) for s in self.rails) or len(self.powers)
        return About(
            boundary=f"this whole board ({model}), nothing else",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail=f"INA3221, rails: {count}",
            not_counted="power supply losses, screen, loudspeaker, strip",
            resolution=0.001,
            device="machine",
        )

    def read(self) -> Reading:
        began = time.monotonic()
        milliwatts = [read(path) for path in self.powers]
        watts = sum(s.watts() for s in self.rails) + sum(float("nan") if m is None else m / 1000 for m in milliwatts)
        if watts != watts:
            raise Fault("A rail of the board says nothing at the moment.")
        return Reading(midpoint(began), watts)


def _iio(root: Path) -> list[Path]:
    """The files of power in mW, by the older driver: of the rail that feeds the others, or of all."""
    rails: dict[str, Path] = {}
    for device in folders(root / "bus/i2c/drivers/ina3221x", "*/iio:device*"):
        for name in sorted(device.glob("rail_name_*")):
            power = device / f"in_power{name.name.removeprefix('rail_name_')}_input"
            if power.exists():
                rails[read_text(name)] = power
    whole = [path for name, path in rails.items() if name.lower() in WHOLE]
    return whole[:1] or list(rails.values())
