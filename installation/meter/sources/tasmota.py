"""Plugs with the Tasmota firmware, asked over HTTP; what they publish by themselves comes only every few minutes.

Source: Tasmota's documentation, command `Status 10`: StatusSNS.ENERGY.Power in W, a list where it has channels.
"""

from __future__ import annotations

from typing import Any

from ...now import Provenance
from ..source import About, Fault
from ._answer import watts_of, words
from ._plug_over_http import Plug

UNCERTAINTY = 0.02  # this piece's own choice for plugs; an uncalibrated one is worse
ASK = "/cm?cmnd=Status%2010"


class Meter(Plug):
    """`tasmota:ADDRESS`, or `tasmota:ADDRESS/1` for its second channel; without one all are summed."""

    covers = "whatever is plugged in, at the wall"

    def open(self) -> About:
        self._energy()
        version = self.ask("/cm?cmnd=Status%202").get("StatusFWR")
        firmware = words(version.get("Version")) if isinstance(version, dict) else "unknown"
        return self._about(
            f"Tasmota {firmware}; calibrate the plug before trusting it", UNCERTAINTY, Provenance.MEASURED
        )

    def _energy(self) -> dict[str, Any]:
        answer = self.ask(ASK)
        sensors = answer.get("StatusSNS")
        energy = sensors.get("ENERGY") if isinstance(sensors, dict) else None
        if not isinstance(energy, dict):
            asks = " It wants a password: take it off." if "WARNING" in answer else ""
            raise Fault(f"The Tasmota device at {self.address} measures no power.{asks}")
        return energy

    def watts(self) -> float:
        power = self._energy().get("Power")
        channels = power if isinstance(power, list) else [power]
        if self.channel:
            return watts_of(_at(channels, self.channel), "The Tasmota plug")
        return sum(watts_of(value, "The Tasmota plug") for value in channels)


def _at(values: list[Any], index: str) -> Any:
    try:
        return values[int(index)]
    except (ValueError, IndexError):
        raise Fault(f"The Tasmota plug has no channel {index}; it has {len(values)}, counted from 0.") from None
