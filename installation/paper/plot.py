"""The day's plot: mean watts over the time that was open, each fit marked, as SVG from the day's own rows.

It has no letters: the template sets them, in the faces of the piece.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

import msgspec

from ..score.colour import AMBER, REST, size
from .day import Day, Stretch

WIDTH, HEIGHT, MARKS = 1000.0, 240.0, 14.0  # of the picture, in its own units
BINS = 500
INK = "#2b2a28"
SMALL = 0.1  # size of a network up to which it is amber: a mixture of amber and ink is a brown
PRINTED_LEAST = (108, 109, 114)  # sRGB, towards which larger ones begin
PRINTED = (58, 58, 64)  # sRGB of a large network on white paper, where pale would not be seen


class Plot(msgspec.Struct, frozen=True):
    """A plot: its SVG, begin and end in s since the day's begin, and its highest bin in W."""

    svg: str
    begin: float
    end: float
    watts: float


class Bin(msgspec.Struct):
    """A short stretch of the plot: s and J by word, and the weights of what was trained in it, or -1."""

    seconds: dict[str, float]
    joules: dict[str, float]
    weights: int = -1

    @property
    def word(self) -> str:
        """The word most of it has: two are never added."""
        return max(self.seconds, key=lambda word: self.seconds[word], default="")

    @property
    def watts(self) -> float | None:
        read = self.seconds.get(self.word, 0.0)
        return self.joules[self.word] / read if read > 0 and self.word in self.joules else None


def of_day(day: Day) -> Plot | None:
    """The plot of a day; None without a single reading."""
    read = [s for s in day.stretches if s.watts is not None and s.span > 0]
    if not read:
        return None
    begin, end = day.stretches[0].at, max(s.at + s.span for s in day.stretches)
    bins = filled(day.stretches, begin, end, BINS)
    top = max(b.watts or 0.0 for b in bins) or 1.0
    parts = [*_areas(bins, top), *_fits(day, begin, end), _line()]
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT + MARKS:g}">{"".join(parts)}</svg>'
    return Plot(svg, begin, end, top)


def filled(stretches: list[Stretch], begin: float, end: float, count: int) -> list[Bin]:
    """The stretches in so many bins of one length from `begin` to `end`, each stretch shared by its overlap."""
    length = (end - begin) / count
    bins = [Bin(defaultdict(float), defaultdict(float)) for _ in range(count)]
    for s in stretches:
        first, last = int((s.at - begin) / length), int((s.at + s.span - begin) / length)
        for i in range(max(0, first), min(count - 1, last) + 1):
            left = begin + i * length
            share = min(s.at + s.span, left + length) - max(s.at, left)
            if share <= 0:
                continue
            bins[i].seconds[s.provenance] += share
            if s.watts is not None:
                bins[i].joules[s.provenance] += s.watts * share
            if s.fitting:
                bins[i].weights = max(bins[i].weights, s.weights)
    return bins


def colour(weights: int) -> str:
    """What ran, on paper: grey at rest, amber for a small network, more ink for a larger one, and nowhere a brown."""
    if weights < 0:
        return _hex(REST)
    share = size(max(weights, 1))
    if share < SMALL:
        return _hex(AMBER)
    return _hex(tuple(round(a + (b - a) * share) for a, b in zip(PRINTED_LEAST, PRINTED, strict=True)))


def _hex(rgb: tuple[int, ...]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def _areas(bins: list[Bin], top: float) -> Iterator[str]:
    """Bins of one colour and word as one area of steps; paler where it is not measured."""
    step = WIDTH / len(bins)
    look = groupby(enumerate(bins), key=lambda pair: (pair[1].weights, pair[1].word, pair[1].watts is None))
    for (weights, word, is_gap), group in look:
        if is_gap:
            continue
        chosen = list(group)
        left = chosen[0][0] * step
        steps = "".join(f"V{HEIGHT * (1 - (b.watts or 0) / top):.2f}H{(i + 1) * step:.2f}" for i, b in chosen)
        pale = "" if word == "MEASURED" else ' fill-opacity="0.6"'
        yield f'<path fill="{colour(weights)}"{pale} d="M{left:.2f} {HEIGHT:g}{steps}V{HEIGHT:g}H{left:.2f}Z"/>'


def _fits(day: Day, begin: float, end: float) -> Iterator[str]:
    for fit in day.fits:
        if fit.at is not None and begin <= fit.at <= end:
            x = WIDTH * (fit.at - begin) / (end - begin)
            yield f'<path fill="{INK}" d="M{x:.2f} {HEIGHT + 2:g}l4 {MARKS - 2:g}h-8z"/>'


def _line() -> str:
    return f'<path stroke="{INK}" stroke-width="1" d="M0 {HEIGHT:g}H{WIDTH:g}"/>'
