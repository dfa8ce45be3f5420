"""What a fit learned: each measure on the rows it was shown, and on rows it never saw, where there are such rows.

Rows are new only if the lines that make the data, run again, give other rows. Else they are those the file itself
holds out; else there is one number alone.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from ...guard import attempt
from .data import Data, Rows
from .measures import accuracies, numbers

MOST_ASKED = 1000  # rows each of the two numbers rests on, at most
ASK_WITHIN = 2.0  # s the asking may take, as judged by the fit's own pace
UNKNOWN, NEW, HELD_OUT, NONE = range(4)  # now.unseen_from


@dataclass
class Question:
    """What is asked of a network after its fit.

    Attributes:
        model, data: of its last call of fit.
        step: s one batch took.
        measures: what Keras said last, while it trained.
        alone: whether the press fitted once: only then the next run's rows are comparable.
        shown: digests of the rows it was shown.
    """

    model: Any
    data: Data
    step: float
    measures: dict[str, float]
    alone: bool
    most: int = 0
    asked: int = 0
    unseen_from: int = UNKNOWN
    shown: frozenset[bytes] = frozenset()

    def __post_init__(self) -> None:
        self.shares = accuracies(self.model)
        pace = int(ASK_WITHIN / max(self.step, 1e-6)) * max(self.data.batch_rows, 1)
        self.most = max(1, min(pace, MOST_ASKED))
        self.seen: dict[str, float] = {}
        self.unseen: dict[str, float] = {}

    def ask_shown(self) -> None:
        """The first number; and the second, where the file itself holds rows out."""
        self.seen, self.asked = self._of(self.data.shown(self.most))
        if not self.seen:
            self.seen = dict(self.measures)  # as Keras said, while it trained
        held = self.data.held_out(self.most)
        if held is not None:
            self.unseen, _ = self._of(held)
            self.unseen_from = HELD_OUT if self.unseen else NONE
        elif not self.alone or not self.asked or not self.data.are_arrays:
            self.unseen_from = NONE
        if self.unseen_from == UNKNOWN:
            self.shown = self.data.digests()

    def ask_new(self, data: Data) -> None:
        """The second number, of rows that the next run made."""
        if self.unseen_from == UNKNOWN:
            self.unseen, _ = self._of(data.new_to(self.shown, self.asked))
            self.unseen_from = NEW if self.unseen else NONE

    def _of(self, rows: tuple[Rows, int] | None) -> tuple[dict[str, float], int]:
        """Each measure on some rows, and how many; nothing where the network cannot be asked."""
        if rows is None or self.model._compile_loss is None:
            return {}, 0
        told: dict[str, float] = {}
        ask = lambda: told.update(numbers(self.model.evaluate(**rows[0], verbose=0, return_dict=True)))  # noqa: E731
        error = attempt(0, ask)  # a network that cannot be asked has no answer; its fit was whole all the same
        return ({}, 0) if error else (told, rows[1])

    def message(self) -> dict[str, Any]:
        """The answer as the record takes it."""
        rows = [self._row(name) for name in self.seen]
        share = next((row for row in rows if row["kind"] == "share"), {"seen": None, "unseen": None})
        return {
            "seen": _number(share["seen"]),
            "unseen": _number(share["unseen"]),
            "asked": self.asked,
            "unseen_from": self.unseen_from,
            "learned": json.dumps(rows),
        }

    def _row(self, name: str) -> dict[str, Any]:
        kind = "share" if name in self.shares else "value"
        return {"name": name, "kind": kind, "seen": _known(self.seen[name]), "unseen": _known(self.unseen.get(name))}


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else value
