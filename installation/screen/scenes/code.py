"""The code: the lines that run, quiet; the line that calls fit, large, lit while it runs; under it the live counts.

The text is the record's, which the network read from the very function it executes; here it is only placed: whole where
its letters stay large enough to be read, else on sheets that take turns (arrange.py).
While a fit runs the line can open: it moves up and shows the loops it hides, with their true counters (inside.py).
"""

from __future__ import annotations

import json
import math

import pygame

from installation.now import Doors, Now, Phase, Provenance
from installation.reading import provenance_at
from installation.screen import reading
from installation.screen.board import Board, Fader, Line
from installation.screen.colours import BRIGHT, COOL, LIT, MEASURED, QUIET, Colour, blend
from installation.screen.layout import Box
from installation.screen.scenes._arrange import BETWEEN, LEADING, Sheet, fits, paragraphs, sheets, whole
from installation.screen.type import ADVANCE
from installation.text.lines import lines

LEAST = 0.64  # of the code's usual size, 22 px of the drawing: a source that would be smaller is shown sheet by sheet
TURNED = 0.77  # of it: letters of such sheets
SHEET = 9.0  # s such a sheet stays
LEAST_CALL = 13  # px of the drawing: the call itself is never smaller
LIGHT_UP, LIGHT_DOWN = 0.25, 1.2  # s
LOSS_KNOWN = 1e-12
UNFOLD = 0.9  # s
SMALLEST = 0.3  # unit: on a smaller picture what is hidden could not be read, and stays hidden
LEGIBLE = 0.8  # of the usual size: the line of counts leaves out what the page beside it says before it is smaller
NO_CODE = 2.0  # s after which a network that is not there is taken for one that is missing
MEASURES = 3  # of those that are counted live
NEW_ROWS = 1  # now.unseen_from: of rows held out, and of none, the page beside says it
EVERY = 0.1  # s between two looks at the counters
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
        self.key = ("", "")
        self.em, self.sheets = at.code_size, [Sheet([[]], [], 0, 0)]
        self.sheet, self.turned_at = 0, 0.0
        self.phase, self.looked_at = Phase.RESTING, -math.inf
        self.call, self.called = reading.Call(), False

    def draw(self, now: Now, seconds: float) -> None:
        phase = Phase(int(now.phase))
        step = 0.0 if self.last < 0 else seconds - self.last
        self.last = seconds
        source, line = now.source.expandtabs(4), now.fit_line.expandtabs(4)
        if not source and now.provenance == Provenance.REPLAYED and seconds - now.opened_at > NO_CODE:
            self.source.show("", lambda: self._without())
        else:
            self._turn((source, line), seconds)
            sheet, count = self.sheets[self.sheet], source.count("\n") + 1
            self.source.show((source, line, self.sheet), lambda: self._draw(sheet, count))
        self.called = self.call.waits(now)
        self._open(now, phase, seconds, step)
        if self.board.opened <= 0:
            self.source.draw(seconds)
        self._fit(line, phase, step)
        if phase is not self.phase or not 0 <= seconds - self.looked_at < EVERY:
            self.phase, self.looked_at = phase, seconds
            text, colour = self._counts(now, phase, seconds)
            self.counts.show((text, colour), lambda: self._line(text, colour))
        self.counts.draw(seconds)

    def _open(self, now: Now, phase: Phase, seconds: float, step: float) -> None:
        """Unfold while a fit runs and a while after; the source goes out first and comes back last."""
        if phase is Phase.FITTING:
            self.fitted_at = seconds
        wanted = seconds - self.fitted_at < STAYS and phase in (Phase.FITTING, Phase.SETTLED) and self._may_open(now)
        before = self.board.opened
        change = step / UNFOLD if wanted else -step / UNFOLD
        self.board.opened = min(1.0, max(0.0, before + change))
        if self.board.opened == before:
            return
        code = self.board.at.code
        self.board.clear(Box(code.x, code.y, code.w, self.fit_box.bottom - code.y))
        self.drawn = ("", -1, 0)
        light = round(255 * max(0.0, 1 - 2 * self.board.opened))
        if self.source.shown is not None and light:
            self.source.shown.set_alpha(light)
            self.board.surface.blit(self.source.shown, (self.source.box.x, self.source.box.y))

    def _may_open(self, now: Now) -> bool:
        """Whether the settings, the screen's size and this fit let the loops be shown."""
        wish = "never" if self.board.gentle else self.board.config.screen.opens
        asked = wish == "always" or (wish == "second" and now.fits > 1)
        return asked and self.board.shows("inside") and self.board.at.unit >= SMALLEST

    def _fit(self, line: str, phase: Phase, step: float) -> None:
        """The line itself; it lights up fast and goes out slowly, and moves up to make room for what it hides."""
        running = phase is Phase.FITTING or (phase is Phase.PREPARING and self.called)
        change = step / LIGHT_UP if running else -step / LIGHT_DOWN
        self.lit = min(1.0, max(0.0, self.lit + change))
        level = round(24 * self.lit)
        opened = 0.0 if self.board.at.portrait else self.board.opened
        way = opened * opened * (3 - 2 * opened)
        y = round(self.fit_box.y + (self.board.at.code.y - self.fit_box.y) * way)
        if (line, level, y) == self.drawn:
            return
        self.drawn = (line, level, y)
        self.board.call = Box(self.fit_box.x, y, self.fit_box.w, self.fit_box.h)
        self.board.clear(self.board.call)
        self.board.surface.blit(self._call(line, blend(QUIET, BRIGHT, level / 24)), (self.fit_box.x, y))

    def _call(self, line: str, colour: Colour) -> pygame.Surface:
        """The call on one line, or on as many smaller ones as keep it whole inside its box."""
        box, size = self.fit_box, self.board.at.fit_size
        least = max(9, round(LEAST_CALL * self.board.at.unit))
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

    def _counts(self, now: Now, phase: Phase, seconds: float) -> tuple[str, Colour]:
        """The line under the call: how far it is, or what came of it."""
        say = self.board.sentences
        if phase is Phase.FITTING:
            return self._fitting(now, provenance_at(now, seconds))
        if phase is Phase.PREPARING:
            return say("preparing", what=say.told(now.preparing) or now.network), QUIET
        if phase is Phase.SETTLED:
            return self._done(now), MEASURED if reading.provenance_of_fit(now) is Provenance.MEASURED else COOL
        if phase is Phase.UNABLE:
            return say("unable", network=now.network, reason=now.of("network").note), COOL
        if phase is Phase.SPENT:
            return say("spent"), BRIGHT
        if phase is Phase.RESTING and not now.fits and now.fit_line and now.doors == Doors.OPEN:
            return say("first_fit"), QUIET
        return "", QUIET

    def _fitting(self, now: Now, reads: Provenance) -> tuple[str, Colour]:
        """How far the fit is; once the loops stand above, which count that themselves, its joules."""
        say = self.board.sentences
        if self.board.opened and reads and math.isfinite(now.fit_began_with):
            joules = max(0.0, now.joules - now.fit_began_with)
            sentence = say("counts_opened", joules=joules, word=reading.word(self.board, reads, now.uncertainty))
            return sentence, MEASURED if reads is Provenance.MEASURED else COOL
        fields = {"epoch": now.epoch, "epochs": now.epochs, "batch": now.batch, "batches": now.batches}
        if not math.isfinite(now.fit_updates):
            return say("counts_loop"), LIT
        if not now.epochs:
            return f"{say('counts_batches', batch=now.batch)}{self._measures(now)}", LIT
        if not now.batches or not math.isfinite(now.loss):
            key = "counts_first" if now.batches else "counts_open"
            return f"{say(key, **fields)}{self._measures(now)}", LIT
        if abs(now.loss) > LOSS_KNOWN:
            return say("counts", **fields, loss=now.loss), LIT
        return say("counts_first", **fields), LIT

    def _measures(self, now: Now) -> str:
        """What Keras measures, by its own names: where there are several losses, or none of that name."""
        try:
            found = json.loads(now.measures or "{}")
        except ValueError:
            return ""
        known = [(name, value) for name, value in found.items() if isinstance(value, int | float)]
        return "".join(f"    {name} {self.board.sentences.number(value, '.3f')}" for name, value in known[:MEASURES])

    def _done(self, now: Now) -> str:
        """What came of the fit that is over, as much of it as the line has room for."""
        say, of = self.board.sentences, reading.provenance_of_fit(now)
        fields = {"updates": now.fit_updates} | ({"joules": now.fit_joules} if of else {})
        short_fields = fields | ({"word": reading.word(self.board, of)} if of else {})
        if now.fit_ended == "whole" and not math.isfinite(now.fit_updates):
            return say(
                "done_loop" if of else "done_loop_no_reading",
                **{k: v for k, v in short_fields.items() if k != "updates"},
            )
        if now.fit_ended not in ("", "whole"):
            return say("stopped" if of else "stopped_no_reading", **short_fields)
        short = say("done_short" if of else "done_short_no_reading", **short_fields)
        if now.unseen_from > NEW_ROWS or not (
            math.isfinite(now.seen) and math.isfinite(now.unseen) and now.seen + now.unseen > 0
        ):
            return short
        whole = say(f"done_{of.name.lower()}", **fields, seen=100 * now.seen, unseen=100 * now.unseen)
        legible = round(LEGIBLE * self.board.at.code_size)
        return whole if self.board.type.width(whole, legible, "code") <= self.counts.box.w else short

    def _without(self) -> pygame.Surface:
        """In the place of the code, where a recording is played and no network is there."""
        at = self.board.at
        return self.board.page(
            self.board.wrap(self.board.sentences("no_code"), at.code.w, at.body, QUIET), self.source.size
        )

    def _read(self, source: str, fit_line: str) -> None:
        """Find a place for every line: on one sheet where its letters stay large enough, else on several."""
        at = self.board.at
        blocks, lead = paragraphs(source, fit_line)
        least = max(9, round(LEAST * at.code_size))
        if found := whole(blocks, lead, at.code.w, at.code.h, at.code_size, least):
            self.em, self.sheets = found[0], [found[1]]
        else:
            self.em = max(9, round(TURNED * at.code_size))
            self.sheets = sheets(blocks, lead, at.code.w, at.code.h, self.em)

    def _turn(self, key: tuple[str, str], seconds: float) -> None:
        """A new source, or the next sheet of one that has several."""
        if key != self.key:
            self.key, self.sheet, self.turned_at = key, 0, seconds
            self._read(*key)
        elif self.phase is Phase.FITTING:
            self.sheet, self.turned_at = len(self.sheets) - 1, seconds  # the lines that lead to the call stay
        elif len(self.sheets) > 1 and seconds - self.turned_at >= SHEET:
            self.sheet, self.turned_at = (self.sheet + 1) % len(self.sheets), seconds

    def _draw(self, sheet: Sheet, lines: int) -> pygame.Surface:
        at, step = self.board.at, self.em * LEADING
        made = pygame.Surface((at.code.w, at.code.h), pygame.SRCALPHA)
        if len(self.sheets) > 1:
            note = self.board.sentences("source_sheet", first=sheet.first, last=sheet.last, lines=lines)
            made.blit(self.board.type.line(note, self.em, QUIET, "code"), (0, 0))
        height = at.code.h - step * (len(sheet.lead) + (0.35 if sheet.lead else 0.0))
        top, x = height - step * max(map(len, sheet.columns)), 0.0
        for column in sheet.columns:
            for row, (_, text) in enumerate(column):
                made.blit(self.board.type.line(text, self.em, QUIET, "code"), (round(x), round(top + row * step)))
            x += (max((len(text) for _, text in column), default=0) + BETWEEN) * self.em * ADVANCE
        for row, (_, text) in enumerate(sheet.lead):
            small = self.board.fitting(text, at.code.w, self.em, 9, "code")
            drawn = self.board.type.line(text, small, QUIET, "code")
            made.blit(drawn, (0, round(at.code.h - step * (len(sheet.lead) - row))))
        return made
