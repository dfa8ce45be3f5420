"""The tally counts what one press trains, over all calls that its file makes, and writes it to the record.

A press is one row with its parts. A part is a call of fit, a run of train_on_batch, or a loop of the file's own; it has
its own begin and end, so that joules, seconds, updates and rows always cover the same span.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...now import Now, Phase

FIT, BATCHES, LOOP = "fit", "train_on_batch", "own loop"


@dataclass
class Part:
    """One call that trains.

    Attributes:
        what: FIT, BATCHES or LOOP.
        networks: names of the networks it trains.
        line: the call as the file has it.
        at: its line in the file.
        began, ended: monotonic s.
        epochs, updates, rows: trained so far; nan where nobody tells.
        measures: loss and metrics by name, as Keras gave them last.
    """

    what: str
    networks: list[str]
    line: str
    at: int
    began: float
    ended: float = 0.0
    epochs: int = 0
    updates: float = 0
    rows: float = 0
    measures: dict[str, float] = field(default_factory=dict)

    def message(self) -> dict[str, Any]:
        """The part as it goes to the player."""
        numbers = {name: _known(getattr(self, name)) for name in ("epochs", "updates", "rows")}
        measures = {name: _known(value) for name, value in self.measures.items()}
        head = {"what": self.what, "network": ", ".join(self.networks), "line": self.line, "at": self.at}
        return head | {"began": self.began, "ended": self.ended} | numbers | {"measures": measures}


class Tally:
    """What one press has trained so far.

    Args:
        now: the record, opened by the network.
        leaving: asked at each batch whether the fit shall end.
        tell: hears of each part when it begins, and when it is over.
    """

    def __init__(self, now: Now, leaving: Callable[[], bool], tell: Callable[[Part], None]) -> None:
        self.now, self.leaving, self.tell = now, leaving, tell
        self.ready(math.inf)

    def ready(self, seconds: float) -> None:
        """Get ready for one press; its training may last so many seconds."""
        self.seconds = seconds
        self.part: Part | None = None
        self.last: Part | None = None
        self.calls = 0
        self.updates = self.rows = 0.0
        self.epochs = 0
        self.began = self.ended = 0.0
        self.broken = self.stopped = self.timed_out = False

    @property
    def over(self) -> bool:
        """Whether what trains shall end: its seconds are over, somebody leaves, or it is no number any more."""
        self.timed_out |= bool(self.began) and time.monotonic() - self.began > self.seconds
        self.stopped |= self.leaving()
        return self.broken or self.stopped or self.timed_out

    def begin(self, what: str, network: str, line: str, at: int) -> Part:
        """A part begins; the first one begins the fit."""
        if self.part and self.part.what == what != FIT:
            if network not in self.part.networks:
                self._name_apart(self.part)
                self.part.networks.append(network)
            return self.part
        self.end()
        self.part = Part(what, [network], line, at, time.monotonic())
        self.calls += 1
        if not self.began:
            self._begin(self.part.began)
        self._reset()
        self.now.fit_line = line
        self.now.fit_calls = self.calls
        self.now.phase = Phase.FITTING
        self.tell(self.part)
        return self.part

    @staticmethod
    def _name_apart(part: Part) -> None:
        """A second network comes: what the first one measures bears its name from now on."""
        if len(part.networks) == 1:
            part.measures = {f"{part.networks[0]} {name}": value for name, value in part.measures.items()}

    def _begin(self, moment: float) -> None:
        now = self.now
        now.loss = now.accuracy = now.seen = now.unseen = now.fit_began_with = now.fit_joules = math.nan
        now.fit_rest_watts = now.fit_rest_joules = math.nan
        now.asked = now.unseen_from = now.fit_updates = now.fit_rows = 0.0
        now.fit_seconds = now.fit_ended_at = 0.0
        now.fit_ended = now.learned = now.measures = now.fit_parts = ""
        self.began = now.fit_began_at = moment
        now.fits += 1

    def _reset(self) -> None:
        now = self.now
        now.epoch = now.epochs = now.batch = now.batches = 0.0
        now.loss = now.accuracy = math.nan

    def count(self, updates: float, rows: float, measures: Mapping[str, float]) -> None:
        """Some updates more."""
        assert self.part is not None
        self.part.updates += updates
        self.part.rows += rows
        self.updates += updates
        self.rows += rows
        self.part.measures.update(measures)
        self.now.fit_updates, self.now.fit_rows = self.updates, self.rows
        if math.isfinite(updates):
            self.now.updates += updates

    def recount(self, rows: float) -> None:
        """The rows of this part, now that they are known better."""
        assert self.part is not None
        self.rows += rows - self.part.rows
        self.part.rows = rows
        self.now.fit_rows = self.rows

    def show(self) -> None:
        """Write the newest loss and metrics by their names."""
        if self.part:
            self.now.measures = json.dumps({k: _known(v) for k, v in self.part.measures.items()})

    def end(self) -> None:
        """The part that runs is over."""
        if self.part is None:
            return
        self.ended = self.part.ended = time.monotonic()
        self.epochs += self.part.epochs
        self.show()
        self.tell(self.part)
        self.last, self.part = self.part, None


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
