"""What a sketch can sound: short drops and plain tones, mixed block by block under a hard cap.

Pure arrays; stage.py gives the blocks to a sound card where there is one. A drop begins at the moment of its frame,
each drop of a frame at another place within it, because many at one instant would buzz at the frame rate. Tones glide
from block to block without a click. Whatever a sketch asks for, no sample is above CAP.
"""

from __future__ import annotations

import math
import threading
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..score.grains import hashed

Samples = NDArray[np.float64]

RATE_HZ = 48_000
BLOCK = 3072  # frames, 64 ms; what is asked is heard two blocks later, always
CAP = 0.125  # of full scale: even a square wave at the cap stays at -15 LUFS, a rain well below -18
DROP = 0.06  # amplitude of one drop of level 1
TONE = 0.06  # amplitude of one tone of level 1
MOST_DROPS = 24  # in one frame; what is above is counted as unheard
MOST_TONES = 4  # at once
LOWEST_HZ, HIGHEST_HZ = 30.0, 6000.0
STEPS = 48  # pitches of drops in an octave
DECAY, ATTACK, TAIL = 0.035, 0.002, 0.2  # s
HELD_BLOCKS = 8  # without a frame, half a second; then the tones fade: the sketch hangs
FRAME = 1 / 60  # s over which the drops of one frame are spread


class Tone:
    """One steady voice: it glides to what was asked last, and fades when nobody asks any more."""

    def __init__(self) -> None:
        self.hz = self.level = self.phase = 0.0
        self.wanted_hz = self.wanted_level = 0.0

    def ask(self, hz: float, level: float) -> None:
        self.wanted_hz, self.wanted_level = hz, level
        if self.level == 0.0:
            self.hz = hz

    def block(self) -> Samples:
        """The next (BLOCK,) samples."""
        ramp = np.arange(1, BLOCK + 1) / BLOCK
        hz = self.hz + (self.wanted_hz - self.hz) * ramp
        level = self.level + (self.wanted_level - self.level) * ramp
        phase = self.phase + np.cumsum(hz) * (2 * math.pi / RATE_HZ)
        self.hz, self.level, self.phase = self.wanted_hz, self.wanted_level, float(phase[-1] % (2 * math.pi))
        return np.asarray(np.sin(phase) * level * TONE, np.float64)


class Mixture:
    """Everything a sketch asked to be heard, as blocks of stereo samples.

    Attributes:
        unheard: drops that were more than MOST_DROPS in their frame.
        given: blocks given out.
    """

    def __init__(self) -> None:
        self.tones = [Tone() for _ in range(MOST_TONES)]
        self.ring = np.zeros((2, 3 * BLOCK + int(TAIL * RATE_HZ)))  # what is still to come, left and right
        self.pending: list[tuple[float, float, float, float]] = []
        self.seconds = self.block_at = 0.0
        self.in_frame = self.asked = self.dropped = self.unheard = self.unasked = self.given = 0
        self.gain = self.wanted_gain = 1.0
        self.lock = threading.Lock()  # the card is fed by a thread

    def frame(self, seconds: float) -> None:
        """A new frame begins; a tone nobody asked for in the last one fades."""
        with self.lock:
            for tone in self.tones[self.asked :]:
                tone.wanted_level = 0.0
            self.seconds, self.in_frame, self.asked, self.unasked = seconds, 0, 0, 0

    def drop(self, place: float, hz: float, level: float) -> None:
        """Ask for one drop: place 0 left to 1 right, hz, level 0 to 1. What is no number is not heard."""
        self.in_frame += 1
        if self.in_frame > MOST_DROPS or not math.isfinite(place + hz + level):
            self.unheard += 1
            return
        self.dropped += 1
        within = float(hashed(np.array([self.dropped], np.int64), 5)[0]) * FRAME
        asked = (self.seconds + within, _between(place, 0, 1), _pitch(hz), _between(level, 0, 1))
        with self.lock:
            self.pending.append(asked)

    def tone(self, hz: float, level: float) -> None:
        """Ask for a tone in this frame; none below LOWEST_HZ."""
        if self.asked >= MOST_TONES or not math.isfinite(hz + level):
            return
        heard = hz >= LOWEST_HZ
        self.tones[self.asked].ask(_pitch(hz), _between(level, 0, 1) if heard else 0.0)
        self.asked += 1

    def end(self) -> None:
        """Fade all in the next block."""
        self.wanted_gain = 0.0

    def block(self) -> NDArray[np.int16]:
        """The next block, (BLOCK, 2) int16."""
        with self.lock:
            pending, began = self.pending, self.block_at
            self.pending, self.block_at = [], self.seconds
            self.unasked += 1
            for tone in self.tones if self.unasked > HELD_BLOCKS else ():
                tone.wanted_level = 0.0
        for seconds, place, hz, level in pending:
            onset = int(_between((seconds - began) * RATE_HZ, 0, 2 * BLOCK))
            angle = place * math.pi / 2
            wave = drop(round(STEPS * math.log2(hz / LOWEST_HZ)))
            for side, gain in enumerate((math.cos(angle), math.sin(angle))):
                self.ring[side, onset : onset + len(wave)] += wave * (gain * level * DROP)
        sounding = self.ring[:, :BLOCK] + np.sum([tone.block() for tone in self.tones], axis=0)
        self.ring = np.pad(self.ring[:, BLOCK:], ((0, 0), (0, BLOCK)))
        sounding *= np.linspace(self.gain, self.wanted_gain, BLOCK)
        self.gain = self.wanted_gain
        self.given += 1
        return np.ascontiguousarray((CAP * np.tanh(sounding / CAP) * 32767).T, np.int16)


@lru_cache(400)
def drop(step: int) -> Samples:
    """One drop of amplitude 1 (n,), at LOWEST_HZ times 2 to the step / STEPS: a decaying tone, silent at both ends."""
    hz = LOWEST_HZ * 2 ** (step / STEPS)
    t = np.arange(int(TAIL * RATE_HZ)) / RATE_HZ
    rise = 0.5 - 0.5 * np.cos(np.pi * np.clip(t / ATTACK, 0, 1))
    return np.asarray(np.sin(2 * np.pi * hz * t) * np.exp(-t / DECAY) * rise, np.float64)


def _pitch(hz: float) -> float:
    return _between(hz, LOWEST_HZ, HIGHEST_HZ)


def _between(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
