"""Check: the doctor's lines on the ledger name what is wrong, and the check leaves no trace."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from installation.config import Config, LedgerSettings, Piece
from installation.finding import Finding
from installation.ledger import check as under_test
from installation.ledger.book import Book
from installation.ledger.check import A_DAY, check, file_system
from tests.ledger.test_book import begun, damaged, second, strangers_database


def findings(path: Path, keep_days: int = 0) -> dict[str, Finding]:
    config = Config(ledger=LedgerSettings(file=str(path), keep_days=keep_days))
    return {f.name: f for f in check(config)}


def test_a_new_place_is_well_and_stays_untouched(tmp_path: Path) -> None:
    found = findings(tmp_path / "out" / "deep" / "ledger.sqlite")
    assert {f.state for f in found.values()} == {"ok"}
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_is_described(tmp_path: Path) -> None:
    book = begun(tmp_path / "ledger.sqlite")
    book.write([second(0)], [{"number": 1}])
    book.close()
    found = findings(book.path)["ledger file"]
    assert (found.state, "1 performances, 1 fits" in found.detail) == ("ok", True)


def test_a_damaged_ledger_is_found_and_left_in_place(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    damaged(path)
    before = path.read_bytes()
    assert findings(path)["ledger file"].state == "wrong"
    assert path.read_bytes() == before


def test_a_strangers_database(tmp_path: Path) -> None:
    found = findings(strangers_database(tmp_path / "orders.sqlite"))["ledger file"]
    assert found.state == "wrong"
    assert "another program" in found.detail


def test_a_locked_ledger(tmp_path: Path) -> None:
    Book(tmp_path / "ledger.sqlite").close()
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = findings(tmp_path / "ledger.sqlite")["ledger file"]
    assert (found.state, "another program holds it" in found.detail) == ("wrong", True)


def test_a_folder_that_takes_nothing() -> None:
    found = findings(Path("/proc/underfoot/ledger.sqlite"))["ledger file"]
    assert found.state == "wrong"
    assert found.remedy


def test_a_ledger_nobody_writes() -> None:
    (found,) = check(Config(piece=Piece(players=("meter", "sound"))))
    assert (found.state, found.name) == ("missing", "ledger")


@pytest.mark.parametrize(("kind", "state"), [("nfs4", "wrong"), ("tmpfs", "missing"), ("ext4", "ok"), ("", "ok")])
def test_the_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, state: str) -> None:
    monkeypatch.setattr(under_test, "file_system", lambda folder: kind)
    assert findings(tmp_path / "ledger.sqlite")["ledger disk"].state == state


def test_too_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 5 * A_DAY

    monkeypatch.setattr(under_test.shutil, "disk_usage", lambda folder: Usage)
    found = findings(tmp_path / "ledger.sqlite")["ledger disk"]
    assert (found.state, "about 5 days" in found.detail) == ("wrong", True)


def test_the_room_a_day_takes(tmp_path: Path) -> None:
    book = begun(tmp_path / "ledger.sqlite")
    full = {"network": "bert_large", "parameters": 336_226_108, "phase": 2, "meter_state": 1, "missing": "light"}
    more = {"own_watts": 31.4159, "beside_joules": 123456.789, "beside_provenance": 2}
    for minute in range(40):
        book.write([second(60 * minute + n, joules=301.2345 + n, **full, **more) for n in range(60)])
    book.close()
    assert book.path.stat().st_size / 2400 * 86_400 == pytest.approx(A_DAY, rel=0.25)


def test_file_system_of_this_machine(tmp_path: Path) -> None:
    assert isinstance(file_system(tmp_path), str)
