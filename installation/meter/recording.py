"""A recording is a file of meter samples: one header line, then one line for each sample, as JSON.

Each line is flushed as it is written, so that a power cut costs one line. What cannot be read is dropped line by line
and counted, never silently; what is not a recording at all is refused. Logs of other programs become recordings in
`logs`. docs/recording.md describes the format.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

VERSION = 1
MARK = "underfoot_recording"  # the first key of a recording's header
FIRST_LINE = 1 << 14  # bytes of a header that are looked at
Floats = NDArray[np.float64]
MEGAWATT = 1e6


class BadRecording(ValueError):  # noqa: N818  (what a file is, not an error of the code)
    """A file that is no recording, as one sentence with its remedy."""


class Header(Struct, kw_only=True, omit_defaults=True):
    """The first line: what the samples are. Times are ISO 8601 with their offset; the version is set on writing."""

    underfoot_recording: int = 0
    started: str = ""
    machine: str = ""
    meter: str = ""
    provenance: str = ""
    boundary: str = ""
    uncertainty: float = 0.0
    detail: str = ""
    not_counted: str = ""
    origin: str = ""
    licence: str = ""
    unsaid: str = ""
    left_out: dict[str, int] = {}
    power_limit: float = 0.0
    full_watts: float = 0.0
    joules_per_grain: float = 0.0
    rate_hz: float = 0.0
    versions: dict[str, str] = {}


class Line(Struct, kw_only=True, omit_defaults=True):
    """One sample: seconds since the first; watts, or none in a gap; joules since the first, if they were counted.

    A gap's first line may say how many seconds it lasts.
    """

    t: float
    watts: float | None = None
    joules: float | None = None
    gap: str = ""
    gap_seconds: float = 0.0
    phase: float = 0.0
    depth: float = 0.0
    parameters: float = 0.0


@dataclass(frozen=True)
class Gap:
    """A stretch without a reading: when it begins (s since the first sample), how long it is (s), and why."""

    at: float
    span: float
    reason: str

    @property
    def end(self) -> float:
        return self.at + self.span


@dataclass(frozen=True)
class Recording:
    """The samples of a file.

    Attributes:
        header: what the file says about itself.
        times: (n,) s since the first sample.
        watts: (n,) W; 0 in a gap.
        joules: (n,) J since the first sample; gaps add nothing.
        known: (n,) whether the stretch that ends at this sample was measured; False is a gap.
        counted: whether the joules are the file's own; otherwise they are the area under straight lines.
        phases, depths, parameters: (n,) what the network did, as in now.samples.
        dropped: why and how many lines were left out.
        reasons: by index of a sample in a gap, why there is no reading.
    """

    header: Header
    times: Floats
    watts: Floats
    joules: Floats
    known: NDArray[np.bool_]
    counted: bool
    phases: Floats
    depths: Floats
    parameters: Floats
    dropped: Counter[str] = field(default_factory=Counter)
    reasons: dict[int, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return float(self.times[-1])

    @property
    def left_out(self) -> Counter[str]:
        """Why and how many lines were left out, on import and on reading."""
        return Counter(self.header.left_out) + self.dropped

    @property
    def losses(self) -> str:
        """What was left out, in words; empty when nothing was."""
        return ", ".join(f"{n} {why}" for why, n in self.left_out.items())

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The gaps, in their order."""
        edges = np.diff(np.concatenate(([True], self.known[1:], [True])).astype(np.int8))
        begins, ends = np.flatnonzero(edges < 0).tolist(), np.flatnonzero(edges > 0).tolist()
        times = self.times.tolist()
        return tuple(Gap(times[a], times[b] - times[a], self.why(a + 1)) for a, b in zip(begins, ends, strict=True))

    def gap_at(self, t: float) -> Gap | None:
        """The gap in which a time lies, s after the first sample; none where there is a reading."""
        i = bisect_left(self.gaps, t, key=lambda gap: gap.at) - 1
        return self.gaps[i] if i >= 0 and t < self.gaps[i].end else None

    def why(self, index: int) -> str:
        """Why there is no reading up to a sample; empty where the file does not say."""
        return self.reasons.get(index - 1) or self.reasons.get(index, "")

    def index(self, t: float) -> int:
        """The sample that ends the stretch in which a time lies, s after the first sample."""
        return min(max(int(np.searchsorted(self.times, t, side="right")), 1), len(self.times) - 1)

    def at(self, t: float) -> tuple[float, float, bool]:
        """Watts, joules since the first sample, and whether they are known, t seconds after the first sample."""
        i = self.index(t)
        t0, t1, w0, w1 = *self.times[i - 1 : i + 1], *self.watts[i - 1 : i + 1]
        share = min(max((t - t0) / (t1 - t0), 0.0), 1.0)
        watts = w0 + share * (w1 - w0)
        if self.counted or not self.known[i]:
            joules = self.joules[i - 1] + share * (self.joules[i] - self.joules[i - 1])
        else:
            joules = self.joules[i - 1] + (w0 + watts) / 2 * share * (t1 - t0)
        return float(watts), float(joules), bool(self.known[i])


