"""The ring is the newest stretch of samples as the record holds it, with what the network did at each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..now import SAMPLES, Now, Phase
from ..score.grains import TIME
from .integrator import Row


def depth(now: Now) -> float:
    """How deep in the fit the network is, 0 to 1; 0 while it does not fit."""
    if now.phase != Phase.FITTING or not (now.epochs and now.batches):
        return 0.0
    return min(1.0, max(0.0, (now.epoch - 1 + now.batch / now.batches) / now.epochs))


class Ring:
    """`now.samples`, (128, 7), newest last; a restarted meter goes on with what stands there."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self.rows = np.array(now.samples, np.float64)

    @property
    def newest_at(self) -> float:
        """Monotonic s of the newest sample; 0 if there is none."""
        return float(self.rows[-1, TIME])

    def add(self, rows: Iterable[Row]) -> None:
        """Append samples and publish the ring whole."""
        now = self.now
        spent_on = (now.phase, depth(now), now.parameters)
        fresh = [(r.time, r.joules, r.watts, r.provenance, *spent_on) for r in rows][-SAMPLES:]
        if not fresh:
            return
        self.rows[: -len(fresh)] = self.rows[len(fresh) :]
        self.rows[-len(fresh) :] = fresh
        now.samples = self.rows
