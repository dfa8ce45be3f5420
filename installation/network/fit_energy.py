"""What one fit took: the meter's joules between two moments, read between its samples."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..coverage import covers
from ..now import Now, Provenance
from ..score.grains import JOULES, TIME
from .curve import Curve

KEPT_APART = 24  # calls of one fit that are kept one by one
LINE = 120  # characters of a call that are kept with it
NONE_ASKED = 3  # now.unseen_from
PATIENCE = 2.0  # s to wait for the sample after the end; a meter that is gone sends none


def joules_at(samples: NDArray[np.float64], moment: float) -> float:
    """Joules at a moment, on the straight line between two samples (n, 7); nan before the first and after the last."""
    rows = samples[samples[:, TIME] > 0]
    if not len(rows) or not rows[0, TIME] <= moment <= rows[-1, TIME]:
        return math.nan
    return float(np.interp(moment, rows[:, TIME], rows[:, JOULES]))


class Parts:
    """The calls of one fit, each with the joules between its own begin and end."""

    def __init__(self) -> None:
        self.begins: dict[float, float] = {}  # J at the begin of a call; nan until the sample after it
        self.end = (math.nan, math.nan)  # s and J at the end of the last call
        self.open: list[dict[str, Any]] = []  # told, and waiting for the sample after their end
        self.closed: list[dict[str, Any]] = []
        self.rest: dict[str, Any] = {}  # those too many to be kept one by one, as one

    def begin(self, moment: float) -> None:
        """A call begins; the ring of samples may have forgotten it when it ends."""
        self.begins[moment] = math.nan

    def add(self, part: Mapping[str, Any]) -> None:
        """A call that is over, with its begin and end in monotonic s."""
        self.open.append({**part, "seconds": part["ended"] - part["began"], "joules": None})

    def look(self, now: Now) -> None:
        """Give each part its joules, once the meter has sampled past its end."""
        for moment, joules in self.begins.items():
            if math.isnan(joules) and moment <= now.sampled_at:
                self.begins[moment] = joules_at(now.samples, moment)
        while self.open and self.open[0]["ended"] <= now.sampled_at:
            part = self.open.pop(0)
            self.end = (part["ended"], joules_at(now.samples, part["ended"]))
            self._close(part, self.end[1] - self.begins.pop(part["began"], math.nan))

    def _close(self, part: dict[str, Any], joules: float) -> None:
        if math.isfinite(joules):
            part["joules"] = joules
        if len(self.closed) < KEPT_APART:
            self.closed.append(part)
        elif not self.rest:
            self.rest = {**part, "calls": 1}
        else:
            for key in ("seconds", "joules", "epochs", "updates", "rows"):
                self.rest[key] = _both(self.rest[key], part[key])
            self.rest |= {"calls": self.rest["calls"] + 1, "ended": part["ended"], "measures": part["measures"]}

    def text(self, now: Now) -> str:
        """All parts as a JSON list; the last one stands for those that are too many, with their sums."""
        self.look(now)
        while self.open:
            self._close(self.open.pop(0), math.nan)
        rows = [*self.closed, *([self.rest] if self.rest else [])]
        if not covers(now.meter_device, now.ran_on):
            rows = [{**row, "joules": None} for row in rows]
        return json.dumps([{**row, "line": row["line"][:LINE]} for row in rows], ensure_ascii=False)


def _both(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a + b


class FitEnergy:
    """Follows the meter through one fit.

    Args:
        now: the record.
        began: monotonic seconds.
    """

    def __init__(self, now: Now, began: float) -> None:
        self.now, self.began = now, began
        self.first = math.nan
        self.provenance = Provenance.NO_READING  # the weakest word its readings had
        self.curve = Curve(now)
        self.rest = (now.rest_watts, Provenance(int(now.rest_provenance)), now.boundary)
        self.parts = Parts()

    def look(self) -> None:
        """To be called a few times a second while the fit runs: the ring of samples is only some seconds long."""
        if self.now.sampled_at < self.began:
            return
        self.provenance = max(self.provenance, Provenance(int(self.now.provenance)))
        if math.isnan(self.first):
            self.first = joules_at(self.now.samples, self.began)
            if math.isnan(self.first):
                self.first = self.now.joules
            if self.provenance and self.covered:
                self.now.fit_began_with = self.first
        if self.provenance and self.covered:
            self.curve.look(self.now.joules - self.first, self.now.sampled_at)
        self.parts.look(self.now)

    @property
    def covered(self) -> bool:
        """Whether the meter reads what the fit computes on: a card beside it may idle."""
        return covers(self.now.meter_device, self.now.ran_on)

    def closed(self, ended: float, seconds: float) -> bool:
        """Whether the meter has sampled past the end, or will not: it is lost, or was silent for long before."""
        sampled = self.now.sampled_at
        return sampled >= ended or ended - sampled > PATIENCE or seconds - ended > PATIENCE

    @property
    def rest_watts(self) -> float:
        """W at rest when the fit began; nan where not known, or known of another source or provenance."""
        watts, provenance, boundary = self.rest
        return watts if (provenance, boundary) == (self.provenance, self.now.boundary) and provenance else math.nan

    def joules(self, ended: float) -> float:
        """Energy from begin to end; nan where nothing was read of what it ran on: a gap is not a zero."""
        if not (self.provenance and self.covered):
            return math.nan
        at, last = self.parts.end  # told at once; the word that all is over comes after what it learned was asked
        if at != ended:
            last = joules_at(self.now.samples, ended)
        return (self.now.joules if math.isnan(last) else last) - self.first


def ended(now: Now, energy: FitEnergy, message: Mapping[str, Any]) -> None:
    """Enter a fit whose end its own process told: began and ended in monotonic s, how, and what was learned."""
    now.fit_seconds = message["ended"] - message["began"]
    took(now, energy, message["ended"])
    if message["epochs"]:
        now.epoch = now.epochs = message["epochs"]
    now.fit_parts = energy.parts.text(now)
    learned(now, message)
    now.fit_ended = message["how"]


def learned(now: Now, message: Mapping[str, Any]) -> None:
    """Enter what a fit learned, as far as it is known by now."""
    now.seen, now.unseen = message.get("seen", math.nan), message.get("unseen", math.nan)
    now.asked = message.get("asked", 0)
    now.learned = message.get("learned", "")
    now.unseen_from = message.get("unseen_from", NONE_ASKED)


def cut(now: Now, energy: FitEnergy | None, how: str) -> None:
    """Enter the end of a fit whose process did not tell it; nothing where none was open."""
    if now.fit_began_at <= now.fit_ended_at:
        return
    now.fit_ended_at = time.monotonic()
    now.fit_seconds = now.fit_ended_at - now.fit_began_at
    took(now, energy, now.fit_ended_at)
    if energy:
        now.fit_parts = energy.parts.text(now)
    now.fit_ended = how


def took(now: Now, energy: FitEnergy | None, ended: float) -> None:
    """Enter the joules of a fit that ended at a moment, and their word; none where nobody followed it."""
    if energy:
        energy.curve.close()
    energy = energy if energy and energy.covered else None
    now.fit_joules = energy.joules(ended) if energy else math.nan
    now.fit_rest_watts = energy.rest_watts if energy else math.nan
    now.fit_rest_joules = now.fit_rest_watts * now.fit_seconds
    now.fit_provenance = energy.provenance if energy else Provenance.NO_READING
