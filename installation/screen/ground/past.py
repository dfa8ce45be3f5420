"""The past of the section: the record's samples as they come, and what the ledger knows from before this process."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from time import sleep

from installation.config import ScreenSettings
from installation.day import midnight
from installation.now import Now
from installation.screen.board import Board
from installation.screen.ground.strata import EASE, THIN, Layer, Strata, laid_before
from installation.screen.layout import SUPPOSED

SINK = 0.12  # s in which the ground follows its joules
PROJECTED = 1.5  # times coarser, at least, on a projection
BREATH = 0.004  # s between two steps of reading back, so that no picture waits


class Past:
    """Lays down the strata and lets them sink.

    Attributes:
        strata: all layers.
        depth: of the open layer as it is drawn, in units of the fold.
        restored: how often the layers were put in order anew, so that pictures of them are void.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self.thin = THIN * coarser(board.config.screen)
        self.strata = Strata(thin=self.thin)
        self.depth = 0.0
        self.restored = 0
        self.opened_on = self.sampled_at = 0.0
        self.reader: threading.Thread | None = None
        self.day: list[Layer] | None = None
        self.last = -1.0
        self.today: float | None = None

    def feed(self, now: Now) -> bool:
        """Take in new samples; whether there were any."""
        if not now.joules_per_grain or now.sampled_at == self.sampled_at:
            return False
        if now.opened_on != self.opened_on:
            self.opened_on = now.opened_on
            offset = now.opened_on - now.opened_at if now.opened_on else 0.0
            self.strata = Strata(now.joules_per_grain, offset, self.thin)
        self.sampled_at = now.sampled_at
        self._look_back(now)
        laid = self.strata.laid
        self.strata.feed(now.samples, now.meter_period)
        self._begin_day()
        if self.strata.laid != laid:
            self.depth = 0.0
        return True

    def _begin_day(self) -> None:
        """At midnight the ground begins anew, as it would after a restart: it is one day's portrait."""
        if not self.board.live:  # a film has another clock
            return
        today = midnight(self.sampled_at + self.strata.offset)
        if self.today not in (None, today):
            self.strata.begin_day(today)
            self.restored += 1
        self.today = today

    def sink(self, at: float) -> None:
        """The open layer grows with its joules, smoothly."""
        step = 0.0 if self.last < 0 else at - self.last
        self.last = at
        wanted = math.log1p(self.strata.open_joules / self.strata.ease)
        self.depth += (wanted - self.depth) * (1.0 - math.exp(-step / SINK))

    def _look_back(self, now: Now) -> None:
        """Once, when the first reading says which word it has: fetch from the ledger what was before this process."""
        if self.reader is None and self.board.live and now.provenance:
            rows = now.samples
            first = float(rows[rows[:, 0] > 0][0, 0]) + self.strata.offset
            self.reader = threading.Thread(target=self._read, args=(int(now.provenance), first), daemon=True)
            self.reader.start()
        if self.day is not None:
            self.strata.restore(self.day)
            self.strata.begin_day(midnight(self.sampled_at + self.strata.offset))  # it may have passed since
            self.day = None
            self.restored += 1

    def _read(self, provenance: int, until: float) -> None:
        from installation.screen.ground.restore import read_day

        day = read_day(Path(self.board.config.ledger.file), provenance, self.opened_on, until)
        if day.trouble:
            self.board.notes.append(f"{self.board.sentences('section_unread')} ({day.trouble})")
        if len(day.rows):
            self.day = laid_before(day.rows, self.strata.ease / EASE, self.thin, lambda: sleep(BREATH))


def coarser(screen: ScreenSettings) -> float:
    """How much fewer lines the section shall have than on a screen 1.21 m wide seen from 3 m, where 80 lie far apart.

    On a wide projection seen from near by as many lines come into the band of stripes that provoke seizures, 1 to 8 in
    a degree: there fewer are drawn. Projected lines are softer than those of a screen: no more than 40 of them.
    """
    wide = (screen.width_m or SUPPOSED) / max(screen.distance_m, 0.5) / (SUPPOSED / 3.0)
    return min(max(wide, PROJECTED if screen.projector else 1.0), 1.7)
