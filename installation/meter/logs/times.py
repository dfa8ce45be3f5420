"""Times: a whole column becomes seconds by one rule, never line by line, and never by this machine's own zone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from ..recording import BadRecording, Floats
from .dates import Stamp, Style, TwoOrders, stamp, style
from .numbers import decimal_comma, is_value, values
from .wishes import Wishes

DAY = 86_400.0
TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60.0, "h": 3600.0, "days": DAY}
WORDS = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "ms": "ms", "msec": "ms", "millis": "ms",
    "milliseconds": "ms", "us": "us", "µs": "us", "usec": "us", "micros": "us", "microseconds": "us", "ns": "ns",
    "nsec": "ns", "nanos": "ns", "nanoseconds": "ns", "min": "min", "minutes": "min", "h": "h", "hours": "h",
}  # fmt: skip
UNIX = (1e9, 4.2e9)  # s since 1970 that are dates from 2001 to 2103
SERIAL = (36_500.0, 73_000.0)  # days of a spreadsheet that are dates from 1999 to 2099
SERIAL_ZERO = 25_569  # the spreadsheet's day that is 1 January 1970
STEPS = (0.004, 600.0)  # s between two rows of a log that anybody keeps
A_MOMENT = 60.0  # s: a stop watch in whole numbers is in s up to here; farther apart it may be in ms
LOOKED_AT = 1000  # cells that tell numbers from stamps
MOST = 0.5  # of the cells must be times, or the column is none
NO_ZONE = "no zone"
CHANGE = 3600.0  # s a clock goes back in autumn


@dataclass(frozen=True)
class Times:
    """The times of a column.

    Attributes:
        seconds: s since 1970, or since any zero; not a number where the cell is no time.
        words: how the column was read.
        clock: "" is a stop watch, "no zone" a clock without one, else the zone of the clock.
        fine: whether stamps tell parts of a second.
    """

    seconds: list[float]
    words: str
    clock: str = ""
    fine: bool = True

    def iso(self, seconds: float) -> str:
        """A moment as ISO 8601, with its offset where it is known; empty of a stop watch."""
        if not self.clock:
            return ""
        if self.clock == NO_ZONE:
            return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
        return datetime.fromtimestamp(seconds, ZoneInfo(self.clock)).isoformat(timespec="milliseconds")


def decide(
    cells: Sequence[str], name: str, wishes: Wishes, where: str, delimiter: str = ",", lines: Sequence[int] = ()
) -> Times:
    """Read a column of times.

    Args:
        where: the file, for sentences.
        delimiter: what parts its cells; semicolons make the comma a decimal sign.
        lines: where each cell stands in the file.

    Raises:
        BadRecording: two readings fit, or none does; the sentence says what to type.
    """
    full = [cell for cell in cells if cell.strip()]
    if not full:
        raise BadRecording(f"{where}: the column {name!r} is empty; name the column of times with --time COLUMN.")
    sample = full[:: len(full) // LOOKED_AT + 1]
    if sum(map(is_value, sample)) > MOST * len(sample):
        return _numbers(cells, name, wishes, where, delimiter)
    return _stamps(cells, name, wishes, where, lines)


# -- columns of numbers
def _numbers(cells: Sequence[str], name: str, wishes: Wishes, where: str, delimiter: str) -> Times:
    comma = wishes.decimal == "comma" if wishes.decimal else bool(decimal_comma(cells, delimiter))
    numbers = np.array(values(cells, comma).numbers)
    good = numbers[np.isfinite(numbers)]
    steps = np.abs(np.diff(good))
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    unit = wishes.time_unit or _unix(good, name, step) or _elapsed(name, step, good, where)
    factor = TIME_UNITS[unit]
    first = float(np.median(good)) * factor
    if unit == "days" and SERIAL[0] < first / DAY < SERIAL[1]:
        seconds = (numbers - SERIAL_ZERO) * DAY
        return Times(seconds.tolist(), "days of a spreadsheet", NO_ZONE)
    unix = UNIX[0] < first < UNIX[1]
    base = float(good[0]) if abs(float(good[0])) > 1e12 else 0.0  # keeps the digits of nanoseconds
    seconds = (numbers - base) * factor + base * factor
    return Times(seconds.tolist(), f"{'Unix time' if unix else 'a stop watch'} in {unit}", "UTC" if unix else "")


def name_unit(name: str) -> str:
    """The unit of time that a column's name says: time_ms, "elapsed (s)", t_ns; empty where it says none."""
    word = (
        name.lower().replace("(", " ").replace(")", " ").replace("[", " ").replace("]", " ").replace("_", " ").split()
    )
    return WORDS.get(word[-1], "") if word else ""


def _unix(good: Floats, name: str, step: float) -> str:
    """The unit of a column of Unix times, or of a spreadsheet's days; empty where it is a stop watch."""
    said, middle = name_unit(name), float(np.median(good))
    for unit in ("s", "ms", "us", "ns"):
        inside = UNIX[0] < middle * TIME_UNITS[unit] < UNIX[1]
        if inside and said in ("", unit) and step * TIME_UNITS[unit] < DAY:
            return unit
    if not said and SERIAL[0] < middle < SERIAL[1] and 0 < step < 0.1 and not float(good[0]).is_integer():
        return "days"
    return ""


def _elapsed(name: str, step: float, good: Floats, where: str) -> str:
    said = name_unit(name)
    if said:
        return said
    fits = [unit for unit in ("s", "ms", "us", "ns") if STEPS[0] <= step * TIME_UNITS[unit] <= STEPS[1]]
    whole = bool((good == np.round(good)).all())
    if not fits or step == 0:
        return "s"
    if len(fits) == 1 or (fits[0] == "s" and (not whole or step < A_MOMENT)):
        return fits[0]
    could = " or ".join(f"{step * TIME_UNITS[unit]:g} s ({unit})" for unit in fits)
    raise BadRecording(
        f"{where}: the rows of {name!r} are {step:g} apart, which could be {could}; say --time-unit {fits[0]} or "
        f"--time-unit {fits[1]}."
    )


