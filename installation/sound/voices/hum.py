"""The hum: the mains frequency of the place, whose partials open with the power that is drawn.

It also gives the answer to the button, because a press is heard before the meter can know of it: the hum opens for a
breath. When the reading is lost the partials close at once and the hum ends; nothing stands in for the watts.
"""

from __future__ import annotations

import math

import numpy as np

from ...score.grains import Floats, hashed
from ...score.sound import HUM_BELOW_RAIN, HUM_PARTIALS, Loudness, hum, k_weight, mean_square, pan
from ..block import AudioFormat, BlockContext, Samples

FOLLOW = 0.1  # s in which the partials follow the watts
BREATH = 0.5  # s in which the answer to a press fades
GLOW = 4.0  # s in which the warmth of a fit fades
PRESS = 0.16  # of full scale at the target of -23 LUFS, spread over the partials of the answer


class Voice:
    """Hum."""

    plays_grains = False

    def __init__(self, audio: AudioFormat) -> None:
        self.audio = audio
        number = np.arange(1, HUM_PARTIALS + 1)
        self.number = number[number * audio.mains_hz < 0.45 * audio.rate_hz]
        self.turns = 2 * np.pi * audio.mains_hz / audio.rate_hz
        steps = np.outer(self.number, self.turns * np.arange(audio.block))
        self.waves = np.concatenate([np.cos(steps), np.sin(steps)]).astype(np.float32)
        self.rise = np.linspace(0.0, 1.0, audio.block, dtype=np.float32)
        self.pans = np.tile(_wide(len(self.number), audio.channels), 2)
        self.weight = math.sqrt(float(k_weight(np.array([2 * audio.mains_hz]))[0]))
        self.follow = math.exp(-audio.block / audio.rate_hz / FOLLOW)
        self.fade = math.exp(-audio.block / audio.rate_hz / BREATH)
        self.phase = 0.0
        self.breath = 0.0
        self.gains = np.zeros(len(self.number))

    def play(self, context: BlockContext, out: Samples) -> None:
        before = self.gains
        self.gains = before * self.follow + self._asked(context) * (1 - self.follow)
        self.breath = 1.0 if context.presses else self.breath * self.fade
        if max(before.max(), self.gains.max()) > 1e-7:
            self._sing(before, out)
        self.phase = (self.phase + self.turns * self.audio.block) % (2 * np.pi)

    def sounds(self, context: BlockContext) -> str:
        return f"a hum of {self.audio.mains_hz:g} hertz, the mains of this place" if context.watts > 0 else ""

    def _asked(self, context: BlockContext) -> Floats:
        """Amplitudes of the partials, (n,)."""
        loudness = context.loudness
        answer = _answer(len(self.number), loudness) * self.breath
        if not context.reading:
            return answer
        warmth = math.exp(-context.since_fit / GLOW)
        level = math.sqrt(2 * mean_square(loudness.target - HUM_BELOW_RAIN)) / self.weight
        return level * hum(context.watts, loudness.full_watts, warmth)[: len(self.number)] + answer

    def _sing(self, before: Floats, out: Samples) -> None:
        """Add the partials, each running from its gain before to its gain now.

        sin(start + step) is taken apart into sines and cosines of the steps, which were computed once.
        """
        start = self.number * self.phase
        turned = np.concatenate([np.sin(start), np.cos(start)])
        held = self.pans * (np.tile(before, 2) * turned)
        grown = self.pans * (np.tile(self.gains - before, 2) * turned)
        sound = np.concatenate([held, grown]).astype(np.float32) @ self.waves
        out += (sound[: len(held)] + sound[len(held) :] * self.rise).T


def _wide(count: int, channels: int) -> Samples:
    """(channels, count): each partial has its own place; the lowest stand in the middle."""
    spread = np.minimum(np.arange(count) / 4.0, 1.0)
    left, a, b = pan(0.5 + (hashed(np.arange(count), 5) - 0.5) * spread, channels)
    pans = np.zeros((channels, count), np.float32)
    pans[left, np.arange(count)] = a
    if channels > 1:
        pans[left + 1, np.arange(count)] = b
    return pans


def _answer(count: int, loudness: Loudness) -> Floats:
    """Amplitudes with which the partials answer a press."""
    number = np.arange(1, count + 1)
    shape = np.exp(-((number - 4) ** 2) / 6.0)
    return np.asarray(PRESS * 10 ** ((loudness.target + 23) / 20) * shape / shape.sum(), np.float64)
