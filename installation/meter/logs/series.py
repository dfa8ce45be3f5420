"""Series: the rows of one source in the order of time, each moment once, as a curve."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..recording import BadRecording, Floats
from . import curve
from .cards import Card
from .columns import Columns
from .curve import Curve
from .rows import Rows
from .wishes import Wishes

FEW = 3  # lines out of order that are put in order without a question
PER_STAMP = 2.0  # rows of one stamp, in the middle, that make a stamp stand for the time to the next
MEGAWATT = 1e6


@dataclass(frozen=True)
class Series:
    """One source.

    Attributes:
        curve: its power.
        readings: how many were used.
        step: the usual spacing, s.
        per_stamp: rows of one stamp, in the middle.
        first: the time of its begin, on the log's clock.
        left_out: why and how many rows were not used.
    """

    curve: Curve
    readings: int
    step: float
    per_stamp: float
    first: float
    left_out: Counter[str]


def series(card: Card, rows: Rows, columns: Columns, wishes: Wishes, where: str) -> Series:
    """The curve of a source.

    Raises:
        BadRecording: there is nothing to use, or the same time is told twice.
    """
    left_out: Counter[str] = Counter()
    times, values, why = _usable(card, rows, columns, wishes, left_out, where)
    _refuse_twice(times, card, rows, where)
    order = np.argsort(times, kind="stable")
    times, values, why, per_stamp = _each_once(times[order], values[order], [why[i] for i in order])
    times, values, why = _of_this_time(times, values, why, left_out)
    good = np.isfinite(values)
    if good.sum() < 2:
        raise BadRecording(f"{where}: {_nothing(card, rows, left_out, int(good.sum()))}")
    if rows.energy and not columns.each_row:
        _refuse_no_counter(values[good], columns.power[card.column], where)
    made = _curve(times, values, why, rows, columns, wishes, per_stamp)
    step = float(np.median(np.diff(times[good])))
    return Series(curve.trimmed(curve.merged(made)), int(good.sum()), step, per_stamp, float(times[0]), left_out)


def _usable(
    card: Card, rows: Rows, columns: Columns, wishes: Wishes, left_out: Counter[str], where: str
) -> tuple[Floats, Floats, list[str]]:
    """Times, values, and why there is none; rows without a time and blank ones among other cells are left out."""
    alone = len(columns.power) == 1 and not columns.sources
    kept, why = [], []
    for k, i in enumerate(card.rows):
        t = rows.times.seconds[i] if columns.time else k * wishes.every
        reason = rows.why[card.column][i]
        if not math.isfinite(t):
            left_out["without a time"] += 1
            continue
        if reason == "blank" and alone and not rows.others[i]:
            reason = "the log is blank here"
        elif reason in ("blank", "not readable"):
            left_out["without a value" if reason == "blank" else reason] += 1
            continue
        if reason:
            left_out["not possible" if reason == "not possible" else "without a reading"] += 1
        kept.append((t, rows.values[card.column][i]))
        why.append("the log has an impossible value here" if reason == "not possible" else reason)
    table = np.array(kept, np.float64).reshape(-1, 2)
    return _unwrapped(table[:, 0], rows, where), table[:, 1], why


def _unwrapped(times: Floats, rows: Rows, where: str) -> Floats:
    """A stop watch that begins anew has been started again: what follows comes later, after a gap of unknown length."""
    if rows.times.clock or len(times) < 3 or (np.diff(times) < 0).mean() > 0.5:
        return times
    steps = np.diff(times)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0
    back = steps < -max(curve.HOLD, 5 * usual)
    if back.sum() > max(FEW, len(steps) / 50):
        raise BadRecording(
            f"{where}: its times go up and down ({int(back.sum())} times down), so they are no clock; name the column "
            "of times with --time COLUMN."
        )
    shift = np.r_[0.0, np.cumsum(np.where(back, -steps + 2 * curve.CLOCK_SET, 0.0))]
    return np.asarray(times + shift, np.float64)


def _refuse_twice(times: Floats, card: Card, rows: Rows, where: str) -> None:
    """Two logs in one column, one after the other, over the same time."""
    steps = np.diff(times)
    if len(times) < 2 * FEW or (steps < 0).mean() > 0.5:
        return
    highest = np.maximum.accumulate(times)
    back = np.flatnonzero(times < highest)
    if len(back) <= FEW:
        return
    begin = int(back[0])
    run = times[begin : begin + int(np.argmax(np.r_[times[begin:] >= highest[begin - 1], True]))]
    earlier = times[:begin]
    twice = int(((earlier > run.min()) & (earlier < run.max())).sum())
    if len(run) > FEW and twice > FEW:
        at = [i for i in card.rows if math.isfinite(rows.times.seconds[i])] or card.rows
        line = rows.lines[at[min(begin, len(at) - 1)]]
        raise BadRecording(
            f"{where}: from line {line} on the clock goes back by {highest[begin] - times[begin]:.4g} s and the same "
            "time is told twice; part the file there, or name the column that tells its sources apart."
        )


def _each_once(times: Floats, values: Floats, why: list[str]) -> tuple[Floats, Floats, list[str], float]:
    """Each moment once: several rows of one stamp become their mean."""
    if not len(times):
        return times, values, why, 1.0
    starts = np.flatnonzero(np.r_[True, np.diff(times) > 0])
    if len(starts) == len(times):
        return times, values, why, 1.0
    known = np.isfinite(values)
    sums = np.add.reduceat(np.where(known, values, 0.0), starts)
    counts = np.add.reduceat(known.astype(np.float64), starts)
    mean = np.divide(sums, counts, out=np.full(len(starts), np.nan), where=counts > 0)
    whys = [why[i] if not counts[k] else "" for k, i in enumerate(starts)]
    return times[starts], mean, whys, float(np.median(np.diff(np.r_[starts, len(times)])))


def _of_this_time(
    times: Floats, values: Floats, why: list[str], left_out: Counter[str]
) -> tuple[Floats, Floats, list[str]]:
    """Without a lone row that stands years away at an end: the clock was not set yet."""
    begin, end = 0, len(times)
    if end > 3 and times[1] - times[0] > curve.CLOCK_SET > times[2] - times[1]:
        begin = 1
    if end - begin > 3 and times[-1] - times[-2] > curve.CLOCK_SET > times[-2] - times[-3]:
        end -= 1
    if end - begin < len(times):
        left_out["from a time before the clock was set"] += len(times) - (end - begin)
    return times[begin:end], values[begin:end], why[begin:end]


def _refuse_no_counter(joules: Floats, name: str, where: str) -> None:
    """Energy that does not grow is no counter's: each row may be the energy of its own time."""
    steps = np.diff(joules)
    falls = int((steps < 0).sum())
    if (falls > FEW and falls > len(steps) / 20) or (not steps.any() and joules[0] > 0):
        raise BadRecording(
            f"{where}: {name!r} does not grow as a counter does; if each row is the energy from its time to the next, "
            f"say --energy {name!r} --each-row."
        )


