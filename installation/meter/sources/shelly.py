"""Shelly plugs and meters of the second generation and later, over their own RPC on HTTP.

Source: Shelly's documentation of the Gen2 components EM, EM1, PM1 and Switch: the power in W under the key below,
`aenergy.minute_ts` as Unix time. A device may have a component and not the key: a relay without a meter has a Switch.
"""

from __future__ import annotations

import time
from typing import Any

from ...now import Provenance
from ..source import About, Fault
from ._answer import number, watts_of, words
from ._plug_over_http import Plug

UNCERTAINTY = 0.02  # this piece's own choice for plugs; makers' pages say 1 to 5 %
COMPONENTS = {"EM": "total_act_power", "EM1": "act_power", "PM1": "apower", "Switch": "apower"}  # and where the W are
OLD = 150.0  # s after which a minute's stamp that does not move means that the values are old


class Meter(Plug):
    """`shelly:ADDRESS`, or `shelly:ADDRESS/1` for its second channel."""

    covers = "whatever is plugged in, at the wall"

    def open(self) -> About:
        device = self.ask("/rpc/Shelly.GetDeviceInfo")
        self.stamp, self.stamp_at = 0.0, time.monotonic()
        self.component = self._component()
        model = f"{words(device.get('model'), 'Shelly')}, firmware {words(device.get('ver'))}"
        return self._about(f"Shelly {model}, {self.component} {self.channel or 0}", UNCERTAINTY, Provenance.MEASURED)

    def _component(self) -> str:
        """The first component that has the key of its watts.

        Raises:
            Fault: there is none; of several reasons the one that says most.
        """
        refusal, seen = None, []
        for component, key in COMPONENTS.items():
            try:
                status = self.ask(self._path(component))
            except Fault as fault:
                refusal = fault
                continue
            if key in status:
                return component
            seen.append(component)
        if seen:
            have = " and ".join(seen)
            raise Fault(
                f"The Shelly {self.address} has {have} {self.channel or 0}, which measures no power; it is a relay."
            )
        assert refusal is not None
        raise refusal

    def _path(self, component: str) -> str:
        return f"/rpc/{component}.GetStatus?id={self.channel or 0}"

    def watts(self) -> float:
        status = self.ask(self._path(self.component))
        self._refuse_old(status)
        if status.get("output") is False and status.get("apower"):
            raise Fault("The plug is off and still says watts; they are old.")
        key = COMPONENTS[self.component]
        if key not in status:
            raise Fault(f"The Shelly plug leaves out its watts ({key}).")
        return watts_of(status[key], "The Shelly plug")

    def _refuse_old(self, status: dict[str, Any]) -> None:
        """The plug stamps each full minute; a stamp that stands still is a plug that repeats itself."""
        energy = status.get("aenergy")
        stamp = number(energy.get("minute_ts")) if isinstance(energy, dict) else None
        if stamp is None:
            return
        if stamp != self.stamp:
            self.stamp, self.stamp_at = stamp, time.monotonic()
        elif time.monotonic() - self.stamp_at > OLD:
            raise Fault(f"The plug has repeated the same values for {OLD:.0f} s.")
