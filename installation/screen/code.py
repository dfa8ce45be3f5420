"""The code: the lines that run, quiet; the line that calls fit, large, lit while it runs; under it the live counts.

The text is the record's, which the network read from the very function it executes; here it is only placed. Paragraphs
stand side by side, so that a long source stays whole as long as its letters can be read; what does not fit is counted.
While a fit runs the line can open: it moves up and shows the loops it hides, with their true counters (inside.py).
"""

from __future__ import annotations

import math

import numpy as np
import pygame

from installation.now import Doors, Now, Phase, Provenance
from installation.score import JOULES, TIME
from installation.screen.arrange import LEADING, arrange, fits, paragraphs
from installation.screen.board import Board, Fader, Line
from installation.screen.colours import BRIGHT, COOL, LIT, QUIET, Colour, blend
from installation.screen.layout import Box
from installation.screen.type import ADVANCE
from installation.text.lines import lines

LEAST = 13  # px of the drawing: a line of code is never smaller
LIGHT_UP, LIGHT_DOWN = 0.25, 1.2  # s
LOSS_KNOWN = 1e-12
UNFOLD = 0.9  # s
SMALLEST = 0.3  # unit: on a smaller picture what is hidden could not be read, and stays hidden
LEGIBLE = 0.8  # of the usual size: the line of counts leaves out what the page beside it says before it is smaller
NO_CODE = 2.0  # s after which a network that is not there is taken for one that is missing
STAYS = 12.0  # s after a fit in which its last counters can be read


