"""Random logs: cards, gaps, units, zones, spacing, dialects and order, imported and added up by other arithmetic."""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.meter.logs.importer import read_log
from installation.meter.logs.wishes import Wishes
from installation.meter.recording import BadRecording

ZONES = ("", "Z", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
UNITS = {"W": 1.0, "mW": 1e-3, "kW": 1e3}
BEGINS = [  # an ordinary day, and those on which clocks change somewhere
    datetime(2026, month, day, 12, tzinfo=UTC)
    for month, day in ((1, 9), (3, 7), (3, 28), (4, 4), (10, 3), (10, 24), (10, 31))
]
LONGEST_HOLE = 400.0  # spacings


@dataclass(frozen=True)
class Drawn:
    """A log, and what is known of it."""

    spacing: float
    cards: int
    watts: list[list[float]]
    missing: list[set[int]]  # of each card, samples that say [N/A]
    holes: dict[int, float]  # after which sample nothing was logged for so many spacings more
    unit: str
    in_cells: bool
    zone: str
    begin: datetime
    delimiter: str
    comma: bool
    encoding: str
    newest_first: bool
    seed: int

    @property
    def times(self) -> list[float]:
        times, now = [], 0.0
        for i in range(len(self.watts[0])):
            times.append(round(now, 3))
            now += self.spacing * (1 + self.holes.get(i, 0.0))
        return times

    def due(self, card: int) -> tuple[float, float]:
        """J and s that are known, by a loop."""
        joules = known = 0.0
        good = [i for i in range(len(self.times)) if i not in self.missing[card]]
        for a, b in zip(good, good[1:]):  # noqa: B905, RUF007
            if b == a + 1 and a not in self.holes:
                joules += (self.times[b] - self.times[a]) * (self.watts[card][a] + self.watts[card][b]) / 2
                known += self.times[b] - self.times[a]
        return joules, known


@st.composite
def logs(draw: st.DrawFn) -> Drawn:
    n, cards = draw(st.integers(12, 40)), draw(st.integers(1, 3))
    watts = st.lists(st.integers(1, 700_000).map(lambda mw: mw / 1000), min_size=n, max_size=n)
    missing = st.sets(st.integers(2, n - 3), max_size=4)
    delimiter = draw(st.sampled_from([",", ";", "\t"]))
    return Drawn(
        spacing=draw(st.sampled_from([0.5, 1.0, 2.0, 10.0, 60.0])),
        cards=cards,
        watts=[draw(watts) for _ in range(cards)],
        missing=[draw(missing) for _ in range(cards)],
        holes=draw(st.dictionaries(st.integers(2, n - 4), st.floats(8.0, LONGEST_HOLE).map(round), max_size=2)),
        unit=draw(st.sampled_from(list(UNITS))),
        in_cells=draw(st.booleans()),
        zone=draw(st.sampled_from(ZONES)),
        begin=draw(st.sampled_from(BEGINS)) + timedelta(minutes=draw(st.integers(0, 600))),
        delimiter=delimiter,
        comma=draw(st.booleans()) if delimiter != "," else False,
        encoding=draw(st.sampled_from(ENCODINGS)),
        newest_first=draw(st.booleans()),
        seed=draw(st.integers(0, 99)),
    )


def written(drawn: Drawn) -> bytes:
    power = "power.draw" if drawn.in_cells else f"power.draw [{drawn.unit}]"
    names = ["timestamp", *(["index"] if drawn.cards > 1 else []), power, "temperature °C"]
    rows = [row for i, t in enumerate(drawn.times) for row in _round(drawn, i, t)]
    if drawn.newest_first:
        rows.reverse()
    text = "\r\n".join([drawn.delimiter.join(cells) for cells in (names, *rows)]) + "\r\n"
    return text.encode(drawn.encoding)


def _round(drawn: Drawn, i: int, t: float) -> list[list[str]]:
    cards = list(range(drawn.cards))
    random.Random(drawn.seed + i).shuffle(cards)
    return [_row(drawn, card, i, t) for card in cards]


def _row(drawn: Drawn, card: int, i: int, t: float) -> list[str]:
    value = f"{drawn.watts[card][i] / UNITS[drawn.unit]:.6f}"
    value = value.replace(".", ",") if drawn.comma else value
    cell = "[N/A]" if i in drawn.missing[card] else value + (f" {drawn.unit}" if drawn.in_cells else "")
    return [_stamp(drawn, t), *([str(card)] if drawn.cards > 1 else []), cell, "55"]


def _stamp(drawn: Drawn, t: float) -> str:
    at = drawn.begin + timedelta(seconds=t)
    if drawn.zone == "Z":
        return at.isoformat(timespec="milliseconds")
    local = at.astimezone(ZoneInfo(drawn.zone)) if drawn.zone else at
    return f"{local:%Y/%m/%d %H:%M:%S}.{local.microsecond // 1000:03d}"


@settings(deadline=None, max_examples=150)
@given(logs(), st.booleans())
def test_import_agrees_with_a_loop_over_the_samples(
    tmp_path_factory: pytest.TempPathFactory, drawn: Drawn, together: bool
) -> None:
    path = tmp_path_factory.mktemp("log") / "log.csv"
    path.write_bytes(written(drawn))
    zone = drawn.zone if "/" in drawn.zone else ""
    if drawn.cards == 1:
        wishes, due = Wishes(zone=zone), drawn.due(0)
    elif together:
        wishes, due = Wishes(zone=zone, sum=True), _added(drawn)
    else:
        card = drawn.seed % drawn.cards
        wishes, due = Wishes(zone=zone, cards=(str(card),)), drawn.due(card)
    curve = read_log(path, wishes).curve
    assert curve.joules == pytest.approx(due[0], rel=1e-4, abs=1e-3)
    assert curve.known_seconds == pytest.approx(due[1], rel=1e-4, abs=1e-3)
    assert curve.edges[-1] - curve.edges[0] == pytest.approx(drawn.times[-1], abs=1e-3)


def _added(drawn: Drawn) -> tuple[float, float]:
    """The sum of all cards over the time in which each is known, stretch by stretch."""
    joules = known = 0.0
    for a in range(len(drawn.times) - 1):
        if a in drawn.holes or any({a, a + 1} & missing for missing in drawn.missing):
            continue
        span = drawn.times[a + 1] - drawn.times[a]
        joules += span * sum((watts[a] + watts[a + 1]) / 2 for watts in drawn.watts)
        known += span
    return joules, known


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_give_a_curve_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, place: int
) -> None:
    good = b"timestamp, power.draw [W]\n" + b"".join(b"2026/03/02 14:00:%02d.000, 75.00 W\n" % t for t in range(11))
    path = tmp_path_factory.mktemp("log") / "log.csv"
    path.write_bytes(good[:place] + data + good[place:])
    with contextlib.suppress(BadRecording):
        curve = read_log(path).curve
        assert np.isfinite(curve.edges).all()
        assert (np.diff(curve.edges) > 0).all()
        assert np.isfinite(curve.joules)
        assert curve.joules >= 0
