"""The keys, on a page over the ground, for whoever looks after the piece; H shows it and takes it away."""

from __future__ import annotations

import pygame

from installation.now import Now
from installation.screen.board import Board, Rect
from installation.screen.colours import BRIGHT, GROUND, LIT, QUIET

KEYS = ("escape", "full_screen", "space", "pause", "help")


class Scene:
    """The page of keys."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.page: pygame.Surface | None = None
        self.light = 0.0
        self.last = -1.0

    def draw(self, now: Now, at: float) -> None:
        step = 0.0 if self.last < 0 else (at - self.last) / 0.3
        self.last = at
        self.light = min(1.0, max(0.0, self.light + (step if self.board.help else -step)))
        if self.light <= 0:
            return
        if self.page is None:
            self.page = self._page()
        ground = self.board.at.ground
        place = self.page.get_rect(midtop=(ground.x + ground.w // 2, ground.y + round(60 * self.board.at.unit)))
        self.page.set_alpha(round(255 * self.light))
        self.board.surface.blit(self.page, place)
        self.board.moving(Rect(place))

    def _page(self) -> pygame.Surface:
        say, at, type_ = self.board.sentences, self.board.at, self.board.type
        size, step = at.body, round(at.body * 1.6)
        rows = [(say(f"key_{key}"), say(f"help_{key}")) for key in KEYS]
        first = max(type_.width(key, size) for key, _ in rows)
        second = max(type_.width(text, size) for _, text in rows)
        gap, edge = round(40 * at.unit), round(36 * at.unit)
        made = pygame.Surface((2 * edge + first + gap + second, 2 * edge + step * (len(rows) + 1)))
        made.fill(GROUND)
        pygame.draw.rect(made, QUIET, made.get_rect(), max(1, round(1.5 * at.unit)))
        made.blit(type_.line(say("help"), size, QUIET), (edge, edge - step // 4))
        for row, (key, text) in enumerate(rows, 1):
            made.blit(type_.line(key, size, LIT), (edge, edge + row * step))
            made.blit(type_.line(text, size, BRIGHT), (edge + first + gap, edge + row * step))
        return made