# -- columns of stamps
def _stamps(cells: Sequence[str], name: str, wishes: Wishes, where: str, lines: Sequence[int]) -> Times:
    how = _style(cells, wishes.dates, where, name)
    stamps = [stamp(cell, how) for cell in cells]
    there = [s for s in stamps if s is not None]
    if len(there) <= MOST * sum(map(bool, cells)):
        example = next(cell for cell in cells if cell.strip())
        raise BadRecording(
            f"{where}: the times in {name!r} cannot be read ({example[:40]!r}); name the column of times with "
            "--time COLUMN, or give the rows' spacing with --every SECONDS."
        )
    zoned = there[0].offset is not None
    if there[0].day is None:
        seconds = _of_the_day(stamps)
    elif zoned:
        seconds = [_utc(s) if s and s.offset is not None else math.nan for s in stamps]
    elif wishes.zone:
        seconds = _in_zone(stamps, _zone(wishes.zone, where), wishes.zone, where, lines)
    else:
        seconds = [_naive(s) for s in stamps]
        _refuse_the_autumn_hour(seconds, where, lines)
    fine = any(s.seconds % 1 for s in there)
    clock = "" if there[0].day is None else wishes.zone or ("UTC" if zoned else NO_ZONE)
    return Times(seconds, _words(there[0], how, wishes.zone), clock, fine)


def _style(cells: Sequence[str], order: str, where: str, name: str) -> Style:
    try:
        return style(cells, order)
    except TwoOrders:
        example = next(cell for cell in cells if cell.strip())
        raise BadRecording(
            f"{where}: the dates in {name!r} ({example.strip()[:30]}) may be day first or month first; say "
            "--dates dmy or --dates mdy."
        ) from None


def _utc(s: Stamp) -> float:
    return (s.day or 0) * DAY + s.seconds - (s.offset or 0)


def _naive(s: Stamp | None) -> float:
    return math.nan if s is None or s.day is None else s.day * DAY + s.seconds


def _of_the_day(stamps: Sequence[Stamp | None]) -> list[float]:
    """Times of day; where they fall by more than half a day, midnight has passed."""
    days, last, seconds = 0, None, []
    for s in stamps:
        if s is None:
            seconds.append(math.nan)
            continue
        if last is not None and last - s.seconds > DAY / 2:
            days += 1
        elif last is not None and s.seconds - last > DAY / 2 and days:
            days -= 1
        last = s.seconds
        seconds.append(days * DAY + s.seconds)
    return seconds


def _refuse_the_autumn_hour(seconds: Sequence[float], where: str, lines: Sequence[int]) -> None:
    """A clock without a zone that goes back by an hour once, as clocks do in autumn, needs its zone."""
    known = np.array(seconds)
    at = np.flatnonzero(np.isfinite(known))
    if len(at) < 5:
        return
    if (np.diff(known[at]) < 0).mean() > 0.5:  # the newest stands first
        at = at[::-1]
    steps = np.diff(known[at])
    usual = float(np.quantile(np.abs(steps), 0.9))
    back = np.flatnonzero((np.abs(steps + CHANGE) <= 3 * usual + 1) & (usual < CHANGE / 8))
    if len(back):
        line = f"line {lines[int(at[back[0] + 1])]}" if len(lines) == len(seconds) else "one line"
        raise BadRecording(
            f"{where}: the clock goes back by an hour at {line}, as clocks do in autumn, and the log names no zone; "
            "say where it was written, such as --zone Europe/Berlin."
        )


def _zone(name: str, where: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRecording(
            f"{where}: there is no zone {name!r}; write it as Europe/Berlin, America/Toronto or UTC."
        ) from None


def _in_zone(
    stamps: Sequence[Stamp | None], zone: ZoneInfo, name: str, where: str, lines: Sequence[int]
) -> list[float]:
    """Local times as UTC: an hour that comes twice is told apart by the order of the lines."""
    falling = _newest_first(stamps)
    order = range(len(stamps) - 1, -1, -1) if falling else range(len(stamps))
    seconds, last = [math.nan] * len(stamps), -math.inf
    for i in order:
        s = stamps[i]
        if s is None or s.day is None:
            continue
        local = datetime(1970, 1, 1) + timedelta(days=s.day, seconds=s.seconds)
        early, late = (local.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
        if early > late:
            line = f" (line {lines[i]})" if len(lines) == len(stamps) else ""
            raise BadRecording(
                f"{where}: {local:%Y-%m-%d %H:%M}{line} does not exist in {name}, where clocks went forward; that "
                "log's clock did not, so say another zone, such as --zone UTC."
            )
        seconds[i] = early if early >= last - A_MOMENT else late
        last = max(last, seconds[i])
    return seconds


def _newest_first(stamps: Sequence[Stamp | None]) -> bool:
    known = np.array([_naive(s) for s in stamps])
    steps = np.diff(known[np.isfinite(known)])
    return bool((steps < 0).sum() > (steps > 0).sum())


def _words(first: Stamp, how: Style, zone: str) -> str:
    if first.day is None:
        return "a time of day, no date"
    if not how.order:
        return "date and time"
    order = {"ymd": "year first", "dmy": "day first", "mdy": "month first"}[how.order]
    if first.offset is not None:
        return "date and time with a zone"
    return f"date and time, {order}, {'in ' + zone if zone else 'no zone named'}"
