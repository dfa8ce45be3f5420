"""The key to the picture: which line was what, each after a swatch of its own colour and its own weight.

It stands in the right column where no passage is shown, and at the foot of the wall otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from installation.score.colour import WEIGHTS
from installation.screen.board import Board, Line
from installation.screen.colours import AMBER, BRIGHT, PALE, QUIET, REST

KEYS = ("section_rest", "section_seed", "section_large")
SWATCHES = tuple(zip((REST, AMBER, PALE), WEIGHTS, strict=True))
SWATCH = 46  # px of the drawing: length of the line in its colour, before its words
THICK = 2.0  # px of the drawing: thickness of the thinnest swatch
MARK = "\u00a0" * 7  # room for a swatch in a line of type; no line breaks in it


def sentence(board: Board) -> str:
    """The key as one sentence, with room for its swatches."""
    return "  ".join(f"{MARK}{board.sentences(key)}" for key in KEYS)


def swatches(board: Board, made: pygame.Surface, page: Sequence[Line], top: float, *, right: bool) -> None:
    """Draw the swatches into the rooms that `sentence` left for them on a page whose upper edge is at `top`."""
    at, y = 0, top
    for line in page:
        width = board.type.width
        start = made.get_width() - width(line.text, line.size) if right else 0
        place = line.text.find(MARK)
        while place >= 0 and at < len(SWATCHES):
            left, room = start + width(line.text[:place], line.size), width(MARK, line.size)
            _swatch(board, made, at, (left + 0.1 * room, 0.7 * room), y + 0.5 * board.type.height(line.size))
            at, place = at + 1, line.text.find(MARK, place + len(MARK))
        y += board.type.height(line.size)


def _swatch(board: Board, made: pygame.Surface, which: int, across: tuple[float, float], middle: float) -> None:
    colour, weight = SWATCHES[which]
    thick = max(which + 1, round(THICK * weight * board.at.unit))  # px: three that differ on any screen
    pygame.draw.rect(made, colour, (round(across[0]), round(middle - thick / 2), round(across[1]), thick))


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
    for which, key in enumerate(KEYS):
        _swatch(board, made, which, (0, SWATCH * u), y + 0.5 * step)
        y = _lines(board, made, board.wrap(say(key), column.w - inset, size, QUIET), inset, y) + 0.25 * step
    return made, y


def _lines(board: Board, made: pygame.Surface, page: list[Line], x: int, y: float) -> float:
    """Set some lines under each other; returns where the next would stand."""
    for line in page:
        made.blit(board.type.line(line.text, line.size, line.colour), (x, round(y)))
        y += board.type.height(line.size)
    return y
