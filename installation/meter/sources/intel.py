"""Intel graphics cards, by the energy counters the kernel's drivers xe and i915 give."""

from __future__ import annotations

from ...config import MeterSettings
from .hwmon import Meter as Hwmon


class Meter(Hwmon):
    """`intel`, or `intel:ROOT` for another root than /sys/class/hwmon."""

    covers = "Intel graphics cards"
    drivers = ("xe", "i915")

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(f"@{argument}" if argument else "", settings)
