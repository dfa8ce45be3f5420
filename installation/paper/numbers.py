"""How numbers stand on paper: with their unit, their word, and as many figures as they deserve."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

from ..text.sentences import GROUP, Sentences
from .day import Day

SURE = 0.05  # uncertainty from which on a number has two figures; below it has three


def amount(say: Sentences, value: float | None, unit: str, plus_minus: float | None = None) -> str:
    """A number with its unit, with as many figures as its uncertainty leaves."""
    if value is None:
        return say("paper_unsaid")
    sure = plus_minus is not None and abs(plus_minus) < SURE * abs(value)
    text = f"{say.number(value, '~3' if sure else '~2')}{GROUP}{unit}"
    return text if plus_minus is None else f"{text} ± {say.number(plus_minus, '~1')}{GROUP}{unit}"


def difference(value: float | None, of: float | None) -> float | None:
    """A difference to no more places than its minuend has: what is left of 110 - 110 is 0, not the rounding."""
    if value is None or not of:
        return value
    step = 10.0 ** (math.floor(math.log10(of)) - 1)
    return round(value / step) * step


def length(say: Sentences, span: float) -> str:
    """A length of time, in s, as people say it: h, min or s, with three figures."""
    unit, seconds = next((u for u in (("h", 3600), ("min", 60)) if span >= u[1]), ("s", 1))
    return f"{say.number(span / seconds, '~3')}{GROUP}{unit}"


def clock(day: Day, at: float) -> str:
    """A moment of the day as people say it: local time, or minutes and seconds of a recording."""
    if day.origin:
        return f"{int(at // 60)}:{int(at % 60):02d}"
    return datetime.fromtimestamp(day.begin_utc + at).strftime("%H:%M")


def word(say: Sentences, provenance: str) -> str:
    """The word beside a number, in the page's language."""
    return say(provenance.lower().replace(" ", "_"))


def language_of(language: str) -> str:
    """The language of a page, as its readers' programs name it."""
    return Path(language).stem if language.endswith(".toml") else language
