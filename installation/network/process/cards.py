"""Which graphics card a fit computes on: the driver's own list, in the order and with the choice that CUDA knows.

CUDA counts cards by their speed unless it is told to count by their place on the bus (environment() tells it so); then
its numbers are the driver's, as far as CUDA_VISIBLE_DEVICES leaves any. Keras trains on the first of those it sees,
and on all of them only where a file sets a distribution.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from ...coverage import PROCESSOR

FIELDS = ("index", "uuid", "pci.bus_id", "memory.free", "compute_cap", "name")  # the name may hold a comma
OLDER = ("index", "uuid", "pci.bus_id", "memory.free", "name")  # drivers before 510 know no compute_cap
LIST_WITHIN = 10.0  # s


@dataclass(frozen=True)
class Card:
    """One card by the driver's word.

    Attributes:
        free: bytes; infinite where it does not say.
        capability: CUDA's number for what the card can do, such as 9.0; 0 where it does not say.
    """

    index: int
    uuid: str
    bus: str
    free: float
    capability: float
    name: str


def listed() -> list[Card]:
    """All cards, by the driver's own tool, in the order of the bus; none where there is no such tool."""
    tool = shutil.which("nvidia-smi")
    for fields in (FIELDS, OLDER) if tool else ():
        query = [str(tool), f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"]
        with contextlib.suppress(subprocess.SubprocessError, OSError):
            told = subprocess.run(query, capture_output=True, text=True, timeout=LIST_WITHIN, check=True).stdout
            return parse(told, fields)
    return []


def parse(told: str, fields: Sequence[str] = FIELDS) -> list[Card]:
    """The cards in the tool's lines; a line that is none is left out."""
    found = []
    for line in told.splitlines():
        parts = dict(zip(fields, (part.strip() for part in line.split(",", len(fields) - 1)), strict=False))
        with contextlib.suppress(ValueError, KeyError):
            free, can = _number(parts["memory.free"], math.inf) * 2**20, _number(parts.get("compute_cap", ""), 0.0)
            found.append(Card(int(parts["index"]), parts["uuid"], parts["pci.bus_id"], free, can, parts["name"]))
    return found


def _number(text: str, otherwise: float) -> float:
    try:
        return float(text)
    except ValueError:  # "[N/A]", such as the memory of a card that shares the machine's
        return otherwise


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
