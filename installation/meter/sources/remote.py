"""The watts of a machine elsewhere that fits for this room, with that machine's own word, boundary and place.

`remote:HOST[:PORT]/TOPIC` hears what `underfoot player network --remote HOST[:PORT]/TOPIC` says there. The word
(measured, estimated) is the other machine's and is not raised; when it changes, the meter is opened anew. Its joules
are asked as a witness: watts that do not add up to them are in another unit, or not true, and are not believed.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode

from ...config import MeterSettings
from ...now import Provenance
from ..source import About, Fault
from ._answer import decoded, inside, number, words
from .mqtt import Meter as Mqtt

WAIT = 5.0  # s for the first message
WITNESS = 20.0  # J between two looks whether watts and joules go together
APART = 3.0  # times they may differ


class Meter(Mqtt):
    """What the machine elsewhere publishes, ten times a second."""

    covers = "the machine elsewhere"
    patience = 3.0  # ten messages a second are due, through whatever lies between

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        host, _, query = argument.partition("?")
        options = {k: v[-1] for k, v in parse_qs(query).items()} | {
            "key": "reading.watts",
            "every": "0.5",
            "time": "at",
        }
        super().__init__(f"{host.rstrip('/')}/now?{urlencode(options)}", settings)
        self.said: dict[str, Any] = {}
        self.witness = Witness()

    def open(self) -> About:
        self.said, self.witness = {}, Witness()
        about = super().open()
        deadline = time.monotonic() + WAIT
        while not self.said and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self.said:
            raise Fault(f"Nothing is published as {self.topic}; is `underfoot player network --remote` on there?")
        reading = self.said["reading"]
        place = words(self.said.get("place"), "a machine elsewhere")
        boundary = words(reading.get("boundary"), "its own boundary, which it does not say", longest=200)
        return replace(
            about,
            boundary=f"{place}: {boundary}",
            provenance=Provenance(self.provenance),
            uncertainty=_share(reading.get("uncertainty")) or about.uncertainty,
            not_counted="this room, and the way between",
            zeros=True,
        )

    @property
    def provenance(self) -> int:
        return int(self.said["reading"]["provenance"])

    def _watts(self, payload: bytes, *, retained: bool) -> float:
        who = f"The machine elsewhere ({self.topic})"
        watts = super()._watts(payload, retained=retained)
        said = decoded(payload, who)
        word = number(inside(said, "reading.provenance", who))
        if word not in (Provenance.MEASURED, Provenance.ESTIMATED, Provenance.REPLAYED):
            raise Fault(f"{who} has no reading itself.", gap=True)
        if self.said and word != self.provenance:
            raise Fault(f"{who} reads in another way than before; it is opened anew.", lost=True)
        self.said = said
        if not self.witness.agrees(watts, inside(said, "reading.joules", who), time.monotonic()):
            raise Fault(f"{who} says {watts:g} W, which does not go with its joules: another unit?", gap=True)
        return watts


def _share(said: object) -> float:
    """An uncertainty as a fraction; 0 where what was said is none."""
    share = number(said)
    return share if share is not None and 0 < share < 1 else 0.0


class Witness:
    """Adds up watts and looks whether the joules that are said beside them grow as fast."""

    def __init__(self) -> None:
        self.at = 0.0
        self.joules: float | None = None
        self.added = 0.0
        self.trusted = True

    def agrees(self, watts: float, joules: object, seconds: float) -> bool:
        """Whether watts and joules go together, as far as could be seen until now."""
        value = number(joules)
        if value is None:
            return self.trusted
        if self.joules is None:
            self.at, self.joules = seconds, value
            return self.trusted
        self.added += watts * min(max(seconds - self.at, 0.0), 1.0)
        self.at, grown = seconds, value - self.joules
        if max(grown, self.added) > WITNESS or grown < 0:
            self.trusted = grown > 0 and 1 / APART < self.added / grown < APART
            self.joules, self.added = value, 0.0
        return self.trusted
