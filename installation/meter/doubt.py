"""What is not believed of a meter: numbers that cannot be, counters that fall or jump, pauses too long to bridge.

Each doubt is a sentence for the wall, or empty. The power limit the source itself states is the yardstick.
"""

from __future__ import annotations

import math

from .source import UNKNOWN, Reading

SPIKE = 2.0  # times the power limit: what a sensor may see for a moment
MARGIN = 1.2  # times the power limit: a counter that grows faster than that has jumped
ABSURD = 1e6  # W no source of this piece can draw
LONE_ZEROS = 3  # readings of 0 W in a row that make it true,
ZERO_STANDS = 1.5  # s from the first of them to the last


def absurd(reading: Reading, power_limit: float) -> str:
    """Why a reading alone cannot be true.

    Args:
        power_limit: W of all parts together; 0 if not known.
    """
    watts, most = reading.watts, power_limit * SPIKE or ABSURD
    if math.isinf(watts) or (math.isnan(watts) and not reading.counters):
        return "The meter says a number that is none; it was not believed."
    if watts < 0:
        return f"The meter says {watts:.4g} W, less than nothing; it was not believed."
    if watts > most:
        return f"The meter says {watts:.4g} W, more than the {most:.4g} W that are possible; it was not believed."
    if not all(math.isfinite(c) and c >= 0 for c in reading.counters):
        return "The meter's counter says a number that is none; it was not believed."
    return ""


def wrong_counters(before: Reading, reading: Reading, limits: tuple[float, ...], period: float) -> str:
    """Why the counters of two readings do not belong together.

    Args:
        limits: W each counter's part can draw.
        period: s between two steps of the sensor: so much may come at once.
    """
    span = reading.time - before.time
    if len(before.counters) != len(reading.counters):
        return "The meter has other counters than before."
    if len(limits) != len(reading.counters):
        limits = (UNKNOWN,) * len(reading.counters)
    for a, b, limit in zip(before.counters, reading.counters, limits, strict=True):
        most = (limit if limit > 0 else UNKNOWN) * MARGIN * (span + period)
        if b < a:
            return "The counter fell: the driver was loaded anew."
        if b - a > min(most, ABSURD * (span + 1.0)):
            return f"The counter jumped by {b - a:.4g} J in {span:.2g} s, more than the power limit allows."
    return ""


def wrong_pause(before: Reading, reading: Reading, longest: float) -> str:
    """Why no straight line is drawn between two readings: they lie further apart than `longest`, in s."""
    span = reading.time - before.time
    return f"There was no reading for {span:.1f} s." if span > longest else ""


class Zeros:
    """Readings of 0 W in a row, from a meter that sometimes says so once for no reason."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Something else was read."""
        self.count, self.first_at = 0, 0.0

    def true(self, seconds: float) -> bool:
        """One more came; whether they are to be believed by now."""
        self.first_at = self.first_at if self.count else seconds
        self.count += 1
        return self.count >= LONE_ZEROS and seconds - self.first_at >= ZERO_STANDS


class CrossCheck:
    """Holds the counters against the area under the watts; they come from one sensor and should agree."""

    SPAN = 30.0  # s

    def __init__(self) -> None:
        self.seconds = self.counted = self.area = 0.0
        self.fraction = 0.0

    def add(self, before: Reading, reading: Reading, joules: float) -> None:
        if not reading.counters or math.isnan(reading.watts + before.watts):
            return
        span = reading.time - before.time
        self.seconds += span
        self.counted += joules
        self.area += (before.watts + reading.watts) / 2 * span
        if self.seconds >= self.SPAN:
            self.fraction = (self.area - self.counted) / self.counted if self.counted > 0 else 0.0
            self.seconds = self.counted = self.area = 0.0
