"""Dates: stamps of any order and language become a day and a time, by one rule for the whole column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan",), ("feb", "fév", "fev"), ("mar", "mär", "mrz"), ("apr", "avr"), ("may", "mai"), ("jun", "juin"),
            ("jul", "juil"), ("aug", "aoû", "aou"), ("sep",), ("oct", "okt"), ("nov",), ("dec", "dez", "déc"),
        ),
        1,
    )
    for name in names
}  # fmt: skip
ORDERS = ("ymd", "dmy", "mdy")
BY_NUMBERS = re.compile(r"(?<!\d)(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?!\d)")
COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?:[T_ -]?([0-2]\d)([0-5]\d)([0-5]\d))?(?![\d.])")
BY_WORDS = re.compile(r"(?:(?P<d1>\d{1,2})[-. /]*)?(?P<month>[^\W\d_]{3,9})\.?[-. /]*(?P<d2>\d{1,2}(?![\d:]))?")
YEAR = re.compile(r"(?<![\d:.])((?:19|20)\d\d)(?![\d:])")
TIME = re.compile(
    r"(?<![\d.])(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:(?P<sign>[.,:])(?P<part>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\b\.?)?"
)
ZONE = re.compile(r"\s*(?:\d{4}\b\s*)?(?:(Z\b|[A-Z]{3,4}\b)|([+-])(\d{2})(?::?(\d{2}))?(?!\d))")
ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9,
    "EST": -5, "EDT": -4, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
LEAP = 86_401.0  # s of a day with a leap second; a stop watch without a day may go beyond
FARTHEST = 14 * 3600  # s: no zone is farther from UTC
PLAIN = re.compile(
    r"(\d{4})[-/.](\d\d)[-/.](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|UTC|[+-]\d\d(?::?\d\d)?)?"
)
PADDED = re.compile(r"([-/.:])\s+(?=\d)")
PADDED_PART = re.compile(r":\s?\d{1,2}\.\s+\d")


@dataclass(frozen=True)
class Stamp:
    """One moment as written.

    Attributes:
        day: days since 1970; none where only a time of day stands.
        seconds: s since midnight.
        offset: s its zone is ahead of UTC; none where it names no zone.
    """

    day: int | None
    seconds: float
    offset: int | None


@dataclass(frozen=True)
class Style:
    """How a column writes its stamps: the order of its dates, and whether parts of a second are whole milliseconds."""

    order: str
    milliseconds: bool = False


class TwoOrders(ValueError):  # noqa: N818  (a question, not an error)
    """Day first and month first both fit."""


def style(cells: Sequence[str], order: str) -> Style:
    """The style of a column.

    Args:
        order: of dates, where it is known; else found.

    Raises:
        TwoOrders: nothing decides between day first and month first.
    """
    padded = any(PADDED_PART.search(cell) for cell in cells[:200])
    by_colon = any((m := TIME.search(cell)) and m["sign"] == ":" for cell in cells[:50])
    found = order or _order(cells)
    if padded or by_colon:
        return Style(found, milliseconds=True)
    return Style(found, milliseconds=_whole_milliseconds(cells))


def _order(cells: Iterable[str]) -> str:
    firsts, seconds, dots, halves = set(), set(), False, False
    for cell in cells:
        match = BY_NUMBERS.search(PADDED.sub(r"\1", cell))
        if not match:
            continue
        if len(match[1]) > 2:
            return "ymd"
        firsts.add(int(match[1]))
        seconds.add(int(match[3]))
        dots = dots or match[2] == "."
        halves = halves or bool(re.search(r"\d\s*[AaPp]\.?[Mm]", cell))
    if not firsts:
        return ""
    if dots or max(firsts) > 12:
        return "dmy"
    if halves or max(seconds) > 12:
        return "mdy"
    raise TwoOrders


def _whole_milliseconds(cells: Sequence[str]) -> bool:
    """Whether ".20" is 20 ms: parts of different length, which as fractions would go back where as ms they do not."""
    parts = [(m[3], m["part"]) for cell in cells[:2000] if (m := TIME.search(cell)) and m["part"]]
    if len({len(part) for _, part in parts}) < 2 or max(len(part) for _, part in parts) > 3:
        return False
    back = [0, 0]
    for (s0, a), (s1, b) in pairwise(parts):
        if s0 == s1:
            back[0] += float(f"0.{b}") < float(f"0.{a}")
            back[1] += int(b) < int(a)
    return back[1] < back[0]


def stamp(cell: str, how: Style) -> Stamp | None:
    """A stamp; None where the cell is none."""
    if plain := PLAIN.fullmatch(cell):
        return _plain(plain, how)
    text = PADDED.sub(r"\1", cell.strip())
    compact = COMPACT.search(text)
    clock = TIME.search(text)
    if clock:
        seconds = _seconds(clock, how)
    elif compact and compact[4]:
        seconds = int(compact[4]) * 3600.0 + int(compact[5]) * 60 + int(compact[6])
    else:
        seconds = 0.0
    day = _day(text, compact, how)
    if seconds is None or (day is None and not clock) or day == -1 or (day is not None and seconds > LEAP):
        return None
    return Stamp(day, seconds, _offset(text[clock.end() :]) if clock else None)


def _plain(match: re.Match[str], how: Style) -> Stamp | None:
    """The commonest stamp of all, year first, which need not be searched for."""
    year, month, day, hours, minutes, seconds, part, zone = match.groups()
    of_day = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    days = _days(int(year), int(month), int(day))
    if days < 0 or int(hours) > 23 or int(minutes) > 59 or int(seconds) > 60:
        return None
    return Stamp(days, of_day + (_share(part, how) if part else 0.0), _offset(zone) if zone else None)


def _share(part: str, how: Style) -> float:
    """What stands behind the point of a second, s."""
    return int(part) / 1000 if how.milliseconds and len(part) <= 3 else int(part) / 10 ** len(part)


def _seconds(clock: re.Match[str], how: Style) -> float | None:
    hours, minutes, seconds = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    if clock["half"]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + 12 * (clock["half"] in "Pp")
    if minutes > 59 or seconds > 60:
        return None
    return hours * 3600 + minutes * 60 + seconds + _share(clock["part"] or "0", how)


def _day(text: str, compact: re.Match[str] | None, how: Style) -> int | None:
    """Days since 1970; None where there is no date, -1 where it is no day that exists."""
    if match := BY_NUMBERS.search(text):
        parts = (int(match[1]), int(match[3]), int(match[4]))
        order = "ymd" if len(match[1]) > 2 else how.order
        y, m, d = (parts[order.index(letter)] for letter in "ymd")
        return _days(y + 2000 if y < 100 else y, m, d)
    if compact:
        return _days(int(compact[1]), int(compact[2]), int(compact[3]))
    for match in BY_WORDS.finditer(text):
        month = MONTHS.get(match["month"].lower()) or MONTHS.get(match["month"][:3].lower())
        year, number = YEAR.search(text), match["d1"] or match["d2"]
        if month and year and number:
            return _days(int(year[1]), month, int(number))
    return None


@lru_cache(maxsize=4096)
def _days(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return -1


def _offset(after: str) -> int | None:
    """s ahead of UTC, from what stands behind a time."""
    match = ZONE.match(after)
    if not match:
        return None
    if match[1]:
        hours = ZONES.get(match[1])
        return None if hours is None else hours * 3600
    size = int(match[3]) * 3600 + int(match[4] or 0) * 60
    if size > FARTHEST:
        return None
    return -size if match[2] == "-" else size
