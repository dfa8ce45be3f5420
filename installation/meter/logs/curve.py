"""Curves: power over time as stretches, each a straight line, a step or a gap with its reason; joules are its area."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..recording import Floats, Line

NDBool = NDArray[np.bool_]
NDInt = NDArray[np.intp]
MULTIPLE = 3.0  # times the usual spacing: what is farther apart is a hole
HOLD = 1.0  # s: what is nearer is no hole, as for a meter that runs
AROUND = 10  # spacings on each side that say what is usual here
CLOCK_SET = 31 * 86_400.0  # s: farther apart, a clock was set and no month went by
JUST_AFTER = 1e-6  # s
NOTHING_LOGGED = "nothing was logged"
SET = "the clock began anew; how long the gap was is not known"
BEGAN_ANEW = "the counter began anew"


@dataclass(frozen=True)
class Curve:
    """Power from edges[0] to edges[-1].

    Attributes:
        edges: (n+1,) s, rising.
        begin, end: (n,) W at the begin and the end of each stretch.
        gaps: (n) why a stretch is not known; empty where it is.
    """

    edges: Floats
    begin: Floats
    end: Floats
    gaps: list[str]

    @property
    def joules(self) -> float:
        return float((np.diff(self.edges) * (self.begin + self.end) / 2 * self.known).sum())

    @property
    def known(self) -> Floats:
        """(n,) 1 where a stretch is known, 0 in a gap."""
        return np.array([not gap for gap in self.gaps], np.float64)

    @property
    def known_seconds(self) -> float:
        return float((np.diff(self.edges) * self.known).sum())

    def at(self, times: Floats, *, before: bool) -> Floats:
        """W at some times within a stretch; `before` takes the stretch that ends there, where two meet."""
        i = np.clip(np.searchsorted(self.edges, times, side="left" if before else "right") - 1, 0, len(self.gaps) - 1)
        share = (times - self.edges[i]) / (self.edges[i + 1] - self.edges[i])
        return np.asarray(self.begin[i] + share * (self.end[i] - self.begin[i]), np.float64)


def holes(times: Floats) -> NDBool:
    """(n-1,) which spacings are holes: over three times what is usual in the file and around, and over a second."""
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    found = np.zeros(len(steps), np.bool_)
    for i in np.flatnonzero((steps > MULTIPLE * usual) & (steps > HOLD)):
        around = float(np.median(steps[max(0, i - AROUND) : i + AROUND + 1]))
        found[i] = steps[i] > MULTIPLE * max(usual, around)
    return found


def lines_between(times: Floats, watts: Floats, absent: Sequence[str]) -> Curve:
    """Straight lines between samples.

    Args:
        times: (n,) s, rising.
        watts: (n,) W; not a number where there is no reading.
        absent: (n) why; empty where there is one.
    """
    good = np.flatnonzero(np.isfinite(watts))
    edges, w = times[good], watts[good]
    hole = holes(edges)
    gaps = []
    for i, (a, b) in enumerate(pairwise(good.tolist())):
        said = next(filter(None, absent[a + 1 : b]), "")
        gaps.append(said or (NOTHING_LOGGED if hole[i] else ""))
    return _with_ends(Curve(edges, w[:-1], w[1:], gaps), times, absent, good)


def held(times: Floats, watts: Floats, absent: Sequence[str], hold: float | Floats, last: float = 0.0) -> Curve:
    """Each value stands until the next sample, at most `hold` s, the last one for `last` s; no reading ends it."""
    edges, values, gaps = [float(times[0])], [], []
    ends = [*times[1:].tolist(), float(times[-1]) + last]
    holds = np.broadcast_to(hold, len(times)).tolist()
    for t, w, why, end, most in zip(times.tolist(), watts.tolist(), absent, ends, holds, strict=True):
        known = math.isfinite(w)
        stands = min(end, t + most) if known else end
        for edge, gap in ((stands, "" if known else why or NOTHING_LOGGED), (end, NOTHING_LOGGED)):
            if edge > edges[-1]:
                edges.append(edge)
                values.append(w if not gap else 0.0)
                gaps.append(gap)
    flat = np.array(values)
    return Curve(np.array(edges), flat, flat, gaps)


def means(times: Floats, watts: Floats, absent: Sequence[str], last: float = 0.0) -> Curve:
    """Each value is the mean from its stamp to the next; before a hole it lasts as long as is usual."""
    usual = float(np.median(np.diff(times)))
    return held(times, watts, absent, np.where(np.r_[holes(times), False], usual, math.inf), last)


def of_counter(times: Floats, joules: Floats) -> Curve:
    """The mean power between the moments at which a counter moves; where it falls, a gap."""
    moves = np.flatnonzero(np.diff(joules) != 0) + 1
    kept = np.unique(np.concatenate(([0], moves, [len(times) - 1])))
    edges, steps = times[kept], np.diff(joules[kept])
    mean = np.where(steps >= 0, steps / np.diff(edges), 0.0)
    return Curve(edges, mean, mean, ["" if step >= 0 else BEGAN_ANEW for step in steps])


def of_rows(times: Floats, joules: Floats, absent: Sequence[str]) -> Curve:
    """Each row's own energy, from its stamp to the next; the last row lasts as long as is usual."""
    usual = float(np.median(np.diff(times)))
    spans = np.where(np.r_[holes(times), True], usual, np.r_[np.diff(times), usual])
    return means(times, joules / spans, absent, usual)


