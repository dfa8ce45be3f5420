"""A loss is the time a source was away; its counter may have gone on, and then what it counted is booked across.

That is so only where everything says that the counter is unharmed: the same device by its own number, a loss of seconds
whose fault does not speak of a new driver, a counter that is higher, and a mean power within what was drawn around it.
Anything else is a gap. What is booked across is paid out over a second, so that it is heard as rain and not as a blow.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from .doubt import wrong_counters
from .source import Reading

AROUND = 30.0  # s before a loss whose watts say what was drawn around it
LONGEST = 60.0  # s
MARGIN = 0.1  # as a fraction: how far beyond the watts around it the mean of a loss may lie
PAID_WITHIN = 1.0  # s; as the score spreads late grains


@dataclass(frozen=True)
class Loss:
    """The last reading before the source went away, and the device it was of."""

    before: Reading
    device: str


class Around:
    """Least and most W of the newest half minute."""

    def __init__(self) -> None:
        self.seen: deque[tuple[float, float]] = deque()

    def add(self, seconds: float, watts: float) -> None:
        """Remember a mean power; one each tenth of a second is enough."""
        if self.seen and seconds - self.seen[-1][0] < 0.1:
            return
        self.seen.append((seconds, watts))
        while self.seen[0][0] < seconds - AROUND:
            self.seen.popleft()

    def holds(self, watts: float, after: float) -> bool:
        """Whether a mean power lies within what was drawn before and right after, W; nan: not known."""
        near = [w for _, w in self.seen] + ([] if math.isnan(after) else [after])
        return bool(near) and min(near) * (1 - MARGIN) <= watts <= max(near) * (1 + MARGIN)


class Owed:
    """J that were counted late and are paid out over PAID_WITHIN."""

    def __init__(self) -> None:
        self.joules = self.rate = 0.0

    def add(self, joules: float) -> None:
        self.joules += joules
        self.rate = self.joules / PAID_WITHIN

    def pay(self, seconds: float = math.inf) -> float:
        """J of so many s; all of it if no time is named."""
        paid = min(self.joules, self.rate * seconds) if self.joules else 0.0
        self.joules -= paid
        return paid


class Losses:
    """What a loss may leave behind: the reading before it, what was drawn around it, what is still to be paid out."""

    def __init__(self) -> None:
        self.newest: Loss | None = None
        self.around, self.owed = Around(), Owed()

    def begin(self, last: Reading | None, device: str, *, counts_on: bool) -> None:
        """The source went away, or is still away; `counts_on` as in Fault."""
        if not counts_on:
            self.newest = None
        elif last is not None and last.counters:
            self.newest = Loss(last, device)

    def end(self, reading: Reading, device: str, limits: tuple[float, ...], period: float) -> tuple[float, float]:
        """The source is back.

        Args:
            limits: W each counter's part can draw.
            period: s between two steps of the counter.

        Returns:
            Monotonic s of the reading before, and J counted since; 0 J where they cannot be believed.
        """
        loss, self.newest = self.newest, None
        if loss is None or loss.device != device:
            return 0.0, 0.0
        span = reading.time - loss.before.time
        grown = sum(reading.counters) - sum(loss.before.counters)
        possible = 0 < span <= LONGEST and not wrong_counters(loss.before, reading, limits, period)
        believed = possible and grown > 0 and self.around.holds(grown / span, reading.watts)
        return loss.before.time, grown if believed else 0.0
