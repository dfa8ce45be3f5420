"""The land held for a fit's power, as pages for the right column: its square at true size, and what is said about it.

Each figure is a band between two sources (text/land.py). A square that has no room in the column has its place over the
wall; one that has none there either is given by its side, in metres.
"""

from __future__ import annotations

from dataclasses import dataclass

from installation.now import Now
from installation.screen.board import Board, Line
from installation.screen.colours import BRIGHT, QUIET
from installation.screen.reading import provenance_of_fit, word
from installation.screen.scenes._took import mean_watts
from installation.text.land import Land, by_mix, land_for

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


class Squares:
    """Writes those pages, and knows where a square over the wall has its place."""

    def __init__(self, board: Board) -> None:
        self.board = board

    @property
    def inset(self) -> int:
        """px from the edge of a square to the words in it."""
        return round(20 * self.board.at.unit)

    def pages(self, now: Now) -> list[Page]:
        """The square of the lower figure for nuclear power at true size; the others by their sides, in words.

        One page; two where the words would become too small on one.
        """
        at = self.board.at
        land, kind = self._land(mean_watts(now))
        if land is None:
            return []
        if not at.measured:  # a square of a supposed size is no true size
            return self._pages(now, land, kind, 0.0, 0.0)
        room = min(at.column.w, at.column.h * 0.66)
        side, around = land.low_side_m / at.metres, land.high_side_m / at.metres
        sides = [(side, around), (side, 0.0)] if land.is_band and around <= room else [(side, 0.0)]
        for inner, outer in sides if side <= room else []:
            if pages := self._pages(now, land, kind, inner, outer):
                return pages
        if self.top(side) is not None and self.board.shows("section"):
            outer = around if land.is_band and self.top(around) is not None else 0.0
            return self._pages(now, land, kind, side, outer, over=True)
        return self._pages(now, land, kind, 0.0, 0.0)

    def top(self, side: float) -> int | None:
        """Upper edge, px, of a square over the wall: its edges run where nothing is written; None if it is too large.

        It stands at the foot of the ground as long as it reaches no further up than the fall; else it hangs from the
        upper edge, around the code.
        """
        at, high, gap = self.board.at, round(side), round(4 * self.board.at.unit)
        if self.left + high > at.ages.x:
            return None
        lowest = at.column.y - gap if at.portrait else at.ground.bottom
        for foot in (at.ground.bottom, lowest):
            if foot - high >= at.fall.y:
                return foot - high
        top = at.code.y - 2 * gap
        return top if top + high <= lowest else None

    @property
    def left(self) -> int:
        """Left edge, px, of a square over the wall."""
        return self.board.at.code.x // 2

    def _pages(self, now: Now, land: Land, kind: str, side: float, outer: float, *, over: bool = False) -> list[Page]:
        """The page with these squares, px, and another for what has no room on it; none if even that is too little."""
        say, at, fits = self.board.sentences, self.board.at, bool(side) and not over
        key = "land_over" if over else "land" if side else self._why_none(land)
        first = say(key, kind=kind, watts=mean_watts(now), side=land.low_side_m)
        band = [say("land_band", low=land.low_side_m, high=land.high_side_m)] if land.is_band else []
        inside = self._within(first, band, side) if fits else []
        head = [] if inside else [first, *band]
        others = [other for kind in OTHERS if (other := self._other(mean_watts(now), kind))]
        sources = self._sources(now, land)
        for groups, rest in (([others, sources], []), ([sources], [others])):
            largest, least = 1.0 if fits else LARGEST, 0.8 if side else 0.6
            for small in range(round(largest * at.small), round(least * at.small) - 1, -1):
                page = Page(inside, self._under(head, groups, small), side, outer, over)
                if self.board.height(page.below) + page.high + 18 * at.unit <= at.column.h:
                    return [page, *(Page([], self._under([], [r, sources], at.small)) for r in rest)]
        return []

    def _why_none(self, land: Land) -> str:
        """The sentence of a page without a square: the screen was not measured, or the square is too large for it."""
        at = self.board.at
        if not at.measured:
            return "land_unmeasured"
        return "land_too_large" if land.low_side_m > at.height * at.metres else "land_no_room"

    def _land(self, watts: float) -> tuple[Land | None, str]:
        """The land for the place's own mix if the host gave one, else for one kind; and what it is called."""
        say, mix = self.board.sentences, self.board.config.place.mix
        if not mix:
            return land_for(watts, KIND), say(f"kind_{KIND}")
        try:
            return by_mix(watts, mix), say("land_mix")
        except ValueError as error:
            if str(error) not in self.board.notes:
                self.board.notes.append(f"[place] mix: {error}")
            return land_for(watts, KIND), say(f"kind_{KIND}")

    def _under(self, head: list[str], groups: list[list[str]], small: int) -> list[Line]:
        """What stands under the square: its sentence if that has no room in it, then groups of smaller ones."""
        at = self.board.at
        body = round(at.body * max(1.0, small / at.small))
        below = [line for text in head[:1] for line in self.board.wrap(text, at.column.w, body, BRIGHT)]
        for group in (head[1:], *groups):
            for i, sentence in enumerate(group):
                below += self.board.wrap(sentence, at.column.w, small, QUIET, gap=12 * at.unit if i == 0 else 0.0)
        return below

    def _sources(self, now: Now, land: Land) -> list[str]:
        """What the figures are, and what they leave out."""
        say = self.board.sentences
        computed = say("land_word", word=word(self.board, provenance_of_fit(now)))
        sentences = [f"{say('land_sources')} {say('land_left_out')} {computed}", say("land_limit", area=land.low_m2)]
        place = self.board.config.place
        covered = sum(place.mix.values())
        if 0 < covered < 0.995:
            sentences.insert(1, say("land_mix_part", percent=100 * (1 - covered)))
        if covered:
            sentences.insert(1, say("land_mix_of", grid=place.grid) if place.grid else say("land_mix_unsaid"))
        return sentences

    def _within(self, first: str, band: list[str], side: float) -> list[Line]:
        """The sentence inside its square, in letters that leave it whole; nothing if the square is too small for it."""
        at = self.board.at
        room = side - 2 * self.inset
        for size in range(at.body, round(at.body * 0.7), -1):
            page = self.board.wrap(first, room, size, BRIGHT)
            for sentence in band:
                page += self.board.wrap(sentence, room, min(at.small, size), QUIET, gap=10 * at.unit)
            wide = max(self.board.type.width(line.text, line.size) for line in page)
            if wide <= room and self.board.height(page) <= room:
                return page
        return []

    def _other(self, watts: float, kind: str) -> str:
        land, say = land_for(watts, kind), self.board.sentences
        if land is None:
            return ""
        if land.is_band:
            return say("land_other_band", kind=say(f"kind_{kind}"), low=land.low_side_m, high=land.high_side_m)
        return say("land_other", kind=say(f"kind_{kind}"), side=land.low_side_m)
