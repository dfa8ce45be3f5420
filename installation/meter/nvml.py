"""NVIDIA cards, through the driver's own library: power for what moves, the energy counter for what is counted.

The counter knows every joule between two looks; the power is what the sensor saw in a window that depends on the
architecture. Both come from one call where the driver has it, and every field's own return code is looked at, because
the call succeeds as a whole while a field in it holds nonsense.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pynvml

from ..config import MeterSettings
from ..now import Provenance
from .source import UNKNOWN, About, Fault, Reading, Source, midpoint

GPU, MODULE = 0, 1  # scopes of a power field
ENERGY, INSTANT = 83, 186  # NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION (mJ), NVML_FI_DEV_POWER_INSTANT (mW)
UNCERTAINTY = 0.05  # NVIDIA states +-5 % for old cards only; Yang et al. found it typical, and a gain of each card
# Error of the sensor against a meter in the power line, where it is larger: Yang, Adamek, Armour, arXiv 2312.02741.
KNOWN_ERRORS = {"2060 SUPER": 0.132, "2080 Ti": 0.079, "A5000": 0.07, "A100": 0.058, "3090": 0.056, "4090": 0.052}
MEASURE_FOR = 0.45  # s the sensor is watched for its own period
LOOK_EVERY = 0.004  # s
LIMIT_EVERY = 5.0  # s between two looks at the power limit, which an operator may change
GONE = {1, 2, 9, 12, 15, 16, 18}  # codes after which everything must be opened anew
NOT_SUPPORTED, NOT_THERE = 3, 13
ARCHITECTURES = {2: "Kepler", 3: "Maxwell", 4: "Pascal", 5: "Volta", 6: "Turing", 7: "Ampere", 8: "Ada", 9: "Hopper"}
ARCHITECTURES |= {10: "Blackwell", 13: "Rubin"}
# Width of the window the power is a mean over, ms, by architecture: instant field, PowerUsage. Yang et al., as above.
WINDOWS = {4: (10, 10), 5: (10, 10), 6: (100, 100), 7: (100, 1000), 8: (100, 1000), 9: (25, 1000)}
REMEDIES = {
    4: "The driver lets only root read the card's power; start the piece as a user who may.",
    9: "The NVIDIA driver is not loaded; load it or restart the machine.",
    12: "There is no NVIDIA driver on this machine.",
    15: "The card has fallen off the bus; it is tried again.",
    16: "The card needs a reset; restart the machine.",
    18: "The NVIDIA driver was upgraded while it ran; restart the machine.",
}


@dataclass
class Card:
    """One card: its handle and how it is read.

    Attributes:
        limit: W it may draw; infinite if the driver does not say.
        power, energy: the calls that work, best first; what is not supported is taken out for good.
    """

    handle: Any
    uuid: str
    name: str
    architecture: int
    scope: int
    limit: float = UNKNOWN
    power: list[str] = field(default_factory=list)
    energy: list[str] = field(default_factory=list)


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
        _call(pynvml.nvmlInit)
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
            return [_call(pynvml.nvmlDeviceGetHandleByUUID, u) for u in uuids]
        count = _call(pynvml.nvmlDeviceGetCount)
        wanted = range(count) if self.which == "all" else _numbers(self.which)
        for index in wanted:
            if index >= count:
                raise Fault(f"[meter] name: there is no card {index}; the driver sees {count}, counted from 0.")
        return [_call(pynvml.nvmlDeviceGetHandleByIndex, index) for index in wanted]

    def _card(self, handle: Any) -> Card:
        name = _maybe(pynvml.nvmlDeviceGetName, handle, otherwise="card of unknown name")
        architecture = _maybe(pynvml.nvmlDeviceGetArchitecture, handle, otherwise=0)
        return Card(handle, _call(pynvml.nvmlDeviceGetUUID, handle), name, architecture, self.scope)

    def _try_out(self, card: Card) -> None:
        """Find the calls this card answers."""
        card.power = ["field", "usage"] if self.scope == GPU else ["field"]
        card.energy = ["field", "counter"] if self.scope == GPU else []
        card.limit = _limit(card)
        watts, counter = self._read(card)
        if watts is None and counter is None:
            raise Fault(f"{card.name} reports neither power nor energy; use another meter.")

    def _sensor_period(self) -> float:
        """s between two new values of the first card's sensor, watched for a moment; 0 if it was not seen to change."""
        changes: list[float] = []
        before: tuple[float | None, float | None] = (None, None)
        end = time.monotonic() + MEASURE_FOR
        while time.monotonic() < end:
            value = self._read(self.cards[0])
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
                card.limit = _limit(card)
        values = [self._read(card) for card in self.cards]
        counters = tuple(c for _, c in values if c is not None)
        if len(counters) != len(values):
            counters = ()
        watts = sum(float("nan") if w is None else w for w, _ in values)
        limits = tuple(card.limit for card in self.cards)
        return Reading(midpoint(began), watts, counters, limits if counters else (sum(limits),))

    def _read(self, card: Card) -> tuple[float | None, float | None]:
        """W and J of a card, each None where the card has no such thing or it failed this once."""
        fields = _fields(card) if "field" in (*card.power[:1], *card.energy[:1]) else {}
        joules = _first(card.energy, {"field": lambda: fields[ENERGY], "counter": lambda: _counter(card)})
        try:
            return _first(card.power, {"field": lambda: fields[INSTANT], "usage": lambda: _usage(card)}), joules
        except Fault as fault:
            if fault.lost or joules is None:
                raise
            return None, joules

    def close(self) -> None:
        self.cards = []
        _maybe(pynvml.nvmlShutdown, otherwise=None)

    # -- what it is
    def _about(self) -> About:
        names = sorted({card.name for card in self.cards})
        one = len(self.cards) == 1
        which = f"this graphics card ({names[0]})" if one else f"{len(self.cards)} graphics cards ({', '.join(names)})"
        module = " and the processor on its module" if self.scope == MODULE else ""
        uncertainty = max((e for key, e in KNOWN_ERRORS.items() if any(key in n for n in names)), default=0.0)
        counted = all(card.energy for card in self.cards)
        limits = tuple(card.limit for card in self.cards)
        return About(
            boundary=f"{which}{module}, nothing else",
            provenance=Provenance.MEASURED,
            uncertainty=max(uncertainty, UNCERTAINTY),
            detail=self._detail(counted),
            not_counted="processor, memory, disks, fans, power supply losses, screen, loudspeaker, strip",
            period=self.period,
            limits=limits if counted else (sum(limits),),
            resolution=0.001,
        )

    def _detail(self, counted: bool) -> str:
        card = self.cards[0]
        driver = _maybe(pynvml.nvmlSystemGetDriverVersion, otherwise="unknown")
        window = _window(card, driver)
        power = "instant power" if card.power[:1] == ["field"] else "power" if card.power else "no power, only energy"
        mean = f" over {window} ms" if window else ", its window is not published"
        energy = "energy by the card's counter" if counted else "energy as the area under the power"
        changes = f"changes every {self.period * 1000:.0f} ms" if self.period else "changes were not seen"
        kind = ARCHITECTURES.get(card.architecture, "unknown architecture")
        limit = f", limit {card.limit:.0f} W" if card.limit < UNKNOWN else ""
        return f"{kind}, driver {driver}{limit}; {power}{mean}; {energy}; {changes}; {', '.join(self.uuids)}"


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise Fault(f"[meter] name: nvml:{text} names no card; write nvml, nvml:0,1 or nvml:GPU-...") from None


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call the driver; what it refuses becomes a fault with its remedy."""
    try:
        return function(*arguments)
    except pynvml.NVMLError as error:
        raise _fault(error.value, str(error)) from None


def _fault(code: int, text: str) -> Fault:
    sentence = REMEDIES.get(code, f"The NVIDIA driver says: {text} (code {code}).")
    return Fault(sentence, lost=code in GONE)


def _maybe(function: Callable[..., Any], *arguments: Any, otherwise: Any) -> Any:
    try:
        return function(*arguments)
    except pynvml.NVMLError:
        return otherwise


def _limit(card: Card) -> float:
    milliwatts = _maybe(pynvml.nvmlDeviceGetEnforcedPowerLimit, card.handle, otherwise=0)
    return milliwatts / 1000 if milliwatts else UNKNOWN


class _Unsupported(Exception):  # noqa: N818  (a way of reading that this card lacks)
    """This way of reading is not for this card."""


def _first(ways: list[str], calls: dict[str, Callable[[], float]]) -> float | None:
    """The value of the first way that works; a way the card does not support is taken out for good.

    Raises:
        Fault: the card is gone, or the only ways left failed this once.
    """
    for way in list(ways):
        try:
            return calls[way]()
        except _Unsupported:
            ways.remove(way)
    return None


def _checked(code: int) -> None:
    if code in (NOT_SUPPORTED, NOT_THERE):
        raise _Unsupported
    if code:
        raise _fault(code, str(pynvml.NVMLError(code)))


class _Fields(dict[int, float]):
    """Values of one call, in W and J; a field that failed raises its own code when it is asked for."""

    def __init__(self, codes: dict[int, int], values: dict[int, float]) -> None:
        super().__init__(values)
        self.codes = codes

    def __missing__(self, key: int) -> float:
        _checked(self.codes.get(key, NOT_SUPPORTED) or NOT_SUPPORTED)
        raise _Unsupported


def _fields(card: Card) -> dict[int, float]:
    """Power and energy of a card in one call."""
    try:
        values = pynvml.nvmlDeviceGetFieldValues(card.handle, [ENERGY, (INSTANT, card.scope)])
    except pynvml.NVMLError as error:
        return _Fields(dict.fromkeys((ENERGY, INSTANT), error.value), {})
    good = {v.fieldId: _number(v) / 1000 for v in values if not v.nvmlReturn}
    return _Fields({v.fieldId: v.nvmlReturn for v in values}, good)


def _number(value: Any) -> float:
    """The number in a field's union, by its own type."""
    members = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")
    return float(getattr(value.value, members[value.valueType])) if value.valueType < len(members) else float("nan")


def _usage(card: Card) -> float:
    return _one(pynvml.nvmlDeviceGetPowerUsage, card)


def _counter(card: Card) -> float:
    return _one(pynvml.nvmlDeviceGetTotalEnergyConsumption, card)


def _one(function: Callable[[Any], float], card: Card) -> float:
    try:
        return function(card.handle) / 1000
    except pynvml.NVMLError as error:
        _checked(error.value)
        raise _Unsupported from None


def _window(card: Card, driver: str) -> int:
    """ms the power is a mean over; 0 where nobody has published it."""
    if "A100" in card.name or "A30" in card.name:
        return 25
    instant, usage = WINDOWS.get(card.architecture, (0, 0))
    if card.power[:1] == ["field"]:
        return instant
    return 100 if usage == 1000 and driver.startswith("530.") and card.architecture in (7, 8) else usage
