"""A watch over NVIDIA cards: how often a sensor changes, and whether counter and power are of the same thing.

On a module that carries a processor beside the card (Grace Hopper) the energy counter counts the whole module while
the power is the card's alone (Zeus, pull request 172). So what the counter grows is held against the power meanwhile.
"""

from __future__ import annotations

import re
import statistics
import time
from dataclasses import dataclass, field
from itertools import pairwise

import pynvml

from ..source import Fault
from ._nvml_card import Card, maybe, read_card

MEASURE_FOR = 0.45  # s the sensor is watched, at most
LOOK_EVERY = 0.004  # s
ENOUGH = 4  # values seen: the first was there already, two whole periods lie between the others


@dataclass
class Look:
    """What one card said while it was watched: monotonic s, W and J where it has them; `changes`: s of new values."""

    times: list[float] = field(default_factory=list)
    watts: list[float | None] = field(default_factory=list)
    joules: list[float | None] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)

    def add(self, seconds: float, watts: float | None, joules: float | None) -> None:
        new = joules if joules is not None else watts
        old = [] if not self.times else [self.joules[-1] if joules is not None else self.watts[-1]]
        if old != [new]:
            self.changes.append(len(self.times))
        self.times.append(seconds)
        self.watts.append(watts)
        self.joules.append(joules)


def watch(cards: list[Card], seconds: float = 0.0) -> list[Look]:
    """Look at cards until each has changed often enough, or for so many s if told."""
    looks = [Look() for _ in cards]
    end = time.monotonic() + (seconds or MEASURE_FOR)
    while time.monotonic() < end and (seconds or any(len(look.changes) < ENOUGH for look in looks)):
        for card, look in zip(cards, looks, strict=True):
            try:
                values = read_card(card)
            except Fault as fault:
                if fault.lost:
                    raise
                continue
            look.add(time.monotonic(), *values)
        time.sleep(LOOK_EVERY)
    return looks


def sensor_period(look: Look) -> float:
    """s between two new values of a sensor; 0 if it was not seen to change."""
    moments = [look.times[i] for i in look.changes[1:]]
    gaps = [b - a for a, b in pairwise(moments)]
    return statistics.median(gaps) if gaps else 0.0


def ratios(looks: list[Look]) -> list[float]:
    """How many times its power each card's counter counted; 0 where that was not seen."""
    return [_ratio(look) for look in looks]


def _ratio(look: Look) -> float:
    """Between the first and the last step that were seen whole, so that no part of a step is missing."""
    if len(look.changes) < 3:
        return 0.0
    first, last = look.changes[1], look.changes[-1]
    watts, joules = look.watts[first:last], [look.joules[first], look.joules[last]]
    if any(w is None for w in watts) or None in joules:
        return 0.0
    drawn = statistics.fmean(w for w in watts if w is not None) * (look.times[last] - look.times[first])
    counted = (joules[1] or 0.0) - (joules[0] or 0.0)
    return counted / drawn if drawn > 0 and counted > 0 else 0.0


def is_module(card: Card) -> bool:
    """Whether a card shares its module with a processor: by the link between them, else by its name."""
    info = maybe(pynvml.nvmlDeviceGetC2cModeInfoV, card.handle, otherwise=None)
    linked = bool(getattr(info, "isC2cEnabled", 0))
    return linked or re.search(r"\bG[BH]\d{3}\b", card.name) is not None
