"""The receipt: the slip a fit leaves, 58 or 80 mm wide, with what it took, and what the slip itself takes."""

from __future__ import annotations

import math
import sqlite3
import struct
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec

from ..config import Config
from ..ledger.totals import read_only
from ..ledger.trouble import LedgerError
from ..text.land import by_mix
from ..text.place import said
from ..text.sentences import Sentences
from .day import Day, Fit, of_ledger
from .engine import FORMATS, PaperError, typeset
from .handout import ESSAY, KIND, TITLE
from .numbers import amount, difference, language_of, word

DOTS_PER_MM = 8.0  # of a thermal printer: 203 dots an inch
PPI = DOTS_PER_MM * 25.4
PRINTED_MM = {58: 48.0, 80: 72.0}  # what a printer reaches of each paper: 384 and 576 dots
PRINTING_WATTS = (30.0, 60.0)  # by makers' data sheets, not measured here
MM_PER_SECOND = 100.0  # assumed; desktop printers name 100 to 250
INTERVAL = 1.96  # standard errors around a share: 95 of 100 such intervals hold it
NEWEST = "SELECT number FROM fits ORDER BY run DESC, number DESC LIMIT 1"
FIT = """SELECT run, date(began_utc, 'localtime') FROM fits WHERE number = ? AND began_utc IS NOT NULL
    ORDER BY run DESC LIMIT 1"""


class Receipt(msgspec.Struct, frozen=True):
    """What the template `receipt` sets; `width_mm` of the page, `margin_mm` on each side."""

    lang: str
    title: str
    width_mm: float
    margin_mm: float
    when: str
    code: str
    took: list[str]
    learned: str
    lens: list[str]
    place: list[str]
    total: list[str]
    printing: str
    essay: str


def found(ledger: Path, number: int | None) -> tuple[Day, Fit]:
    """The day and the fit of a number in the newest performance that has it; None is the newest fit of all.

    Raises:
        LedgerError: the ledger cannot be read, or has no such fit.
    """
    try:
        with closing(read_only(ledger)) as db:
            newest = db.execute(NEWEST).fetchone()
            wanted = number if number is not None else newest[0] if newest else 0
            row = db.execute(FIT, (wanted,)).fetchone()
    except sqlite3.Error as error:
        raise LedgerError(f"{ledger}: this ledger cannot be read: {error}; keep it, and name another file.") from None
    if row is None:
        last = f"the newest is {newest[0]}" if newest else "it has none"
        raise LedgerError(f"{ledger}: it has no fit {wanted}; {last}.")
    day = of_ledger(ledger, row[1])
    return day, next(fit for fit in day.fits if (fit.run, fit.number) == (row[0], wanted))


def of(day: Day, fit: Fit, config: Config, paper_mm: int, whole: bool, length_mm: float = 0.0) -> Receipt:
    """The slip of a fit.

    Args:
        paper_mm: 58 or 80.
        whole: the paper with its margins; else only what a printer's head reaches.
        length_mm: of the slip, as far as known: what printing it takes follows from it.
    """
    say = Sentences(config.piece.language)
    reach = PRINTED_MM[paper_mm]
    return Receipt(
        lang=language_of(config.piece.language),
        title=say("receipt_title", number=fit.number),
        width_mm=float(paper_mm) if whole else reach,
        margin_mm=(paper_mm - reach) / 2 if whole else 0.0,
        when="" if fit.at is None else f"{datetime.fromtimestamp(day.begin_utc + fit.at):%Y-%m-%d %H:%M:%S}",
        code=fit.fit_line or fit.network,
        took=_took(fit, say),
        learned=_learned(fit, say),
        lens=_lens(fit, config, say),
        place=list(said(config.place).lines),
        total=_total(day, fit, say),
        printing=_printing(fit, length_mm, say),
        essay=say("receipt_essay", title=TITLE, url=ESSAY),
    )


def pages(day: Day, fit: Fit, config: Config, paper_mm: int, out: Path) -> Receipt:
    """The slip for a file, its own printing counted: it is set once to know how long it is."""
    whole = FORMATS.get(out.suffix.lower()) != "png"
    draft = typeset("receipt", of(day, fit, config, paper_mm, False), "png", PPI)[0]
    height = struct.unpack(">I", draft[20:24])[0]  # of a PNG: in its first chunk
    return of(day, fit, config, paper_mm, whole, height / DOTS_PER_MM)


def _took(fit: Fit, say: Sentences) -> list[str]:
    if fit.joules is None:
        return [say("took_no_reading", seconds=fit.seconds)]
    key = "took_replayed" if fit.provenance == "REPLAYED" else "took"
    told = word(say, fit.provenance)
    lines = [say(key, joules=say.number(fit.joules, "~2"), seconds=fit.seconds, word=told)]
    if fit.plus_minus_joules:
        lines[0] += f" ± {say.number(fit.plus_minus_joules, '~1')}\u00a0J"
    if fit.above_rest_joules is not None:
        joules = amount(say, difference(fit.above_rest_joules, fit.joules), "J")
        lines.append(say("receipt_above", joules=joules, word=told))
    else:
        lines.append(say("receipt_rest_unknown"))
    if fit.ended not in ("", "whole"):
        lines.append(say("took_stopped", updates=fit.updates))
    return [*lines, f"{told}: {say.told(fit.boundary)}"]


def _learned(fit: Fit, say: Sentences) -> str:
    """The shares that are right, and how sure the second is by how many examples were asked."""
    if fit.seen is None or fit.unseen is None or not fit.asked:
        return ""
    doubt = 100 * INTERVAL * math.sqrt(fit.unseen * (1 - fit.unseen) / fit.asked)
    return say("receipt_learned", seen=100 * fit.seen, unseen=100 * fit.unseen, doubt=max(1.0, doubt))


def _lens(fit: Fit, config: Config, say: Sentences) -> list[str]:
    land = None if fit.watts is None else by_mix(fit.watts, config.place.mix or {KIND: 1.0})
    if land is None or fit.watts is None:
        return []
    kind = say("land_mix") if config.place.mix else say(f"kind_{KIND}")
    sentence = say("paper_lens_land", watts=fit.watts, low=land.low_side_m, high=land.high_side_m, kind=kind)
    return [sentence, say("land_word", word=word(say, fit.provenance)), say("land_left_out")]


def _total(day: Day, fit: Fit, say: Sentences) -> list[str]:
    """What the day came to when the fit ended, a line for each word."""
    end = math.inf if fit.at is None else fit.at + fit.seconds
    lines = []
    for energy in day.energies:
        rows = [s for s in day.stretches if s.provenance == energy.provenance and s.watts is not None and s.at < end]
        if rows:
            joules = math.fsum((s.watts or 0.0) * s.span for s in rows)
            lines.append(say("receipt_total", joules=amount(say, joules, "J"), word=word(say, energy.provenance)))
    return lines


def _printing(fit: Fit, length_mm: float, say: Sentences) -> str:
    """What printing takes, by its length; whether that is more than the fit only where the whole range says so."""
    low, high = (watts * length_mm / MM_PER_SECOND for watts in PRINTING_WATTS)
    if not length_mm:
        low, high = PRINTING_WATTS  # a draft: figures as long as those that come
    fit_joules = fit.above_rest_joules
    key = "receipt_printing"
    if fit_joules is not None:
        key = "receipt_printing_more" if low > fit_joules else "receipt_printing_less" if high < fit_joules else key
    return say(key, low=low, high=high, word=say("estimated"))


__all__ = ["PPI", "PRINTED_MM", "PaperError", "Receipt", "found", "of", "pages"]
