"""Beside the ground, how long ago its layers were laid down: now, a minute, an hour, half a day.

Time folds toward the bottom of the section, so its depth is no even scale; these few words are what makes it one that
can be read. They stand where the ground has faded out, never over it, and sink with the layers they belong to.
"""

from __future__ import annotations

import math

from installation.now import Now
from installation.screen.board import Board
from installation.screen.colours import BRIGHT, QUIET
from installation.text.sentences import GROUP

EVERY = 0.5  # s between two looks: layers sink slowly


class Scene:
    """The words at the right end of the section."""

    def __init__(self, board: Board) -> None:
        self.board, self.box = board, board.at.ages
        self.size = max(9, round(0.9 * board.at.small))
        self.looked_at = -math.inf
        self.drawn: list[tuple[int, str]] = []

    def draw(self, now: Now, at: float) -> None:
        if 0 <= at - self.looked_at < EVERY:
            return
        self.looked_at = at
        labels = self._labels() if now.joules > 0 else []
        if labels == self.drawn:
            return
        self.drawn = labels
        self.board.clear(self.box)
        for y, text in labels:
            size = self.board.fitting(text, self.box.w, self.size, 9)
            drawn = self.board.type.line(text, size, BRIGHT if not y else QUIET)
            self.board.surface.blit(drawn, (self.box.x, self.box.y + y))

    def _labels(self) -> list[tuple[int, str]]:
        """Row of the box and words, from the surface down; one that would touch the one above it is left out."""
        say, high = self.board.sentences, self.board.type.height(self.size)
        labels = [(0, say("section_now"))]
        for depth, seconds in self.board.ages:
            y = round(depth)
            if y >= labels[-1][0] + 1.15 * high and y + high <= self.box.h:
                labels.append((y, say("section_ago", time=written(seconds))))
        return labels


def written(span: float) -> str:
    """A time in whole minutes or hours."""
    count, unit = (span / 3600, "h") if span >= 3600 else (span / 60, "min")
    return f"{count:.0f}{GROUP}{unit}"
