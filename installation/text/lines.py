"""Breaks a text into lines at its spaces only, so that the lines joined again are the text, to the code point.

Promise 4 of the piece leans on this: no hyphen is added, no ellipsis, nothing is cropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Width = Callable[[str], float]


def lines(text: str, limit: float, width: Width = len) -> tuple[str, ...]:
    """Greedy lines of `text`, each at most `limit` wide by `width` (characters, unless a face's measure is given).

    A word wider than the limit stands alone on its line, whole: the caller sees it by measuring and chooses a smaller
    size. `joined(lines(text, ...)) == text` for every text.
    """
    rows = [""]
    for number, word in enumerate(text.split(" ")):
        longer = f"{rows[-1]} {word}" if number else word
        if number and width(longer) > limit:
            rows.append(word)
        else:
            rows[-1] = longer
    return tuple(rows)


def packed(units: Sequence[str], limit: float, width: Width = len) -> tuple[str, ...]:
    """Lines of whole `units` (a name, a nation, a title); one that is too wide for a line of its own is broken.

    `joined(packed(units, ...)) == joined(units)`.
    """
    rows: list[str] = []
    for unit in units:
        longer = f"{rows[-1]} {unit}" if rows else unit
        if rows and width(longer) <= limit:
            rows[-1] = longer
        else:
            rows.extend(lines(unit, limit, width))
    return tuple(rows)


def joined(rows: Sequence[str]) -> str:
    """The text that `lines`, `even` or `packed` broke."""
    return " ".join(rows)


def even(text: str, limit: float, width: Width = len) -> tuple[str, ...]:
    """As few lines as `lines` makes, but of lengths as even as that number allows: no last line of one word.

    Found by halving the limit's range 12 times, to 1/4096 of it; `joined(even(...)) == text` holds as well.
    """
    best = lines(text, limit, width)
    low, high = 0.0, float(limit)
    for _ in range(12):
        middle = (low + high) / 2
        tried = lines(text, middle, width)
        if len(tried) <= len(best) and max(map(width, tried)) <= limit:
            best, high = tried, middle
        else:
            low = middle
    return best
