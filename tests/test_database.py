"""Database: a file is opened by its whole name, for reading, and never begun."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from installation.database import read_only
from installation.ledger.book import Book
from installation.ledger.totals import read_only as ledger_of
from installation.meter.recording import BadRecording
from installation.take.playable import load

NAMES = ["day.sqlite", "a#b.sqlite", "what?.sqlite", "100%.sqlite", "25%20.sqlite", "ʻōlelo 1.sqlite", "a&mode=rwc.db"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_opened_and_nothing_is_begun_beside_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Book(path).close()
    before = sorted(tmp_path.iterdir())
    with closing(ledger_of(path)) as db:
        assert db.execute("SELECT count(*) FROM seconds").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("CREATE TABLE stray (x)")
    with pytest.raises(BadRecording, match="nothing for"):
        load(path, "2026-01-01")
    assert {p for p in tmp_path.iterdir() if not p.name.endswith(("-wal", "-shm"))} == set(before)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_not_there_is_not_begun(tmp_path: Path, name: str) -> None:
    with pytest.raises(sqlite3.OperationalError):
        read_only(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
