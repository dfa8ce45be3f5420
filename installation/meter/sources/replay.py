"""A replay plays a recording again, from the moment the doors open, and is always called REPLAYED.

Its joules are exactly those of the file: its own counter where it kept one, else the area under straight lines between
its samples. It never goes beyond the file's end; after that there is no reading, and the wall says so.
"""

from __future__ import annotations

import time
from pathlib import Path

from ...config import MeterSettings
from ...now import Provenance
from ..recording import BadRecording, Header, Recording, read
from ..source import About, Fault, Reading, Source


class Meter(Source):
    """`replay:FILE`; `[meter] replay_speed` and `replay_loop` say how."""

    covers = "a recording"

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.name = f"replay:{Path(argument).name}"
        self.recording: Recording | None = None
        self.opened_at = 0.0
        self.position = -1.0

    def open(self) -> About:
        self.recording = self._load()
        self.position = -1.0
        return about(self.recording, Path(self.argument).name, self.settings.replay_speed)

    def _load(self) -> Recording:
        if not self.argument:
            raise Fault("No recording is named; write replay:FILE.", again=False)
        try:
            return read(Path(self.argument).expanduser())
        except BadRecording as error:
            raise Fault(str(error)) from None

    def begin(self, opened_at: float) -> Reading | None:
        self.opened_at = opened_at
        if self.recording is None:
            return None
        watts, _, known = self.recording.at(0.0)
        return Reading(opened_at, watts, (0.0,)) if known else None

    def read(self) -> Reading:
        return self.read_at(time.monotonic())

    def read_at(self, seconds: float) -> Reading:
        """The reading of a monotonic time."""
        if self.recording is None:
            raise Fault("The recording was not opened.", lost=True)
        if not self.opened_at:
            return Reading(seconds, self.recording.at(0.0)[0], (0.0,))
        return self._at(self.recording, seconds)

    def _at(self, recording: Recording, seconds: float) -> Reading:
        position = (seconds - self.opened_at) * self.settings.replay_speed
        if position >= recording.seconds and not self.settings.replay_loop:
            return self._end(recording)
        self.position = position
        rounds, rest = divmod(position, recording.seconds)
        watts, joules, known = recording.at(rest)
        if not known:
            raise Fault("The recording has a gap here.", gap=True)
        return Reading(seconds, watts, (rounds * float(recording.joules[-1]) + joules,))

    def _end(self, recording: Recording) -> Reading:
        """The very last sample, once; then nothing more."""
        length = recording.seconds
        if not 0 <= self.position < length:
            name = Path(self.argument).name
            sentence = f"The recording {name} ended after {length:.0f} s; open the doors again, or let it loop."
            raise Fault(sentence, gap=True, again=False)
        self.position = length
        watts, joules, _ = recording.at(length)
        return Reading(self.opened_at + length / self.settings.replay_speed, watts, (joules,))


def about(recording: Recording, name: str, speed: float = 1.0) -> About:
    """What a replay says of itself."""
    header = recording.header
    dropped = f" {recording.losses} lines of the file were left out." if recording.losses else ""
    return About(
        boundary=header.boundary or "what the file’s readings cover; the file does not say",
        provenance=Provenance.REPLAYED,
        uncertainty=header.uncertainty,
        detail=f"{name}: {len(recording.times)} samples in {recording.seconds:.0f} s.{dropped} {header.detail}".strip(),
        not_counted=header.not_counted,
        origin=origin(header, name) + (f", at {speed:g} times its pace" if speed != 1 else ""),
        period=0.0,
    )


def origin(header: Header, name: str) -> str:
    """Date and machine of a recording, as far as the file says them."""
    if not (header.started or header.machine):
        return f"{name}: the file does not say when and on what machine"
    how = f"{header.provenance} by {header.meter} on " if header.provenance else ""
    parts = (how + (header.started[:10] or "an unknown day"), header.machine, header.origin)
    return ", ".join(p for p in parts if p)
