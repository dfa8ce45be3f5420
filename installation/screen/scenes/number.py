"""The number: watts, very large, with its word, its uncertainty and its boundary; and no reading where there is none.

It has as many digits as the sensor deserves. It is held half a second so that it can be read, and changes at
once when the power steps.
"""

from __future__ import annotations

import math

import pygame

from installation.now import Doors, MeterState, Now, Provenance
from installation.reading import provenance_at
from installation.screen import reading
from installation.screen.board import Board, Fader, Line
from installation.screen.colours import BRIGHT, COOL, MEASURED, QUIET
from installation.screen.layout import Box

HOLD = 0.5  # s between two numbers
STEP = 0.1  # a change by this share is shown at once


class Scene:
    """The number and the lines under it."""

    def __init__(self, board: Board) -> None:
        self.board, self.box = board, board.at.number
        size = board.at.number_size
        cap = round(0.66 * size)  # figures are 0.62 em high
        self.figures = Fader(board, Box(self.box.x, self.box.y, self.box.w, cap + round(0.06 * size)), 0.0)
        below = self.box.y + self.figures.box.h
        self.lines = Fader(board, Box(self.box.x, below, self.box.w, self.box.bottom - below), 0.4)
        self.value, self.changed_at = math.nan, -math.inf
        self.hold = 2.0 if board.gentle else HOLD
        self.page: list[Line] = []

    def draw(self, now: Now, seconds: float) -> None:
        provenance = provenance_at(now, seconds)
        watts = now.watts if provenance else math.nan
        self._hold(watts, seconds)
        text = written(self.value, now.uncertainty, self.board) if provenance else "–"
        self.figures.show((text, bool(provenance)), lambda: self._figures(text, bool(provenance)))
        self.figures.draw(seconds)
        word = reading.word(self.board, provenance, now.uncertainty)
        below = self._below(now, provenance, seconds)
        self.lines.show((word, *below), lambda: self._set(provenance, word, below))
        self.lines.draw(seconds)

    def _hold(self, watts: float, seconds: float) -> None:
        stepped = not math.isfinite(self.value) or abs(watts - self.value) > STEP * max(abs(self.value), 1.0)
        if seconds - self.changed_at >= self.hold or stepped or not math.isfinite(watts):
            self.value, self.changed_at = watts, seconds

    def _figures(self, text: str, read: bool) -> pygame.Surface:
        size = self.board.fitting(text, self.box.w, self.board.at.number_size, 40)
        drawn = self.board.type.line(text, size, BRIGHT if read else COOL)
        made = pygame.Surface((self.box.w, self.figures.box.h), pygame.SRCALPHA)
        baseline = made.get_height() - round(0.02 * size)
        made.blit(drawn, (self.box.w - drawn.get_width(), baseline - self.board.type.font("words", size).get_ascent()))
        return made

    def _set(self, provenance: Provenance, word: str, sentences: list[str]) -> pygame.Surface:
        self.page = self._page(provenance, word, sentences)
        return self.board.page(self.page, self.lines.size, right=True)

    def _page(self, provenance: Provenance, word: str, sentences: list[str]) -> list[Line]:
        say, at = self.board.sentences, self.board.at
        colour = MEASURED if provenance is Provenance.MEASURED else COOL
        page = [Line(say("watts"), round(36 * at.unit), BRIGHT)] if provenance else []
        size = self.board.fitting(word, self.box.w, at.body if provenance else round(44 * at.unit), 9)
        page.append(Line(word, size, colour, gap=2 * at.unit))
        for size in range(at.small, round(0.6 * at.small) - 1, -1):  # smaller before anything is lost
            below = [x for text in sentences for x in self.board.wrap(text, self.box.w, size, QUIET, level=True)]
            if self.board.height([*page, *below]) <= self.lines.box.h:
                break
        return [*page, *below]

    def _below(self, now: Now, provenance: Provenance, seconds: float) -> list[str]:
        """The boundary; for a replay where it was recorded; without a reading why there is none."""
        say = self.board.sentences
        if not provenance:
            if now.doors == Doors.SHUT and now.opened_at:
                return [say("closed")]
            if not now.sampled_at:
                return [say("reading_waits")]
            state = MeterState(int(now.meter_state))
            if state is MeterState.RECOVERING:
                return [say("reading_returns")]
            if state is MeterState.ENDED:
                return [say("reading_ended")]
            return [now.of("meter").note or say("reading_lost")]
        below = [say.told(now.boundary)]
        if now.meter_state == MeterState.STALE:
            below.insert(0, say("reading_stale", seconds=max(1, round(seconds - now.sampled_at))))
        if provenance is Provenance.REPLAYED:
            below.append(say("replayed_from", origin=say.told(now.origin)) if now.origin else say("replayed_unknown"))
        return [sentence for sentence in below if sentence]


def written(watts: float, uncertainty: float, board: Board) -> str:
    """Watts with as many digits as their uncertainty leaves."""
    step = 10.0 ** math.floor(math.log10(watts * uncertainty)) if watts > 0 and 0 < uncertainty < math.inf else 1.0
    step = min(max(step, 0.1), 100.0)
    return board.sentences.number(round(watts / step) * step, ".1f" if step < 1 else "")
