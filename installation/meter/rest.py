"""Rest: what the source draws while nothing is trained and nothing prepared, from its latest ten seconds of that.

Joules above rest are what a fit took beyond what the machine would have drawn anyway. Rest is of one source and one
provenance; nothing is taken from across a gap, and until ten seconds of it are known it is not known.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from itertools import pairwise

from ..now import Phase, Provenance
from .integrator import Row

SPAN = 10.0  # s
SETTLES = 1.0  # s after a fit in which its last samples still come in
BUSY = (Phase.PREPARING, Phase.FITTING)


class Rest:
    """Takes in the rows of one source and says what it draws at rest."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """Another source, or one that was opened again: what is known of rest is of the one before."""
        self.steps: deque[tuple[float, float]] = deque()  # s and J between two rows at rest, the oldest first
        self.span = 0.0
        self.provenance = Provenance.NO_READING
        self.last: Row | None = None
        self.busy_until = -math.inf

    def add(self, rows: Iterable[Row], phase: Phase) -> None:
        """Take in rows, oldest first, and what the network does as they come."""
        known = [] if self.last is None else [self.last]
        for before, row in pairwise([*known, *rows]):
            if row.provenance and row.provenance != self.provenance:
                self.begin_anew()
                self.provenance = Provenance(row.provenance)
            elif phase in BUSY:
                self.busy_until = row.time + SETTLES
            elif row.provenance and before.provenance and before.time >= self.busy_until:
                self._step(row.time - before.time, row.joules - before.joules)
            self.last = row
        if self.last is None:
            self.last = next(iter(rows), None)

    def _step(self, span: float, joules: float) -> None:
        self.steps.append((span, joules))
        self.span += span
        while self.span - self.steps[0][0] >= SPAN:
            self.span -= self.steps.popleft()[0]

    @property
    def watts(self) -> float:
        """W at rest; nan while less than ten seconds of rest are known."""
        if self.span < SPAN - 1e-6:
            return math.nan
        return math.fsum(joules for _, joules in self.steps) / math.fsum(span for span, _ in self.steps)
