"""The listener turns the record into moments: which grains fall in a block, and on which sample.

It takes the time from the caller and reads nothing else but the record, so that a block is the same on the stage, in a
test and in a film.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace

import numpy as np

from ..config import SoundSettings
from ..now import Now, Phase, Provenance
from ..reading import provenance_at
from ..score.colour import BUSY
from ..score.follower import Follower
from ..score.grains import NONE, Grains, Integers, full_watts, jitter
from ..score.sound import QUIETER, Loudness
from .block import BlockContext

LAST_WITHIN = 0.35  # s in which a leaving player gives all that is due
SECOND = 1.0  # s over which grains are counted, for words


class Listener:
    """Follows the record, block by block.

    Args:
        now: the record.
        settings: [sound] of config.toml.
        rate_hz, block: samples a second, samples of a block.
        resumed: whether the player was brought back; what fell in between is counted as lost.

    Attributes:
        deaf: whether no voice plays grains; what falls is then lost, and never claimed as heard.
    """

    def __init__(self, now: Now, settings: SoundSettings, rate_hz: int, block: int, *, resumed: bool = False) -> None:
        self.now, self.settings, self.rate_hz, self.block = now, settings, rate_hz, block
        self.follower = Follower(now, int(now.sound_grains), int(now.sound_lost), resumed=resumed)
        self.presses = now.presses
        self.first_loss = math.nan
        self.deaf = False
        self.leaving = False
        self.parting = NONE
        self.fallen: deque[tuple[float, int]] = deque()
        self.pace = 0

    def context(self, seconds: float) -> BlockContext:
        """What is true in the block whose first sample stands for this moment of the monotonic clock."""
        grains, onsets = self._fall(seconds)
        if self.deaf:
            self.follower.lose(len(grains))
        self._count(seconds, len(grains))
        word = provenance_at(self.now, seconds)
        reading = word is not Provenance.NO_READING
        presses, self.presses = self.now.presses - self.presses, self.now.presses
        watts = self.now.watts if reading else 0.0
        return BlockContext(
            grains,
            onsets,
            reading,
            watts,
            self._loudness(),
            self._since_fit(seconds),
            self._learned(),
            max(0, int(presses)),
            self.pace,
            self.now.phase not in BUSY and word is not Provenance.REPLAYED,
        )

    @property
    def given(self) -> int:
        """Grains that fell in the blocks so far."""
        return self.follower.given - len(self.parting)

    @property
    def lost(self) -> int:
        """Grains that were due and never heard."""
        return self.follower.lost

    def leave(self, seconds: float) -> None:
        """From this moment on give what is due within LAST_WITHIN, whatever its time: the doors close."""
        if not self.leaving:
            self.leaving = True
            self.parting = _gathered(self.follower.flush(), seconds - self.delay)

    @property
    def delay(self) -> float:
        """s from a grain's own time to its drop: a block ends where the other players are."""
        return self.follower.delay + self.block / self.rate_hz

    def _fall(self, at: float) -> tuple[Grains, Integers]:
        start = at - self.delay
        grains = self._part(start) if self.leaving else self.follower.until(at)
        if not len(grains):
            return grains, grains.numbers
        offsets = np.rint((grains.times - start) * self.rate_hz)
        late = offsets < 0  # spread over the block: a sample that came late is no blow
        offsets = np.where(late, jitter(grains.numbers) * self.block, offsets).astype(np.int64)
        return grains, np.clip(offsets, 0, self.block - 1)

    def _count(self, seconds: float, count: int) -> None:
        """Grains of the last second."""
        if count:
            self.fallen.append((seconds, count))
            self.pace += count
        while self.fallen and self.fallen[0][0] <= seconds - SECOND:
            self.pace -= self.fallen.popleft()[1]

    def _part(self, start: float) -> Grains:
        falls = self.parting.times <= start + self.block / self.rate_hz
        grains, self.parting = self.parting.take(falls), self.parting.take(~falls)
        return grains

    def _loudness(self) -> Loudness:
        s = self.settings
        full = full_watts(s.full_watts, self.now.power_limit)
        quieter = QUIETER[s.level]
        return Loudness(s.target_lufs - quieter, s.loudest_lufs - quieter, full, self.now.joules_per_grain or 1.0)

    def _since_fit(self, seconds: float) -> float:
        if self.now.phase == Phase.FITTING:
            return 0.0
        ended = self.now.fit_ended_at
        return max(0.0, seconds - ended) if ended else math.inf

    def _learned(self) -> float:
        """How far the loss fell since the first that was given in this fit; nothing is assumed before it is."""
        loss = self.now.loss
        if self.now.phase != Phase.FITTING or self.now.epoch < 1 or not math.isfinite(loss) or loss <= 0:
            self.first_loss = math.nan
            return 0.0
        if not self.first_loss > 0:
            self.first_loss = loss
        return min(max(0.0, 1.0 - loss / self.first_loss), 1.0)


def _gathered(grains: Grains, start: float) -> Grains:
    """The same grains with all times within LAST_WITHIN of start; a time that lies there already is kept."""
    kept = (grains.times >= start) & (grains.times <= start + LAST_WITHIN)
    times = np.where(kept, grains.times, start + jitter(grains.numbers) * LAST_WITHIN)
    return replace(grains, times=times)
