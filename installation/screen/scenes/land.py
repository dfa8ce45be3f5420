"""After a fit: what it took, beside one published figure, and the land held at true size, drawn 1 to 1 on this screen.

The square is as large as the land that is held while the measured power flows, by kind of power station, as a band
between two sources. A metre on the wall is a metre, by the screen's width in config.toml. What is left out is said in
the same breath (_square.py). Where the square is larger than its place, its side is given in metres instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pygame

from installation.now import Now, Phase
from installation.screen.board import Board, Fader, Rect
from installation.screen.colours import MEASURED, QUIET, blend
from installation.screen.layout import Box
from installation.screen.reading import provenance_of_fit
from installation.screen.scenes._square import Page, Squares
from installation.screen.scenes._took import mean_watts, took

FADE = 1.5  # s
TURN = 60.0  # s after which the words come back, whoever presses meanwhile; the newest fit waits for the next turn
ENDED = ("whole", "stopped")  # fits that have something to tell: those that failed are told by the line of counts


class Scene:
    """Two pages in the right column, shown once after each fit."""

    def __init__(self, board: Board) -> None:
        self.board, self.squares = board, Squares(board)
        self.fader = Fader(board, board.at.column, FADE)
        self.seen = -1.0
        self.queue: list[tuple[Page, float]] = []
        self.over: tuple[pygame.Surface, Page] | None = None
        self.until, self.ends = -math.inf, math.inf
        self.turn = 0

    def draw(self, now: Now, at: float) -> None:
        if self.seen < 0:
            self.seen = now.fits if now.phase == Phase.SETTLED else now.fits - 1 if now.fits else 0.0
        if now.phase == Phase.SETTLED and now.fits != self.seen and now.fit_ended in ENDED:
            self.seen = now.fits
            self.queue = self.pages(now)
            if self.board.column == "land" and at < self.ends:
                self.until = at  # what it took now, and not what an earlier fit took
            else:
                self.board.column_wanted = "land"
        if self.board.column != "land":
            self.ends = math.inf
            return
        self.ends = min(self.ends, at + TURN)
        if self.board.column_dark:
            self._turn(at)
            self.fader.draw(at)
            if self.over is not None and self.fader.shown is self.over[0]:
                self._outline(self.over[1], self.fader.light)

    def _turn(self, at: float) -> None:
        if at < self.until or (self.board.paused and self.fader.shown is not None):
            return
        if self.queue and not (at >= self.ends and self.board.column_wanted == "land"):
            page, stay = self.queue.pop(0)
            self.until, self.turn = at + stay + FADE, self.turn + 1
            drawn = self._draw(page)
            self.over = (drawn, page) if page.over else self.over
            self.fader.show(self.turn, lambda: drawn)
        elif self.fader.key is not None:
            self.fader.show(None, _nothing)
        elif self.fader.dark and self.board.shows("passage"):
            self.board.column = "passage"

    def pages(self, now: Now) -> list[tuple[Page, float]]:
        """The pages, and how many s each stays."""
        pages = [Page([], took(self.board, now))]
        if provenance_of_fit(now) and mean_watts(now) > 0:
            pages += self.squares.pages(now)
        made = []
        for page in pages:
            words = sum(len(line.text.split()) for line in (*page.inside, *page.below))
            made.append((page, words / 2 + 3))  # s: 120 words a minute, as a passage
        return made

    def _draw(self, page: Page) -> pygame.Surface:
        """A page; its square is drawn to the pixel, its sentence in it and the rest under it."""
        box, unit = self.board.at.column, self.board.at.unit
        made = pygame.Surface((box.w, box.h), pygame.SRCALPHA)
        top = round(page.high + 18 * unit) if page.high else 0
        if page.outer and not page.over:
            pygame.draw.rect(made, QUIET, (0, 0, round(page.outer), round(page.outer)), max(1, round(1.5 * unit)))
        if page.side and not page.over:
            pygame.draw.rect(made, MEASURED, (0, 0, round(page.side), round(page.side)), max(1, round(2 * unit)))
            inside, inset = (round(page.side), round(page.side)), self.squares.inset
            made.blit(self.board.page(page.inside, inside), (inset, inset))
        made.blit(self.board.page(page.below, (box.w, box.h - top)), (0, top))
        return made

    def _outline(self, page: Page, light: float) -> None:
        """The squares over the wall, to the pixel, as their lines alone; they pass behind what is written."""
        at = self.board.at
        code = Box(at.code.x, at.code.y, at.fit.right - at.code.x, at.fit.bottom - at.code.y)
        for side, colour, thick in ((page.outer, QUIET, 1.5), (page.side, MEASURED, 2.5)):
            top = self.squares.top(side)
            if not side or top is None:
                continue
            a, b = round(side), max(1, round(thick * at.unit))
            edges = ((0, 0, a, b), (0, a - b, a, b), (0, b, b, a - 2 * b), (a - b, b, b, a - 2 * b))
            lit = blend((0, 0, 0), colour, light)
            for x, y, w, h in edges:
                for part in outside(Rect(self.squares.left + x, top + y, w, h), (code, at.number)):
                    self.board.surface.fill(lit, part, special_flags=pygame.BLEND_RGB_MAX)
                    self.board.moving(part)


def outside(line: Rect, boxes: Sequence[Box]) -> list[Rect]:
    """What is left of an upright or a level line where it does not pass through any box."""
    parts = [line]
    for box in boxes:
        parts = [rest for part in parts for rest in _beside(part, Rect(tuple(box)))]
    return parts


def _beside(line: Rect, box: Rect) -> list[Rect]:
    """The one or two parts of a line that stick out of a box."""
    if not line.colliderect(box):
        return [line]
    if line.h > line.w:
        parts = (line.x, line.y, line.w, box.y - line.y), (line.x, box.bottom, line.w, line.bottom - box.bottom)
    else:
        parts = (line.x, line.y, box.x - line.x, line.h), (box.right, line.y, line.right - box.right, line.h)
    return [Rect(part) for part in parts if part[2] > 0 and part[3] > 0]


def _nothing() -> None:
    return None
