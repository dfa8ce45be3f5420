"""Which graphics card a fit computes on: the driver's own list, in the order and with the choice that CUDA knows.

CUDA counts cards by their speed unless it is told to count by their place on the bus (environment() tells it so); then
its numbers are the driver's, as far as CUDA_VISIBLE_DEVICES leaves any. Keras trains on the first of those it sees,
and on all of them only where a file sets a distribution.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from ...coverage import PROCESSOR

FIELDS = ("index", "uuid", "pci.bus_id", "memory.free", "name")
LIST_WITHIN = 10.0  # s


@dataclass(frozen=True)
class Card:
    """One card by the driver's word; free, bytes, is infinite where it does not say."""

    index: int
    uuid: str
    bus: str
    free: float
    name: str


def listed() -> list[Card]:
    """All cards, by the driver's own tool, in the order of the bus; none where there is no such tool."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    query = [tool, f"--query-gpu={','.join(FIELDS)}", "--format=csv,noheader,nounits"]
    with contextlib.suppress(subprocess.SubprocessError, OSError):
        told = subprocess.run(query, capture_output=True, text=True, timeout=LIST_WITHIN, check=True).stdout
        return parse(told)
    return []


def parse(told: str) -> list[Card]:
    """The cards in the tool's lines; a line that is none is left out."""
    found = []
    for line in told.splitlines():
        parts = [part.strip() for part in line.split(",", len(FIELDS) - 1)]
        with contextlib.suppress(ValueError):
            index, uuid, bus, free, name = parts
            found.append(Card(int(index), uuid, bus, _bytes(free), name))
    return found


def _bytes(mebibytes: str) -> float:
    try:
        return float(mebibytes) * 2**20
    except ValueError:  # "[N/A]", where a card shares the machine's memory
        return float("inf")


def visible(cards: Sequence[Card], chosen: str | None) -> list[Card]:
    """The cards that CUDA sees, in its order.

    Args:
        cards: all, in the order of the bus.
        chosen: the value of CUDA_VISIBLE_DEVICES; None where it is not set. As CUDA does, a name that is no card ends
            the list; a UUID may be cut short.
    """
    if chosen is None:
        return list(cards)
    found: list[Card] = []
    for word in filter(None, (part.strip() for part in chosen.split(","))):
        card = next((c for c in cards if word == str(c.index) or (len(word) > 4 and c.uuid.startswith(word))), None)
        if card is None:
            break
        found.append(card)
    return found


def training(seen: Sequence[str], distributed: bool = False) -> list[Card]:
    """The cards a fit computes on.

    Args:
        seen: the cards Keras can use, by its own names, such as "gpu:0".
        distributed: whether the file spreads its work over all of them.
    """
    here = visible(listed(), os.environ.get("CUDA_VISIBLE_DEVICES"))
    return here[: len(seen) if distributed else 1] if seen else []


def ran_on(seen: Sequence[str], distributed: bool = False) -> str:
    """What a fit computes on, as the record names it; empty where a card computes whose name nobody tells."""
    if not seen:
        return PROCESSOR
    return " ".join(card.uuid for card in training(seen, distributed))
