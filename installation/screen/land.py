"""After a fit: what it took, beside one published figure, and the land held at true size, drawn 1 to 1 on this screen.

The square is as large as the land that is held while the measured power flows, by kind of power station, as a band
between two sources (text/land.py). A metre on the wall is a metre, by the screen's width in config.toml. What is left
out is said in the same breath. Where the square is larger than its place, its side is given in metres instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pygame

from installation.now import Now, Phase, Provenance
from installation.screen.board import Board, Fader, Line, Rect
from installation.screen.colours import BRIGHT, COOL, LIT, QUIET, blend
from installation.screen.layout import Box
from installation.screen.took import WORDS, mean_watts, took
from installation.text.land import Land, by_mix
from installation.text.land import held as land_held

FADE = 1.5  # s
LONGEST = 30.0  # s a page stays; else 120 words a minute and 3 s, as a passage does
KIND = "nuclear"  # it needs the least land of all by either source: its square is the likeliest to fit the wall
LARGEST = 1.3  # times the usual size of its letters, where a page has room
OTHERS = ("coal", "hydro", "solar", "wind_farm")


@dataclass(frozen=True)
class Page:
    """A page of the column.

    Attributes:
        inside, below: what stands in the square, and under it.
        side: of the square of the lower figure, px; 0 is none.
        outer: of the square of the higher figure around it, px; 0 if it has no room.
        over: whether the squares are drawn over the wall, because the column has no room for them.
    """

    inside: list[Line]
    below: list[Line]
    side: float = 0.0
    outer: float = 0.0
    over: bool = False

    @property
    def high(self) -> float:
        """px the squares take in the column."""
        return 0.0 if self.over else max(self.side, self.outer)


class Scene:
    """Two pages in the right column, shown once after each fit."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.fader = Fader(board, board.at.column, FADE)
        self.seen = -1.0
        self.queue: list[tuple[Page, float]] = []
        self.over: tuple[pygame.Surface, Page] | None = None
        self.until = -math.inf
        self.turn = 0

    def draw(self, now: Now, seconds: float) -> None:
        if self.seen < 0:
            self.seen = now.fits if now.phase == Phase.SETTLED else now.fits - 1 if now.fits else 0.0
        if now.phase == Phase.SETTLED and now.fits != self.seen and now.fit_ended == "whole":
            self.seen = now.fits
            self.queue = self.pages(now)
            if self.board.column == "land":
                self.until = seconds  # what it took now, and not what an earlier fit took
            else:
                self.board.column_wanted = "land"
        if self.board.column != "land":
            return
        if self.board.column_dark:
            self._turn(seconds)
            self.fader.draw(seconds)
            if self.over is not None and self.fader.shown is self.over[0]:
                self._outline(self.over[1], self.fader.light)

    def _turn(self, seconds: float) -> None:
        if seconds < self.until:
            return
        if self.queue:
            page, stay = self.queue.pop(0)
            self.until, self.turn = seconds + stay + FADE, self.turn + 1
            drawn = self._draw(page)
            self.over = (drawn, page) if page.over else self.over
            self.fader.show(self.turn, lambda: drawn)
        elif self.fader.key is not None:
            self.fader.show(None, _nothing)
        elif self.fader.dark:
            self.board.column = "passage"

    def pages(self, now: Now) -> list[tuple[Page, float]]:
        """The pages, and how many s each stays."""
        pages = [Page([], took(self.board, now))]
        if Provenance(int(now.provenance)):
            pages += self.land(now)
        made = []
        for page in pages:
            words = sum(len(line.text.split()) for line in (*page.inside, *page.below))
            made.append((page, min(LONGEST, words / 2 + 3)))
        return made

    # -- the land
    def land(self, now: Now) -> list[Page]:
        """The square of the lower figure for nuclear power at true size; the others by their sides, in words.

        One page; two where the words would become too small on one.
        """
        say, at = self.board.words, self.board.at
        held, kind = self._held(mean_watts(now))
        if held is None:
            return [Page([], [Line(say("land_no_reading"), at.body, COOL)])]
        room = min(at.column.w, at.column.h * 0.66)
        side, around = held.low_side_m / at.metres, held.high_side_m / at.metres
        sides = [(side, around), (side, 0.0)] if held.is_band and around <= room else [(side, 0.0)]
        for inner, outer in sides if side <= room else []:
            if pages := self._pages(now, held, kind, inner, outer):
                return pages
        if self._top(side) is not None and self.board.shows("section"):
            outer = around if held.is_band and self._top(around) is not None else 0.0
            return self._pages(now, held, kind, side, outer, over=True)
        return self._pages(now, held, kind, 0.0, 0.0)

    def _top(self, side: float) -> int | None:
        """Upper edge, px, of a square over the wall: its edges run where nothing is written; None if it is too large.

        It stands at the foot of the ground as long as it reaches no further up than the fall; else it hangs from the
        upper edge, around the code.
        """
        at, high, gap = self.board.at, round(side), round(4 * self.board.at.unit)
        if self._left + high > at.ages.x:
            return None
        lowest = at.column.y - gap if at.portrait else at.ground.bottom
        for foot in (at.ground.bottom, lowest):
            if foot - high >= at.fall.y:
                return foot - high
        top = at.code.y - 2 * gap
        return top if top + high <= lowest else None

    @property
    def _left(self) -> int:
        return self.board.at.code.x // 2

    def _pages(self, now: Now, held: Land, kind: str, side: float, outer: float, *, over: bool = False) -> list[Page]:
        """The page with these squares, px, and another for what has no room on it; none if even that is too little."""
        say, at = self.board.words, self.board.at
        key = (
            "land_over"
            if over
            else "land"
            if side
            else "land_too_large"
            if held.low_side_m > at.height * at.metres
            else "land_no_room"
        )
        first = say(key, kind=kind, watts=mean_watts(now), side=held.low_side_m)
        band = [say("land_band", low=held.low_side_m, high=held.high_side_m)] if held.is_band else []
        inside = self._within(first, band, side) if side and not over else []
        head = [] if inside else [first, *band]
        others, said = [self._other(mean_watts(now), other) for other in OTHERS], self._said(now)
        for groups, rest in (([others, said], []), ([said], [others])):
            largest, least = 1.0 if side and not over else LARGEST, 0.8 if side else 0.6
            for small in range(round(largest * at.small), round(least * at.small) - 1, -1):
                page = Page(inside, self._under(head, groups, small), side, outer, over)
                if self.board.height(page.below) + page.high + 18 * at.unit <= at.column.h:
                    return [page, *(Page([], self._under([], [r, said], at.small)) for r in rest)]
        return []

    def _held(self, watts: float) -> tuple[Land | None, str]:
        """The land for the place's own mix if the host gave one, else for one kind; and what it is called."""
        say, mix = self.board.words, self.board.config.place.mix
        if not mix:
            return land_held(watts, KIND), say(f"kind_{KIND}")
        try:
            return by_mix(watts, mix), say("land_mix")
        except ValueError as error:
            if str(error) not in self.board.notes:
                self.board.notes.append(f"[place] mix: {error}")
            return land_held(watts, KIND), say(f"kind_{KIND}")

    def _under(self, head: list[str], groups: list[list[str]], small: int) -> list[Line]:
        """What stands under the square: its sentence if that has no room in it, then groups of smaller ones."""
        at = self.board.at
        body = round(at.body * max(1.0, small / at.small))
        below = [line for text in head[:1] for line in self.board.wrap(text, at.column.w, body, BRIGHT)]
        for group in (head[1:], *groups):
            for i, sentence in enumerate(group):
                below += self.board.wrap(sentence, at.column.w, small, QUIET, gap=12 * at.unit if i == 0 else 0.0)
        return below

    def _said(self, now: Now) -> list[str]:
        """What the figures are, and what they leave out."""
        say = self.board.words
        word = say(WORDS[int(now.provenance)])
        said = [f"{say('land_sources')} {say('land_left_out')} {say('land_word', word=word)}", say("land_limit")]
        place = self.board.config.place
        covered = sum(place.mix.values())
        if 0 < covered < 0.995:
            said.insert(1, say("land_mix_part", percent=100 * (1 - covered)))
        if covered:
            said.insert(1, say("land_mix_of", grid=place.grid) if place.grid else say("land_mix_unsaid"))
        return said

    def _within(self, first: str, band: list[str], side: float) -> list[Line]:
        """The sentence inside its square, in letters that leave it whole; nothing if the square is too small for it."""
        at = self.board.at
        room = side - 2 * self._inset
        for size in range(at.body, round(at.body * 0.7), -1):
            page = self.board.wrap(first, room, size, BRIGHT)
            for sentence in band:
                page += self.board.wrap(sentence, room, min(at.small, size), QUIET, gap=10 * at.unit)
            wide = max(self.board.type.width(line.text, line.size) for line in page)
            if wide <= room and self.board.height(page) <= room:
                return page
        return []

    def _other(self, watts: float, kind: str) -> str:
        held, say = land_held(watts, kind), self.board.words
        if held is None:
            return say("land_no_reading")
        if held.is_band:
            return say("land_other_band", kind=say(f"kind_{kind}"), low=held.low_side_m, high=held.high_side_m)
        return say("land_other", kind=say(f"kind_{kind}"), side=held.low_side_m)

    @property
    def _inset(self) -> int:
        return round(20 * self.board.at.unit)

    def _draw(self, page: Page) -> pygame.Surface:
        """A page; its square is drawn to the pixel, its sentence in it and the rest under it."""
        box, unit = self.board.at.column, self.board.at.unit
        made = pygame.Surface((box.w, box.h), pygame.SRCALPHA)
        top = round(page.high + 18 * unit) if page.high else 0
        if page.outer and not page.over:
            pygame.draw.rect(made, QUIET, (0, 0, round(page.outer), round(page.outer)), max(1, round(1.5 * unit)))
        if page.side and not page.over:
            pygame.draw.rect(made, LIT, (0, 0, round(page.side), round(page.side)), max(1, round(2 * unit)))
            made.blit(self.board.page(page.inside, (round(page.side), round(page.side))), (self._inset, self._inset))
        made.blit(self.board.page(page.below, (box.w, box.h - top)), (0, top))
        return made

    def _outline(self, page: Page, light: float) -> None:
        """The squares over the wall, to the pixel, as their lines alone; they pass behind what is written."""
        at = self.board.at
        code = Box(at.code.x, at.code.y, at.fit.right - at.code.x, at.fit.bottom - at.code.y)
        for side, colour, thick in ((page.outer, QUIET, 1.5), (page.side, LIT, 2.5)):
            top = self._top(side)
            if not side or top is None:
                continue
            a, b = round(side), max(1, round(thick * at.unit))
            edges = ((0, 0, a, b), (0, a - b, a, b), (0, b, b, a - 2 * b), (a - b, b, b, a - 2 * b))
            lit = blend((0, 0, 0), colour, light)
            for x, y, w, h in edges:
                for part in outside(Rect(self._left + x, top + y, w, h), (code, at.number)):
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
