"""What a machine elsewhere says is looked at before a word of it reaches the record: shape, types, ranges."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from ...now import Phase

NUMBERS = (
    *("phase", "parameters", "epoch", "epochs", "batch", "batches", "loss", "accuracy", "seen", "unseen", "asked"),
    *(
        "operations",
        "chance",
        "fits",
        "fit_updates",
        "fit_rows",
        "fit_calls",
        "rung",
        "rungs",
        "batch_rows",
        "unseen_from",
    ),
)
PHRASES = ("network", "about", "source", "fit_line", "detail", "preparing", "fit_ended", "measures", "learned")
SHARES = ("accuracy", "seen", "unseen", "chance")
MOST = 1e30
LONGEST = 16_000  # characters


class MessageError(ValueError):
    """Why a message is not believed, in words that follow "the other machine"."""


@dataclass(frozen=True)
class Message:
    """A message that can be believed.

    Attributes:
        numbers, phrases: fields of the network by name; nan where the other machine has no number.
        began_ago, ended_ago: s; nan where there is no such moment.
        place: where the other machine stands; boundary, provenance: of its own meter; note: its own trouble.
    """

    numbers: dict[str, float]
    phrases: dict[str, str]
    began_ago: float
    ended_ago: float
    place: str
    boundary: str
    provenance: int
    note: str


def believed(payload: bytes) -> Message:
    """Read a message.

    Raises:
        MessageError: it is not what this version says.
    """
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        raise MessageError("says something that is not JSON") from None
    if not isinstance(said, dict) or said.get("version") != 1:
        raise MessageError("speaks another version; install the same on both")
    network, reading = said.get("network"), said.get("reading")
    if not isinstance(network, dict) or not isinstance(reading, dict):
        raise MessageError("leaves out its network or its reading")
    numbers = {name: _number(network, name) for name in NUMBERS}
    if numbers["phase"] not in set(Phase):
        raise MessageError(f"says a phase {numbers['phase']:g} that there is not")
    if any(not 0 <= numbers[name] <= 1 for name in SHARES if not math.isnan(numbers[name])):
        raise MessageError("says a share that is not between 0 and 1")
    return Message(
        numbers=numbers,
        phrases={name: _phrase(network, name) for name in PHRASES},
        began_ago=_number(said, "began_ago"),
        ended_ago=_number(said, "ended_ago"),
        place=_phrase(said, "place"),
        boundary=_phrase(reading, "boundary"),
        provenance=int(_number(reading, "provenance")),
        note=_phrase(said, "note"),
    )


def _number(table: dict[str, object], name: str) -> float:
    value = table.get(name)
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST < value < MOST:
        raise MessageError(f"says {str(value)[:40]!r} for {name}")
    if value < 0 and name != "loss":
        raise MessageError(f"says {value:g} for {name}, which is below 0")
    return float(value)


def _phrase(table: dict[str, object], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise MessageError(f"says {str(value)[:40]!r} for {name}, which is no text")
    return value[:LONGEST]
