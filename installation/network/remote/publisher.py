"""A fit for a room elsewhere: this machine says over a broker what it reads and does, and hears the room's presses."""

from __future__ import annotations

import math
import time
from typing import Any

from ...now import Now
from ...reading import provenance_at
from .broker import Broker
from .message import NUMBERS, PHRASES

EVERY = 0.1  # s between two messages


class Away:
    """The end of the line on the machine that fits.

    Args:
        now: the record of this machine, where its own meter plays too.
        address: the broker and topic.
        place: where this machine stands, as the room shall be told.
    """

    def __init__(self, now: Now, address: str, place: str) -> None:
        self.now, self.place = now, place
        self.broker = Broker(address, says="now", hears="press")
        self.said_at = 0.0

    @property
    def presses(self) -> int:
        """Presses of the room since this line was opened."""
        return self.broker.heard

    def tick(self, at: float) -> None:
        """Say what is true at this moment, ten times a second."""
        if at - self.said_at >= EVERY:
            self.said_at = at
            self.broker.say(snapshot(self.now, self.place, at))

    def close(self) -> None:
        self.broker.close()


def snapshot(now: Now, place: str, at: float) -> dict[str, Any]:
    """One message: times as seconds ago, because two machines do not share a clock; what is no number as null."""
    reading = {
        "watts": _plain(now.watts),
        "joules": _plain(now.joules),
        "provenance": int(provenance_at(now, at)),
        "uncertainty": _plain(now.uncertainty),
        "boundary": now.boundary,
        "meter": now.meter_name,
        "age": _plain(max(0.0, at - now.sampled_at)) if now.sampled_at else None,
    }
    network = {name: _plain(now[name]) for name in NUMBERS} | {name: now[name] for name in PHRASES}
    began = at - now.fit_began_at if now.fit_began_at else None
    ended = at - now.fit_ended_at if now.fit_ended_at else None
    said = {"version": 1, "at": time.time(), "place": place, "reading": reading}
    return said | {"network": network, "began_ago": began, "ended_ago": ended, "note": now.of("network").note}


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
