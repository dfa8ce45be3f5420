"""The score turns watts and joules into what is heard and seen: pure functions, the composition itself.

The grain is the unit. One grain is `joules_per_grain` joules; grain n is due when the energy reaches n grains, and it
falls somewhere in the slot that follows, at a place in time given by a hash of its number. Evenly spaced drops would
buzz as a tone; the hash keeps the count and removes the tone. The same number gives a grain its place from left to
right. Sound, light and picture all ask here, so that they fall together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TIME, JOULES, WATTS, PROVENANCE, PHASE, DEPTH, PARAMETERS = range(7)  # columns of a sample
LONGEST_SLOT = 1.0  # s: at less than a grain a second, a grain falls within a second of being due
LATE = 0.25  # s: what is later than this is spread over CATCH_UP, so that a stall ends as rain and not as a blow
CATCH_UP = 1.0  # s
DELAY = 1.2  # meter periods the players run behind, so that the next sample is there when it is needed

PACE = 1.2  # m/s: a spark walks along the strip
WIDEST_SPARK = 0.25  # m, full width at half maximum
FULL_WATTS = 350.0  # W taken for full power when neither the settings nor the source name one: a large graphics card


@dataclass(frozen=True)
class Grains:
    """Some grains, in the order in which they fall.

    Attributes:
        numbers: (n,) int64, from 1.
        times: (n,) float64, seconds on the meter's clock.
        phases, depths, parameters: (n,) float64, what the joule was spent on: the network's phase, how deep in the
            fit (0 to 1), how many weights were being trained.
    """

    numbers: Integers
    times: Floats
    phases: Floats
    depths: Floats
    parameters: Floats

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def places(self) -> Floats:
        """Places from left (0) to right (1), (n,) float64."""
        return place(self.numbers)

    def take(self, which: NDArray[np.bool_] | Integers) -> Grains:
        return Grains(self.numbers[which], *(column[which] for column in self.columns()[1:]))

    def columns(self) -> tuple[Integers, Floats, Floats, Floats, Floats]:
        return self.numbers, self.times, self.phases, self.depths, self.parameters


def _none() -> Grains:
    empty = np.zeros(0)
    return Grains(np.zeros(0, np.int64), empty, empty, empty, empty)


NONE = _none()


def full_watts(chosen: float, power_limit: float) -> float:
    """W at which the rain has its loudness and the strip its brightness.

    Args:
        chosen: by the settings; 0 is not.
        power_limit: the most the meter's source can draw, by its own word; 0 if not known.
    """
    return chosen or power_limit or FULL_WATTS


def grains_due(joules: float, joules_per_grain: float) -> int:
    """How many grains an energy is: floor(joules / joules_per_grain)."""
    return math.floor(joules / joules_per_grain) if joules > 0 else 0


def hashed(numbers: Integers, salt: int) -> Floats:
    """A number in [0, 1) for each grain number, the same on every machine: the finaliser of splitmix64.

    Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
    """
    with np.errstate(over="ignore"):
        z = numbers.astype(np.uint64) + np.uint64(salt) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def jitter(numbers: Integers) -> Floats:
    """Where in its own slot a grain falls, as a fraction of the slot."""
    return hashed(numbers, 1)


def place(numbers: Integers) -> Floats:
    """Where from left (0) to right (1) a grain falls: in the ears, on the strip's way, on the screen."""
    return hashed(numbers, 2)


def grains_between(a: Floats, b: Floats, joules_per_grain: float) -> Grains:
    """The grains that become due between two samples, joules running straight from one to the other.

    Args:
        a, b: (7,) two rows of `now.samples`, b the later.
        joules_per_grain: J.

    Returns:
        The grains in the order of their times. What they were spent on is b's.
    """
    first = grains_due(a[JOULES], joules_per_grain) + 1
    last = grains_due(b[JOULES], joules_per_grain)
    if last < first:
        return NONE
    numbers = np.arange(first, last + 1, dtype=np.int64)
    rise, span = b[JOULES] - a[JOULES], b[TIME] - a[TIME]
    due = a[TIME] + np.clip((numbers * joules_per_grain - a[JOULES]) / rise, 0.0, 1.0) * span
    slot = min(joules_per_grain / rise * span, LONGEST_SLOT)
    times = due + jitter(numbers) * slot
    grains = Grains(numbers, times, *(np.full(len(numbers), b[c]) for c in (PHASE, DEPTH, PARAMETERS)))
    return grains.take(np.argsort(times, kind="stable"))


