"""Spill: rows that a locked ledger never took wait beside it, and no joule is lost or counted twice."""

import sqlite3
from contextlib import closing
from pathlib import Path

from installation.config import Config, LedgerSettings
from installation.ledger.book import Book, Run
from installation.ledger.spill import keep, place, take_in
from installation.ledger.totals import run_totals
from tests.ledger.test_book import CARD, RUN, begun, fit, second
from tests.ledger.test_player import Room, play, room  # noqa: F401  (a fixture)


def test_waiting_rows_are_taken_in_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    begun(path).close()
    rows = {"seconds": [second(n) for n in range(3)], "presses": [fit(1, ended="whole")], "notes": []}
    assert keep(path, RUN, rows) == 4
    book = Book(path)
    assert (take_in(book), take_in(book)) == (4, 0)
    assert book.enter(Run(RUN.opened_on + 100, 150.0, 1.0)) is None
    book.close()
    totals = run_totals(path, 1)
    assert (totals["joules"], [f["ended"] for f in totals["fits"]]) == ({"MEASURED": 225.0}, ["whole"])
    assert totals["readings"][0]["boundary"] == CARD.boundary
    assert not place(path).exists()


def test_what_a_fault_cut_short_is_passed_over_and_the_rest_taken(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    keep(path, RUN, {"seconds": [second(n) for n in range(3)]})
    lines = place(path).read_text().splitlines()
    place(path).write_text("\n".join([*lines[:2], "{", "[1]", '{"no_table": {}}', "5", lines[2], lines[3][:20]]))
    book = Book(path)
    assert take_in(book) == 2
    book.close()
    assert run_totals(path, 1)["joules"] == {"MEASURED": 150.0}


def test_a_ledger_locked_to_the_end_says_where_its_rows_wait(room: Room) -> None:  # noqa: F811
    Book(room.book).close()
    other = sqlite3.connect(room.book, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    player = room.player()
    play(room, player, 0.0, 3.2)
    player.close()
    assert "rows wait in ledger.sqlite-waiting.jsonl" in player.noted
    other.close()
    room.config = Config(ledger=LedgerSettings(file=str(room.book)))
    book = Book(room.book)
    assert take_in(book) > 0
    book.close()
    with closing(sqlite3.connect(room.book)) as db:
        (joules,) = db.execute("SELECT total(joules) FROM seconds").fetchone()
    assert joules == float(room.conductor.joules)
