"""Raspberry Pi 5: the power chip's own rails, as `vcgencmd pmic_read_adc` tells them.

Source: Raspberry Pi documentation, vcgencmd: lines such as `VDD_CORE_A current(7)=1.21A` and `VDD_CORE_V
volt(15)=0.87V`; a rail's power is their product. What hangs on USB and what the chip itself loses is not in them.
"""

from __future__ import annotations

import re
import time

from ...now import Provenance
from ..source import About, Fault, Reading, Source, midpoint
from ._program import output

COMMAND = ("vcgencmd", "pmic_read_adc")
LINE = re.compile(r"^\s*(\w+)_([AV])\s+(?:current|volt)\(\d+\)=([\d.]+)[AV]\s*$", re.M)
UNCERTAINTY = 0.15  # this piece's own choice: the chip states none, and its own losses are left out


class Meter(Source):
    """`raspberry`."""

    covers = "a Raspberry Pi 5, by its power chip"
    unhurried = 0.5

    def open(self) -> About:
        names = sorted(_rails(output(*COMMAND)))
        return About(
            boundary="this Raspberry Pi’s rails behind its power chip, nothing else",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail=f"PMIC, rails: {len(names)}",
            not_counted="what hangs on USB, losses of the power chip and the power supply, screen, loudspeaker, strip",
            period=self.unhurried,
            hold=2.0,
            resolution=0.001,
            device="machine",
        )

    def read(self) -> Reading:
        began = time.monotonic()
        rails = _rails(output(*COMMAND))
        return Reading(midpoint(began), sum(rails.values()))


def _rails(text: bytes) -> dict[str, float]:
    """W of each rail that has both a voltage and a current.

    Raises:
        Fault: there is none.
    """
    values: dict[str, dict[str, float]] = {}
    for name, kind, number in LINE.findall(text.decode("utf-8", "replace")):
        try:
            values.setdefault(name, {})[kind] = float(number)
        except ValueError:
            continue
    rails = {name: pair["A"] * pair["V"] for name, pair in values.items() if len(pair) == 2}
    if not rails:
        raise Fault("vcgencmd tells no rails: only a Raspberry Pi 5 has such a power chip.")
    return rails
