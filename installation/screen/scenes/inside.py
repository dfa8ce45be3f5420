"""fit, opened: the loops that the one line hides, with their true counters, and the first layer's weights.

Everything here is the record's: how many epochs and batches, where the fit is in them, how many weights are moved and
how many operations that takes. A fit that is over keeps its last counters for a while; then the line folds again.
"""

from __future__ import annotations

import math
import re

import numpy as np
import pygame

from installation.now import Now, Phase
from installation.screen.board import Board, Line
from installation.screen.colours import AMBER, BRIGHT, GROUND, LIT, QUIET, REST
from installation.screen.layout import Box

EVERY = 0.1  # s between two looks at the counters
KERAS_ROWS = 32  # rows at a time when the line does not say: the default of keras.Model.fit
BATCH_SIZE = re.compile(r"batch_size\s*=\s*(\d+)")
PART = re.compile(r"\b(steps_per_epoch|validation_split)\b")  # with these an epoch need not hold all rows
STEP = 1.36  # em from one line to the next
CAPTION = 1.22  # the same, of what stands under the weights


class Scene:
    """Under the line of code, while it is opened."""

    def __init__(self, board: Board) -> None:
        self.board = board
        code, fit = board.at.code, board.at.fit
        top = code.y + round(board.at.fit_size * 1.5)
        below = Box(code.x, top, code.w, fit.y + round(board.at.fit_size * 1.5) - top)
        # In portrait the line stays where it is and opens upward: beside the number there is no room for it.
        self.box = code if board.at.portrait else below
        self.page: pygame.Surface | None = None
        self.drawn_at = -math.inf
        self.light = -1
        share = 0.6 if board.at.portrait else 1.0  # of the height, for the loops
        self.size = min(board.at.body, int(self.box.h * share / (6.4 * STEP)))

    def draw(self, now: Now, at: float) -> None:
        light = round(255 * max(0.0, 2 * self.board.opened - 1))
        if not light:
            self.light = 0
            return
        if self.page is None or at - self.drawn_at >= EVERY or at < self.drawn_at:
            self.page, self.drawn_at, self.light = self._page(now), at, -1
        if light != self.light or self.board.opened < 1:
            self.light = light
            self.board.clear(self.box)
            self.page.set_alpha(light if light < 255 else None)
            self.board.surface.blit(self.page, (self.box.x, self.box.y))

    def _page(self, now: Now) -> pygame.Surface:
        made = pygame.Surface((self.box.w, self.box.h))  # on the ground's own colour: that is laid down fastest
        made.fill(GROUND)
        if self.board.at.portrait:
            self._loops(made, now, self.box.w)
            self._weights_below(made, now)
            return made
        width = self._weights_beside(made, now)
        self._loops(made, now, self.box.w - width - round(36 * self.board.at.unit))
        return made

    # -- the loops
    def _rows(self, now: Now) -> list[tuple[int, str, str]]:
        """Depth, counter and sentence of each line."""
        say, number = self.board.sentences, self.board.sentences.number
        found = BATCH_SIZE.search(now.fit_line)
        rows = now.batch_rows or (float(found.group(1)) if found else KERAS_ROWS)
        ended = now.phase == Phase.SETTLED and now.fit_ended in ("", "whole")  # one that was stopped keeps its counters
        epoch, batch = (now.epochs, now.batches) if ended else (now.epoch, now.batch)
        through = say("opened_forward", weights=now.parameters) if now.parameters else say("opened_forward_all")
        epochs = "opened_epochs_part" if PART.search(now.fit_line) else "opened_epochs"
        loss = number(now.loss, ".3f") if math.isfinite(now.loss) and now.loss > 0 else ""
        return [
            (0, f"{number(epoch)} / {number(now.epochs)}", say(epochs, epochs=now.epochs)),
            (
                1,
                f"{number(batch)} / {number(now.batches)}" if now.batches else number(batch),
                say("opened_batches", batches=now.batches, rows=rows),
            ),
            (2, "", through),
            (2, loss, say("opened_loss")),
            (2, "", say("opened_gradient")),
            (2, "", say("opened_update")),
        ]

    def _loops(self, made: pygame.Surface, now: Now, width: int) -> None:
        type_, u = self.board.type, self.board.at.unit
        rows = self._rows(now)
        step = round(self.size * STEP)
        small = max(9, round(self.size * 0.86))
        column = max(type_.width("0" * 9, small, "code"), *(type_.width(c, small, "code") for _, c, _ in rows))
        indent = round(26 * u)
        for row, (depth, counter, sentence) in enumerate(rows):
            y = round(6 * u) + row * step
            x = column + round(28 * u) + depth * indent
            drawn = type_.line(counter, small, LIT, "code")
            made.blit(drawn, (column - drawn.get_width(), y + round(0.13 * self.size)))
            size = self.board.fitting(sentence, width - x, self.size, 9)
            made.blit(type_.line(sentence, size, BRIGHT if depth < 2 else QUIET), (x, y))
        self._brackets(made, rows, step, column + round(14 * u), indent)

    def _brackets(self, made: pygame.Surface, rows: list[tuple[int, str, str]], step: int, x: int, indent: int) -> None:
        """An upright line beside each loop, as long as what it repeats."""
        u = self.board.at.unit
        thick = max(1, round(1.5 * u))
        for depth in (0, 1):
            first = next(i for i, (d, _, _) in enumerate(rows) if d == depth)
            top, bottom = round(6 * u) + first * step + round(0.28 * step), round(6 * u) + len(rows) * step - step // 5
            pygame.draw.line(made, QUIET, (x + depth * indent, top), (x + depth * indent, bottom), thick)

    # -- the weights
    def _weights_beside(self, made: pygame.Surface, now: Now) -> int:
        """The first layer at the right end, its caption under it; returns the width it takes."""
        u = self.board.at.unit
        picture = self._picture(now, round(400 * u), round(self.box.h * 0.68))
        if picture is None:
            return 0
        width = max(picture.get_width(), round(400 * u))
        left, top = self.box.w - width, round(8 * u)
        made.blit(picture, (left, top))
        below = top + picture.get_height() + round(4 * u)
        self._caption(made, now, Box(left, below, width, self.box.h - below))
        return width

    def _weights_below(self, made: pygame.Surface, now: Now) -> None:
        """The first layer under the loops, its caption beside it."""
        u = self.board.at.unit
        top = round(6 * u) + round(6.6 * round(self.size * STEP))
        picture = self._picture(now, round(400 * u), self.box.h - top)
        if picture is None:
            return
        made.blit(picture, (0, top))
        left = picture.get_width() + round(20 * u)
        self._caption(made, now, Box(left, top, self.box.w - left, self.box.h - top))

    def _picture(self, now: Now, width: int, height: int) -> pygame.Surface | None:
        """The first layer as a field: amber above nothing, grey under it; None before there is one."""
        values = np.nan_to_num(np.asarray(now.weights, np.float64))
        if not values.any():
            return None
        rows, columns = values.shape
        scale = max(1, min(width // rows, height // columns))
        return pygame.transform.scale(pygame.surfarray.make_surface(_field(values)), (rows * scale, columns * scale))

    def _caption(self, made: pygame.Surface, now: Now, box: Box) -> None:
        """What the picture shows, and the operations of a step where there is room for them too."""
        say = self.board.sentences
        texts = [say("opened_weights")]
        if now.operations:
            texts.append(say("opened_operations", operations=now.operations))
        page = self._fitting(texts, box) or self._fitting(texts[:1], box)
        for row, line in enumerate(page):
            drawn = self.board.type.line(line.text, line.size, QUIET)
            made.blit(drawn, (box.x, box.y + row * round(line.size * CAPTION)))

    def _fitting(self, texts: list[str], box: Box) -> list[Line]:
        """The lines of some sentences in the largest letters that have room; none where they would be too small."""
        small = self.board.at.small
        for size in range(round(0.9 * small), max(9, round(0.68 * small)) - 1, -1):
            page = [line for text in texts for line in self.board.wrap(text, box.w, size, QUIET, level=True)]
            if (len(page) - 1) * round(size * CAPTION) + round(1.3 * size) <= box.h:
                return page
        return []


def _field(values: np.ndarray) -> np.ndarray:
    """Weights as colours, (rows, columns, 3) of code values: the larger a weight, the lighter."""
    spread = float(np.std(values)) * 2.5 or 1.0
    share = np.clip(np.abs(values) / spread, 0.0, 1.0)[:, :, None]
    hue = np.where(values[:, :, None] >= 0, np.asarray(AMBER), np.asarray(REST) * 0.75)
    return np.asarray(np.asarray(GROUND) + (hue - np.asarray(GROUND)) * share, np.uint8)
