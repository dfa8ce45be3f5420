"""After a restart the ground stands as it stood: from a real ledger file, and from files that are none."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from installation.ledger.book import Book, Reading, Run
from installation.now import Provenance
from installation.screen.ground.restore import read_day
from installation.screen.ground.strata import Strata, laid_before

NOON = 1_700_000_000.0 // 86_400 * 86_400 + 43_200
CARD = Reading("nvml", Provenance.MEASURED, "this graphics card, nothing else")
GUESS = Reading("estimate", Provenance.ESTIMATED, "the processor")


def keep(path: Path, seconds: int, reading: Reading = CARD, opened_on: float = NOON) -> float:
    """A ledger of so many seconds; returns its joules."""
    book = Book(path)
    book.enter(Run(opened_on, 100.0, 1.0))
    rng = np.random.default_rng(1)
    joules = rng.uniform(70, 90, seconds)
    book.write(
        {
            "second": i,
            "provenance": reading.provenance,
            "utc": opened_on + i,
            "at": 100.0 + i,
            "seconds": 1.0,
            "joules": float(j),
            "joules_fitting": float(j) if i % 50 == 7 else 0.0,
            "parameters": 3265,
            "reading": reading,
        }
        for i, j in enumerate(joules)
    )
    book.close()
    return float(joules.sum())


def total(strata: Strata) -> float:
    return sum(layer.joules for layer in strata.layers) + strata.open_joules


def test_every_joule_of_the_ledger_comes_back(tmp_path: Path) -> None:
    joules = keep(tmp_path / "ledger.sqlite", 400)
    day = read_day(tmp_path / "ledger.sqlite", Provenance.MEASURED, NOON, NOON + 1000)
    strata = Strata()
    strata.add(NOON + 405.0, 0.5, 0.5, 40.0, 0.0, 0.0)
    strata.restore(laid_before(day.rows))
    assert total(strata) == pytest.approx(joules + 40.0)


def test_the_folds_are_those_of_a_piece_that_never_stopped(tmp_path: Path) -> None:
    keep(tmp_path / "ledger.sqlite", 1200)
    rows = read_day(tmp_path / "ledger.sqlite", Provenance.MEASURED, NOON, NOON + 2000).rows
    never = Strata()
    for begin, span, *sums in rows:
        never.add(begin + span, span, *sums)
    never.add(NOON + 1215, 1.0, 1.0, 80.0, 0.0, 0.0)
    again = Strata()
    again.add(NOON + 1215, 1.0, 1.0, 80.0, 0.0, 0.0)
    again.restore(laid_before(rows))
    assert [(x.level, x.number) for x in again.layers] == [(x.level, x.number) for x in never.layers]
    for one, other in zip(again.layers, never.layers, strict=True):
        assert one.columns == pytest.approx(other.columns, abs=1e-6)


def test_a_stretch_that_was_begun_before_the_restart_is_one(tmp_path: Path) -> None:
    rows = np.asarray([[NOON + i, 1.0, 1.0, 80.0, 0.0, 0.0] for i in range(4)])
    strata = Strata()
    strata.add(NOON + 6.0, 1.0, 1.0, 80.0, 0.0, 0.0)
    strata.restore(laid_before(rows))
    assert not strata.layers
    assert strata.open_joules == pytest.approx(400.0)
    strata.add(NOON + 11.0, 5.0, 5.0, 400.0, 0.0, 0.0)
    assert [layer.joules for layer in strata.layers] == [pytest.approx(720.0)]
    assert total(strata) == pytest.approx(800.0)


def test_words_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    measured = keep(path, 100)
    keep(path, 70, GUESS, NOON + 5000)
    day = read_day(path, Provenance.MEASURED, NOON + 5000, NOON + 9000)
    assert day.rows[:, 3].sum() == pytest.approx(measured)
    assert len(read_day(path, Provenance.ESTIMATED, NOON + 5000, NOON + 9000).rows) == 70


def test_a_replay_begins_with_its_own_performance(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    replay = Reading("replay", Provenance.REPLAYED, "a recording")
    keep(path, 30, replay)
    keep(path, 20, replay, NOON + 5000)
    assert len(read_day(path, Provenance.REPLAYED, NOON + 5000, NOON + 9000).rows) == 20
    assert len(read_day(path, Provenance.REPLAYED, NOON + 7000, NOON + 9000).rows) == 0


def test_yesterday_is_another_day(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    keep(path, 30, opened_on=NOON - 86_400)
    assert len(read_day(path, Provenance.MEASURED, NOON, NOON + 100).rows) == 0


def test_gaps_and_broken_rows_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    joules = keep(path, 60)
    with sqlite3.connect(path) as db:
        lost = db.execute("SELECT joules FROM seconds WHERE second IN (20, 21)").fetchall()
        db.execute("DELETE FROM seconds WHERE second = 20")
        db.execute("UPDATE seconds SET joules = -5 WHERE second = 21")
    db.close()
    day = read_day(path, Provenance.MEASURED, NOON, NOON + 100)
    assert day.rows[:, 3].sum() == pytest.approx(joules - sum(x[0] for x in lost))


@pytest.mark.parametrize("content", [b"this is no ledger at all", b"SQLite format 3\0 and then nothing"])
def test_a_file_that_is_none_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    day = read_day(path, Provenance.MEASURED, NOON, NOON + 100)
    assert not len(day.rows)
    assert day.trouble


def test_another_versions_columns_are_said(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    keep(path, 5)
    with sqlite3.connect(path) as db:
        db.execute("DROP VIEW stretches")
    db.close()
    assert "stretches" in read_day(path, Provenance.MEASURED, NOON, NOON + 100).trouble


def test_a_text_where_joules_belong_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    keep(path, 5)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE seconds SET joules = 'abc' WHERE second = 2")
    db.close()
    assert "abc" in read_day(path, Provenance.MEASURED, NOON, NOON + 100).trouble


def test_no_ledger_yet_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "begun.sqlite").write_bytes(b"")
    assert read_day(tmp_path / "begun.sqlite", Provenance.MEASURED, NOON, NOON + 100).trouble == ""
    assert read_day(tmp_path / "none.sqlite", Provenance.MEASURED, NOON, NOON + 100).trouble == ""


def test_half_a_working_day_is_few_layers() -> None:
    n = 4 * 3600
    rows = np.stack([NOON + np.arange(n), np.ones(n), np.ones(n), np.full(n, 80.0), np.zeros(n), np.zeros(n)], axis=1)
    assert len(laid_before(rows)) < 75


@pytest.mark.parametrize("step", [3600.0, 3 * 86_400.0, -600.0])
def test_a_clock_that_was_set_moves_nothing_of_this_performance(tmp_path: Path, step: float) -> None:
    path = tmp_path / "ledger.sqlite"
    joules = keep(path, 3600)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE seconds SET utc = utc + ? WHERE second >= 1800", (step,))
    db.close()
    rows = read_day(path, Provenance.MEASURED, NOON, NOON + 3600).rows
    assert rows[:, 3].sum() == pytest.approx(joules)
    assert rows[-1, 0] == pytest.approx(NOON + 3599)


def test_the_second_that_is_in_the_record_too_is_not_laid_down_twice(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    keep(path, 60)
    whole = read_day(path, Provenance.MEASURED, NOON, NOON + 30).rows[:, 3].sum()
    half = read_day(path, Provenance.MEASURED, NOON, NOON + 29.5).rows
    assert half[-1, 1] == pytest.approx(0.5)
    assert half[:, 3].sum() == pytest.approx(whole - half[-1, 3])


def test_of_a_performance_of_days_only_today_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    keep(path, 200, opened_on=NOON)
    with sqlite3.connect(path) as db:
        db.execute(
            "UPDATE seconds SET second = second + 172800, at = at + 172800, utc = utc + 172800 WHERE second >= 150"
        )
    db.close()
    assert len(read_day(path, Provenance.MEASURED, NOON, NOON + 2 * 86_400 + 900).rows) == 50
