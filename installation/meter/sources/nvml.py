"""NVIDIA cards, through the driver's own library: power for what moves, the energy counter for what is counted.

The counter knows every joule between two looks; the power is what the sensor saw in a window that depends on the
architecture. Both must cover the same thing: where the counter knows more than the card, it is not counted. After
anything that takes a card away it is found again by its UUID.
"""

from __future__ import annotations

import ctypes
import platform
import time
from pathlib import Path
from typing import Any

import pynvml

from ...config import MeterSettings
from ...now import Provenance
from ..source import UNKNOWN, About, Fault, Reading, Source, midpoint
from ._nvml_card import (
    ARCHITECTURES,
    GPU,
    MODULE,
    NOT_FOUND,
    NOT_THERE,
    Card,
    call,
    fault_of,
    limit_of,
    maybe,
    read_card,
    shared_of,
    text_of,
    uncertainty_of,
    window_of,
)
from ._nvml_watch import LOOK_EVERY, is_module, ratios, sensor_period, watch

LIMIT_EVERY = 5.0  # s between two looks at the power limit, which an operator may change
ELSEWHERE = (Path("/usr/lib/wsl/lib/libnvidia-ml.so.1"),)  # where the library lies that the loader does not look for
APART = 1.3  # times the counter may differ from the power before it is taken to cover something else
LONGER = 1.5  # s of a second look, before a counter is left aside for it


class Meter(Source):
    """`nvml` or `nvml:all`: every card; `nvml:0,1`, `nvml:GPU-uuid`: these. `nvml:0/module`: with its processor."""

    covers = "NVIDIA graphics cards"

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        which, _, scope = argument.partition("/")
        self.which = which or "all"
        self.scope = MODULE if scope == "module" else GPU
        self.cards: list[Card] = []
        self.uuids: list[str] = []
        self.mute: list[str] = []
        self.apart: dict[str, float] = {}  # UUID: how many times its power a counter counts that is left aside for it
        self.period = -1.0
        self.limits_at = 0.0

    # -- opening
    def open(self) -> About:
        self.close()
        _init()
        self.cards = self._answering(self._handles())
        if not self.cards:
            raise Fault("The NVIDIA driver sees no card.", lost=True)
        self.uuids = [card.uuid for card in self.cards]
        if self.period < 0:
            self._watch()
        for card in self.cards:
            if card.uuid in self.apart and card.power:
                card.energy = []
        return self._about()

    def _answering(self, handles: list[tuple[int, Any]]) -> list[Card]:
        """The cards that say something. Mute ones among all cards are named; one that was asked for must speak."""
        cards: list[Card] = []
        mute: list[str] = []
        for index, handle in handles:
            try:
                card = self._card(index, handle)
                self._try_out(card)
                cards.append(card)
            except Fault as fault:
                if self.uuids or self.which != "all" or len(handles) == 1:
                    raise
                mute.append(f"card {index}: {fault}")
        if mute and not cards:
            raise Fault(f"No card can be read; {mute[0]}")
        self.mute = mute or self.mute
        return cards

    def _handles(self) -> list[tuple[int, Any]]:
        if self.uuids or self.which.startswith(("GPU-", "MIG-")):
            uuids = self.uuids or [u.strip() for u in self.which.split(",")]
            return [(number, _by_uuid(uuid)) for number, uuid in enumerate(uuids)]
        count = call(pynvml.nvmlDeviceGetCount)
        wanted = range(count) if self.which == "all" else _numbers(self.which)
        for index in wanted:
            if index >= count:
                raise Fault(f"[meter] name: there is no card {index}; the driver sees {count}, counted from 0.")
        return [(index, _handle(index)) for index in wanted]

    def _card(self, index: int, handle: Any) -> Card:
        if isinstance(handle, Fault):
            raise handle
        name = text_of(pynvml.nvmlDeviceGetName, handle, "card of unknown name")
        architecture = maybe(pynvml.nvmlDeviceGetArchitecture, handle, otherwise=0)
        uuid = text_of(pynvml.nvmlDeviceGetUUID, handle, f"card {index}")
        return Card(handle, uuid, name, architecture, self.scope, shared=shared_of(handle))

    def _try_out(self, card: Card) -> None:
        """Find the calls this card answers."""
        card.power = ["field", "usage"] if self.scope == GPU else ["field"]
        card.energy = ["field", "counter"]
        card.limit = limit_of(card)
        watts, counter = read_card(card)
        if watts is None and counter is None:
            raise Fault(f"{card.name} reports neither power nor energy{_why(card)}; use another meter.")

    def _watch(self) -> None:
        """Look at the sensors for a moment: how often they change, and whether power and counter are of one thing."""
        looks = watch(self.cards)
        self.period = sensor_period(looks[0])
        doubtful = [c for c, ratio in zip(self.cards, ratios(looks), strict=True) if self._doubtful(c, ratio)]
        if not doubtful:
            return
        for card, ratio in zip(doubtful, ratios(watch(doubtful, LONGER)), strict=True):
            if self._doubtful(card, ratio):
                self.apart[card.uuid] = ratio

    def _doubtful(self, card: Card, ratio: float) -> bool:
        """Whether a card's counter covers something else than its power; a module's does until it was seen to agree."""
        if not (card.power and card.energy):
            return False
        return not 1 / APART < ratio < APART if ratio else is_module(card)

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
        counted = all(card.energy for card in self.cards)
        limits = tuple(card.limit for card in self.cards)
        mute = "".join(f"; {reason}" for reason in self.mute)
        return About(
            boundary=self._boundary(),
            provenance=Provenance.MEASURED,
            uncertainty=max(uncertainty_of(card) for card in self.cards),
            detail=self._detail(counted),
            not_counted=f"processor, memory, disks, fans, power supply losses, screen, loudspeaker, strip{mute}",
            period=self.period,
            limits=limits if counted else (sum(limits),),
            resolution=0.001,
            device=" ".join(self.uuids),
        )

    def _boundary(self) -> str:
        names = sorted({card.name for card in self.cards})
        one = len(self.cards) == 1
        which = f"this graphics card ({names[0]})" if one else f"{len(self.cards)} graphics cards ({', '.join(names)})"
        shared = {card.shared for card in self.cards} - {""}
        parts = f" with all its parts, whoever computes on them ({', '.join(sorted(shared))})" if shared else ""
        only_counter = any(not card.power and is_module(card) for card in self.cards)
        module = " and the processor on its module" if self.scope == MODULE or only_counter else ""
        return f"{which}{parts}{module}, nothing else"

    def _detail(self, counted: bool) -> str:
        card = self.cards[0]
        driver = text_of(lambda _: pynvml.nvmlSystemGetDriverVersion(), None, "unknown")
        window = window_of(card, driver)
        power = "instant power" if card.power[:1] == ["field"] else "power" if card.power else "no power, only energy"
        mean = f" over {window} ms" if window else ", its window is not published"
        often = f"every {self.period * 1000:.0f} ms" if self.period > 2 * LOOK_EVERY else "faster than it was looked at"
        changes = f"changes {often}" if self.period else "changes were not seen"
        kind = ARCHITECTURES.get(card.architecture, "unknown architecture")
        limit = f", limit {card.limit:.0f} W" if card.limit < UNKNOWN else ""
        energy = self._energy(counted)
        return f"{kind}, driver {driver}{limit}; {power}{mean}; {energy}; {changes}; {', '.join(self.uuids)}"

    def _energy(self, counted: bool) -> str:
        if counted:
            return "energy by the card's counter"
        more = max((ratio for ratio in self.apart.values() if ratio), default=0.0)
        why = f" (the counter counts {more:.3g} times as much: it covers something else)" if more else ""
        return f"energy as the area under the power{why}"


