"""What stands in the right column where no passage is shown: what a point is, and which colour was what."""

from __future__ import annotations

import pygame

from installation.screen.board import Board, Line
from installation.screen.colours import ASH, BRIGHT, OCHRE, QUIET, RUST

COLOURS = (("section_rest", ASH), ("section_seed", OCHRE), ("section_large", RUST))
SWATCH = 46  # px of the drawing: length of the line in its colour, before its words


def legend(board: Board) -> pygame.Surface:
    """The page, as large as the column; letters shrink before a word is lost."""
    for size in range(round(0.9 * board.at.passage), 8, -1):
        made, height = _set(board, size)
        if height <= board.at.column.h:
            break
    return made


def _set(board: Board, size: int) -> tuple[pygame.Surface, float]:
    """The page with letters of an em of so many px, and how high it is."""
    say, column, u = board.sentences, board.at.column, board.at.unit
    made = pygame.Surface((column.w, column.h), pygame.SRCALPHA)
    inset, step = round((SWATCH + 18) * u), board.type.height(size)
    joules = board.config.piece.joules_per_grain
    y = _lines(board, made, board.wrap(say("grain", joules=joules), column.w, size, BRIGHT, level=True), 0, 0.0)
    y += 0.7 * step
    for key, colour in COLOURS:
        line = (0, round(y + 0.5 * step), round(SWATCH * u), max(2, round(3 * u)))
        pygame.draw.rect(made, colour, line)
        y = _lines(board, made, board.wrap(say(key), column.w - inset, size, QUIET), inset, y) + 0.25 * step
    return made, y


def _lines(board: Board, made: pygame.Surface, page: list[Line], x: int, y: float) -> float:
    """Set some lines under each other; returns where the next would stand."""
    for line in page:
        made.blit(board.type.line(line.text, line.size, line.colour), (x, round(y)))
        y += board.type.height(line.size)
    return y
