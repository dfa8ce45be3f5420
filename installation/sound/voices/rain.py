"""The rain: each grain is one short drop, begun on its sample, tuned to a partial of the mains.

The drops are computed once, a soft and a bright one for each partial, all of the same weight to the ear; playing one
is adding it to what still sounds.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from ...score.grains import Integers, hashed, place
from ...score.sound import HIGHEST, LOUDEST_DROP, LOWEST, bright, pan, partial, weigh
from ..block import AudioFormat, BlockContext, Samples, counted

CROWD = 96  # drops in one block above which drops of one kind are mixed together, which costs the same for any number
BEND, SLIDE = 0.08, 0.006  # a drop begins that much below its pitch and reaches it with that time constant, s


class Voice:
    """Drops."""

    def __init__(self, audio: AudioFormat) -> None:
        self.audio = audio
        self.drops = [drop(audio, n, sharp) for sharp in (False, True) for n in range(LOWEST, HIGHEST + 1)]
        self.peak = max(float(np.abs(d).max()) for d in self.drops)
        self.longest = max(map(len, self.drops))
        self.ring = np.zeros((audio.channels, audio.block + self.longest), np.float32)
        self.scratch = np.zeros(self.longest, np.float32)
        self.size = 1 << (self.ring.shape[1] - 1).bit_length()

    def play(self, context: BlockContext, out: Samples) -> None:
        if len(context.grains):
            self._fall(context)
        block = self.audio.block
        out += self.ring[:, :block].T
        self.ring[:, :-block] = self.ring[:, block:]
        self.ring[:, -block:] = 0.0

    def sounds(self, context: BlockContext) -> str:
        drops = f"{counted(context.pace, 'drop')} a second"
        return f"dripping: {drops}, the machine at rest" if context.rests else f"rain: {drops}"

    def _fall(self, context: BlockContext) -> None:
        numbers = context.grains.numbers
        kinds = partial(context.grains, context.since_fit, context.learned) - LOWEST
        if not self.audio.gentle:
            kinds += (HIGHEST - LOWEST + 1) * bright(context.grains)
        left, gain_left, gain_right = pan(place(numbers), self.audio.channels)
        gain = self.gain(context) * np.where(hashed(numbers, 4) < 0.5, -1.0, 1.0)
        gains = np.stack([gain * gain_left, gain * gain_right]).astype(np.float32)
        mix = self._crowd if len(numbers) > CROWD else self._one_by_one
        mix(kinds, context.onsets, left, gains)

    def gain(self, context: BlockContext) -> float:
        """Amplitude of a drop of weight 1."""
        amplitude = min(context.loudness.drop, LOUDEST_DROP / self.peak)
        return amplitude * context.loudness.held(context.watts)

    def _one_by_one(self, kinds: Integers, onsets: Integers, left: Integers, gains: Samples) -> None:
        ring, drops, scratch, sides = self.ring, self.drops, self.scratch, min(2, self.audio.channels)
        rows = zip(kinds.tolist(), onsets.tolist(), left.tolist(), *gains.tolist(), strict=True)
        for kind, onset, channel, *pair in rows:
            wave = drops[kind]
            end = onset + len(wave)
            for side in range(sides):
                ring[channel + side, onset:end] += np.multiply(wave, pair[side], out=scratch[: len(wave)])

    def _crowd(self, kinds: Integers, onsets: Integers, left: Integers, gains: Samples) -> None:
        """The same sum by convolution: the onsets of one kind as a train of pulses, times the drop, in frequency."""
        total = np.zeros((self.audio.channels, self.size // 2 + 1), np.complex64)
        for kind in np.unique(kinds):
            these = kinds == kind
            pulses = np.zeros((self.audio.channels, self.audio.block), np.float32)
            for side in range(min(2, self.audio.channels)):
                np.add.at(pulses, (left[these] + side, onsets[these]), gains[side, these])
            total += np.fft.rfft(pulses, self.size) * np.fft.rfft(self.drops[kind], self.size)
        self.ring += np.fft.irfft(total, self.size)[:, : self.ring.shape[1]]


@cache
def drop(audio: AudioFormat, number: int, sharp: bool) -> Samples:
    """One drop: a decaying tone that slides up to its pitch, as the bubble under a raindrop does.

    Args:
        audio: the format it is made for.
        number: the partial of the mains it is tuned to.
        sharp: a quick attack with a short upper tone, or a soft attack.

    Returns:
        (n,) float32 of weight 1 (see `weigh`), silent at both ends.
    """
    pitch = number * audio.mains_hz
    while pitch > 0.4 * audio.rate_hz:
        pitch /= 2
    attack, decay = (0.0015, 0.016 * math.sqrt(16 / number)) if sharp else (0.008, 0.03 * math.sqrt(8 / number))
    t = np.arange(int((attack + 6 * decay) * audio.rate_hz)) / audio.rate_hz
    slid = t - BEND * SLIDE * (1 - np.exp(-t / SLIDE))
    wave = np.sin(2 * np.pi * pitch * slid) * np.exp(-t / decay)
    if sharp and 2.4 * pitch < 0.45 * audio.rate_hz:
        wave += 0.3 * np.sin(2 * np.pi * 2.4 * pitch * slid) * np.exp(-3 * t / decay)
    wave *= 0.5 - 0.5 * np.cos(np.pi * np.clip(t / attack, 0, 1))
    wave *= np.clip((t[-1] - t) / decay, 0, 1)
    return np.asarray(wave / math.sqrt(weigh(wave, audio.rate_hz)), np.float32)
