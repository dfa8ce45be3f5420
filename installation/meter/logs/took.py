"""What the importer took, in two lines for a person: program, column, unit, clock; joules, gaps, lines left out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from .cards import Card
from .columns import Columns
from .curve import Curve
from .layouts import Layout
from .rows import Rows
from .series import PER_STAMP, Series
from .times import NO_ZONE
from .wishes import Wishes

ONE_CARD = 3000.0  # W that no single graphics card draws
OVER = 1.1  # times its own limit that a card's mean may be
CARD = re.compile(r"gpu|geforce|rtx|radeon|tesla|quadro|nvidia|board power", re.I)
HOUR = 3600.0  # s clocks go forward in spring
SUNDAY = 6
MANY_GAPS = 0.2  # of the stretches: then the log may hold changes alone
LISTED = 8


@dataclass(frozen=True)
class Took:
    """What was chosen and found."""

    layout: Layout
    columns: Columns
    rows: Rows
    cards: Sequence[Card]
    each: Mapping[str, Series]
    whole: Curve
    wishes: Wishes

    def what(self, tables: int) -> str:
        """The log, the cards, the column with its unit, and the clock."""
        log = self.layout.name or "no program known here"
        more = f" ({tables} tables, one after the other)" if tables > 1 else ""
        columns = " and ".join(repr(name) for name in dict.fromkeys(self.columns.power[c.column] for c in self.cards))
        clock = " with ".join(map(repr, self.columns.time))
        by = f"{clock} as {self.rows.times.words}" if clock else self.rows.times.words
        unit = self.rows.units[self.cards[0].column]
        return f"{log}{more}: {self._cards()}{columns} {unit}, {self._how()}; {by}"

    def _cards(self) -> str:
        labels = [card.label for card in self.cards]
        if len(labels) > 1:
            rest = f" and {len(labels) - LISTED} more" if len(labels) > LISTED else ""
            return f"the sum of {', '.join(labels[:LISTED])}{rest}, "
        return (
            ""
            if labels[0] in self.columns.power
            else f"card {labels[0]}, "
            if labels[0].isdigit()
            else f"{labels[0]}, "
        )

    def _how(self) -> str:
        one = next(iter(self.each.values()))
        if self.rows.energy:
            return "the energy of each row" if self.columns.each_row else "a counter, by its differences"
        if self.wishes.held or self.layout.held:
            limit = f", {self.wishes.held:g} s at most" if 0 < self.wishes.held < math.inf else ""
            return f"each value held until the next{limit}"
        if one.per_stamp >= PER_STAMP:
            return f"the mean of {one.per_stamp:g} lines a stamp"
        return f"a value each {one.step:.4g} s"

    def joules(self, left_out: Mapping[str, int], notes: Sequence[str]) -> str:
        """Joules, gaps, and lines left out by reason."""
        left = ", ".join(f"{n} {why}" for why, n in left_out.items())
        used = f"lines left out: {left}" if left else "every line was used"
        known = f"{self.whole.joules:.7g} J in {self.whole.known_seconds:.6g} s"
        return "; ".join([known, gaps_in_words(self.whole), used, *notes])

    def doubts(self) -> Iterator[str]:
        """What makes the watts hard to believe, in words."""
        mean = self.whole.joules / self.whole.known_seconds if self.whole.known_seconds else 0.0
        limits = [limit for cell in self.rows.extra.get("limit", []) if (limit := _number(cell))]
        if len(self.cards) == 1 and limits and mean > OVER * max(limits):
            yield f"Doubtful: {mean:.4g} W on average, over the limit of {max(limits):g} W beside it: another unit?"
        elif len(self.cards) == 1 and self._is_a_card() and mean > ONE_CARD:
            yield f"Doubtful: {mean:.4g} W on average, and no single graphics card draws that; is it mW (--unit mW)?"
        gaps = sum(map(bool, self.whole.gaps))
        if gaps > 3 and gaps > MANY_GAPS * len(self.whole.gaps) and not (self.layout.held or self.wishes.held):
            yield "The rows are unevenly spaced: if a value stands until the next is written, say --held."
        if self.rows.times.clock == NO_ZONE and (at := self._hour()):
            yield f"The clock jumps by an hour ({at}): if clocks went forward then, say --zone, such as Europe/Berlin."
        stamped = next(iter(self.each.values())).per_stamp
        if stamped >= PER_STAMP and len(self.cards) == 1 and self._is_a_card():
            yield f"There are {stamped:g} lines of each stamp: if they are several cards, log their index too."

    def _hour(self) -> str:
        """When a pause of a Sunday begins that is an hour and one spacing long; empty where none is."""
        step = next(iter(self.each.values())).step
        spans = np.diff(self.whole.edges)
        jumps = [i for i, gap in enumerate(self.whole.gaps) if gap and abs(spans[i] - HOUR - step) < step / 2]
        first = min(s.first for s in self.each.values())
        stamps = (self.rows.times.iso(first + float(self.whole.edges[i] - self.whole.edges[0])) for i in jumps)
        return next((stamp for stamp in stamps if datetime.fromisoformat(stamp).weekday() == SUNDAY), "")

    def _is_a_card(self) -> bool:
        names = (*self.columns.power, *self.columns.sources, self.layout.name, *self.rows.extra.get("machine", [])[:1])
        return any(CARD.search(name) for name in names)


def gaps_in_words(whole: Curve) -> str:
    """How many gaps there are, how long, and why the longest is one."""
    edges = whole.edges.tolist()
    spans = [(b - a, gap) for a, b, gap in zip(edges, edges[1:], whole.gaps, strict=False) if gap]
    if not spans:
        return "no gap"
    longest, reason = max(spans)
    if len(spans) == 1:
        return f"1 gap of {longest:.4g} s: {reason}"
    return f"{len(spans)} gaps, {math.fsum(s for s, _ in spans):.4g} s, the longest {longest:.4g} s: {reason}"


def _number(cell: str) -> float:
    match = re.match(r"\d+(\.\d+)?", cell)
    return float(match[0]) if match else 0.0
