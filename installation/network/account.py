"""What one fit took: the meter's joules between two moments, read between its samples."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..now import Now, Provenance
from ..score import JOULES, TIME

PATIENCE = 2.0  # s to wait for the sample after the end; a meter that is gone sends none


def joules_at(samples: NDArray[np.float64], moment: float) -> float:
    """Joules at a moment, on the straight line between two samples (n, 7); nan before the first and after the last."""
    rows = samples[samples[:, TIME] > 0]
    if not len(rows) or not rows[0, TIME] <= moment <= rows[-1, TIME]:
        return math.nan
    return float(np.interp(moment, rows[:, TIME], rows[:, JOULES]))


class Account:
    """Follows the meter through one fit.

    Args:
        now: the record.
        began: monotonic seconds.
    """

    def __init__(self, now: Now, began: float) -> None:
        self.now, self.began = now, began
        self.first = math.nan
        self.read = False

    def look(self) -> None:
        """To be called a few times a second while the fit runs: the ring of samples is only some seconds long."""
        self.read |= self.now.provenance != Provenance.NO_READING
        if math.isnan(self.first) and self.now.sampled_at >= self.began:
            self.first = joules_at(self.now.samples, self.began)
            if math.isnan(self.first):
                self.first = self.now.joules

    def closed(self, ended: float, seconds: float) -> bool:
        """Whether the meter has sampled past the end, or will not: it is lost, or was silent for long before."""
        sampled = self.now.sampled_at
        return sampled >= ended or ended - sampled > PATIENCE or seconds - ended > PATIENCE

    def joules(self, ended: float) -> float:
        """Energy from begin to end; nan where nothing was read: a gap is not a zero."""
        if not self.read:
            return math.nan
        last = joules_at(self.now.samples, ended)
        return (self.now.joules if math.isnan(last) else last) - self.first
