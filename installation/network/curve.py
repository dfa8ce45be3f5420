"""The curve of a fit: its loss and its share right against its joules, to see what each further joule brought."""

from __future__ import annotations

import math

import numpy as np

from ..now import Now

POINTS = 128  # rows of now.curve
EVERY = 0.1  # s between two times it is written


class Curve:
    """Collects one fit's points; where they become too many, two neighbours become one.

    A point is the mean of all that was seen over a stretch of joules, and every stretch is as long. The loss is that of
    the batch that ran, the joules are those of the meter's newest sample: they belong together within a meter period.

    Args:
        now: the record, to be written by the network.
    """

    def __init__(self, now: Now) -> None:
        self.now = now
        self.sums: list[np.ndarray] = []  # joules, loss, share right, and how many were added
        self.stretch, self.written_at, self.updates = 0.0, -math.inf, 0.0
        self._write()

    def look(self, joules: float, at: float) -> None:
        """To be called at each look at the meter: joules since the begin, monotonic s."""
        now = self.now
        if not (math.isfinite(joules) and math.isfinite(now.loss)) or now.fit_updates == self.updates:
            return
        self.updates = now.fit_updates
        if self.sums and joules < self.sums[-1][0] / self.sums[-1][3] + self.stretch:
            self.sums[-1] += self._seen(joules)
        else:
            self.sums.append(self._seen(joules))
        if len(self.sums) > POINTS:
            self._halve()
        if at - self.written_at > EVERY:
            self.written_at = at
            self._write()

    def close(self) -> None:
        """The fit is over: the last points are written."""
        self._write()

    def _seen(self, joules: float) -> np.ndarray:
        return np.array([joules, self.now.loss, self.now.accuracy, 1.0])

    def _halve(self) -> None:
        joules = self.sums[-1][0] / self.sums[-1][3]
        pairs = [sum(self.sums[i : i + 2]) for i in range(0, len(self.sums), 2)]
        self.sums, self.stretch = [np.asarray(pair) for pair in pairs], 2 * joules / POINTS

    def _write(self) -> None:
        rows = np.full((POINTS, 3), np.nan)
        for i, point in enumerate(self.sums[-POINTS:]):
            rows[i] = point[:3] / point[3]
        self.now.curve = rows


def told(rows: np.ndarray, most: int = 6) -> str:
    """A curve in words: the loss at a few of its joules, first and last among them; empty where there is none."""
    points = rows[np.isfinite(rows[:, 0])]
    if not len(points):
        return ""
    chosen = points[np.unique(np.linspace(0, len(points) - 1, most).round().astype(int))]
    return ", ".join(f"{loss:.3g} at {joules:.3g} J" for joules, loss, _ in chosen)
