"""A replay's file: a recording of the piece, one that ships with it by its name, or any program's log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from ..config import nearest
from . import recording as recordings
from .logs.curve import sampled
from .logs.importer import Log, read_log
from .logs.wishes import Wishes
from .recording import BadRecording, Header, Recorder, Recording

SHIPPED = Path(__file__).parent / "recordings"
LOUD = 350.0  # W: what draws more names its own full power, so that its rain is not flat
GRAINS = 1000.0  # a second at most, where a recording chooses its grain; then ten joules are one, or a hundred
DIGITS = 2  # of a full power that was found and not said


@dataclass(frozen=True)
class ReplayFile:
    """What can be replayed, read.

    Attributes:
        recording: its samples.
        name: what it is called on the wall.
        lines: of a log, what was taken, in two lines, and each doubt in one more.
    """

    recording: Recording
    name: str
    lines: tuple[str, ...] = ()


def shipped() -> dict[str, Path]:
    """The recordings that ship, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.jsonl"))}


def shipped_in_words() -> str:
    """The recordings that ship, a line each."""
    return "\n".join(f"  replay:{name:22} {_in_words(path)}" for name, path in shipped().items())


def _in_words(path: Path) -> str:
    r = recordings.read(path)
    known = float(np.diff(r.times)[r.known[1:]].sum())
    mean = r.joules[-1] / known if known else 0.0
    return (
        f"{r.header.machine}: {r.seconds:.0f} s, {mean:.0f} W on average, {r.header.joules_per_grain or 1:g} J a grain"
    )


def find(name: str) -> Path:
    """The file of a name: a path, or a recording that ships.

    Raises:
        BadRecording: there is none; the sentence lists those that ship.
    """
    path = Path(name).expanduser()
    if path.exists() or path.suffix or len(path.parts) > 1:
        return path
    if name in shipped():
        return shipped()[name]
    raise BadRecording(
        f"{name}: there is no such file, and no recording of that name ships. {nearest(name, shipped())}"
    )


def load(name: str, wishes: Wishes | None = None) -> ReplayFile:
    """Read what can be played.

    Raises:
        BadRecording: it cannot be read or is nothing to play; one sentence with the remedy.
    """
    path = find(name)
    if recordings.is_recording(path):
        return ReplayFile(recordings.read(path), path.name)
    log = read_log(path, wishes or Wishes())
    header = header_of(log)
    return ReplayFile(recordings.recording(header, sampled(log.curve), path), path.name, log.lines)


def header_of(log: Log) -> Header:
    """What a log says of itself; what it does not say stays empty."""
    what = log.lines[0].partition(": ")[2].rstrip(".")
    most = float(max(log.curve.begin.max(), log.curve.end.max()))
    return Header(
        started=log.started,
        machine=log.machine,
        meter=log.layout,
        detail=f"Read from {what}.",
        left_out=dict(log.left_out),
        full_watts=rounded_up(most) if most > LOUD else 0.0,
        joules_per_grain=grain(most) if most > LOUD else 0.0,
    )


def rounded_up(watts: float) -> float:
    """A full power of two digits that is not under the most that was drawn."""
    step = 10.0 ** (np.floor(np.log10(watts)) - DIGITS + 1)
    return float(np.ceil(watts / step) * step)


def grain(watts: float) -> float:
    """J of one grain, a power of ten, so that full power stays rain."""
    return float(10.0 ** max(0.0, np.ceil(np.log10(watts / GRAINS))))


def convert(source: Path, target: Path, wishes: Wishes, **said: str | float) -> tuple[str, ...]:
    """Write a recording from a log; `said` are fields of its header that a person knows.

    Returns:
        What was taken, in lines.

    Raises:
        BadRecording: the log cannot be read, or the recording not be written.
    """
    log = read_log(source, wishes)
    header = msgspec.structs.replace(header_of(log), **{key: value for key, value in said.items() if value})
    header.origin = header.origin or f"imported from {source.name}"
    recorder = Recorder(target, header)
    for line in sampled(log.curve):
        recorder.add(line)
    recorder.close()
    return (*log.lines, f"{target}: {recorder.lines} lines.")
