"""The section as numbers: a layer for each stretch of time, as thick as its joules, folded so that a day fits.

Depth follows from energy alone: with E joules lying above it, a joule of a layer is as thick as 1 / (EASE + E). So the
newest seconds are wide, a whole day still fits on one screen (depth grows with the logarithm of its energy), and twice
the watts is twice the growth at the surface. Two neighbouring stretches whose layers have grown thin become one layer
of twice the time: nothing is dropped, their joules are added column by column, and the number of layers stays small
however long the day was. What becomes one follows from the numbers alone, so a day read back from the ledger folds in
the same way.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from installation.score.colour import BUSY, size
from installation.score.grains import JOULES, PARAMETERS, PHASE, PROVENANCE, TIME

Floats = NDArray[np.float64]

STRETCH = 10.0  # s: the time of one layer when it is new
COLUMNS = 256  # of one layer, from its begin (left) to its end (right)
EASE = 800.0  # grains: the energy at which a layer is half as thick as at the surface
THIN = 0.3  # in units of the fold: two neighbours that are thinner together become one
LONGEST_STEP = 1.0  # s, or three periods of the meter: two samples further apart have a gap between them
SECONDS, ENERGY, FITTING, HEAVY = range(4)  # rows of a layer's columns: s read, J, J while a fit ran, those by size


@dataclass(frozen=True)
class Layer:
    """One stretch of time.

    Attributes:
        level: it is STRETCH * 2 ** level long.
        number: which stretch of that length, counted from the origin of time.
        columns: (4, COLUMNS) seconds with a reading, joules, joules while a fit ran, and those weighted by the size of
            the network from 0 (the first) to 1 (large).
    """

    level: int
    number: int
    columns: Floats

    @cached_property
    def joules(self) -> float:
        return float(self.columns[ENERGY].sum())

    @property
    def begin(self) -> float:
        """s, on the clock of the samples fed in."""
        return self.number * STRETCH * 2.0**self.level

    @property
    def end(self) -> float:
        return (self.number + 1) * STRETCH * 2.0**self.level


class Strata:
    """All layers of a day, newest first, and the one that is being laid down.

    Args:
        joules_per_grain: J; the fold is measured in grains, so that a large machine fills its screen no faster.
        offset: s added to the samples' monotonic times; layers are cut on that clock.
        thin: in units of the fold, from when on two neighbours become one; more where lines are seen larger.
    """

    def __init__(self, joules_per_grain: float = 1.0, offset: float = 0.0, thin: float = THIN) -> None:
        self.ease = EASE * joules_per_grain
        self.offset, self.thin = offset, thin
        self.layers: list[Layer] = []
        self.points: list[tuple[float, ...]] = []  # of the open stretch: time, then the sums of the four rows
        self.last: Floats | None = None
        self.before: Layer | None = None  # what the ledger knows of a stretch that is still open
        self.longest = LONGEST_STEP
        self.laid = 0  # layers completed; grows by one with each

    def feed(self, samples: Floats, period: float = 0.0) -> None:
        """Take in `now.samples`, (n, 7), newest last, of a meter of this period, s; what was seen is passed over."""
        self.longest = max(LONGEST_STEP, 3 * period)
        rows = samples[samples[:, TIME] > 0]
        if self.last is not None:
            rows = rows[rows[:, TIME] > self.last[TIME]]
        for row in rows:
            if self.last is not None:
                if np.isfinite(row[JOULES]):
                    self._step(self.last, row)
                row = np.where(np.arange(len(row)) == JOULES, np.fmax(row, self.last), row)  # a joule is laid down once
            self.last = row

    def _step(self, a: Floats, b: Floats) -> None:
        span = float(b[TIME] - a[TIME])
        joules = max(0.0, float(b[JOULES] - a[JOULES]))
        read = span if b[PROVENANCE] and span <= self.longest else 0.0
        busy = joules if b[PHASE] in BUSY else 0.0
        self.add(float(b[TIME]) + self.offset, span, read, joules, busy, busy * size(float(b[PARAMETERS])))

    def add(self, end: float, span: float, read: float, joules: float, fitting: float, heavy: float) -> None:
        """Lay down what fell in the `span` seconds up to `end`; the four sums are s, J, J, J."""
        begin = end - span
        if not self.points:
            self.points = [(begin, 0.0, 0.0, 0.0, 0.0)]
        if begin > self.points[-1][0] + 1e-6:  # nothing is known of the time between
            self._point(begin, 0.0, 0.0, 0.0, 0.0)
        self._point(end, read, joules, fitting, heavy)
        while self.points[-1][0] >= self.closes:
            self._close()

    def _point(self, time: float, *sums: float) -> None:
        last = self.points[-1]
        self.points.append((time, *(a + b for a, b in zip(last[1:], sums, strict=True))))

    @property
    def number(self) -> int:
        """Which stretch is open."""
        return math.floor(self.points[0][0] / STRETCH + 1e-9) if self.points else 0

    @property
    def closes(self) -> float:
        return (self.number + 1) * STRETCH

    def _close(self) -> None:
        """End the open stretch and begin the next at its edge."""
        layer = self.open()
        edge = self.closes
        points = np.asarray(self.points)
        at = [float(np.interp(edge, points[:, 0], points[:, k])) for k in range(1, 5)]
        later = [p for p in self.points if p[0] > edge]
        self.points = [(edge, 0.0, 0.0, 0.0, 0.0)]
        for p in later:
            self.points.append((p[0], *(s - a for s, a in zip(p[1:], at, strict=True))))
        if layer.columns[SECONDS].any() or layer.columns[ENERGY].any():
            self.layers.insert(0, layer)
            self.laid += 1
            self.fold()
        elif later:  # hours without a reading are passed over at once
            skipped = math.floor(later[0][0] / STRETCH) * STRETCH
            self.points[0] = (max(edge, skipped), 0.0, 0.0, 0.0, 0.0)

    def open(self) -> Layer:
        """The layer that is being laid down, as far as it is known."""
        number = self.number
        edges = (number + np.arange(COLUMNS + 1) / COLUMNS) * STRETCH
        points = np.asarray(self.points) if self.points else np.zeros((1, 5))
        sums = np.stack([np.interp(edges, points[:, 0], points[:, k]) for k in range(1, 5)])
        columns = np.diff(sums, axis=1)
        earlier = self._begun_before(number)
        return Layer(0, number, columns + earlier.columns if earlier else columns)

    def _begun_before(self, number: int) -> Layer | None:
        """What the ledger knows of the stretch of this number, if it was begun before a restart."""
        return self.before if self.before is not None and self.before.number == number else None

    @property
    def open_joules(self) -> float:
        """J laid down in the open stretch."""
        if not self.points:
            return 0.0
        earlier = self._begun_before(self.number)
        return self.points[-1][1 + ENERGY] + (earlier.joules if earlier else 0.0)

    def restore(self, earlier: list[Layer]) -> None:
        """Put under everything what was laid down before, newest first, in the folds it had by then."""
        if not earlier:
            return
        mine, self.layers = self.layers, list(earlier)
        for layer in reversed(mine):  # oldest first, as they were laid down
            newest = self.layers[0] if self.layers else None
            if newest is not None and (newest.level, newest.number) == (layer.level, layer.number):
                self.layers[0] = Layer(layer.level, layer.number, newest.columns + layer.columns)
            else:
                self.layers.insert(0, layer)
            self.fold()
        if self.layers and self.layers[0].level == 0 and self.layers[0].number == self.number and self.points:
            self.before = self.layers.pop(0)

    def begin_day(self, midnight: float) -> None:
        """Let go of what was laid down before; the open stretch goes on."""
        self.layers = [layer for layer in self.layers if layer.begin >= midnight]

    def edges(self, forming: float | None = None) -> Floats:
        """Depth of the edges below each layer, in units of the fold: first that of the open one. (len(layers) + 1,).

        Args:
            forming: J in the open layer, if it is drawn at another moment than the newest sample's.
        """
        energies = [self.open_joules if forming is None else forming, *(layer.joules for layer in self.layers)]
        return np.log1p(np.cumsum(energies) / self.ease)

    def fold(self) -> None:
        """Make one of two neighbours that have grown thin, as often as it takes."""
        while (at := self._thin_pair()) is not None:
            newer, older = self.layers[at : at + 2]
            together = newer.number >> 1 == older.number >> 1 and newer.level == older.level
            self.layers[at : at + 2] = [_join(older, newer)] if together else [newer, _join(older, None)]

    def _thin_pair(self) -> int | None:
        """Index of the newer of two neighbours to be joined; or whose older one, left alone, becomes twice as long."""
        edges = np.log1p(np.cumsum([0.0, *(layer.joules for layer in self.layers)]) / self.ease)
        for at in np.flatnonzero(edges[2:] - edges[:-2] < self.thin).tolist():
            newer, older = self.layers[at], self.layers[at + 1]
            if older.level > 24:
                continue
            if newer.level == older.level and newer.number >> 1 == older.number >> 1:
                return at
            if _alone(older, newer, self.layers[at + 2] if at + 2 < len(self.layers) else None):
                return at
        return None


def laid_before(
    rows: Floats, joules_per_grain: float = 1.0, thin: float = THIN, rest: Callable[[], None] = lambda: None
) -> list[Layer]:
    """The layers of a day, newest first and folded, from rows of (begin s, span s, s read, J, J in fits, by size).

    `rest` is called now and then: on the wall this is done beside the pictures, which must not wait for it.
    """
    strata = Strata(joules_per_grain, thin=thin)
    ends = rows[:, 0] + rows[:, 1]
    times = np.stack([rows[:, 0], ends], axis=1).ravel()
    sums = np.cumsum(rows[:, 2:], axis=0)
    before = np.vstack([np.zeros(4), sums[:-1]])
    points = np.stack([before, sums], axis=1).reshape(-1, 4)
    for i, number in enumerate(np.unique(np.floor(times / STRETCH + 1e-9).astype(int)).tolist()):
        edges = (number + np.arange(COLUMNS + 1) / COLUMNS) * STRETCH
        a, b = max(0, int(np.searchsorted(times, edges[0])) - 1), int(np.searchsorted(times, edges[-1], "right")) + 1
        columns = np.diff(np.stack([np.interp(edges, times[a:b], points[a:b, k]) for k in range(4)]), axis=1)
        if columns[ENERGY].any() or columns[SECONDS].any():
            strata.layers.insert(0, Layer(0, number, columns))
            strata.fold()
        if i % 10 == 9:
            rest()
    return strata.layers


def _alone(layer: Layer, newer: Layer, older: Layer | None) -> bool:
    """Whether a layer's other half never came, so that it may become twice as long by itself."""
    if newer.level < layer.level:
        return False
    first_half = layer.number % 2 == 0
    if first_half:
        return newer.begin >= (layer.number + 2) * STRETCH * 2.0**layer.level
    return older is None or older.end <= (layer.number - 1) * STRETCH * 2.0**layer.level


def _join(older: Layer, newer: Layer | None) -> Layer:
    """Two halves as one layer of twice the time; a half that never came is empty."""
    empty = np.zeros_like(older.columns)
    first, second = older.columns, newer.columns if newer is not None else empty
    if newer is None and older.number % 2:
        first, second = empty, older.columns
    both = np.concatenate([first, second], axis=1)
    return Layer(older.level + 1, older.number >> 1, both[:, ::2] + both[:, 1::2])
