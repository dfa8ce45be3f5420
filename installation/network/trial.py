"""A trial runs a network's file as a press would, in a record of its own and for a moment, and keeps what came."""

from __future__ import annotations

import contextlib
import json
import math
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil

from ..config import NetworkSettings
from ..now import Now
from .fitter import Fitter
from .listing import ListingError, read
from .pipe import Message

TRY_FOR = 2.0  # s of training: enough for a pace
LOOK = 0.05  # s
ANSWERS_WITHIN = 30.0  # s for rows it never saw, after the fit
UNTOLD = 0  # now.unseen_from: the rows it never saw are still to be asked
GONE = "Its process ended with the code {code} while {doing}."


@dataclass
class Trial:
    """What a trial found.

    Attributes:
        backend, file: what was tried.
        problem: what is wrong, in one sentence with its line; empty when nothing is.
        text, fit_line, about: what the wall would show.
        weights, operations, batch_rows, epochs, batches: counts; 0 where nobody tells.
        detail: backend, device, precision.
        needs: bytes by the memory formula; nan where it is not known.
        held: bytes its process held at most, as far as it was looked at.
        ready_after: s from the start of its process until it could be pressed.
        updates, seconds: of the training that was tried; how it ended stands in `ended`.
        calls: calls of fit in it.
        learned: one dict of name, kind, seen, unseen for each measure.
        loss: the last.
    """

    backend: str
    file: str
    problem: str = ""
    text: str = ""
    fit_line: str = ""
    about: str = ""
    detail: str = ""
    weights: float = 0
    operations: float = 0
    batch_rows: float = 0
    epochs: float = 0
    batches: float = 0
    needs: float = math.nan
    held: float = 0
    ready_after: float = math.nan
    updates: float = math.nan
    seconds: float = math.nan
    ended: str = ""
    calls: float = 1
    learned: list[dict[str, Any]] = field(default_factory=list)
    loss: float = math.nan

    @property
    def step(self) -> float:
        """s of one batch; nan where nobody tells the batches."""
        return self.seconds / self.updates if self.updates > 0 else math.nan

    @property
    def whole(self) -> float:
        """s of a whole fit at this pace; nan where its length cannot be told."""
        if self.ended == "whole":
            return self.seconds
        known = self.calls <= 1 and self.epochs * self.batches > 0
        return self.epochs * self.batches * self.step if known else math.nan


def tried(path: Path, settings: NetworkSettings, within: float = math.inf) -> Trial:
    """Try a file on one backend.

    Args:
        path: the file.
        settings: as in config.toml; `backend` is the one to try.
        within: s after which it is given up.
    """
    trial = Trial(settings.backend, str(path))
    try:
        listing = read(path.resolve())
    except ListingError as error:
        trial.problem = str(error)
        return trial
    trial.text, trial.fit_line, trial.about = listing.text, listing.fit_line, listing.about
    with tempfile.TemporaryDirectory(prefix="underfoot-try-") as folder:
        conductor = Now.open_doors(Path(folder) / "now")
        fitter = Fitter(conductor.path, settings, listing)
        try:
            _Course(trial, conductor, fitter, settings.stuck_seconds, within).run()
        finally:
            fitter.end()
            conductor.close()
    return trial


class _Course:
    """One trial on its way: ready, fit, answers."""

    def __init__(self, trial: Trial, now: Now, fitter: Fitter, stuck: float, within: float) -> None:
        self.trial, self.now, self.fitter, self.stuck = trial, now, fitter, stuck
        self.began = self.moved_at = time.monotonic()
        self.until = self.began + within
        self.updates = 0.0
        self.doing = "it was started"

    def run(self) -> None:
        if (ready := self._until("ready")) is None:
            return
        self.trial.ready_after = time.monotonic() - self.began
        self.trial.needs = ready.get("needs", math.nan)
        self._counts()
        self.doing = "it trained"
        self.fitter.fit(TRY_FOR)
        ended = self._until("ended")
        self._counts()
        if ended is None:
            return
        self._learned(ended)
        self.trial.problem = ended["sentence"]

    def _until(self, word: str) -> Message | None:
        """The message of that name; None where there will be none, and then the problem says why."""
        while True:
            for message in self.fitter.hear():
                self.moved_at = time.monotonic()
                if message["is"] == word:
                    return message
                self._heard(message)
            if self.trial.problem or self._gone() or self._late():
                return None
            time.sleep(LOOK)

    def _heard(self, message: Message) -> None:
        if message["is"] == "doing":
            self.doing = f'it was "{message["what"].rstrip(".")}"'
        elif message["is"] == "text":
            self.trial.text, self.trial.fit_line = message["text"], message["fit_line"]
        elif message["is"] == "unable":
            self.trial.problem = message["sentence"] or "It cannot be fitted, and says no more."

    def _gone(self) -> bool:
        with contextlib.suppress(psutil.Error):
            self.trial.held = max(self.trial.held, psutil.Process(self.fitter.process.pid).memory_info().rss)
        code = self.fitter.exited()
        if code is None or not self.fitter.messages.empty():
            return False
        self.trial.problem = GONE.format(code=code, doing=self.doing)
        return True

    def _late(self) -> bool:
        moment = time.monotonic()
        if self.updates != self.now.updates:
            self.updates, self.moved_at = self.now.updates, moment
        if moment - self.moved_at > self.stuck:
            self.trial.problem = f"Nothing moved for {self.stuck:g} s while {self.doing}."
        elif moment > self.until:
            self.trial.problem = f"It was given up after {moment - self.began:.0f} s while {self.doing}."
        return bool(self.trial.problem)

    def _counts(self) -> None:
        trial, now = self.trial, self.now
        trial.weights, trial.operations, trial.detail = now.parameters, now.operations, now.detail
        trial.batch_rows, trial.epochs, trial.batches = now.batch_rows, now.epochs, now.batches
        trial.updates, trial.loss, trial.calls = now.fit_updates, now.loss, max(now.fit_calls, 1)

    def _learned(self, ended: Message) -> None:
        """Enter the end; the rows it never saw may be asked only after it."""
        trial = self.trial
        trial.seconds, trial.ended = ended["ended"] - ended["began"], ended["how"]
        self.until = min(self.until, time.monotonic() + ANSWERS_WITHIN)
        if not ended["sentence"] and ended.get("unseen_from") == UNTOLD:
            self.doing = "it was asked what it learned"
            ended = self._until("learned") or ended
            trial.problem = ""  # a fit that was whole is no failure because its answer is late
        told = ended.get("learned")
        trial.learned = json.loads(told) if told else _two(ended)


def _two(ended: Message) -> list[dict[str, Any]]:
    """The two numbers, where they are all there is."""
    seen, unseen = (ended.get(name, math.nan) for name in ("seen", "unseen"))
    if not math.isfinite(seen):
        return []
    return [{"name": "accuracy", "kind": "share", "seen": seen, "unseen": unseen if math.isfinite(unseen) else None}]


def on(settings: NetworkSettings, backend: str) -> NetworkSettings:
    """The same settings with another backend."""
    return msgspec.structs.replace(settings, backend=backend)
