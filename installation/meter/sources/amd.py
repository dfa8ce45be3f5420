"""AMD graphics: by AMD's own library where it is installed (amdsmi), else by the kernel's sensors.

The library gives power and an energy counter; what it marks "N/A" is not there. Source: AMD SMI's Python reference,
amdsmi_get_power_info (W) and amdsmi_get_energy_count (counts of counter_resolution microjoules).
"""

from __future__ import annotations

import importlib
import time
from types import ModuleType
from typing import Any

from ...config import MeterSettings
from ...now import Provenance
from ..source import UNKNOWN, About, Fault, Reading, Source, midpoint
from ._answer import number, words
from .hwmon import REST, UNCERTAINTY
from .hwmon import Meter as Hwmon

POWERS = ("current_socket_power", "socket_power", "average_socket_power")  # W, by the library's versions


class Meter(Source):
    """`amd`; `amd:ROOT` takes the kernel's sensors, under another root than /sys/class/hwmon."""

    covers = "AMD graphics cards, or a processor with its graphics"

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.kernel: Hwmon | None = None
        self.library: Library | None = None

    def open(self) -> About:
        self.close()
        self.library = None if self.argument else library()
        if self.library is not None:
            return self.library.open()
        self.kernel = Hwmon(f"amdgpu@{self.argument}" if self.argument else "amdgpu", self.settings)
        return self.kernel.open()

    def read(self) -> Reading:
        source = self.library or self.kernel
        if source is None:
            raise Fault("The AMD meter was not opened.", lost=True)
        return source.read()

    def close(self) -> None:
        if self.library is not None:
            self.library.close()
        self.library = self.kernel = None


def library() -> Library | None:
    """AMD's library if it is here and sees a card."""
    try:
        found = Library(importlib.import_module("amdsmi"))
    except (ImportError, OSError, KeyError):  # without its driver the module itself fails
        return None
    return found if found.start() else None


class Library:
    """Cards as AMD's library tells them.

    Args:
        smi: the module; its errors are all AmdSmiException.
    """

    def __init__(self, smi: ModuleType) -> None:
        self.smi: Any = smi
        self.error: type[Exception] = smi.AmdSmiException
        self.cards: list[Any] = []

    def start(self) -> bool:
        """Whether it sees a card that says its power."""
        try:
            self.smi.amdsmi_init()
            self.cards = [c for c in self.smi.amdsmi_get_processor_handles() if self._watts(c) is not None]
        except self.error:
            return False
        return bool(self.cards)

    def open(self) -> About:
        counted = all(self._joules(c) is not None for c in self.cards)
        limits = tuple(self._limit(c) for c in self.cards)
        count = len(self.cards)
        names = sorted({self._name(c) for c in self.cards})
        which = "this AMD graphics card" if count == 1 else f"{count} AMD graphics cards"
        return About(
            boundary=f"{which} ({', '.join(names)}), nothing else",
            provenance=Provenance.MEASURED,
            uncertainty=UNCERTAINTY,
            detail=f"amdsmi; {'energy counter' if counted else 'power'}",
            not_counted=f"processor, memory, {REST}",
            limits=limits if counted else (sum(limits),),
            resolution=1.0,
            device=" ".join(self._address(c) for c in self.cards),
        )

    def read(self) -> Reading:
        began = time.monotonic()
        try:
            watts = [self._watts(c) for c in self.cards]
            joules = [self._joules(c) for c in self.cards]
        except self.error as error:
            raise Fault(f"AMD's library says: {words(str(error), longest=80)}.", lost=True) from None
        total = float("nan") if None in watts else sum(w for w in watts if w is not None)
        counters = () if None in joules else tuple(j for j in joules if j is not None)
        if not counters and total != total:
            raise Fault("AMD's library says neither power nor energy at the moment.")
        return Reading(midpoint(began), total, counters)

    def _watts(self, card: Any) -> float | None:
        info = self.smi.amdsmi_get_power_info(card)
        return next((w for key in POWERS if (w := number(info.get(key))) is not None), None)

    def _joules(self, card: Any) -> float | None:
        try:
            info = self.smi.amdsmi_get_energy_count(card)
        except self.error:
            return None
        count = next((c for key in ("energy_accumulator", "power") if (c := number(info.get(key))) is not None), None)
        step = number(info.get("counter_resolution"))
        return None if count is None or not step else count * step / 1e6

    def _limit(self, card: Any) -> float:
        return number(self.smi.amdsmi_get_power_info(card).get("power_limit")) or UNKNOWN

    def _name(self, card: Any) -> str:
        try:
            return words(self.smi.amdsmi_get_gpu_asic_info(card).get("market_name"), "of unknown name")
        except self.error:
            return "of unknown name"

    def _address(self, card: Any) -> str:
        try:
            return words(self.smi.amdsmi_get_gpu_device_bdf(card))
        except self.error:
            return "AMD card"

    def close(self) -> None:
        try:
            self.smi.amdsmi_shut_down()
        except self.error:
            return
