"""The poster: a day's section as layers, the newest on top, each as thick as its watts, so that area is energy.

The day and its hash stand in the margin, and once more where a program finds them, so that a poster can be held
against a ledger.
"""

from __future__ import annotations

import re
import struct
import zlib
from itertools import groupby
from pathlib import Path

import msgspec

from ..config import Config
from ..ledger.export import day_hash, tables
from ..text.sentences import Sentences
from .day import Day, Stretch
from .engine import FORMATS, Form, PaperError, keep, typeset
from .numbers import amount, clock, language_of, length, word
from .plot import Bin, colour, filled

SIZES_MM = {"a3": (297.0, 420.0), "a2": (420.0, 594.0), "a1": (594.0, 841.0)}
MARGIN = 0.08  # of the width, on each side
CAPTION = 0.09  # of the height, for caption and hash
SPANS = (1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0)  # s a layer may be
LAYERS = 32  # at most
BINS = 360  # of a layer
STAMP = "underfoot-day:{day} sha256:{hash}"
STAMPED = re.compile(rb"underfoot-day:(\d{4}-\d\d-\d\d) sha256:([0-9a-f]{64})")
SEAM = 'stroke="#fff" stroke-width="0.12"'  # mm, between layers
PNG_HEAD = 33  # bytes of the signature and the first chunk


class Poster(msgspec.Struct, frozen=True):
    """What the template `poster` sets; lengths in mm."""

    lang: str
    title: str
    width_mm: float
    height_mm: float
    margin_mm: float
    svg: str
    alt: str
    caption: str
    hash: str
    stamp: str


def of(day: Day, config: Config, size: str) -> Poster:
    """The poster of a day, on paper of a size of SIZES_MM.

    Raises:
        PaperError: the day has no reading.
    """
    say = Sentences(config.piece.language)
    width, height = SIZES_MM[size]
    margin = width * MARGIN
    across, down = width - 2 * margin, height * (1 - CAPTION) - 2 * margin
    joules = sum(s.watts * s.span for s in day.stretches if s.watts is not None)
    if joules <= 0:
        raise PaperError(f"{day.day}: there is no reading of this day to draw; choose another with --day.")
    begin, end = day.stretches[0].at, max(s.at + s.span for s in day.stretches)
    span = layer_span(end - begin)
    sums = "; ".join(
        say("poster_sum", joules=amount(say, e.joules, "J", e.plus_minus_joules), word=word(say, e.provenance))
        for e in day.energies
        if e.joules is not None
    )
    svg, mm2_per_joule = section(day.stretches, begin, end, span, across, down)
    told = {"begin": clock(day, begin), "end": clock(day, end), "span": length(say, span)}
    return Poster(
        lang=language_of(config.piece.language),
        title=say("paper_of", day=day.day),
        width_mm=width,
        height_mm=height,
        margin_mm=margin,
        svg=svg,
        alt=say("poster_alt", **told),
        caption=say("poster_caption", day=day.day, square=100.0 / mm2_per_joule, sums=sums, **told),
        hash=say("paper_hash", hash=day.hash),
        stamp=STAMP.format(day=day.day, hash=day.hash),
    )


def layer_span(span: float) -> float:
    """How long a layer is, in s: the shortest of SPANS with which they are not too many."""
    return next((s for s in SPANS if span <= s * LAYERS), SPANS[-1])


def section(
    stretches: list[Stretch], begin: float, end: float, span: float, across: float, down: float
) -> tuple[str, float]:
    """The layers as SVG of `across` x `down` mm, the oldest at the foot, and how many mm2 are a joule."""
    layers = []
    at = begin
    while at < end:
        layers.append(filled([s for s in stretches if s.at < at + span and s.at + s.span > at], at, at + span, BINS))
        at += span
    thickness = [[b.joules for b in layer] for layer in layers]
    highest = max(sum(sum(joules[i].values()) for joules in thickness) for i in range(BINS))
    mm_per_joule = down / highest
    foot = [down] * BINS
    parts = []
    for layer in layers:
        for name in sorted({name for b in layer for name in b.joules}):
            top = [y - b.joules.get(name, 0.0) * mm_per_joule for y, b in zip(foot, layer, strict=True)]
            parts += _slab(layer, name, foot, top, across / BINS)
            foot = top
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across:.2f} {down:.2f}">'
    return f"{head}{''.join(parts)}</svg>", mm_per_joule * across / BINS


def _slab(layer: list[Bin], name: str, foot: list[float], top: list[float], step: float) -> list[str]:
    """What one word adds to a layer, an area for each stretch of one colour; paler where it is not measured."""
    parts = []
    pale = "" if name == "MEASURED" else ' fill-opacity="0.6"'
    for (weights, is_there), group in groupby(range(BINS), lambda i: (layer[i].weights, name in layer[i].joules)):
        if is_there:
            bins = list(group)
            up = "".join(f"L{i * step:.2f} {top[i]:.3f}H{(i + 1) * step:.2f}" for i in bins)
            back = "".join(f"V{foot[i]:.3f}H{i * step:.2f}" for i in reversed(bins))
            start = f"M{bins[0] * step:.2f} {foot[bins[0]]:.3f}"
            parts.append(
                f'<path fill="{colour(weights)}"{pale} stroke="#fff" stroke-width="0.12" d="{start}{up}{back}Z"/>'
            )
    return parts


def write(poster: Poster, out: Path) -> None:
    """Set the poster and write it with its stamp.

    Raises:
        PaperError: it cannot be set or written.
    """
    form = FORMATS.get(out.suffix.lower())
    if form is None or out.is_dir():
        raise PaperError(f"{out}: name a file that ends with {', '.join(FORMATS)}.")
    (page,) = typeset("poster", poster, form)
    keep(out, stamped(page, form, poster.stamp))


def stamped(page: bytes, form: Form, stamp: str) -> bytes:
    """A page with its day and hash where a program finds them; a PDF has them in its keywords."""
    if form == "svg":
        head, mark, rest = page.partition(b">")
        return head + mark + f"<desc>{stamp}</desc>".encode() + rest
    if form == "png":
        chunk = b"tEXtComment\0" + stamp.encode()
        told = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        return page[:PNG_HEAD] + told + page[PNG_HEAD:]
    return page


def check(file: Path, ledger: Path) -> str:
    """What a poster is, held against a ledger: a sentence.

    Raises:
        PaperError: it cannot be read, is no poster of the piece, or not of this ledger.
        LedgerError: there is no such ledger or day.
    """
    try:
        mark = STAMPED.search(file.read_bytes())
    except OSError as error:
        raise PaperError(f"{file}: it cannot be read: {error.strerror}; name another file.") from None
    if mark is None:
        raise PaperError(f"{file}: no day and no hash stand in it; it is no poster of `underfoot print`.")
    day, digest = mark[1].decode(), mark[2].decode()
    if day_hash(tables(ledger, day)["seconds"]) != digest:
        raise PaperError(
            f"{file}: its hash is not that of {day} in {ledger}; it is of another ledger, or this day has gone on "
            "or was rolled into minutes since: hold it against a copy of that time."
        )
    return f"{file}: it is of {day}, and its hash is that of {ledger}."
