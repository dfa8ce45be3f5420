"""Copies: taken while the piece writes, looked through, rotated, and brought back on another machine."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from installation.ledger import copies
from installation.ledger.audit import audit
from installation.ledger.copies import backup, restore
from installation.ledger.totals import run_totals
from installation.ledger.trouble import LedgerError
from tests.ledger.test_book import begun, second


def test_a_copy_taken_while_the_piece_writes_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.sqlite"
    book = begun(path)
    book.write([second(n) for n in range(500)])
    monkeypatch.setattr(copies, "PAGES_AT_ONCE", 3)
    done = threading.Event()

    def write() -> None:
        number = 500
        while not done.wait(0.002):
            book.write([second(number)])
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copy, _ = backup(path, tmp_path / "copies", keep=3)
    finally:
        done.set()
        writer.join()
    book.close()
    assert audit(copy) == []
    assert run_totals(copy)["joules"]["MEASURED"] >= 500 * 75.0
    assert not copy.with_name(copy.name + "-wal").exists()


def test_the_newest_copies_stay_and_nothing_else_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    begun(path).close()
    folder = tmp_path / "copies"
    folder.mkdir()
    for day in range(1, 5):
        (folder / f"ledger-2026-01-0{day}T10-00-00.sqlite").write_bytes(b"older")
    (folder / "ledger-mine.sqlite").write_bytes(b"not ours")
    copy, old = backup(path, folder, keep=2)
    assert [p.name for p in old] == [f"ledger-2026-01-0{day}T10-00-00.sqlite" for day in (1, 2, 3)]
    assert {p.name for p in folder.iterdir()} == {copy.name, "ledger-2026-01-04T10-00-00.sqlite", "ledger-mine.sqlite"}


def test_a_copy_comes_back_and_what_stood_there_is_kept(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "ledger.sqlite", tmp_path / "other machine" / "out#1" / "ledger.sqlite"
    book = begun(path)
    book.write([second(n) for n in range(5)])
    book.close()
    copy, _ = backup(path, tmp_path / "copies", keep=1)
    assert restore(copy, elsewhere) == ""
    assert run_totals(elsewhere)["joules"] == {"MEASURED": 375.0}
    book = begun(elsewhere)
    book.write([second(n) for n in range(9)])
    book.close()
    assert "was replaced; it is kept as" in restore(copy, elsewhere)
    assert run_totals(elsewhere)["joules"] == {"MEASURED": 375.0}
    assert len(list(elsewhere.parent.iterdir())) == 2


@pytest.mark.parametrize("content", [None, b"", b"no ledger", b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_copy_is_not_brought_back(tmp_path: Path, content: bytes | None) -> None:
    path, copy = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    begun(path).close()
    if content is not None:
        copy.write_bytes(content)
    with pytest.raises(LedgerError, match=r"copy\.sqlite"):
        restore(copy, path)
    assert run_totals(path)["run"]["id"] == 1


def test_no_ledger_no_folder_no_copy(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"):
        backup(tmp_path / "nowhere.sqlite", tmp_path, keep=1)
    begun(tmp_path / "ledger.sqlite").close()
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match="name another folder"):
        backup(tmp_path / "ledger.sqlite", tmp_path / "file", keep=1)


def test_the_audit_finds_what_does_not_add_up_and_what_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    book = begun(path)
    book.write([second(n) for n in range(2000)])
    book.close()
    assert audit(path) == []
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE sums SET joules = joules + 1")
        db.commit()
    assert audit(path) == ["Performance 1, MEASURED: its sum of joules is 150001, its rows come to 150000."]
    whole = path.read_bytes()
    path.write_bytes(whole[:20_000] + b"\xff" * 4096 * 3 + whole[32_288:])
    assert ["damaged" in sentence for sentence in audit(path)] == [True]
