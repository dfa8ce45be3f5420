"""The sample clock ties the count of samples to the monotonic clock, slowly.

Callbacks come in bursts, so the wall clock says little about the sample that is being made. What counts is the number
of samples given; it is tied to the lower edge of what the wall clock says, so that a block never stands for a time
that has not come yet. A jump of that edge is a break that was heard.
"""

from __future__ import annotations

import math

WINDOW = 0.5  # s over which the lower edge is looked for
PULL = 0.002  # of the time that passes: how fast the tie is corrected
JUMP = 0.05  # s: an error that is not pulled but jumped over
BREAK = 0.004  # s by which the edge rises in one window when the sound has broken
SETTLE = 1.0  # s at the beginning in which the tie is loose and no break is counted


class SampleClock:
    """Counts samples.

    Args:
        rate_hz: samples a second.

    Attributes:
        breaks: jumps noticed so far.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.count = 0
        self.breaks = 0
        self.tie = self.edge = self.before = math.inf
        self.until = WINDOW

    def block(self, at: float, frames: int) -> float:
        """The moment for which the first sample of the next block stands.

        Args:
            at: the monotonic clock now.
            frames: samples of the block.
        """
        played = self.count / self.rate_hz
        self.edge = min(self.edge, at - played)
        if self.tie == math.inf or played < SETTLE:
            self.tie = min(self.tie, self.edge)
        if played >= self.until:
            self._close_window(played)
        self.count += frames
        self._pull(frames / self.rate_hz)
        return self.tie + played

    def _close_window(self, played: float) -> None:
        if played > SETTLE + WINDOW and self.edge - self.before > BREAK:
            self.breaks += 1
        self.before, self.edge, self.until = self.edge, math.inf, played + WINDOW

    def _pull(self, span: float) -> None:
        if self.before == math.inf:
            return
        error = self.before - self.tie
        if abs(error) > JUMP:
            self.tie = self.before
        else:
            self.tie += math.copysign(min(abs(error), PULL * span), error)
