"""What a take plays: a recording, any program's log, or a day of the ledger."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from ..database import read_only
from ..meter import replay_file
from ..meter.logs.wishes import Wishes
from ..meter.recording import BadRecording, Floats, Header, Line, Recording, recording
from ..meter.replay_file import ReplayFile
from ..now import Provenance

LEDGERS = (".sqlite", ".sqlite3", ".db")
GAP = 1.5  # s between two rows of a ledger that no longer belong together
SHORT = 1e-3  # s
ROWS = """
    SELECT min(utc) AS utc, max(seconds), sum(joules), max(provenance), max(phase), max(parameters)
    FROM stretches WHERE date(utc, 'unixepoch', 'localtime') = ? GROUP BY run, second ORDER BY utc"""


def load(path: Path, day: str = "", wishes: Wishes | None = None) -> ReplayFile:
    """The samples of a file.

    Args:
        path: the file, or the name of a recording that ships.
        day: of a ledger, YYYY-MM-DD; empty is its newest.
        wishes: what was said about a log.

    Raises:
        BadRecording: it cannot be played; the sentence names the file and the remedy.
    """
    if path.suffix in LEDGERS:
        return ReplayFile(_from_ledger(path, day), path.name)
    return replay_file.load(str(path), wishes)


def _from_ledger(path: Path, day: str) -> Recording:
    if not path.is_file():
        raise BadRecording(f"{path}: there is no such ledger; write its path from where you are.")
    try:
        with closing(read_only(path)) as book:
            day = day or str(book.execute("SELECT max(day) FROM sums").fetchone()[0])
            rows = book.execute(ROWS, (day,)).fetchall()
    except sqlite3.Error as error:
        raise BadRecording(f"{path}: this is not a ledger of the piece ({error}); name another file.") from None
    if not rows:
        raise BadRecording(f"{path}: the ledger has nothing for {day}; choose another day with --day.")
    header = Header(started=day, meter="ledger", detail=f"One row a second of {path.name}.")
    return recording(header, _lines(rows), path)


def _lines(rows: list[tuple[float, ...]]) -> Iterator[Line]:
    """Each second as a line at its end, and one where counting begins; between runs there is a gap."""
    first, ended, total, counting = rows[0][0], -math.inf, 0.0, False
    for utc, seconds, joules, provenance, phase, parameters in rows:
        begin, known = max(utc - first, ended + SHORT), provenance != Provenance.NO_READING
        mean = joules / seconds if known and seconds > 0 else None
        apart = begin - ended > GAP
        line = partial(Line, phase=float(phase or 0), parameters=float(parameters or 0))
        if apart and counting:
            yield Line(t=ended + SHORT, joules=total, gap="the piece did not run")
        if known and (apart or not counting):
            yield line(t=begin, watts=mean, joules=total)
        ended, counting = begin + max(seconds, SHORT), known
        total += joules if known else 0.0
        yield line(t=ended, watts=mean, joules=total)


def part(whole: Recording, begin: float, seconds: float, path: Path) -> Recording:
    """A stretch of a recording; 0 seconds is to its end.

    Raises:
        BadRecording: it begins after the recording's end.
    """
    if not begin and not seconds:
        return whole
    end = min(begin + seconds if seconds else math.inf, whole.seconds)
    inside = whole.times[(whole.times > begin) & (whole.times < end)]
    if end - begin < SHORT:
        raise BadRecording(
            f"{path}: no samples from {begin:g} s on; it lasts {whole.seconds:g} s, choose another stretch."
        )
    return _cut(whole, np.concatenate(([begin], inside, [end])))


def _cut(whole: Recording, times: Floats) -> Recording:
    """A recording at some of its times; what lies at its edges is what the line between two samples says."""
    at = [whole.at(t) for t in times.tolist()]
    middles = [whole.index(t) for t in ((times[1:] + times[:-1]) / 2).tolist()]
    ends = [middles[0], *middles]
    watts, joules = (np.array(column, np.float64) for column in list(zip(*at, strict=True))[:2])
    columns = {name: getattr(whole, name)[ends] for name in ("known", "phases", "depths", "parameters")}
    reasons = {i: why for i, end in enumerate(ends) if not columns["known"][i] and (why := whole.why(end))}
    return replace(whole, times=times - times[0], watts=watts, joules=joules - joules[0], reasons=reasons, **columns)
