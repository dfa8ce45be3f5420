"""NVIDIA cards, through the driver's own library: power for what moves, the energy counter for what is counted.

The counter knows every joule between two looks; the power is what the sensor saw in a window that depends on the
architecture. After anything that takes a card away it is found again by its UUID.
"""

from __future__ import annotations

import statistics
import time
from itertools import pairwise
from typing import Any

import pynvml

from ...config import MeterSettings
from ...now import Provenance
from ..source import UNKNOWN, About, Fault, Reading, Source, midpoint
from ._nvml_card import ARCHITECTURES, GPU, MODULE, Card, call, limit_of, maybe, read_card, uncertainty_of, window_of

MEASURE_FOR = 0.45  # s the sensor is watched for its own period, at most
LOOK_EVERY = 0.004  # s
ENOUGH = 4  # values seen: the first was there already, two whole periods lie between the others
LIMIT_EVERY = 5.0  # s between two looks at the power limit, which an operator may change


class Meter(Source):
    """`nvml` or `nvml:all`: every card; `nvml:0,1` or `nvml:GPU-uuid`: these. `nvml:0/module`: with its processor."""

    covers = "NVIDIA graphics cards"

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        which, _, scope = argument.partition("/")
        self.which = which or "all"
        self.scope = MODULE if scope == "module" else GPU
        self.cards: list[Card] = []
        self.uuids: list[str] = []
        self.period = -1.0
        self.limits_at = 0.0

    # -- opening
    def open(self) -> About:
        self.close()
        call(pynvml.nvmlInit)
        self.cards = [self._card(handle) for handle in self._handles()]
        self.uuids = [card.uuid for card in self.cards]
        if not self.cards:
            raise Fault("The NVIDIA driver sees no card.", lost=True)
        for card in self.cards:
            self._try_out(card)
        if self.period < 0:
            self.period = self._sensor_period()
        return self._about()

    def _handles(self) -> list[Any]:
        if self.uuids or self.which.startswith("GPU-"):
            uuids = self.uuids or [u.strip() for u in self.which.split(",")]
            return [call(pynvml.nvmlDeviceGetHandleByUUID, u) for u in uuids]
        count = call(pynvml.nvmlDeviceGetCount)
        wanted = range(count) if self.which == "all" else _numbers(self.which)
        for index in wanted:
            if index >= count:
                raise Fault(f"[meter] name: there is no card {index}; the driver sees {count}, counted from 0.")
        return [call(pynvml.nvmlDeviceGetHandleByIndex, index) for index in wanted]

    def _card(self, handle: Any) -> Card:
        name = maybe(pynvml.nvmlDeviceGetName, handle, otherwise="card of unknown name")
        architecture = maybe(pynvml.nvmlDeviceGetArchitecture, handle, otherwise=0)
        return Card(handle, call(pynvml.nvmlDeviceGetUUID, handle), name, architecture, self.scope)

    def _try_out(self, card: Card) -> None:
        """Find the calls this card answers."""
        card.power = ["field", "usage"] if self.scope == GPU else ["field"]
        card.energy = ["field", "counter"] if self.scope == GPU else []
        card.limit = limit_of(card)
        watts, counter = read_card(card)
        if watts is None and counter is None:
            raise Fault(f"{card.name} reports neither power nor energy; use another meter.")

    def _sensor_period(self) -> float:
        """s between two new values of the first card's sensor, watched for a moment; 0 if it was not seen to change."""
        changes: list[float] = []
        before: tuple[float | None, float | None] = (None, None)
        end = time.monotonic() + MEASURE_FOR
        while time.monotonic() < end and len(changes) < ENOUGH:
            value = read_card(self.cards[0])
            key = value if value[1] is None else (None, value[1])
            if key != before:
                changes.append(time.monotonic())
                before = key
            time.sleep(LOOK_EVERY)
        gaps = [b - a for a, b in pairwise(changes[1:])]
        return statistics.median(gaps) if gaps else 0.0

    # -- reading
    def read(self) -> Reading:
        began = time.monotonic()
        if began - self.limits_at > LIMIT_EVERY:
            self.limits_at = began
            for card in self.cards:
                card.limit = limit_of(card)
        values = [read_card(card) for card in self.cards]
        counters = tuple(c for _, c in values if c is not None)
        if len(counters) != len(values):
            counters = ()
        watts = sum(float("nan") if w is None else w for w, _ in values)
        limits = tuple(card.limit for card in self.cards)
        return Reading(midpoint(began), watts, counters, limits if counters else (sum(limits),))

    def close(self) -> None:
        self.cards = []
        maybe(pynvml.nvmlShutdown, otherwise=None)

    # -- what it is
    def _about(self) -> About:
        names = sorted({card.name for card in self.cards})
        one = len(self.cards) == 1
        which = f"this graphics card ({names[0]})" if one else f"{len(self.cards)} graphics cards ({', '.join(names)})"
        module = " and the processor on its module" if self.scope == MODULE else ""
        counted = all(card.energy for card in self.cards)
        limits = tuple(card.limit for card in self.cards)
        return About(
            boundary=f"{which}{module}, nothing else",
            provenance=Provenance.MEASURED,
            uncertainty=max(uncertainty_of(card) for card in self.cards),
            detail=self._detail(counted),
            not_counted="processor, memory, disks, fans, power supply losses, screen, loudspeaker, strip",
            period=self.period,
            limits=limits if counted else (sum(limits),),
            resolution=0.001,
        )

    def _detail(self, counted: bool) -> str:
        card = self.cards[0]
        driver = maybe(pynvml.nvmlSystemGetDriverVersion, otherwise="unknown")
        window = window_of(card, driver)
        power = "instant power" if card.power[:1] == ["field"] else "power" if card.power else "no power, only energy"
        mean = f" over {window} ms" if window else ", its window is not published"
        energy = "energy by the card's counter" if counted else "energy as the area under the power"
        often = f"every {self.period * 1000:.0f} ms" if self.period > 2 * LOOK_EVERY else "faster than it was looked at"
        changes = f"changes {often}" if self.period else "changes were not seen"
        kind = ARCHITECTURES.get(card.architecture, "unknown architecture")
        limit = f", limit {card.limit:.0f} W" if card.limit < UNKNOWN else ""
        return f"{kind}, driver {driver}{limit}; {power}{mean}; {energy}; {changes}; {', '.join(self.uuids)}"


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise Fault(f"[meter] name: nvml:{text} names no card; write nvml, nvml:0,1 or nvml:GPU-...") from None
