"""Shelly plugs and meters of the second generation and later, over their own RPC on HTTP.

Source: Shelly's documentation of the Gen2 components Switch, PM1, EM and EM1: the power in W under the key below,
`aenergy.minute_ts` as Unix time.
"""

from __future__ import annotations

import time
from typing import Any

from ...now import Provenance
from ..source import About, Fault
from ._plug_over_http import Plug, watts_of

UNCERTAINTY = 0.02  # this piece's own choice for plugs; makers' pages say 1 to 5 %
COMPONENTS = {"Switch": "apower", "PM1": "apower", "EM": "total_act_power", "EM1": "act_power"}  # and where the W are
OLD = 150.0  # s after which a minute's stamp that does not move means that the values are old


class Meter(Plug):
    """`shelly:ADDRESS`, or `shelly:ADDRESS/1` for its second channel."""

    covers = "whatever is plugged in, at the wall"

    def open(self) -> About:
        device = self.ask("/rpc/Shelly.GetDeviceInfo")
        self.component = ""
        self.stamp, self.stamp_at = 0.0, time.monotonic()
        for component in COMPONENTS:
            try:
                self.ask(self._path(component))
            except Fault as fault:
                refused = fault
            else:
                self.component = component
                break
        if not self.component:
            raise refused
        model = f"{device.get('model', 'Shelly')}, firmware {device.get('ver', 'unknown')}"
        return self._about(f"Shelly {model}, {self.component} {self.channel or 0}", UNCERTAINTY, Provenance.MEASURED)

    def _path(self, component: str) -> str:
        return f"/rpc/{component}.GetStatus?id={self.channel or 0}"

    def watts(self) -> float:
        status = self.ask(self._path(self.component))
        self._refuse_old(status)
        if status.get("output") is False and status.get("apower"):
            raise Fault("The plug is off and still says watts; they are old.")
        return watts_of(status.get(COMPONENTS[self.component]), "The Shelly plug")

    def _refuse_old(self, status: dict[str, Any]) -> None:
        """The plug stamps each full minute; a stamp that stands still is a plug that repeats itself."""
        energy = status.get("aenergy")
        stamp = energy.get("minute_ts") if isinstance(energy, dict) else None
        if not isinstance(stamp, int | float):
            return
        if stamp != self.stamp:
            self.stamp, self.stamp_at = float(stamp), time.monotonic()
        elif time.monotonic() - self.stamp_at > OLD:
            raise Fault(f"The plug has repeated the same values for {OLD:.0f} s.")
