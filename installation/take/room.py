"""The room of a take: a record of its own, the doors opened at a fixed moment, the parts that play in it."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from ..config import Config
from ..meter.recording import Recording
from ..now import PLAYERS, Doors, Now, State
from .parts import Meter, Part, perform

OPENED = 1000.0  # s on the virtual clock
LAST_GRAINS = 3.0  # s after the recording's end in which every grain has fallen by itself
TAIL = 6.0  # s after the recording's end until every point has settled


class Leaver(Part, Protocol):
    """A part that can be told that the doors close."""

    def leave(self, seconds: float) -> None: ...


class Room:
    """Where a recording is played.

    Args:
        recording: the samples.
        name: of the file, for the wall.
        config: the settings; the meter, the devices and the window are replaced; the pace stays.
    """

    def __init__(self, recording: Recording, name: str, config: Config) -> None:
        self.recording = recording
        self.config = msgspec.structs.replace(
            config,
            light=msgspec.structs.replace(config.light, device="pretend"),
            meter=msgspec.structs.replace(config.meter, replay_loop=False),
        )
        self.folder = tempfile.TemporaryDirectory(prefix="underfoot-take-")
        self.record = Path(self.folder.name) / "now"
        self.conductor = Now.open_doors(self.record)
        self._open_doors()
        self.meter = Meter(self.record, recording, name, self.config.meter, OPENED)

    def _open_doors(self) -> None:
        now = self.conductor
        now.joules_per_grain = self.config.piece.joules_per_grain
        now.allowance_joules = 0.0
        now.opened_at, now.opened_on, now.doors = OPENED, _started(self.recording), Doors.OPEN
        for player in PLAYERS:
            now.of(player).process = State.PLAYING

    @property
    def seconds(self) -> float:
        """Length of the take, s: that of the recording at its pace, and what is still falling after it."""
        return self.played + TAIL

    @property
    def played(self) -> float:
        """s the recording takes at the pace of [meter] replay_speed."""
        return self.recording.seconds / self.config.meter.replay_speed

    def play(self, parts: Iterable[Leaver], progress: Callable[[float], None] = lambda _: None) -> None:
        """Play the recording to its end, let the last grains fall, and close."""
        leavers = list(parts)
        every: list[Part] = [self.meter, *leavers]
        end = OPENED + self.played + LAST_GRAINS
        for second in range(1, math.ceil(self.played + LAST_GRAINS)):
            perform(every, min(OPENED + second, end))
            progress(float(second))
        perform(every, end)
        for part in leavers:
            part.leave(end)
        perform(every, OPENED + self.seconds)
        progress(self.seconds)

    def close(self) -> None:
        self.folder.cleanup()

    def __enter__(self) -> Room:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _started(recording: Recording) -> float:
    """When it was recorded, s since 1970; 0 where the file does not say."""
    try:
        return datetime.fromisoformat(recording.header.started).timestamp()
    except ValueError:
        return 0.0
