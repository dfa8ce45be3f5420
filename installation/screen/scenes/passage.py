"""The passage: words from the essay, whole, with their credit beside them on the same screen.

Nothing here reads a watt. A passage keeps its place as long as reading it takes; then it goes out, and only when it is
gone the next one comes: two texts never mix, and nothing moves behind or over them. Where there are no passages the
key to the picture stands in their place (legend.py).
"""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pygame

from installation.now import Now
from installation.screen.board import Board, Fader, Line
from installation.screen.colours import BRIGHT, QUIET
from installation.screen.scenes._legend import legend
from installation.text.lines import joined, packed

if TYPE_CHECKING:
    from installation.text.passages import Passage, Passages

FADE = 1.5  # s from one passage to the next
AGAIN = 10.0  # s after which it is tried again where no passage has room
LEAST = 0.54  # of the asked size: smaller than this a passage is not set
PASSAGES_IN = "English"  # the language of the essay, which nobody here translates
LEGIBLE = 9  # px: nor are letters
QUESTIONS = "9"  # the number of the passage in which the authors ask


class Scene:
    """The words in the right column."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.fader = Fader(board, board.at.column, FADE)
        self.passages: Passages | None = None
        self.place: tuple[str, ...] = ()
        self.reader: threading.Thread | None = None
        self.now_at = -1
        self.until = -math.inf
        self.pages: dict[str, pygame.Surface | None] = {}

    def draw(self, now: Now, at: float) -> None:
        if self.passages is None:
            self._read()
        elif unset := next((p for p in self.passages.shown if p.id not in self.pages), None):
            self.page(unset)  # one in each of the first pictures: setting it takes longer than a picture may
        if self.board.column == "passage" and self.passages is not None:
            self._turn(at)
        elif self.board.column != "passage":
            self.fader.show(None, _nothing)
            self.until = -math.inf
            self.board.passage, self.board.legend = "", False
        if self.board.column == "passage" or not self.fader.dark:
            self.fader.draw(at)
        self.board.column_dark = self.fader.dark

    def _read(self) -> None:
        """Read the passages; on the wall beside the first pictures, which do not wait for them."""
        if self.reader is None:
            self.reader = threading.Thread(target=self.load, daemon=True, name="passages")
            self.reader.start()
        if not self.board.live:
            self.reader.join()

    def load(self) -> None:
        from installation.text.passages import chosen
        from installation.text.place import said

        passages, place = chosen(self.board.config.text), said(self.board.config.place)
        self.board.notes.extend((*passages.hidden, *place.faults))
        self.place = place.lines
        self.passages = passages

    def _turn(self, at: float) -> None:
        """Hand the column on at the end of a passage, or show the next one."""
        assert self.passages is not None
        if at < self.until or (self.board.paused and self.fader.shown is not None):
            return
        if self.board.column_wanted and self._hands_on():
            self.board.column, self.board.column_wanted = self.board.column_wanted, ""
            return
        if self.passages.shown:
            self._next(self.passages.shown, at)
            return
        self.board.legend = not self._place(at)
        if self.board.legend:
            self.fader.show("legend", lambda: legend(self.board))

    def _hands_on(self) -> bool:
        """Whether something else may follow what is shown: not within a passage, and no number after a question."""
        shown = self.passages.shown if self.passages else ()
        if not shown or self.now_at < 0:
            return True
        if self.fader.shown is None:  # the words have just come back, and begin; or none of them has room here
            return not any(map(self.page, shown))
        part, _, parts = shown[self.now_at].part.partition("/")
        return part == parts and (not _asks(shown[self.now_at]) or all(_asks(passage) for passage in shown))

    def _next(self, shown: Sequence[Passage], at: float) -> None:
        """Show the next passage, or the host's own words once in each round."""
        self.now_at += 1
        if self.now_at >= len(shown):
            self.now_at = -1
            if self._place(at):
                return
            self.now_at = 0
        passage = shown[self.now_at]
        page = self.page(passage)
        if page is None and not any(self.page(p) for p in shown):
            self.until = at + AGAIN  # and then another scene may want the column
            return
        self.until = at + (passage.dwell_s + FADE if page is not None else 0.0)
        if page is not None:
            self.board.passage = passage.id
            self.fader.show(passage.id, lambda: page)

    def _place(self, at: float) -> bool:
        """The host's own words about the place, once in each round, and only if the host wrote them."""
        page = self._host() if self.place else []
        if page:
            self.board.passage = ""
            self.fader.show("place", lambda: self.board.page(page, self.fader.size))
            self.until = at + len(" ".join(self.place).split()) / 2 + 3 + FADE
        return bool(page)

    def _host(self) -> list[Line]:
        """The host's words in the largest letters that leave them whole; nothing, and a note, if none do."""
        u = self.board.at.unit
        for size in range(min(self.board.at.passage, round(34 * u)), round(12 * u), -1):
            page = [x for text in self.place for x in self.board.wrap(text, self.fader.box.w, size, BRIGHT, gap=14 * u)]
            if self._fits(page):
                return page
        note = "The host's words in [place] are not shown: this screen is too small for them."
        self.board.notes += [note] if note not in self.board.notes else []
        return []

    def _fits(self, page: Sequence[Line]) -> bool:
        box, width = self.board.at.column, self.board.type.width
        return self.board.height(page) <= box.h and all(width(line.text, line.size) <= box.w for line in page)

    def page(self, passage: Passage) -> pygame.Surface | None:
        """The passage with its credit, in the largest letters that leave it whole; None, and a note, if none do."""
        if passage.id not in self.pages:
            self.pages[passage.id] = self._set(passage)
            if self.pages[passage.id] is None:
                self.board.notes.append(f"Passage {passage.id} is not shown: this screen is too small for it.")
        return self.pages[passage.id]

    def _set(self, passage: Passage) -> pygame.Surface | None:
        box, asked = self.board.at.column, self.board.at.passage
        least = max(LEGIBLE + 1, round(asked * LEAST))
        sizes = range(max(asked, least), least - 1, -1)
        # Uneven lines are as many as even ones, and found much sooner.
        at = bisect_left(sizes, True, key=lambda size: self._fits(self.lines(passage, size, level=False)))
        return self.board.page(self.lines(passage, sizes[at]), (box.w, box.h)) if at < len(sizes) else None

    def lines(self, passage: Passage, size: int, *, level: bool = True) -> list[Line]:
        board, box = self.board, self.board.at.column
        width = min(box.w, board.type.width("n" * 48, size))  # at most some 48 letters a line
        page = board.wrap(f"“{passage.text}”", width, size, BRIGHT, level=level, exact=True)
        small = max(LEGIBLE, min(board.at.small, round(0.66 * size)))
        page += self._credit(passage, small)
        contact = self.passages.contact if self.passages else ""
        say = board.sentences
        corrections = say("corrections", contact=contact) if contact else say("corrections_house")
        rows = [corrections] if say.marks["english_name"] == PASSAGES_IN else [say("words_stand"), corrections]
        for i, sentence in enumerate(rows):
            gap = 0 if i else 12 * board.at.unit
            page += board.wrap(sentence, box.w, max(LEGIBLE, round(small * 0.86)), QUIET, gap=gap)
        return page

    def _credit(self, passage: Passage, size: int) -> list[Line]:
        """Who wrote it, then what it is from: no name, nation or title is broken that has room on a line."""
        title = next((i for i, piece in enumerate(passage.credit) if piece.startswith("“")), len(passage.credit))
        authors, source = _with_nations(passage.credit[:title]), passage.credit[title:]
        width, font = self.board.at.column.w, self.board.type.font("words", size)
        rows = [row for part in (authors, source) for row in packed(part, width, lambda t: font.size(t)[0])]
        rows += [passage.part] if passage.part else []
        return [Line(row, size, QUIET, gap=26 * self.board.at.unit if not i else 0.0) for i, row in enumerate(rows)]


def _asks(passage: Passage) -> bool:
    """Whether it ends in the authors' questions, which no number may seem to answer."""
    return passage.id.partition(",")[0] == QUESTIONS


def _with_nations(units: Sequence[str]) -> list[str]:
    """Names, each with the nation that follows it in brackets."""
    people: list[str] = []
    for unit in units:
        if unit.startswith("(") and people:
            people[-1] = joined((people[-1], unit))
        else:
            people.append(unit)
    return people


def _nothing() -> None:
    return None
