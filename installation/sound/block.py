"""The audio format is what a voice knows from the beginning; the block context is what is true in one block of sound.

A voice is a file with a class `Voice`, chosen by its name in config.toml: made once for a format, then asked for one
block after the other. An artist's voice is a path to such a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..score.grains import Grains, Integers
from ..score.sound import Loudness

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class AudioFormat:
    """What does not change while a voice plays.

    Attributes:
        rate_hz: samples a second.
        channels: loudspeakers in a row, from left to right.
        block: samples of one block.
        mains_hz: mains frequency of the place.
        gentle: whether sharp attacks are to be left out.
    """

    rate_hz: int = 48_000
    channels: int = 2
    block: int = 512
    mains_hz: float = 50.0
    gentle: bool = False


@dataclass(frozen=True)
class BlockContext:
    """What is true in one block.

    Attributes:
        grains: those that fall in this block.
        onsets: (n,) int64, the sample within the block at which each grain falls.
        reading: whether there is a reading; without one the grains stop and nothing stands in for them.
        watts: W, the newest reading; 0 without one.
        loudness: how loud the piece may be, with full power in watts.
        since_fit: s since the newest fit ended; infinite before the first, 0 while one runs.
        learned: fraction by which the loss fell in the fit that runs, 0 to 1.
        presses: how often the button was pressed since the last block.
        pace: grains that fell in the last second.
        rests: whether nothing is trained here; under a recording nobody knows, and it is not said.
    """

    grains: Grains
    onsets: Integers
    reading: bool
    watts: float
    loudness: Loudness
    since_fit: float = float("inf")
    learned: float = 0.0
    presses: int = 0
    pace: int = 0
    rests: bool = False


class Voice(Protocol):
    """What `Voice` in a voice file must be; it is made with an AudioFormat.

    A voice that plays something else than the grains says so with `plays_grains = False`. Where no voice plays them
    they count as lost.

    It may have a method `sounds(context) -> str`: what it sounds like just now, one sentence in English for the foot of
    the wall, "" for nothing. It is asked once a second, outside the real-time thread, with the newest block's context.
    """

    def play(self, context: BlockContext, out: Samples) -> None:
        """Add one block to out, (block, channels) float32, full scale 1. No files, no locks, no printing."""


def in_words(voice: Voice, context: BlockContext) -> str:
    """What a voice sounds like; of one that does not say, how many grains it plays."""
    own = getattr(voice, "sounds", None)
    if own is not None:
        return " ".join(str(own(context)).split())
    return f"heard: {counted(context.pace, 'grain')} a second" if getattr(voice, "plays_grains", True) else ""


def counted(number: int, what: str) -> str:
    """A number with its word: "1 drop", "118 drops"."""
    return f"{number} {what}{'s' * (number != 1)}"
