"""The ledger writes down each second, each fit and each performance, and is the last to leave.

It only reads what the others made true. When its file cannot be written it says so, keeps the rows in memory, and
tries again; the others never notice. When it is brought back it goes on where its last row ends: the energy drawn in
between lies in the meter's counter.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import deque
from pathlib import Path
from typing import Any

import msgspec

from .. import player
from ..config import Config
from ..day import believed, date_of
from ..machine import machine, versions
from ..now import Doors, Now, Provenance, State
from ..reading import provenance_at
from .book import Book, Reading, Row, Run
from .rows import press_row, stretch_row
from .seconds import Seconds, Stretch
from .spill import keep, place, take_in
from .trouble import LedgerError, sentence
from .waiting import Waiting

AGAIN = (1.0, 2.0, 4.0, 8.0)  # s until the next try to write
ASIDE_SAID = 600.0  # s for which the wall tells that an old ledger was set aside
TIDY_EVERY = 3600.0  # s between two looks for seconds older than they are to be kept
NOTES_KEPT = 1000  # while the book cannot be written


class Player(player.Player):
    """The ledger."""

    rate = 10.0
    own_beat = True  # a slow disk may rightly hold a tick up

    def __init__(self, config: Config, now: Now) -> None:
        super().__init__(config, now)
        self.playing = [role.name for role in config.cast]
        self.book: Book | None = None
        self.account: Seconds | None = None
        self.waiting = Waiting()
        self.fits: dict[int, Row] = {}
        self.readings: dict[int, Reading] = {}
        self.notes: deque[Row] = deque(maxlen=NOTES_KEPT)
        self.notes_known = dict.fromkeys(now.players, "")
        self.fit_known: tuple[object, ...] = ()
        self.fit_gap = 0.0
        self.last: list[Stretch] = []
        self.sampled_at = self.try_at = self.tidy_at = self.said_until = 0.0
        self.tries = 0
        self.earlier_for: tuple[Provenance, str] = (Provenance.NO_READING, "")
        self.newest = 0.0  # s since 1970: when an earlier performance last wrote

    def tick(self, seconds: float) -> None:
        if not self.now.opened_at:
            return
        if self.book is None and seconds >= self.try_at:
            self._open(seconds)
        if self.account is None and not self.resumed:
            self.account = Seconds(self.now.opened_at)
        if self.account is None:
            return
        closing = self.now.doors == Doors.CLOSING  # the meter is gone by now: time without samples is no gap
        self._keep(self._listen(self.account).cut(0.0 if closing else seconds, self._reads))
        self._keep_fit()
        self._keep_notes(seconds)
        if (self.waiting or self.fits) and seconds >= self.try_at:
            self._write(seconds)

    def close(self) -> None:
        """Write what is left, with the final counts, and when the doors closed."""
        if self.account is not None:
            parts = self._listen(self.account).finish()
            self._keep(parts or self.last)
            self._keep_fit()
            if self.book is None:
                self._open(time.monotonic())
            self._write(time.monotonic())
            self._spill()
        if self.book is not None:
            self._let_go(time.time())

    def _reads(self, at: float) -> bool:
        return provenance_at(self.now, at) is not Provenance.NO_READING

    def _listen(self, account: Seconds) -> Seconds:
        if self.now.sampled_at != self.sampled_at:
            self.sampled_at = self.now.sampled_at
            account.feed(self.now.samples)
            self._reading(int(self.now.provenance))
        return account

    # -- the rows
    def _keep(self, parts: list[Stretch]) -> None:
        if parts:
            self.last = [p for p in parts if p.second == parts[-1].second]
            missing = self.missing()
            self.waiting.add([stretch_row(self.now, part, self._reading(part.provenance), missing) for part in parts])

    def _reading(self, provenance: int) -> Reading:
        """The reading of a word; where the word just changed, the one that stood beside it before."""
        now = self.now
        if provenance == now.provenance or provenance not in self.readings:
            rest = (now.boundary, now.not_counted, now.origin, round(now.uncertainty, 3))
            self.readings[provenance] = Reading(now.meter_name, provenance, *rest)
        return self.readings[provenance]

    def missing(self) -> list[str]:
        """The players that are not there: about to be tried again, or not yet back."""
        names = []
        for name in self.playing:
            state, restarts = self.now.of(name).state, self.now.of(name).restarts
            if state == State.BACKOFF or (state == State.STARTING and restarts):
                names.append(name)
        return names

    def _keep_fit(self) -> None:
        """Note the newest fit when it begins, when it ends, and when what it learned is known."""
        now, number = self.now, int(self.now.fits)
        known = (
            number,
            now.fit_began_at,
            now.fit_ended_at,
            now.fit_ended,
            now.fit_joules,
            now.seen,
            now.unseen,
            now.unseen_from,
        )
        if not number or known == self.fit_known:
            return
        if not self.fit_known or self.fit_known[0] != number:
            self.fit_gap = now.gap_seconds
        self.fit_known = known
        provenance = int(now.fit_provenance if now.fit_ended_at > 0 else now.provenance)
        self.fits[number] = press_row(now, self._reading(provenance), now.gap_seconds - self.fit_gap)

    def _keep_notes(self, seconds: float) -> None:
        """Note what a player begins to say, and when it has nothing more to say."""
        for name, known in self.notes_known.items():
            said = self.now.of(name).note
            if said != known:
                self.notes_known[name] = said
                self.notes.append({"at": seconds, "player": name, "utc": time.time(), "note": said})

    # -- the book
    def _open(self, seconds: float) -> None:
        try:
            self.book = Book(Path(self.config.ledger.file))
            take_in(self.book)
            last = self.book.enter(self._run())
            self.newest = self.book.newest_before()
        except (LedgerError, sqlite3.Error) as error:
            self._fail(error, seconds)
            return
        if self.account is None:
            self.account = Seconds(self.now.opened_at, *_from(last))
            self.now.ledger_rows = self.book.rows()
        if self.book.aside:
            self.said_until = seconds + ASIDE_SAID
            self.note(self.book.aside)

    def _run(self) -> Run:
        now, config = self.now, self.config
        return Run(
            now.opened_on,
            now.opened_at,
            now.joules_per_grain,
            " ".join(self.playing),
            machine(),
            json.dumps(versions()),
            msgspec.json.encode(config).decode(),
        )

    def _write(self, seconds: float) -> None:
        if self.book is None:
            return
        try:
            if self.book.moved():
                raise LedgerError(f"The ledger {self.book.path} was moved away; a new one is begun.")
            restarts = sum(int(self.now.of(name).restarts) for name in self.playing)
            run = {"restarts": restarts, "own": self.now.own, "beside": self.now.beside}
            self.book.write(self.waiting, self.fits.values(), self.notes, run=run)
            self._tell_earlier(self.book)
            self._tidy(self.book, seconds)
        except (LedgerError, sqlite3.Error) as error:
            self._fail(error, seconds)
            return
        self.now.ledger_rows += len(self.waiting)
        self.waiting.clear()
        self.fits.clear()
        self.notes.clear()
        self.tries = 0
        if seconds > self.said_until:
            self.note("")

    def _spill(self) -> None:
        """What could not be written to the end waits in a file beside the ledger, for the next performance."""
        rows: dict[str, list[Row]] = {
            "seconds": list(self.waiting),
            "presses": list(self.fits.values()),
            "notes": list(self.notes),
        }
        if not (rows["seconds"] or rows["presses"]):
            return
        path = Path(self.config.ledger.file)
        try:
            kept = keep(path, self._run(), rows)
        except OSError as error:
            self.note(sentence(error, path))
            return
        self.note(f"The ledger {path.name} could not be written to the end; {kept} rows wait in {place(path).name}.")

    def _fail(self, error: Exception, seconds: float) -> None:
        """Say it, let go of the file, and try again later with the rows kept."""
        self.note(sentence(error, Path(self.config.ledger.file)))
        self.try_at = seconds + AGAIN[min(self.tries, len(AGAIN) - 1)]
        self.tries += 1
        if self.book is not None:
            self._let_go()

    def _let_go(self, closed_on: float = 0.0) -> None:
        book, self.book = self.book, None
        try:
            if book is not None:
                book.close(closed_on)
        except sqlite3.Error as error:
            self.note(sentence(error, Path(self.config.ledger.file)))

    def _tell_earlier(self, book: Book) -> None:
        """What this day used before these doors opened, of the provenance that reads now; after midnight nothing."""
        provenance, day = Provenance(int(self.now.provenance)), date_of(believed(time.time(), self.newest))
        if provenance and (provenance, day) != self.earlier_for:
            self.earlier_for = provenance, day
            self.now.earlier_joules = book.earlier(provenance, day)

    def _tidy(self, book: Book, seconds: float) -> None:
        days = self.config.ledger.keep_days
        if days and seconds >= self.tidy_at and not book.roll(days):
            self.tidy_at = seconds + TIDY_EVERY


def _from(last: dict[str, Any] | None) -> tuple[int, float, float]:
    """Where the account goes on after its last row: second, monotonic s, J."""
    if last is None:
        return 0, 0.0, 0.0
    return last["second"] + 1, last["at"] + last["seconds"], last["joules_total"]
