"""What may be said: whether there is a reading, with which word, and whether somebody has called fit."""

from __future__ import annotations

import math

from installation.coverage import PROCESSOR, covers
from installation.now import Now, Phase, Provenance
from installation.screen.board import Board


def provenance_of_fit(now: Now) -> Provenance:
    """The word of the joules of the fit that is over, whatever the meter says by now."""
    read = math.isfinite(now.fit_joules)
    return Provenance(int(now.fit_provenance)) if read else Provenance.NO_READING


def covered(now: Now) -> bool:
    """Whether the number reads what fit runs on; the joules of a card that idles beside it are not the fit's."""
    return covers(now.meter_device, now.ran_on)


def ran(board: Board, now: Now) -> str:
    """What fit runs on, in words."""
    return board.sentences("ran_processor" if now.ran_on == PROCESSOR else "ran_card")


def word(board: Board, of: Provenance, uncertainty: float = 0.0) -> str:
    """One of the four words, with its uncertainty where that is known."""
    said = board.sentences(of.name.lower())
    if of and 0 < uncertainty < math.inf:
        return board.sentences("with_uncertainty", word=said, percent=percent(uncertainty, board))
    return said


def percent(share: float, board: Board) -> str:
    """A share in per cent, with two figures under one per cent."""
    return board.sentences.number(100 * share, "" if share >= 0.0095 else "~1")


class Call:
    """Whether somebody has called fit, and it has not begun: a network also prepares itself when nobody pressed."""

    def __init__(self) -> None:
        self.answered = math.nan

    def waits(self, now: Now) -> bool:
        """To be asked at each look at the record."""
        if math.isnan(self.answered) or now.phase in (Phase.FITTING, Phase.SPENT, Phase.UNABLE):
            self.answered = now.answered
        return now.presses > now.answered or now.answered > self.answered