def _init() -> None:
    """Start the driver's library, also where only Windows' Linux has put it."""
    try:
        call(pynvml.nvmlInit)
    except Fault:
        place = next((path for path in ELSEWHERE if path.exists()), None)
        if pynvml.nvmlLib is not None or place is None:
            raise
        pynvml.nvmlLib = ctypes.CDLL(str(place))
        call(pynvml.nvmlInit)


def _handle(index: int) -> Any:
    """A card's handle, or why there is none; one card that is gone does not hide the others."""
    try:
        return call(pynvml.nvmlDeviceGetHandleByIndex, index)
    except Fault as fault:
        return fault


def _by_uuid(uuid: str) -> Any:
    """The handle of a card; of a MIG part that of the card it is a part of, which has the sensor."""
    try:
        handle = pynvml.nvmlDeviceGetHandleByUUID(uuid)
    except pynvml.NVMLError as error:
        if error.value in (NOT_FOUND, NOT_THERE):
            return _by_comparing(uuid)
        raise fault_of(error.value, str(error)) from None
    return maybe(pynvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle, handle, otherwise=handle)


def _by_comparing(uuid: str) -> Any:
    """The same by looking at each card: an old driver has no other way, nor has a UUID that is not UTF-8."""
    for index in range(call(pynvml.nvmlDeviceGetCount)):
        handle = _handle(index)
        if not isinstance(handle, Fault) and text_of(pynvml.nvmlDeviceGetUUID, handle, f"card {index}") == uuid:
            return handle
    raise Fault(f"The NVIDIA driver sees no card {uuid} now.", lost=True, counts_on=True)


def _why(card: Card) -> str:
    """Why a card may be mute."""
    if card.shared == "vGPU":
        return ": it is a virtual part of a card, and its host keeps the power to itself"
    if "microsoft" in platform.release().lower():
        return ": under WSL2 Windows does not pass everything on"
    return ""


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise Fault(f"[meter] name: nvml:{text} names no card; write nvml, nvml:0,1 or nvml:GPU-...") from None