class GrainClock:
    """Hands out each grain once, in time; every player that gives grains keeps one.

    Args:
        joules_per_grain: J.
        given, lost: what the player's own fields say, so that a player that was restarted goes on counting.
        resumed: whether the player was brought back; it then begins at the present and counts what it missed as lost.
    """

    def __init__(self, joules_per_grain: float, given: int = 0, lost: int = 0, *, resumed: bool = False) -> None:
        self.joules_per_grain = joules_per_grain
        self.given, self.lost = given, lost
        self.resumed = resumed or given + lost > 0
        self.last: Floats | None = None
        self.waiting = NONE

    @property
    def due(self) -> int:
        """Grains due at the newest sample seen."""
        return 0 if self.last is None else grains_due(float(self.last[JOULES]), self.joules_per_grain)

    def feed(self, samples: Floats) -> None:
        """Take in `now.samples`, (n, 7), newest last; rows with the time 0 are empty.

        A counter that stepped back, as after the meter was killed between two stores, gives no grain a second time.
        """
        rows = samples[samples[:, TIME] > 0]
        if self.last is None and len(rows):
            self._begin(rows)
        if self.last is None:
            return
        fresh = []
        for row in rows[rows[:, TIME] > self.last[TIME]].copy():
            row[JOULES] = max(row[JOULES], self.last[JOULES])
            fresh.append(grains_between(self.last, row, self.joules_per_grain))
            self.last = row
        self._add(fresh)

    def _begin(self, rows: Floats) -> None:
        self.last = rows[-1] if self.resumed else rows[0]
        self.lost += max(0, self.due - self.given - self.lost)

    def _add(self, fresh: list[Grains]) -> None:
        parts = [g for g in (self.waiting, *fresh) if len(g)]
        if not parts:
            return
        numbers = np.concatenate([g.numbers for g in parts])
        rest = (np.concatenate(c) for c in zip(*(g.columns()[1:] for g in parts), strict=True))
        grains = Grains(numbers, *rest)
        self.waiting = grains.take(np.argsort(grains.times, kind="stable"))

    def until(self, seconds: float) -> Grains:
        """The grains that fall up to a moment on the meter's clock; each is handed out once.

        Grains that come too late are spread over the second that follows: played, and not as one blow.
        """
        late = self.waiting.times < seconds - LATE
        if late.any():
            w = self.waiting
            times = np.where(late, seconds + jitter(w.numbers) * CATCH_UP, w.times)
            w = Grains(w.numbers, times, w.phases, w.depths, w.parameters)
            self.waiting = w.take(np.argsort(times, kind="stable"))
        return self._hand_out(int(np.searchsorted(self.waiting.times, seconds, side="right")))

    def flush(self) -> Grains:
        """All grains that are due and not yet handed out: the last of a performance."""
        return self._hand_out(len(self.waiting))

    def _hand_out(self, count: int) -> Grains:
        if count == 0:
            return NONE
        every = np.arange(len(self.waiting))
        out, self.waiting = self.waiting.take(every[:count]), self.waiting.take(every[count:])
        self.given += count
        return out

    def lose(self, count: int) -> None:
        """Count grains that were handed out but could not be given."""
        self.given -= count
        self.lost += count


def spark_width(grains_a_second: float) -> float:
    """Full width at half maximum of a spark on the strip, m: as wide as the sparks are apart.

    An LED then sees no flicker at the rate of the grains: a train of raised cosines as far apart as they are wide is
    perfectly even. Few sparks a second stay single.
    """
    return min(PACE / max(grains_a_second, 1e-9), WIDEST_SPARK)
