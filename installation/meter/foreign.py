"""Other people's logs become recordings: a time column, a column of watts or milliwatts, and nothing made up.

What the log does not say stays empty: no boundary, no machine, no uncertainty is guessed.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..config import nearest
from .recording import BadRecording, Header, Line, Recorder

FORMATS = ("%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S")
EPOCHS = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3))  # Unix time above this, in nano-, micro-, milliseconds: to s


A_DATE = 1e8  # s: Unix times are above, stop watches below
Sample = tuple[float, float, str]  # s, W, the time as the log writes it


@dataclass(frozen=True)
class Columns:
    """Which column holds what; `milli` says that the power is in milliwatts."""

    time: str
    power: str
    milli: bool = False


def convert(source: Path, target: Path, columns: Columns, header: Header) -> Counter[str]:
    """Write a recording from a CSV file.

    Args:
        header: what is known about the log; the start is taken from its first time stamp if it has dates.

    Returns:
        Why and how many lines were dropped; under "kept" how many were kept.

    Raises:
        BadRecording: no such file or column, or nothing usable in it.
    """
    counts: Counter[str] = Counter()
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, dialect=_dialect(file.readline()), skipinitialspace=True)
            file.seek(0)
            names = [name.strip() for name in table.fieldnames or ()]
            table.fieldnames = names
            for column in (columns.time, columns.power):
                if column not in names:
                    raise BadRecording(f"{source}: there is no column {column!r}. {nearest(column, names)}")
            samples = list(_rising(_samples(table, columns, counts), counts))
    except FileNotFoundError:
        raise BadRecording(f"{source}: there is no such file; write its path from here.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadRecording(f"{source}: this is not a CSV file in UTF-8 ({error}).") from None
    if len(samples) < 2:
        raise BadRecording(f"{source}: fewer than two lines can be used ({dict(counts)}); are the columns right?")
    counts["kept"] = len(samples)
    header.started = header.started or started(samples[0][2])
    _write(target, samples, header)
    return counts


def _dialect(first: str) -> type[csv.Dialect]:
    """Comma, semicolon or tab, whichever the first line has most of."""
    separator = max(",;\t", key=first.count)

    class Found(csv.excel):
        delimiter = separator

    return Found


def _samples(table: Iterable[dict[str, str]], columns: Columns, counts: Counter[str]) -> Iterator[Sample]:
    for row in table:
        if row.get(columns.time) == columns.time:
            continue  # the line of names itself
        if not (row.get(columns.power) or "").strip():
            counts["without watts"] += 1
            continue
        try:
            watts = number(row[columns.power]) / (1000 if columns.milli else 1)
            yield seconds(row[columns.time] or ""), watts, row[columns.time]
        except ValueError:
            counts["not readable"] += 1


def _rising(samples: Iterable[Sample], counts: Counter[str]) -> Iterator[Sample]:
    last = -math.inf
    for t, watts, text in samples:
        if not (math.isfinite(t) and math.isfinite(watts)) or watts < 0:
            counts["not possible"] += 1
        elif t <= last:
            counts["out of order"] += 1
        else:
            last = t
            yield t, watts, text


def number(text: str) -> float:
    """A number with or without its unit, such as "126.96", "126.96 W"."""
    return float(text.split()[0])


def seconds(text: str) -> float:
    """A time as s: plain seconds, Unix time in s, ms, us or ns, ISO 8601, or the stamps nvidia-smi writes."""
    text = text.strip()
    try:
        value = float(text)
    except ValueError:
        return _date(text).timestamp()
    return next((value * unit for above, unit in EPOCHS if value > above), value)


def _date(text: str) -> datetime:
    for form in FORMATS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return datetime.fromisoformat(text)


def started(text: str) -> str:
    """The day and time of a stamp, ISO 8601; empty for a stop watch. A zone is named only where the log names it."""
    try:
        value = float(text)
    except ValueError:
        return _date(text.strip()).isoformat(timespec="milliseconds")
    if value < A_DATE:
        return ""
    return datetime.fromtimestamp(seconds(text), UTC).isoformat(timespec="milliseconds")


def _write(target: Path, samples: list[Sample], header: Header) -> None:
    start = samples[0][0]
    recorder = Recorder(target, header)
    for t, watts, _ in samples:
        recorder.add(Line(t=round(t - start, 6), watts=round(watts, 6)))
    recorder.close()