def is_recording(path: Path) -> bool:
    """Whether a file begins as a recording does; one that is not there does not."""
    try:
        with path.open("rb") as file:
            return f'"{MARK}"'.encode() in file.readline(FIRST_LINE)
    except OSError:
        return False


def read(path: Path) -> Recording:
    """Read a recording.

    Raises:
        BadRecording: it cannot be read or is none; the sentence names the file and the remedy.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read_lines(file, path)
    except FileNotFoundError:
        raise BadRecording(f"{path}: there is no such recording; write its path from where the piece starts.") from None
    except UnicodeDecodeError:
        raise BadRecording(
            f"{path}: a part of this recording is not text; copy it again from where it was made."
        ) from None
    except OSError as error:
        raise BadRecording(f"{path}: the recording cannot be read ({error.strerror}); check its permissions.") from None


def _read_lines(file: IO[str], path: Path) -> Recording:
    try:
        header = msgspec.json.decode(file.readline(), type=Header)
    except msgspec.MsgspecError as error:
        raise BadRecording(f"{path}: its first line is not a header ({error}); see docs/recording.md.") from None
    if header.underfoot_recording != VERSION:
        what = f"of version {header.underfoot_recording} and this piece reads {VERSION}"
        raise BadRecording(f"{path}: this recording is {what}; use the piece that made it.")
    if not 0 <= header.uncertainty <= 1:
        raise BadRecording(f"{path}: its uncertainty is {header.uncertainty:g}; write it as a fraction from 0 to 1.")
    dropped: Counter[str] = Counter()
    return recording(header, _decoded(file, dropped), path, dropped)


def _decoded(file: Iterable[str], dropped: Counter[str]) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(Line)
    for text in file:
        try:
            yield decoder.decode(text)
        except msgspec.MsgspecError:
            if text.strip():
                dropped["not readable"] += 1


def recording(header: Header, lines: Iterable[Line], path: Path, dropped: Counter[str] | None = None) -> Recording:
    """A recording from its lines.

    Raises:
        BadRecording: fewer than two samples can be used.
    """
    dropped = Counter() if dropped is None else dropped
    kept = list(_sound(lines, dropped))
    if len(kept) < 2 or not any(line.watts is not None for line in kept):
        left = ", ".join(f"{n} {why}" for why, n in dropped.items()) or "no lines"
        raise BadRecording(f"{path}: fewer than two samples can be used ({left}); record again.")
    times = np.array([line.t for line in kept]) - kept[0].t
    watts = np.array([0.0 if line.watts is None else line.watts for line in kept])
    gaps = np.array([line.watts is None for line in kept])
    known = ~(gaps | np.concatenate(([True], gaps[:-1])))
    counted = all(line.joules is not None for line in kept)
    steps = np.diff([line.joules or 0.0 for line in kept]) if counted else np.diff(times) * (watts[1:] + watts[:-1]) / 2
    joules = np.concatenate(([0.0], np.cumsum(np.where(known[1:], steps, 0.0))))
    phases, depths, parameters = np.array([(x.phase, x.depth, x.parameters) for x in kept], np.float64).T
    reasons = {i: line.gap for i, line in enumerate(kept) if line.watts is None and line.gap}
    return Recording(header, times, watts, joules, known, counted, phases, depths, parameters, dropped, reasons)


def _sound(lines: Iterable[Line], dropped: Counter[str]) -> Iterator[Line]:
    """The lines that can be believed, in their order."""
    t, joules = -math.inf, -math.inf
    for line in lines:
        why = _unsound(line, t, joules)
        if why:
            dropped[why] += 1
            continue
        t, joules = line.t, joules if line.joules is None else line.joules
        yield line


def _unsound(line: Line, t: float, joules: float) -> str:
    numbers = (line.t, line.watts or 0.0, line.joules or 0.0, line.phase, line.depth, line.parameters)
    if not all(math.isfinite(number) for number in numbers):
        return "not finite"
    if line.t <= t:
        return "out of order"
    if line.watts is not None and not 0 <= line.watts <= MEGAWATT:
        return "not possible"
    if line.joules is not None and line.joules < joules:
        return "with a counter that fell"
    return ""


class Recorder:
    """Writes a recording, each line flushed.

    Raises:
        BadRecording: the file exists already or cannot be written; also later, when the disk is full.
    """

    def __init__(self, path: Path, header: Header) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.path, self.file = path, path.open("xb", buffering=0)
        except FileExistsError:
            raise BadRecording(f"{path} exists already; name another file, recordings are never overwritten.") from None
        except OSError as error:
            raise BadRecording(f"{path} cannot be written ({error.strerror}); name another folder.") from None
        self.encoder = msgspec.json.Encoder()
        self.lines = 0
        self._write(msgspec.structs.replace(header, underfoot_recording=VERSION))

    def add(self, line: Line) -> None:
        self._write(line)
        self.lines += 1

    def _write(self, what: Struct) -> None:
        try:
            self.file.write(self.encoder.encode(what) + b"\n")
            self.file.flush()
        except OSError as error:
            kept = f"{self.lines} samples are kept"
            raise BadRecording(f"{self.path} cannot be written any more ({error.strerror}); {kept}.") from None

    def close(self) -> None:
        self.file.close()
