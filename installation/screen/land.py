"""After a fit: what it took, beside one published figure, and the land held at true size, drawn 1 to 1 on this screen.

The square is as large as the land that is held while the measured power flows, by kind of power station, as a band
between two sources (text/land.py). A metre on the wall is a metre, by the screen's width in config.toml. What is left
out is said in the same breath. Where the square is larger than its place, its side is given in metres instead.
"""

from __future__ import annotations

import math

import pygame

from installation.now import Now, Phase, Provenance
from installation.screen.board import Board, Fader, Line
from installation.screen.colours import BRIGHT, COOL, LIT, QUIET
from installation.text import scale
from installation.text.land import held as land_held

FADE = 1.5  # s
LONGEST = 30.0  # s a page stays; else 120 words a minute and 3 s, as a passage does
OTHERS = ("coal", "hydro", "solar", "wind_farm")
WORDS = ("no_reading", "measured", "estimated", "replayed")


class Scene:
    """Two pages in the right column, shown once after each fit."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.fader = Fader(board, board.at.column, FADE)
        self.seen = -1.0
        self.queue: list[tuple[pygame.Surface, float]] = []
        self.until = -math.inf
        self.turn = 0

    def draw(self, now: Now, seconds: float) -> None:
        if self.seen < 0:
            self.seen = now.fits if now.phase == Phase.SETTLED else now.fits - 1 if now.fits else 0.0
        if now.phase == Phase.SETTLED and now.fits != self.seen and now.fit_ended == "whole":
            self.seen = now.fits
            self.queue = self.pages(now)
            self.board.column_wanted = "land"
        if self.board.column != "land":
            return
        if self.board.column_dark:
            self._turn(seconds)
            self.fader.draw(seconds)

    def _turn(self, seconds: float) -> None:
        if seconds < self.until:
            return
        if self.queue:
            page, stay = self.queue.pop(0)
            self.until, self.turn = seconds + stay + FADE, self.turn + 1
            self.fader.show(self.turn, lambda: page)
        elif self.fader.key is not None:
            self.fader.show(None, _nothing)
        elif self.fader.dark:
            self.board.column = "passage"

    def pages(self, now: Now) -> list[tuple[pygame.Surface, float]]:
        pages = [self._took(now)]
        if Provenance(int(now.provenance)):
            pages.append(self.land(now))
        made = []
        for lines, square in pages:
            text = " ".join(line.text for line in lines)
            made.append((self._draw(lines, square), min(LONGEST, len(text.split()) / 2 + 3)))
        return made

    # -- what it took
    def _took(self, now: Now) -> tuple[list[Line], float]:
        say, at, width = self.board.words, self.board.at, self.board.at.column.w
        word = WORDS[int(now.provenance)]
        size, u = round(34 * at.unit), at.unit
        if word == "no_reading":
            first = say("took_no_reading", seconds=now.fit_seconds)
        else:
            first = say("took", joules=now.fit_joules, seconds=now.fit_seconds, word=say(word))
        page = self.board.wrap(first, width, size, BRIGHT)
        if math.isfinite(now.seen) and now.seen > 0:
            learned = say("learned", seen=100 * now.seen, unseen=100 * now.unseen)
            page += self.board.wrap(learned, width, at.body, LIT, gap=16 * u)
            page += self.board.wrap(say("learned_noise"), width, at.body, BRIGHT, gap=4 * u)
        if word != "no_reading" and (told := scale.in_words(now.watts)):
            page += self.board.wrap(say(told[0], **told[1]), width, at.body, BRIGHT, gap=26 * u)
            page += self.board.wrap(say("scale_source"), width, at.small, QUIET, gap=6 * u)
            here = say("scale_boundary", boundary=now.boundary, word=say(word))
            page += self.board.wrap(here, width, at.small, QUIET)
        return page, 0.0

    # -- the land
    def land(self, now: Now) -> tuple[list[Line], float]:
        say, at = self.board.words, self.board.at
        watts, box = now.watts, at.column
        kind = "nuclear"
        held = land_held(watts, kind)
        if held is None:
            return [Line(say("land_no_reading"), at.body, COOL)], 0.0
        side = held.low_side_m / at.metres
        room = min(box.w, box.h * 0.62)
        inner = box.w - 2 * self._inset
        fits = side <= room
        first = say("land" if fits else "land_too_large", watts=watts, kind=say(f"kind_{kind}"), side=held.low_side_m)
        page = self.board.wrap(first, inner, at.body, BRIGHT)
        small = []
        if held.is_band:
            small.append(say("land_band", low=held.low_side_m, high=held.high_side_m))
        small += [self._other(watts, other) for other in OTHERS]
        for i, sentence in enumerate(small):
            page += self.board.wrap(sentence, inner, at.small, QUIET, gap=12 * at.unit if i < 2 else 0.0)
        foot = (say("land_sources"), say("land_left_out"), say("land_word", word=say(WORDS[int(now.provenance)])))
        limit = say("land_limit_alone")
        for i, sentence in enumerate((*foot, limit)):
            page += self.board.wrap(sentence, inner, at.small, QUIET, gap=14 * at.unit if i in (0, 3) else 0.0)
        return page, side if fits else 0.0

    def _other(self, watts: float, kind: str) -> str:
        held = land_held(watts, kind)
        say = self.board.words
        if held is None:
            return say("land_no_reading")
        if held.is_band:
            return say("land_other_band", kind=say(f"kind_{kind}"), low=held.low_side_m, high=held.high_side_m)
        return say("land_other", kind=say(f"kind_{kind}"), side=held.low_side_m)

    @property
    def _inset(self) -> int:
        return round(22 * self.board.at.unit)

    def _draw(self, lines: list[Line], square: float) -> pygame.Surface:
        """A page; a square of so many px is drawn to its pixel, at the upper left, with the text in or under it."""
        box = self.board.at.column
        made = pygame.Surface((box.w, box.h), pygame.SRCALPHA)
        inset = self._inset if square else 0
        under = square and square < self.board.height(lines) + 2 * inset
        top = round(square + inset) if under and square < box.h * 0.4 else inset
        while self.board.height(lines) + top > box.h and all(line.size > 10 for line in lines):
            lines = [Line(x.text, x.size - 1, x.colour, x.face, x.gap * 0.9) for x in lines]
        if square:
            width = max(1, round(2 * self.board.at.unit))
            pygame.draw.rect(made, LIT, (0, 0, round(square), round(square)), width)
        made.blit(self.board.page(lines, (box.w - 2 * inset, box.h - top)), (inset if top == inset else 0, top))
        return made


def _nothing() -> None:
    return None
