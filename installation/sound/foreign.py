"""A voice of somebody's own plays inside the guard, alone in its buffer until its block is whole.

In the real-time thread nothing can break off a call, so the mark says from outside which voice is playing: the player
sees there what never returns, and whoever was playing when the process ended is left out by the next one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ..guard import attempt, plain
from ..plug import VOICE, find_file, is_path, plug
from .block import AudioFormat, BlockContext, Samples, Voice, in_words

BEGINNING, PLAYING = 5.0, 0.5  # s a voice may take to begin and to play a block; then it is broken off
HANGS = 1.0  # s in a block that is played in the real-time thread
SLOW_BLOCKS = 25  # blocks on end that took longer than they last
Mark = Callable[[int], None]


class Foreign:
    """One voice by path.

    Args:
        name: as in [sound] voices.
        number: its place there, from 1.
        audio: rate, channels, block.
        mark: is told its number while it plays, and 0 after.

    Attributes:
        trouble: why it plays no more; empty while it does.
        since: monotonic s at which the block under way began; 0 between blocks.
    """

    def __init__(self, name: str, number: int, audio: AudioFormat, mark: Mark) -> None:
        self.name, self.number, self.mark = name, number, mark
        self.path, self.span = find_file(VOICE, name), audio.block / audio.rate_hz
        self.alone = np.zeros((audio.block, audio.channels), np.float32)
        self.since, self.slow, self.trouble = 0.0, 0, ""
        self.voice: Any = None
        self._guarded(BEGINNING, self._begin, audio)

    def __getattr__(self, name: str) -> Any:
        """What a voice says of itself, such as plays_grains."""
        return getattr(self.__dict__.get("voice"), name)

    def play(self, moment: BlockContext, out: Samples) -> None:
        """Add its block, if it is whole."""
        if self.trouble:
            return
        self.alone[:] = 0.0
        self.since = time.monotonic()
        self._guarded(PLAYING, self.voice.play, moment, self.alone)
        took, self.since = time.monotonic() - self.since, 0.0
        self.slow = self.slow + 1 if took > self.span else 0
        if not self.trouble and not math.isfinite(float(self.alone.sum())):
            self.trouble = f"{self.path.name}: its sound is not a number; it is left out."
        elif not self.trouble and self.slow >= SLOW_BLOCKS:
            self.trouble = f"{self.path.name}: it takes {1000 * took:.0f} ms for {1000 * self.span:.0f} ms of sound; "
            self.trouble += "it is left out."
        if not self.trouble:
            out += self.alone

    def sounds(self, context: BlockContext) -> str:
        """What it sounds like; a voice that fails here is left out as one that fails at its block."""
        sentences = [""]
        error = attempt(PLAYING, lambda: sentences.append(in_words(self.voice, context)))
        if error is not None and not self.trouble:
            self.trouble = plain(error, self.path)
        return sentences[-1]

    def _begin(self, audio: AudioFormat) -> None:
        self.voice = plug(VOICE, self.name).Voice(audio)

    def _guarded(self, longest: float, call: Callable[..., object], *given: object) -> None:
        self.mark(self.number)
        error = attempt(longest, lambda: call(*given))
        self.mark(0)
        if error is not None:
            self.trouble = plain(error, self.path)


def voices(
    names: tuple[str, ...], audio: AudioFormat, left_out: dict[str, str], mark: Mark = lambda number: None
) -> list[Voice]:
    """The voices of [sound] voices, made for a audio.

    Args:
        names: as in config.toml.
        audio: rate, channels, block.
        left_out: by name, why a voice by path does not play; those that cannot begin are added.
        mark: is told which voice by path plays.

    Raises:
        ConfigError: a name is no voice.
    """
    playing: list[Voice] = []
    for number, name in enumerate(names, 1):
        if not is_path(name):
            playing.append(plug(VOICE, name).Voice(audio))
        elif name not in left_out:
            voice = Foreign(name, number, audio, mark)
            if voice.trouble:
                left_out[name] = voice.trouble
            else:
                playing.append(voice)
    return playing