class Scene:
    """The code at the upper left."""

    def __init__(self, board: Board) -> None:
        self.board = board
        at = board.at
        self.source = Fader(board, at.code, 0.8)
        line = round(at.fit_size * 1.5)
        self.fit_box = Box(at.fit.x, at.fit.y, at.fit.w, line)
        self.counts = Fader(board, Box(at.fit.x, at.fit.y + line, at.fit.w, max(1, at.fit.h - line)), 0.0)
        self.lit = 0.0
        self.last = -1.0
        self.drawn: tuple[str, int, int] = ("", -1, 0)
        self.fitted_at = -math.inf
        self.began_at = self.began_with = 0.0

    def draw(self, now: Now, seconds: float) -> None:
        phase = Phase(int(now.phase))
        step = 0.0 if self.last < 0 else seconds - self.last
        self.last = seconds
        source, line = now.source.expandtabs(4), now.fit_line.expandtabs(4)
        if not source and now.provenance == Provenance.REPLAYED and seconds - now.opened_at > NO_CODE:
            self.source.show("", lambda: self._without())
        else:
            self.source.show((source, line), lambda: self._source(source, line))
        self._open(now, phase, seconds, step)
        if self.board.opened <= 0:
            self.source.draw(seconds)
        self._fit(line, phase, step)
        text, colour = self._counts(now, phase)
        self.counts.show((text, colour), lambda: self._line(text, colour))
        self.counts.draw(seconds)

    def _open(self, now: Now, phase: Phase, seconds: float, step: float) -> None:
        """Unfold while a fit runs and a while after; the source goes out first and comes back last."""
        if phase is Phase.FITTING:
            self.fitted_at = seconds
        wish = self.board.config.screen.opens
        wish = "never" if self.board.gentle else wish
        may = wish == "always" or (wish == "second" and now.fits > 1)
        may = may and self.board.shows("inside") and self.board.at.unit >= SMALLEST
        wanted = may and seconds - self.fitted_at < STAYS and phase in (Phase.FITTING, Phase.SETTLED)
        before = self.board.opened
        change = step / UNFOLD if wanted else -step / UNFOLD
        self.board.opened = min(1.0, max(0.0, before + change))
        if self.board.opened == before:
            return
        self.board.clear(self.board.at.code)
        self.board.clear(self.fit_box)
        self.drawn = ("", -1, 0)
        light = round(255 * max(0.0, 1 - 2 * self.board.opened))
        if self.source.shown is not None and light:
            self.source.shown.set_alpha(light)
            self.board.surface.blit(self.source.shown, (self.source.box.x, self.source.box.y))

    def _fit(self, line: str, phase: Phase, step: float) -> None:
        """The line itself; it lights up fast and goes out slowly, and moves up to make room for what it hides."""
        running = phase in (Phase.FITTING, Phase.PREPARING)
        change = step / LIGHT_UP if running else -step / LIGHT_DOWN
        self.lit = min(1.0, max(0.0, self.lit + change))
        level = round(24 * self.lit)
        opened = 0.0 if self.board.at.portrait else self.board.opened
        way = opened * opened * (3 - 2 * opened)
        y = round(self.fit_box.y + (self.board.at.code.y - self.fit_box.y) * way)
        if (line, level, y) == self.drawn:
            return
        self.drawn = (line, level, y)
        self.board.clear(Box(self.fit_box.x, y, self.fit_box.w, self.fit_box.h))
        self.board.surface.blit(self._call(line, blend(QUIET, BRIGHT, level / 24)), (self.fit_box.x, y))

    def _call(self, line: str, colour: Colour) -> pygame.Surface:
        """The call on one line, or on as many smaller ones as keep it whole inside its box."""
        box, size = self.fit_box, self.board.at.fit_size
        least = max(9, round(LEAST * self.board.at.unit))
        rows = lines(line, box.w / (size * ADVANCE))
        while size > least and (len(rows) * size * LEADING > box.h or not fits(rows, box, size)):
            size -= 1
            rows = lines(line, box.w / (size * ADVANCE))
        made = pygame.Surface((box.w, box.h), pygame.SRCALPHA)
        for row, text in enumerate(rows):
            made.blit(self.board.type.line(text, size, colour, "code"), (0, round(row * size * LEADING)))
        return made

    def _line(self, text: str, colour: Colour) -> pygame.Surface:
        """One line, or for a long reason as many smaller ones as keep it whole."""
        box = self.counts.box
        for size in range(self.board.at.code_size, 8, -1):
            rows = lines(text, box.w / (size * ADVANCE))
            if self.board.type.height(size, "code") * (len(rows) - 1) + size * 1.3 <= box.h and fits(rows, box, size):
                break
        return self.board.page([Line(row, size, colour, "code") for row in rows], self.counts.size)

    def _counts(self, now: Now, phase: Phase) -> tuple[str, Colour]:
        """The line under the call: how far it is, or what came of it."""
        say = self.board.words
        if phase is Phase.FITTING and self.board.opened and (joules := self._joules(now)) is not None:
            word = ("no_reading", "measured", "estimated", "replayed")[int(now.provenance)]
            return say("counts_opened", joules=joules, word=say(word)), LIT if word == "measured" else COOL
        if phase is Phase.FITTING:
            key = "counts" if math.isfinite(now.loss) and now.loss > LOSS_KNOWN else "counts_first"
            fields = {k: now[k] for k in ("epoch", "epochs", "batch", "batches")}
            return (say(key, **fields, loss=now.loss) if key == "counts" else say(key, **fields)), LIT
        if phase is Phase.PREPARING:
            return say("preparing", what=now.preparing or now.network), QUIET
        if phase is Phase.SETTLED:
            return self._done(now), LIT
        if phase is Phase.UNABLE:
            return say("unable", network=now.network, reason=now["network_note"]), COOL
        if phase is Phase.SPENT:
            return say("spent"), BRIGHT
        if phase is Phase.RESTING and not now.fits and now.fit_line and now.doors == Doors.OPEN:
            return say("first_fit"), QUIET
        return "", QUIET

    def _joules(self, now: Now) -> float | None:
        """J since the fit began, by the samples in the record; None where nothing is read."""
        rows = now.samples[now.samples[:, TIME] > 0]
        if not now.provenance or not len(rows):
            return None
        if now.fit_began_at != self.began_at:
            self.began_at = now.fit_began_at
            self.began_with = float(np.interp(now.fit_began_at, rows[:, TIME], rows[:, JOULES]))
        return max(0.0, now.joules - self.began_with)

    def _done(self, now: Now) -> str:
        say = self.board.words
        word = ("no_reading", "measured", "estimated", "replayed")[int(now.provenance)]
        fields = {"updates": now.fit_updates, "joules": now.fit_joules}
        if not math.isfinite(now.fit_joules):
            word = "no_reading"
        if now.fit_ended not in ("", "whole"):
            return say("stopped", **fields, word=say(word))
        if not (math.isfinite(now.seen) and math.isfinite(now.unseen) and now.seen + now.unseen > 0):
            return (
                say("done_short", **fields, word=say(word))
                if word != "no_reading"
                else say("done_short_no_reading", updates=now.fit_updates)
            )
        share = {"seen": 100 * now.seen, "unseen": 100 * now.unseen}
        if word == "no_reading":
            return say("done_no_reading", updates=now.fit_updates, **share)
        whole, at = say("done" if word == "measured" else f"done_{word}", **fields, **share), self.board.at
        fits = self.board.type.width(whole, round(LEGIBLE * at.code_size), "code") <= self.counts.box.w
        return whole if fits else say("done_short", **fields, word=say(word))

    def _without(self) -> pygame.Surface:
        """In the place of the code, where a recording is played and no network is there."""
        at = self.board.at
        return self.board.page(
            self.board.wrap(self.board.words("no_code"), at.code.w, at.body, QUIET), self.source.size
        )

    def _source(self, source: str, fit_line: str) -> pygame.Surface:
        at = self.board.at
        made = pygame.Surface((at.code.w, at.code.h), pygame.SRCALPHA)
        blocks, lead = paragraphs(source, fit_line)
        size, columns, left_out = arrange(blocks, at.code.w, at.code.h, at.code_size, LEAST * at.unit, len(lead))
        if left_out:
            note = self.board.words("source_above", lines=left_out)
            columns[0].insert(0, note)
        step = size * LEADING
        height = at.code.h - step * (len(lead) + (0.35 if lead else 0.0))
        x = 0.0
        for column in columns:
            top = height - step * max(map(len, columns))
            for row, text in enumerate(column):
                made.blit(self.board.type.line(text, size, QUIET, "code"), (round(x), round(top + row * step)))
            x += (max(map(len, column), default=0) + 4) * size * ADVANCE
        for row, text in enumerate(lead):
            small = self.board.fitting(text, at.code.w, size, 9, "code")
            drawn = self.board.type.line(text, small, QUIET, "code")
            made.blit(drawn, (0, round(at.code.h - step * (len(lead) - row))))
        return made
