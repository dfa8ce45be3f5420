"""One NVIDIA card: the calls it answers, the codes it answers with, and the one call that gives power and energy.

A call for several fields succeeds as a whole while a field in it holds nonsense, so each field's own code is looked at.
A way of reading that a card does not support is dropped for good; one that fails for once is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pynvml

from ..source import UNKNOWN, Fault

GPU, MODULE = 0, 1  # scopes of a power field
ENERGY, INSTANT = 83, 186  # NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION (mJ), NVML_FI_DEV_POWER_INSTANT (mW)
GONE = {1, 2, 9, 12, 15, 16, 18}  # codes after which everything must be opened anew
COUNTS_ON = {2, 15}  # of these, the codes that do not speak of a new driver: the card's counter may have gone on
NOT_SUPPORTED, NOT_FOUND, NOT_THERE = 3, 6, 13
VGPU = 2  # NVML_GPU_VIRTUALIZATION_MODE_VGPU
ARCHITECTURES = {2: "Kepler", 3: "Maxwell", 4: "Pascal", 5: "Volta", 6: "Turing", 7: "Ampere", 8: "Ada", 9: "Hopper"}
ARCHITECTURES |= {10: "Blackwell", 13: "Rubin"}
# Width of the window the power is a mean over, ms, by architecture: instant field, PowerUsage. Yang et al., as below.
WINDOWS = {4: (10, 10), 5: (10, 10), 6: (100, 100), 7: (100, 1000), 8: (100, 1000), 9: (25, 1000)}
UNCERTAINTY = 0.05  # NVIDIA states +-5 % for old cards only; Yang et al. found it typical, and a gain of each card
# Error of the sensor against a meter in the power line, where it is larger: Yang, Adamek, Armour, arXiv 2312.02741.
KNOWN_ERRORS = {"2060 SUPER": 0.132, "2080 Ti": 0.079, "A5000": 0.07, "A100": 0.058, "3090": 0.056, "4090": 0.052}
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
        uuid: by which it is found again; its number where it has none.
        limit: W it may draw; infinite if the driver does not say.
        shared: "MIG" or "vGPU" where what computes here is only a part of the card.
        power, energy: the calls that work, best first; what is not supported is taken out for good.
    """

    handle: Any
    uuid: str
    name: str
    architecture: int
    scope: int
    limit: float = UNKNOWN
    shared: str = ""
    power: list[str] = field(default_factory=list)
    energy: list[str] = field(default_factory=list)


def read_card(card: Card) -> tuple[float | None, float | None]:
    """W and J of a card, each None where the card has no such thing or it failed this once."""
    by_field = (card.power[:1], card.energy[:1])
    fields = _fields(card) if ["field"] in by_field else {}
    if len(fields) == 2 and by_field == (["field"], ["field"]):  # the usual case, twenty times a second
        return fields[INSTANT], fields[ENERGY]
    joules = _first(card.energy, {"field": lambda: fields[ENERGY], "counter": lambda: _counter(card)})
    try:
        return _first(card.power, {"field": lambda: fields[INSTANT], "usage": lambda: _usage(card)}), joules
    except Fault as fault:
        if fault.lost or joules is None:
            raise
        return None, joules


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call the driver; what it refuses becomes a fault with its remedy."""
    try:
        return function(*arguments)
    except pynvml.NVMLError as error:
        raise fault_of(error.value, str(error)) from None


def fault_of(code: int, text: str) -> Fault:
    """What a return code means here."""
    sentence = REMEDIES.get(code, f"The NVIDIA driver says: {text} (code {code}).")
    return Fault(sentence, lost=code in GONE, counts_on=code in COUNTS_ON)


def maybe(function: Callable[..., Any], *arguments: Any, otherwise: Any) -> Any:
    try:
        return function(*arguments)
    except pynvml.NVMLError:
        return otherwise


def text_of(function: Callable[[Any], str], handle: Any, otherwise: str) -> str:
    """A name the driver tells; what is not UTF-8 in it is marked and not fatal."""
    try:
        return function(handle)
    except UnicodeDecodeError as error:
        return bytes(error.object).decode("utf-8", "replace")
    except pynvml.NVMLError:
        return otherwise


def shared_of(handle: Any) -> str:
    """Whether only a part of the card computes here."""
    if maybe(pynvml.nvmlDeviceGetVirtualizationMode, handle, otherwise=0) == VGPU:
        return "vGPU"
    return "MIG" if maybe(pynvml.nvmlDeviceGetMigMode, handle, otherwise=[0, 0])[0] else ""


def limit_of(card: Card) -> float:
    milliwatts = maybe(pynvml.nvmlDeviceGetEnforcedPowerLimit, card.handle, otherwise=0)
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
        raise fault_of(code, str(pynvml.NVMLError(code)))


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


def window_of(card: Card, driver: str) -> int:
    """ms the power is a mean over; 0 where nobody has published it."""
    if re.search(r"\bA(100|30)\b", card.name):  # GA100, unlike the rest of Ampere
        return 25
    instant, usage = WINDOWS.get(card.architecture, (0, 0))
    if card.power[:1] == ["field"]:
        return instant
    return 100 if usage == 1000 and driver.startswith("530.") and card.architecture in (7, 8) else usage


def uncertainty_of(card: Card) -> float:
    """Half width of the interval around a card's watts, as a fraction."""
    worse = (error for model, error in KNOWN_ERRORS.items() if re.search(rf"\b{model}\b", card.name, re.I))
    return max(UNCERTAINTY, *worse, 0.0)
