"""Cards: the sources of one log, parted by the columns that name them, by column, or by their place in each round."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...config import nearest
from ..recording import BadRecording, Floats
from .columns import Columns
from .rows import Rows
from .wishes import Wishes

LISTED = 12
ROUND = 5.0  # times: how much farther apart rounds are than the rows of one
OF_A_ROUND = 0.1  # s at most from the first row of a round to its last
EACH = 0.9  # share of rounds that have the same number of rows


@dataclass
class Card:
    """One source.

    Attributes:
        label: what it is called.
        names: all that --card may call it.
        rows: places of its rows in the log.
        column: which column of power.
    """

    label: str
    names: set[str]
    rows: list[int] = field(default_factory=list)
    column: int = 0


def part(rows: Rows, columns: Columns) -> list[Card]:
    """The sources of a log, in the order of their first rows."""
    cards = [card for at, name in enumerate(columns.power) for card in _of_column(rows, columns, at, name)]
    if len(cards) == 1:
        cards[0].names.add("0")
        return (_rounds(rows) if columns.time else []) or cards
    return cards


def _of_column(rows: Rows, columns: Columns, at: int, name: str) -> Iterator[Card]:
    found: dict[tuple[str, ...], Card] = {}
    wide = len(columns.power) > 1
    for i, key in enumerate(rows.keys):
        if key not in found:
            of_column = [name, *re.findall(r"\d+", name)[:1], *([str(at)] if wide else [])] if wide else []
            parts = [k for k in key if k]
            label = ", ".join([*parts[:1], *of_column[:1]])
            found[key] = Card(label or name, {label, *parts, *of_column} - {""}, column=at)
        found[key].rows.append(i)
    yield from found.values()


def _rounds(rows: Rows) -> list[Card]:
    """Cards without a name: where rows come in rounds of equal size, a few ms from the first to the last."""
    times = np.array(rows.times.seconds)
    good = np.flatnonzero(np.isfinite(times))
    if not rows.times.fine or not rows.times.clock or len(good) < 4:
        return []
    starts = _starts(times[good])
    sizes = np.diff(np.r_[starts, len(good)])
    size = int(np.median(sizes)) if len(sizes) else 1
    if size < 2 or len(sizes) < 2 or (sizes == size).mean() < EACH:
        return []
    cards = [Card(str(k), {str(k)}) for k in range(size)]
    for start, count in zip(starts, sizes, strict=True):
        for k in range(min(count, size)):
            cards[k].rows.append(int(good[start + k]))
    return cards


def _starts(times: Floats) -> NDArray[np.intp]:
    """Where each round begins."""
    steps = np.abs(np.diff(times))
    usual = float(np.quantile(steps, 0.9))
    near = min(usual / ROUND, OF_A_ROUND)
    return np.append(0, np.flatnonzero(steps > near) + 1)


def pick(cards: Sequence[Card], rows: Rows, wishes: Wishes, where: str) -> tuple[list[Card], list[str]]:
    """The cards that were asked for, and what to tell of the others.

    Raises:
        BadRecording: there are several and none was chosen, or the one chosen is not there.
    """
    if wishes.cards:
        chosen = [_named(name, cards, where) for name in wishes.cards]
        if len(chosen) > 1 and not wishes.sum:
            raise BadRecording(f"{where}: two cards are two sources; say --sum too to add them, or name one.")
        return chosen, []
    speaking = [card for card in cards if mean(card, rows) is not None]
    mute = [card.label for card in cards if card not in speaking]
    notes = [f"{', '.join(mute[:LISTED])} gave no reading"] if mute and speaking else []
    if len(speaking) > 1 and not wishes.sum:
        listed = ", ".join(f"{c.label} ({mean(c, rows):.4g} {'J' if rows.energy else 'W'})" for c in speaking[:LISTED])
        more = f" and {len(speaking) - LISTED} more" if len(speaking) > LISTED else ""
        first = speaking[0].label
        said = first if re.fullmatch(r"[\w.:-]+", first) else f"'{first}'"
        raise BadRecording(
            f"{where}: there are {len(speaking)} sources in it: {listed}{more}; say --card {said}, or --sum to add all."
        )
    return speaking or list(cards[:1]), notes


def _named(name: str, cards: Sequence[Card], where: str) -> Card:
    for same in (
        lambda n: n == name,
        lambda n: n.lower() == name.lower(),
        lambda n: n.lower().startswith(name.lower()),
    ):
        found = [card for card in cards if any(map(same, card.names))]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            labels = [card.label for card in found]
            raise BadRecording(f"{where}: {name!r} fits several sources ({', '.join(labels[:LISTED])}); name it whole.")
    known = dict.fromkeys(card.label for card in cards)
    raise BadRecording(f"{where}: there is no source {name!r}. {nearest(name, known)}")


def mean(card: Card, rows: Rows) -> float | None:
    """The mean of a card's values; None where it has none."""
    values = [v for i in card.rows if math.isfinite(v := rows.values[card.column][i])]
    return sum(values) / len(values) if values else None
