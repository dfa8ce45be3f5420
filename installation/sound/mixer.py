"""The mixer makes one block of sound: its context, the voices, the fades, the ceiling.

It opens nothing and asks no clock, so that the same block goes to a loudspeaker, to a file, into a film and into a
test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..config import Config
from .block import AudioFormat, BlockContext, Samples, Voice, in_words
from .limiter import Limiter
from .listener import Listener

FADE_IN = 2.0  # s
WORDS_EVERY = 1.0  # s between two sentences on what is heard
FADE_OUT = 0.25  # s, after all grains have fallen
FALL = 0.4  # s a leaving piece has for its last grains


def audio_format(config: Config, rate_hz: int = 0, channels: int = 0) -> AudioFormat:
    """The audio format of the settings; a device that cannot give the rate or the channels asked for brings its own."""
    sound = config.sound
    return AudioFormat(
        rate_hz or sound.rate_hz,
        channels or sound.channels,
        sound.block,
        config.place.mains_hz,
        sound.level == "gentle",
    )


class Mixer:
    """Makes blocks.

    Args:
        listener: what is true in each block.
        voices: who plays.
        audio: rate, channels, block.
        ceiling_dbtp: dBTP that is never exceeded.
    """

    def __init__(
        self, listener: Listener, voices: Sequence[Voice], audio: AudioFormat, ceiling_dbtp: float = -1.0
    ) -> None:
        self.listener, self.audio = listener, audio
        self.keep(voices)
        self.limiter = Limiter(audio.channels, audio.block, ceiling_dbtp)
        self.out = np.zeros((audio.block, audio.channels), np.float32)
        self.steps = np.linspace(0.0, 1.0, audio.block, dtype=np.float32)[:, None]
        self.span = audio.block / audio.rate_hz
        self.gain = 0.0
        self.context: BlockContext | None = None
        self.lines, self.worded = "", (-math.inf, False)
        self.parting = math.inf
        self.leaving = False

    def keep(self, voices: Sequence[Voice]) -> None:
        """Go on with these voices."""
        self.voices = voices
        self.listener.deaf = not any(getattr(voice, "plays_grains", True) for voice in voices)

    def block(self, seconds: float) -> Samples:
        """One block, (block, channels) float32 within full scale; the next call overwrites it.

        Args:
            seconds: the moment of the monotonic clock for which the first sample stands.
        """
        if self.leaving and self.parting == math.inf:
            self.parting = FALL + FADE_OUT
            self.listener.leave(seconds)
        self.context = context = self.listener.context(seconds)
        self.out[:] = 0.0
        for voice in self.voices:
            voice.play(context, self.out)
        if not math.isfinite(float(self.out.sum())):  # a voice's mistake is a silence, not a bang
            self.out[:] = 0.0
        self._fade()
        self.limiter(self.out)
        return self.out

    def sounds(self, at: float) -> str:
        """What is heard at a moment, in words, a line for each voice that has something to say.

        Voices are asked once a second, and when a reading or a fit begins or ends; not in the real-time thread.
        """
        context = self.context
        if context is None or not context.reading:
            self.worded, self.lines = (-math.inf, False), ""
        elif at - self.worded[0] >= WORDS_EVERY or context.rests != self.worded[1]:
            self.worded = at, context.rests
            self.lines = "\n".join(filter(None, (in_words(voice, context) for voice in self.voices)))
        return self.lines

    def leave(self) -> None:
        """Let the last grains fall, then fade."""
        self.leaving = True

    @property
    def silent(self) -> bool:
        """Whether a leaving mixer has faded."""
        return self.silent_for >= 0

    @property
    def silent_for(self) -> float:
        """Seconds of silence since a leaving mixer has faded; negative before."""
        return -self.parting - self.limiter.delay / self.audio.rate_hz

    def _fade(self) -> None:
        before = self.gain
        if self.leaving:
            self.parting -= self.span
            self.gain = min(self.gain, max(0.0, self.parting / FADE_OUT))
        else:
            self.gain = min(1.0, self.gain + self.span / FADE_IN)
        if before < 1.0 or self.gain < 1.0:
            # squared: an even fade for the ear
            self.out *= (before + (self.gain - before) * self.steps) ** 2