def _curve(
    times: Floats, values: Floats, why: list[str], rows: Rows, columns: Columns, wishes: Wishes, per_stamp: float
) -> Curve:
    if rows.energy and columns.each_row:
        return curve.of_rows(times, values, why)
    if rows.energy:
        good = np.isfinite(values)
        return curve.of_counter(times[good], values[good])
    if "statistics" in columns.layout.name and not wishes.held:
        return curve.means(times, values, why, float(np.median(np.diff(times))))
    if wishes.held or columns.layout.held:
        return curve.held(times, values, why, wishes.hold)
    if per_stamp >= PER_STAMP:
        return curve.means(times, values, why)
    return curve.lines_between(times, values, why)


def _nothing(card: Card, rows: Rows, left_out: Counter[str], readings: int) -> str:
    """Why a source cannot be used, with what helps."""
    cells = Counter(rows.cells[card.column][i] for i in card.rows).most_common(1)
    if not readings and left_out["without a reading"]:
        said = cells[0][0]
        return (
            f"each of its {len(card.rows)} lines says {said} where the watts should be: this device or its driver "
            "tells no power; measure with a plug (shelly, tasmota) or with --meter estimate."
        )
    left = ", ".join(f"{n} {reason}" for reason, n in left_out.items())
    count = "only one reading" if readings else "no reading that can be used"
    return f"there is {count} in it{f' ({left})' if left else ''}; two are the least that has a length."
