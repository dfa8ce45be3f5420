"""A day in numbers, typed, for paper: read once from the ledger, or from a recording where there was no meter.

Energies of different provenance are kept apart here as everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec

from ..ledger.export import Rows, day_hash, days, tables
from ..ledger.trouble import LedgerError
from ..meter.recording import BadRecording
from ..meter.replay_file import load
from .engine import PaperError

NO_READING = "NO READING"


class Stretch(msgspec.Struct, frozen=True):
    """A row of the day: from `at` on, s since `Day.begin_utc`, for `span` s; `watts` is None without a reading."""

    at: float
    span: float
    watts: float | None
    provenance: str
    fitting: bool = False
    weights: int = 0


class Energy(msgspec.Struct, frozen=True):
    """What one word comes to: J, its half interval (None: not known), J while a fit ran, s, and W at rest if known."""

    provenance: str
    seconds: float
    joules: float | None
    plus_minus_joules: float | None
    joules_fitting: float | None
    rest_watts: float | None
    boundary: str


class Fit(msgspec.Struct, frozen=True):
    """One fit, as the ledger has it; `at` as in `Stretch`, None where its begin is not known."""

    run: int
    number: int
    at: float | None
    network: str
    weights: int
    provenance: str
    boundary: str
    joules: float | None
    plus_minus_joules: float | None
    above_rest_joules: float | None
    seconds: float
    gap_seconds: float
    seen: float | None
    unseen: float | None
    asked: int
    updates: int
    ended: str
    fit_line: str

    @property
    def watts(self) -> float | None:
        """W, mean over the time with a reading."""
        read = self.seconds - self.gap_seconds
        return None if self.joules is None or read <= 0 else self.joules / read


class Day(msgspec.Struct, frozen=True):
    """A local day; `begin_utc` is its first midnight, s since 1970, and `span` 23, 24 or 25 hours, in s.

    `origin` names the recording a day without a ledger is taken from; such a day has no `hash`.
    """

    day: str
    hash: str
    begin_utc: float
    span: float
    stretches: list[Stretch]
    energies: list[Energy]
    fits: list[Fit]
    origin: str = ""

    def energy(self, provenance: str) -> Energy | None:
        """What one word comes to on this day."""
        return next((e for e in self.energies if e.provenance == provenance), None)


def of_ledger(ledger: Path, day: str = "") -> Day:
    """A day of the ledger; empty is the newest.

    Raises:
        PaperError: the day is no date. LedgerError: it cannot be read, or has nothing of that day.
    """
    if day:
        _date(day)
    found = tables(ledger, day)
    day = day or days(ledger)[-1]
    begin, end = (datetime.combine(_date(day) + timedelta(days=n), time.min).timestamp() for n in (0, 1))
    seconds = found["seconds"]
    return Day(
        day=day,
        hash=day_hash(seconds),
        begin_utc=begin,
        span=end - begin,
        stretches=sorted((_stretch(row, begin) for row in seconds), key=lambda s: s.at),
        energies=_energies(seconds),
        fits=[_fit(row, begin) for row in found["fits"]],
    )


def of_recording(name: str) -> Day:
    """A recording as a day that begins with it: one that ships, by name, or a file.

    Raises:
        PaperError: it cannot be read.
    """
    try:
        recording = load(name).recording
    except (BadRecording, OSError) as error:
        raise PaperError(str(error)) from None
    times, joules = recording.times.tolist(), recording.joules.tolist()
    stretches = []
    for i, known in enumerate(recording.known[1:].tolist()):
        span = times[i + 1] - times[i]
        watts = (joules[i + 1] - joules[i]) / span if known and span > 0 else None
        stretches.append(Stretch(times[i], span, watts, "REPLAYED" if known else NO_READING))
    head = recording.header
    read_s = math.fsum(s.span for s in stretches if s.watts is not None)
    energy = Energy("REPLAYED", read_s, float(joules[-1]), None, None, None, head.boundary)
    origin = ", ".join(filter(None, (head.machine, head.started[:10], head.origin)))
    return Day(head.started[:10], "", 0.0, recording.seconds, stretches, [energy], [], origin)


def _date(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise PaperError(f"--day {day}: this is no date; write it as 2026-11-28.") from None


def _stretch(row: dict[str, Any], begin: float) -> Stretch:
    at = datetime.fromisoformat(row["utc"]).timestamp() - begin
    fitting = row["phase"] == "FITTING"
    watts = row["watts_mean_W"] if row["provenance"] != NO_READING else None
    return Stretch(at, row["seconds_s"] or 0.0, watts, row["provenance"], fitting, row["weights"] or 0)


def _energies(rows: Rows) -> list[Energy]:
    """What each word comes to, in the order in which it first occurs."""
    return [_energy(word, [row for row in rows if row["provenance"] == word]) for word in _words(rows)]


def _words(rows: Rows) -> Iterable[str]:
    return dict.fromkeys(row["provenance"] for row in rows)


def _energy(word: str, rows: Rows) -> Energy:
    seconds = math.fsum(row["seconds_s"] or 0.0 for row in rows)
    if word == NO_READING:
        return Energy(word, seconds, None, None, None, None, "")
    rest = [row for row in rows if row["phase"] == "RESTING"]
    rest_s = math.fsum(row["seconds_s"] or 0.0 for row in rest)
    known = all(row["uncertainty_fraction"] for row in rows)
    return Energy(
        provenance=word,
        seconds=seconds,
        joules=_sum(rows, "joules_J"),
        plus_minus_joules=math.fsum((r["joules_J"] or 0) * r["uncertainty_fraction"] for r in rows) if known else None,
        joules_fitting=_sum(rows, "joules_fitting_J"),
        rest_watts=_sum(rest, "joules_J") / rest_s if rest_s > 0 else None,
        boundary=", ".join(dict.fromkeys(filter(None, (row["boundary"] for row in rows)))),
    )


def _sum(rows: Rows, column: str) -> float:
    return math.fsum(row[column] or 0.0 for row in rows)


def _fit(row: dict[str, Any], begin: float) -> Fit:
    return Fit(
        run=row["run"],
        number=row["number"],
        at=datetime.fromisoformat(row["began_utc"]).timestamp() - begin if row["began_utc"] else None,
        network=row["network"] or "",
        weights=row["weights"] or 0,
        provenance=row["provenance"],
        boundary=row["boundary"] or "",
        joules=row["joules_J"] if row["provenance"] != NO_READING else None,
        plus_minus_joules=row["plus_minus_J"] or None,
        above_rest_joules=row["joules_above_rest_J"],
        seconds=row["seconds_s"] or 0.0,
        gap_seconds=row["gap_s"] or 0.0,
        seen=row["seen_fraction"],
        unseen=row["unseen_fraction"],
        asked=row["asked"] or 0,
        updates=row["updates"] or 0,
        ended=row["ended"] or "",
        fit_line=row["fit_line"] or "",
    )


__all__ = ["Day", "Energy", "Fit", "LedgerError", "Stretch", "of_ledger", "of_recording"]
