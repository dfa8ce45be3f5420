"""What a fit took and what came of it, as a page for the right column: joules, seconds, two shares, one scale.

Everything is of the fit that is just over, so the rate it is scaled by is the mean over that fit and not the watts of
this moment.
"""

from __future__ import annotations

import json
import math
from typing import Any

from installation.now import Now, Provenance
from installation.published import KWH
from installation.screen.board import Board, Line
from installation.screen.colours import BRIGHT, MEASURED, QUIET, Colour
from installation.screen.reading import covered, provenance_of_fit, ran, word
from installation.text import comparison, rest

MANY = 0.01 * KWH  # J from which on they are told in kWh as well
LARGEST, LEAST = 140, 55  # per cent of the usual size of its letters
HELD, NONE = 2, 3  # now.unseen_from: rows held out; no rows it never saw
VALUES = 2  # measures told on the page; the ledger has all
INTERVAL = 1.96  # standard errors: half of a 95 % interval
BY_HEART = 3.0  # standard errors by which the rows it was shown must be more often right than new ones


def mean_watts(now: Now) -> float:
    """W over the fit that is just over; nan where its joules were not read."""
    return now.fit_joules / now.fit_seconds if provenance_of_fit(now) and now.fit_seconds > 0 else math.nan


def took(board: Board, now: Now) -> list[Line]:
    """The page, in the largest letters for which it has room."""
    for percent in range(LARGEST, LEAST, -5):
        page = _page(board, now, percent / 100)
        if board.height(page) <= board.at.column.h:
            break
    return page


def _page(board: Board, now: Now, size: float) -> list[Line]:
    """The page with letters so many times their usual size."""
    say, at, width, u = board.sentences, board.at, board.at.column.w, board.at.unit * size
    body, small = max(9, round(at.body * size)), max(9, round(at.small * size))
    page = board.wrap(_took(board, now), width, round(1.26 * body), BRIGHT)
    for i, (sentence, colour) in enumerate(_learned(board, now)):
        page += board.wrap(sentence, width, body, colour, gap=(4 if i else 16) * u)
    made_here = provenance_of_fit(now) is not Provenance.REPLAYED  # a recording's watts are no rate of this machine
    if made_here and (told := comparison.in_words(mean_watts(now))):
        page += board.wrap(say(told[0], **told[1]), width, body, BRIGHT, gap=26 * u)
        page += board.wrap(say("scale_source"), width, small, QUIET, gap=6 * u)
        here = say("scale_boundary", boundary=say.told(now.boundary), word=word(board, provenance_of_fit(now)))
        page += board.wrap(here, width, small, QUIET)
    return page


def _took(board: Board, now: Now) -> str:
    """The first sentences: what it took, and whether it was stopped."""
    say, of = board.sentences, provenance_of_fit(now)
    said = [say("took_stopped", updates=now.fit_updates)] if now.fit_ended == "stopped" else []
    if not of and not covered(now):
        return " ".join([*said, say("took_not_covered", seconds=now.fit_seconds, ran=ran(board, now))])
    if not of:
        return " ".join([*said, say("took_no_reading", seconds=now.fit_seconds)])
    key = "took_replayed" if of is Provenance.REPLAYED else "took"
    uncertainty = now.uncertainty if of == now.provenance else 0.0  # that of another reading says nothing of it
    said.append(say(key, joules=now.fit_joules, seconds=now.fit_seconds, word=word(board, of, uncertainty)))
    if of is not Provenance.REPLAYED:  # what a recording would have drawn at rest says nothing of this machine
        key, fields = rest.in_words(now.fit_joules, now.fit_rest_joules, uncertainty)
        said.append(say(key, **fields))
    if now.fit_joules >= MANY:
        said.append(say("took_kwh", kwh=now.fit_joules / KWH))
    return " ".join(said)


def _learned(board: Board, now: Now) -> list[tuple[str, Colour]]:
    """What came of it, in two numbers where there are two; what guessing gets is said where the file says it."""
    say = board.sentences
    if not (math.isfinite(now.seen) and now.seen > 0):
        return [(sentence, MEASURED) for sentence in _values(board, now)]
    if not math.isfinite(now.unseen):
        return [(say("learned_alone", seen=100 * now.seen), MEASURED)] if now.unseen_from == NONE else []
    doubt = 100 * INTERVAL * math.sqrt(now.unseen * (1 - now.unseen) / max(now.asked, 1.0))
    fields = {"seen": 100 * now.seen, "unseen": 100 * now.unseen, "doubt": max(1.0, doubt)}
    sentences = [(say("learned_held" if now.unseen_from == HELD else "learned", **fields), MEASURED)]
    if now.chance:
        error = math.sqrt(2 * now.chance * (1 - now.chance) / max(now.asked, 1.0))  # of a difference by chance
        noise = say("learned_noise" if now.seen - now.unseen > BY_HEART * error else "learned_nothing")
        sentences.append((f"{say('learned_chance', percent=100 * now.chance)} {noise}", BRIGHT))
    return sentences


def _values(board: Board, now: Now) -> list[str]:
    """The loss and a metric that are no share of right answers, by their own names and in their own units."""
    sentences = []
    for row in measures(now.learned)[:VALUES] if now.unseen_from else []:
        known = {key: row[key] for key in ("seen", "unseen") if row.get(key) is not None}
        if "seen" in known:
            both = "learned_value_held" if now.unseen_from == HELD else "learned_value"
            sentences.append(
                board.sentences(both if "unseen" in known else "learned_value_alone", name=row["name"], **known)
            )
    return sentences


def measures(text: str) -> list[dict[str, Any]]:
    """What the record says of a network's measures; nothing where it says nothing that can be read."""
    try:
        rows = json.loads(text or "[]")
    except ValueError:
        return []
    return [row for row in rows if isinstance(row, dict) and row.get("name")] if isinstance(rows, list) else []