def _with_ends(curve: Curve, times: Floats, absent: Sequence[str], good: NDInt) -> Curve:
    """With what lies before the first reading and after the last, where the log has rows without one."""
    edges, begin, end, gaps = curve.edges, curve.begin, curve.end, list(curve.gaps)
    before = next(filter(None, absent[: good[0]]), "")
    after = next(filter(None, absent[good[-1] + 1 :]), "")
    if before:
        edges, begin, end = np.r_[times[0], edges], np.r_[0.0, begin], np.r_[0.0, end]
        gaps.insert(0, before)
    if after:
        edges, begin, end = np.r_[edges, times[-1]], np.r_[begin, 0.0], np.r_[end, 0.0]
        gaps.append(after)
    return Curve(edges, begin, end, gaps)


def added(curves: dict[str, Curve], apart: float) -> Curve:
    """Several curves as one: known only while all are; each keeps its own samples and gaps.

    Args:
        apart: s the curves may begin and end apart without a gap, since cards are read one after the other.
    """
    first, last = min(c.edges[0] for c in curves.values()), max(c.edges[-1] for c in curves.values())
    stretched = {name: _stretched(curve, first, last, apart) for name, curve in curves.items()}
    edges = np.unique(np.concatenate([curve.edges for curve in stretched.values()]))
    begin = sum((c.at(edges[:-1], before=False) for c in stretched.values()), np.zeros(len(edges) - 1))
    end = sum((c.at(edges[1:], before=True) for c in stretched.values()), np.zeros(len(edges) - 1))
    return merged(Curve(edges, begin, end, _gaps(stretched, (edges[1:] + edges[:-1]) / 2)))


def _gaps(curves: dict[str, Curve], middles: Floats) -> list[str]:
    """Why each stretch is not known, by the first curve that has a gap there."""
    gaps = [""] * len(middles)
    for name, curve in curves.items():
        at = np.clip(np.searchsorted(curve.edges, middles, side="right") - 1, 0, len(curve.gaps) - 1)
        for i in np.flatnonzero(curve.known[at] == 0):
            gaps[i] = gaps[i] or f"{name}: {curve.gaps[at[i]]}"
    return gaps


def _stretched(curve: Curve, first: float, last: float, apart: float) -> Curve:
    edges, begin, end, gaps = curve.edges, curve.begin, curve.end, list(curve.gaps)
    if first < edges[0]:
        near = edges[0] - first <= apart
        w = begin[0] if near else 0.0
        edges, begin, end = np.r_[first, edges], np.r_[w, begin], np.r_[w, end]
        gaps.insert(0, gaps[0] if near else NOTHING_LOGGED)
    if last > edges[-1]:
        near = last - edges[-1] <= apart
        w = end[-1] if near else 0.0
        edges, begin, end = np.r_[edges, last], np.r_[begin, w], np.r_[end, w]
        gaps.append(gaps[-1] if near else NOTHING_LOGGED)
    return Curve(edges, begin, end, gaps)


def merged(curve: Curve) -> Curve:
    """With neighbouring gaps as one, named by the reason of the first."""
    keep = [i for i, gap in enumerate(curve.gaps) if not (gap and i and curve.gaps[i - 1])]
    return Curve(
        np.r_[curve.edges[keep], curve.edges[-1]], curve.begin[keep], curve.end[keep], [curve.gaps[i] for i in keep]
    )


def trimmed(curve: Curve) -> Curve:
    """Without a stretch of years in which only a clock was set: a second stands for it."""
    spans = np.diff(curve.edges)
    long = [i for i in np.flatnonzero(spans > CLOCK_SET) if curve.gaps[i]]
    if not long:
        return curve
    spans[long] = HOLD
    gaps = [SET if i in long else gap for i, gap in enumerate(curve.gaps)]
    return Curve(curve.edges[0] + np.r_[0.0, np.cumsum(spans)], curve.begin, curve.end, gaps)


def sampled(curve: Curve) -> Iterator[Line]:
    """The lines of a recording whose area is the curve's: a step is two lines a microsecond apart."""
    zero, before = float(curve.edges[0]), math.nan
    rows = zip((curve.edges - zero).tolist(), curve.begin.tolist(), curve.end.tolist(), curve.gaps, strict=False)
    spans = np.diff(curve.edges).tolist()
    for (t, w0, w1, gap), span in zip(rows, spans, strict=True):
        if gap:
            yield Line(t=_at(t, before == before), gap=gap, gap_seconds=round(span, 6))
        elif w0 != before:
            yield Line(t=_at(t, before == before), watts=round(w0, 6))
        if not gap:
            yield Line(t=round(t + span, 6), watts=round(w1, 6))
        before = math.nan if gap else w1
    if curve.gaps and curve.gaps[-1]:
        yield Line(t=round(float(curve.edges[-1]) - zero, 6), gap=curve.gaps[-1])


def _at(t: float, after_a_reading: bool) -> float:
    return round(t + (JUST_AFTER if after_a_reading else 0.0), 6)
