"""A replay plays a recording again, from the moment the doors open, and is always called REPLAYED.

Its joules are exactly those of the file: its own counter where it kept one, else the area under straight lines between
its samples. It never goes beyond the file's end; after that there is no reading, and the wall says so.
"""

from __future__ import annotations

import time

from ...config import MeterSettings
from ...now import Provenance
from ...score.grains import FULL_WATTS
from ..recording import BadRecording, Gap, Header, Recording
from ..replay_file import ReplayFile, load, shipped
from ..source import About, Fault, Reading, Source


class Meter(Source):
    """`replay:FILE`, or `replay:NAME` of a recording that ships; `[meter] replay_speed` and `replay_loop` say how."""

    covers = "a recording"

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.name = f"replay:{argument.rpartition('/')[2]}"
        self.recording: Recording | None = None
        self.opened_at = 0.0
        self.position = -1.0

    def open(self) -> About:
        played = self._load()
        self.recording, self.position = played.recording, -1.0
        return about(played.recording, played.name, self.settings.replay_speed)

    def _load(self) -> ReplayFile:
        if not self.argument:
            raise Fault(unnamed(), again=False)
        try:
            return load(self.argument)
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
        rounds, rest = divmod(position, recording.seconds)
        before = self.position - rounds * recording.seconds
        self.position = position
        left = recording.gap_at(before)
        if left and left.end <= rest:
            rest = left.end  # where it speaks again, so that not a joule of what is known is lost
        elif gap := recording.gap_at(rest):
            if before >= gap.at or not gap.at:
                raise Fault(gap_in_words(gap), gap=True)
            rest = gap.at
        self.position = rounds * recording.seconds + rest
        return self._reading(recording, rounds, rest)

    def _reading(self, recording: Recording, rounds: float, rest: float) -> Reading:
        watts, joules, _ = recording.at(rest)
        at = self.opened_at + (rounds * recording.seconds + rest) / self.settings.replay_speed
        return Reading(at, watts, (rounds * float(recording.joules[-1]) + joules,))

    def _end(self, recording: Recording) -> Reading:
        """The very last sample, once; then nothing more."""
        length = recording.seconds
        if not 0 <= self.position < length:
            name = self.name.partition(":")[2]
            raise Fault(f"The recording {name} has ended after {length:.0f} s; it can begin again.", ended=True)
        self.position = length
        watts, joules, _ = recording.at(length)
        return Reading(self.opened_at + length / self.settings.replay_speed, watts, (joules,))


def unnamed() -> str:
    """What to write where no recording is named: those that ship."""
    each = "; ".join(f"replay:{name}" for name in shipped())
    return f"No recording is named; write replay:FILE, or one of those that ship: {each}."


def gap_in_words(gap: Gap) -> str:
    """A gap with its length and reason."""
    return f"The recording has a gap of {gap.span:.3g} s here" + (f": {gap.reason}." if gap.reason else ".")


def about(recording: Recording, name: str, speed: float = 1.0) -> About:
    """What a replay says of itself."""
    header = recording.header
    full = header.full_watts or header.power_limit or (FULL_WATTS if speed != 1 else 0.0)
    dropped = f" {recording.losses} lines of the file were left out." if recording.losses else ""
    return About(
        boundary=header.boundary or "what the file’s readings cover; the file does not say",
        provenance=Provenance.REPLAYED,
        uncertainty=header.uncertainty,
        detail=f"{name}: {len(recording.times)} samples in {recording.seconds:.0f} s.{dropped} {header.detail}".strip(),
        not_counted=header.not_counted,
        origin=origin(header, name) + (f", at {speed:g} times its pace" if speed != 1 else ""),
        period=0.0,
        full_watts=max(full, float(recording.watts.max())) * speed if full else 0.0,
    )


def origin(header: Header, name: str) -> str:
    """Date and machine of a recording, as far as the file says them."""
    if not (header.started or header.machine):
        return f"{name}: the file does not say when and on what machine"
    how = f"{header.provenance} by {header.meter} on " if header.provenance else ""
    parts = (how + (header.started[:10] or "an unknown day"), header.machine, header.origin)
    return ", ".join(p for p in parts if p)
