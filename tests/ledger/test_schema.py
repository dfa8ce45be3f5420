"""Schema: a ledger of the version before is brought up to this one, whole or not at all, and every table is told."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from installation.config import HOME
from installation.day import date_of
from installation.ledger import schema
from installation.ledger.book import Book
from installation.ledger.totals import read_only, rows_of, run_totals

NOON = 1_700_000_000.0


def third(path: Path) -> None:
    """A ledger as version 3 wrote it: two performances, three seconds, one fit."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(schema.FIRST.replace("TABLE presses", "TABLE fits"))
        db.execute(f"PRAGMA application_id = {schema.APPLICATION}")
        db.execute("PRAGMA user_version = 3")
        db.execute("INSERT INTO readings VALUES (1, 'nvml', 1, 'this card', '', '', 0.05)")
        for run in (1, 2):
            db.execute("INSERT INTO runs (id, opened_on, opened_at) VALUES (?, ?, ?)", (run, NOON + run, 5.0 + run))
        rows = [
            (1, 0, 1, NOON, 1.0, 70.0, 0.0),
            (1, 1, 0, NOON + 1, 1.0, 0.0, 0.0),
            (2, 0, 1, NOON + 90_000, 1.0, 50.5, 9.0),
        ]
        columns = "run, second, provenance, utc, seconds, joules, joules_fitting, reading, unheard, unlit, undrawn"
        db.executemany(f"INSERT INTO seconds ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, 1, 0, 0, 0)", rows)
        db.execute("INSERT INTO codes VALUES (1, 'model.fit(x, y)')")
        fit = (2, 1, "seed", 1, 9.0, "whole", 1)
        names = "run, number, network, code, joules, ended, reading"
        db.execute(f"INSERT INTO fits ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)", fit)
        db.commit()


def test_a_ledger_of_the_version_before_goes_on(tmp_path: Path) -> None:
    third(tmp_path / "ledger.sqlite")
    book = Book(tmp_path / "ledger.sqlite")
    assert (book.aside, book.earlier(1, date_of(NOON))) == ("", 70.0)
    book.close()
    with closing(read_only(tmp_path / "ledger.sqlite")) as db:
        days = rows_of(db, "SELECT day, provenance, joules, seconds FROM days ORDER BY day, provenance DESC")
        assert [tuple(day.values()) for day in days] == [
            (date_of(NOON), "NO READING", None, 1.0),
            (date_of(NOON), "MEASURED", 70.0, 1.0),
            (date_of(NOON + 90_000), "MEASURED", 50.5, 1.0),
        ]
        assert rows_of(db, "SELECT network, provenance, joules, plus_minus_joules FROM fits") == [
            {"network": "seed", "provenance": "MEASURED", "joules": 9.0, "plus_minus_joules": pytest.approx(0.45)}
        ]
    assert [fit["source"] for fit in run_totals(tmp_path / "ledger.sqlite")["fits"]] == ["model.fit(x, y)"]


def test_a_step_that_fails_leaves_the_old_ledger_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.sqlite"
    third(path)
    monkeypatch.setattr(schema, "SUMMED", "INSERT INTO no_such_table VALUES (1)")
    with closing(sqlite3.connect(path, isolation_level=None)) as db, pytest.raises(sqlite3.Error):
        schema.migrate(db, 3)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (3,)
        assert db.execute("SELECT count(*) FROM fits").fetchone() == (1,)


def test_the_page_tells_each_table_view_and_column(tmp_path: Path) -> None:
    Book(tmp_path / "ledger.sqlite").close()
    page = (HOME / "docs" / "ledger.md").read_text(encoding="utf-8")
    parts = re.findall(r"^### `(\w+)`(.*?)(?=^##|\Z)", page, re.M | re.S)
    told = {name: set(re.findall(r"^\| `(\w+)` \|", part, re.M)) for name, part in parts}
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
        assert told == {name: {row[1] for row in db.execute(f"PRAGMA table_info({name})")} for name in names}
