"""What a scene draws on: the surface, the boxes of the layout, type, sentences, and the grains that fall just now.

A scene redraws its box when something in it has changed. What moves it draws anew at each frame, and says so with
`moving`: that part is wiped before the next frame.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pygame

from installation.config import Config
from installation.score.grains import NONE, Grains
from installation.screen.colours import BRIGHT, GROUND, Colour
from installation.screen.layout import Box, Layout, layout
from installation.screen.type import Type
from installation.text.lines import even, lines
from installation.text.sentences import LanguageError, Sentences

Rect = pygame.Rect
INSTANT = 1e-3  # s: a fader faster than this changes at once
LONGEST = 0.25  # s: no picture is further from the last
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True)
class Line:
    """One line of type on a page."""

    text: str
    size: int
    colour: Colour = BRIGHT
    face: str = "words"
    gap: float = 0.0  # px above it


class Board:
    """The picture that is being made, shared by the scenes of one screen.

    Attributes:
        surface: (width, height) without transparency.
        at: the layout.
        grains: those that fall in this frame; each is here once.
        delay: s from a grain's own time until it falls.
        wiped: what was cleared before this frame.
        column: which scene the right column belongs to, and which one asks for it next.
        live: whether people wait for each frame; then slow work is done beside it.
        last: whether this is the last picture.
        call: where the line that calls fit stands just now.
        gentle: whether the wall shall be dimmer and slower, for bodies that ask for it.
        ridge: (n,) px by which the brightest line stands above the surface, over the width of the ground.
        rise: px above the surface up to which the section's ridges may stand.
        legend: whether the key to the picture stands in the column, so that no caption needs to say it.
        ages: px under the surface at which lies what was laid down so many s ago, from the surface down.
    """

    def __init__(self, config: Config, size: tuple[int, int], scenes: tuple[str, ...] = ()) -> None:
        self.config, self.scenes = config, scenes or config.screen.scenes
        self.surface = pygame.Surface(size)
        self.surface.fill(GROUND)
        self.at: Layout = layout(*size, config.screen)
        self.type = Type()
        self.notes: list[str] = []
        self.sentences = self._sentences()
        self.grains: Grains = NONE
        self.delay = 0.0
        self.wiped: list[Rect] = []
        self.next_wiped: list[Rect] = []
        self.column, self.column_wanted = "passage" if self.shows("passage") else "land", ""
        self.column_dark = True
        self.live = self.last = False
        self.call: Box = self.at.fit
        self.opened = 0.0
        self.help = self.paused = False
        self.gentle = config.screen.low_sensory
        self.rise = round(66 * self.at.unit)
        self.ridge = np.zeros(1, np.float32)
        self.ages: list[tuple[float, float]] = []
        self.caption = ""
        self.passage = ""
        self.legend = False

    def _sentences(self) -> Sentences:
        try:
            return Sentences(self.config.piece.language)
        except LanguageError as error:
            self.notes.append(str(error))
            return Sentences("en")

    @property
    def words(self) -> Sentences:
        """The former name of `sentences`, for scenes written for it."""
        return self.sentences

    def shows(self, scene: str) -> bool:
        """Whether a scene of this name is drawn."""
        return scene in self.scenes

    # -- frames
    def begin(self) -> None:
        """Wipe what moved."""
        self.wiped, self.next_wiped = self.next_wiped, []
        for box in self.wiped:
            self.surface.fill(GROUND, box)

    def moving(self, box: Rect | Box) -> None:
        """Say that this part is drawn anew at each frame."""
        self.next_wiped.append(Rect(tuple(box)).clip(self.surface.get_rect()))

    def clear(self, box: Rect | Box) -> None:
        """Fill a part with the ground."""
        self.surface.fill(GROUND, Rect(tuple(box)))

    # -- type
    def fitting(self, text: str, width: float, size: int, least: int, face: str = "words") -> int:
        """The largest em up to `size`, and not under `least`, in which a line is at most `width` px wide."""
        while size > least and self.type.width(text, size, face) > width:
            size -= 1
        return size

    def wrap(
        self,
        text: str,
        width: float,
        size: int,
        colour: Colour = BRIGHT,
        *,
        level: bool = False,
        gap: float = 0.0,
        exact: bool = False,
    ) -> list[Line]:
        """A text as lines that are at most `width` px wide.

        Args:
            level: lines of even length.
            gap: px above the first.
            exact: a quotation, in which nothing is touched; elsewhere control characters are spaces.
        """
        text = text if exact else CONTROL.sub(" ", text)
        font = self.type.font("words", size)
        rows = (even if level else lines)(text, width, lambda t: font.size(t)[0])
        return [Line(row, size, colour, gap=gap if not i else 0.0) for i, row in enumerate(rows)]

    def height(self, page: Sequence[Line]) -> float:
        """How high a page is, in px."""
        return sum(self.type.height(line.size, line.face) + line.gap for line in page)

    def page(self, page: Sequence[Line], size: tuple[int, int], *, right: bool = False) -> pygame.Surface:
        """A page of type as a picture with transparency."""
        made = pygame.Surface(size, pygame.SRCALPHA)
        y = 0.0
        for line in page:
            y += line.gap
            drawn = self.type.line(line.text, line.size, line.colour, line.face)
            made.blit(drawn, (size[0] - drawn.get_width() if right else 0, round(y)))
            y += self.type.height(line.size, line.face)
        return made


class Fader:
    """Shows one picture at a time in a box; a new one comes only when the old one is gone, so that two never mix.

    Args:
        box: where.
        span: s from one picture to the next; 0 changes them at once.
    """

    def __init__(self, board: Board, box: Box, span: float = 0.5) -> None:
        self.board, self.box, self.half = board, box, max(span / 2, 1e-6)
        self.shown: pygame.Surface | None = None
        self.next: pygame.Surface | None = None
        self.waits = False
        self.key: object = None
        self.light = 0.0
        self.drawn: tuple[object, int] = (None, -1)
        self.last = -1.0

    @property
    def size(self) -> tuple[int, int]:
        return self.box.w, self.box.h

    @property
    def dark(self) -> bool:
        """Whether nothing is shown any more."""
        return self.shown is None and not self.waits

    def show(self, key: object, make: Callable[[], pygame.Surface | None]) -> None:
        """Ask for a picture; it is made only if `key` is another one than the last."""
        if key != self.key:
            self.key, self.next, self.waits = key, make(), True

    def change(self, key: object, make: Callable[[], pygame.Surface | None]) -> None:
        """Put a picture in the place of the one that is shown, at once: the same sentence with another number."""
        if self.waits:
            self.next, self.key = (make(), key) if key != self.key else (self.next, key)
        elif key != self.key:
            self.key, self.shown = key, make()

    def draw(self, at: float) -> None:
        """Move on, and draw where that changed something."""
        since = at - self.last if self.last >= 0 else 0.0
        # One that was not drawn for a while, because another had its box, begins in the dark all the same.
        step = 2.0 if self.half < INSTANT else min(since, LONGEST) / self.half
        self.last = at
        if self.waits:
            self.light -= step
            if self.light <= 0.0 or self.shown is None:
                self.shown, self.waits, self.light = self.next, False, max(0.0, min(1.0, -self.light))
        else:
            self.light = min(1.0, self.light + step)
        self._blit()

    def _blit(self) -> None:
        area = Rect(tuple(self.box))
        light = round(255 * max(0.0, self.light) ** 1.2)
        state = (self.shown, light)
        wiped = any(area.colliderect(w) for w in self.board.wiped)
        if state == self.drawn and not wiped:
            return
        self.drawn = state
        self.board.clear(self.box)
        if self.shown is not None and light:
            self.shown.set_alpha(light)
            self.board.surface.blit(self.shown, (self.box.x, self.box.y))
