"""Book: what is written stands, whatever is wrong with the file."""

import math
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from installation.day import date_of
from installation.ledger.book import Book, Reading, Run
from installation.ledger.totals import read_only, rows_of, run_totals
from installation.ledger.trouble import APPLICATION, LedgerError, set_aside

RUN = Run(opened_on=1_700_000_000.0, opened_at=50.0, joules_per_grain=1.0)
CARD = Reading("nvml", 1, "this graphics card, nothing else", uncertainty=0.05)
GUESS = Reading("estimate", 2, "this processor", uncertainty=0.4)


def second(number: int, reading: Reading = CARD, joules: float = 75.0, **more: Any) -> dict[str, Any]:
    return {
        "second": number,
        "provenance": reading.provenance,
        "utc": RUN.opened_on + number,
        "at": RUN.opened_at + number,
        "seconds": 1.0,
        "watts_mean": joules,
        "watts_min": joules - 1,
        "watts_max": joules + 1,
        "joules": joules,
        "joules_fitting": 0.0,
        "joules_total": joules * (number + 1),
        "reading": reading,
        "gap_seconds": 0.0,
        "due": int(joules * (number + 1)),
        **dict.fromkeys(("heard", "lit", "drawn"), int(joules * (number + 1))),
        **dict.fromkeys(("unheard", "unlit", "undrawn"), 0),
        **more,
    }


def fit(number: int, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "network": "seed",
        "code": "model.fit(data, labels)",
        "reading": CARD,
        "ended": "",
        **more,
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / "ledger.sqlite"


def begun(path: Path, run: Run = RUN) -> Book:
    book = Book(path)
    book.enter(run)
    return book


def test_totals_are_kept_per_word(path: Path) -> None:
    book = begun(path)
    book.write(
        [second(0), second(1), second(2, GUESS, 30.0)], [fit(1, ended="whole", joules=48.0)], run={"restarts": 3}
    )
    book.close(closed_on=RUN.opened_on + 3)
    totals = run_totals(path)
    assert totals["joules"] == {"MEASURED": 150.0, "ESTIMATED": 30.0}
    assert totals["seconds"] == {"MEASURED": 2.0, "ESTIMATED": 1.0}
    assert totals["watts"]["MEASURED"] == (74.0, 75.0, 76.0)
    assert totals["run"]["restarts"] == 3
    assert totals["run"]["closed_on"] == RUN.opened_on + 3
    assert [f["source"] for f in totals["fits"]] == ["model.fit(data, labels)"]
    assert {r["boundary"] for r in totals["readings"]} == {CARD.boundary, GUESS.boundary}
    assert not [key for key in totals if "total" in key]


def test_a_row_written_again_takes_the_older_ones_place(path: Path) -> None:
    book = begun(path)
    book.write([second(0, heard=10)], [fit(1)])
    book.write([second(0, heard=75)], [fit(1, ended="whole", seen=0.6, unseen=0.5)])
    book.close()
    totals = run_totals(path)
    assert (totals["heard"], totals["joules"]) == (75, {"MEASURED": 75.0})
    assert [(f["ended"], f["seen"], f["unseen"]) for f in totals["fits"]] == [("whole", 0.6, 0.5)]


def test_a_performance_brought_back_goes_on_in_its_own_rows(path: Path) -> None:
    book = begun(path)
    book.write([second(0), second(1)])
    book.close()
    again = Book(path)
    last = again.enter(RUN)
    assert last is not None
    assert (last["second"], last["joules_total"], again.rows()) == (1, 150.0, 2)
    assert again.enter(Run(RUN.opened_on + 100, 150.0, 1.0)) is None
    assert again.rows() == 0
    again.close()
    assert run_totals(path, 1)["due"] == 150


def test_earlier_is_of_one_provenance_one_day_and_of_other_performances(path: Path) -> None:
    book = begun(path)
    book.write([second(0), second(1, GUESS, 30.0)])
    book.enter(Run(RUN.opened_on + 100, 150.0, 1.0))
    book.write([second(100, joules=1000.0)])
    day = date_of(RUN.opened_on)
    assert [book.earlier(provenance, day) for provenance in (1, 2, 3)] == [75.0, 30.0, 0.0]
    assert book.earlier(1, "1970-01-01") == 0.0
    assert book.newest_before() == RUN.opened_on // 3600 * 3600
    book.close()


def days_of_a_piece(path: Path) -> Book:
    """Three performances on three days, each of two minutes and a half, in the last a minute of another meter."""
    book = Book(path)
    for day in range(3):
        run = Run(RUN.opened_on + day * 86_400, 50.0 + day, 1.0)
        book.enter(run)
        rows = [second(n, CARD if n < 90 or day < 2 else GUESS, 0.1 * n) for n in range(150)]
        book.write([row | {"utc": run.opened_on + row["second"]} for row in rows], [fit(1)])
    return book


def day_sums(path: Path) -> list[tuple[Any, ...]]:
    with closing(read_only(path)) as db:
        return db.execute("SELECT * FROM days ORDER BY day, provenance").fetchall()


def test_old_seconds_become_minutes_with_the_same_sums(path: Path) -> None:
    book = days_of_a_piece(path)
    before, totals = day_sums(path), run_totals(path, 1)
    while book.roll(1):
        pass
    rows = dict(book.db.execute("SELECT run, count(*) FROM seconds GROUP BY run").fetchall())
    assert rows == {3: 150}
    assert book.db.execute("SELECT count(*) FROM minutes WHERE run = 1").fetchone() == (3,)
    minutes = rows_of(book.db, "SELECT * FROM minutes WHERE run = 1 ORDER BY second")
    assert [row["seconds"] for row in minutes] == [60.0, 60.0, 30.0]
    assert math.fsum(row["joules"] for row in minutes) == math.fsum(0.1 * n for n in range(150))
    assert day_sums(path) == before
    assert run_totals(path, 1) == totals
    book.close()


def test_the_newest_days_with_rows_are_kept_whatever_the_clock_says(path: Path) -> None:
    """Days are counted: a clock that stands at 2036 makes one day more, and takes no other day away."""
    book = days_of_a_piece(path)
    book.enter(Run(2_100_000_000.0, 500.0, 1.0))
    book.write([second(0) | {"utc": 2_100_000_000.0}])
    while book.roll(2):
        pass
    assert book.db.execute("SELECT DISTINCT run FROM seconds ORDER BY run").fetchall() == [(3,), (4,)]
    assert len({day for day, *_ in day_sums(path)}) == 4
    assert len(run_totals(path, 1)["fits"]) == 1
    book.close()


def test_a_view_never_adds_what_has_another_provenance(path: Path) -> None:
    days_of_a_piece(path).close()
    with closing(read_only(path)) as db:
        for view in ("days", "hours"):
            rows = rows_of(db, f"SELECT * FROM {view} ORDER BY day DESC, provenance")
            assert [(row["provenance"], row["joules"]) for row in rows[:2]] == [
                ("ESTIMATED", pytest.approx(sum(0.1 * n for n in range(90, 150)))),
                ("MEASURED", pytest.approx(sum(0.1 * n for n in range(90)))),
            ]
            assert rows[0]["plus_minus_joules"] == pytest.approx(0.4 * rows[0]["joules"])


def test_a_write_is_all_or_nothing(path: Path) -> None:
    book = begun(path)
    with pytest.raises(sqlite3.Error):
        book.write([second(0), {"no_such_column": 1}])
    assert book.rows() == 0
    book.write([second(0)])
    assert book.rows() == 1
    book.close()


def test_it_is_written_through_to_the_disk(path: Path) -> None:
    book = begun(path)
    assert book.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert book.db.execute("PRAGMA synchronous").fetchone()[0] == 2
    book.close()


def test_reading_never_stops_writing(path: Path) -> None:
    book = begun(path)
    book.write([second(0)])
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
        cursor = reader.execute("SELECT * FROM seconds")
        book.write([second(1)])
        assert len(cursor.fetchall()) == 1
        assert reader.execute("SELECT count(*) FROM seconds").fetchone() == (2,)
    book.close()


def damaged(path: Path) -> None:
    book = begun(path)
    book.write([second(n) for n in range(200)])
    book.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def beheaded(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\0garbage" * 2000)


def older(path: Path) -> None:
    begun(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 7")


def strangers_database(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE orders (id)")
    return path


@pytest.mark.parametrize(("spoil", "why"), [(damaged, "damaged"), (beheaded, "damaged"), (older, "version (7")])
def test_a_file_that_cannot_be_gone_on_with_is_kept_aside(path: Path, spoil: Any, why: str) -> None:
    spoil(path)
    before = path.read_bytes()
    book = begun(path)
    book.write([second(0)])
    assert why in book.aside
    (aside,) = (f for f in path.parent.iterdir() if f.name.startswith("ledger-") and f.suffix == ".sqlite")
    assert aside.name in book.aside
    assert aside.read_bytes() == before
    book.close()
    assert run_totals(path)["due"] == 75


def test_two_files_set_aside_in_one_second_are_both_kept(path: Path) -> None:
    path.parent.mkdir()
    for text in ("one", "two"):
        path.write_text(text)
        set_aside(path, "damaged")
    assert sorted(f.read_text() for f in path.parent.iterdir()) == ["one", "two"]


@pytest.mark.parametrize("name", ["notes.txt", "config.toml", "other.sqlite"])
def test_what_is_no_ledger_is_never_touched(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    if name.endswith("sqlite"):
        strangers_database(file)
    else:
        file.write_text("these are someone's words " * 100)
    before = file.read_bytes()
    with pytest.raises(LedgerError, match=r"name another file under \[ledger\] file"):
        Book(file)
    assert file.read_bytes() == before
    assert [f.name for f in tmp_path.iterdir()] == [name]


def test_a_folder_in_its_place_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"cannot write .*wait in memory"):
        Book(tmp_path)


def test_a_parent_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(LedgerError, match=r"cannot write .*name another file"):
        Book(tmp_path / "out" / "ledger.sqlite")


def test_a_locked_file_is_one_sentence(path: Path) -> None:
    begun(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        book = Book(path)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            book.enter(RUN)
        other.execute("ROLLBACK")
    assert book.enter(RUN) is None
    book.close()


FULL = """
import resource, signal, sqlite3, sys
from pathlib import Path
from installation.ledger.trouble import sentence
from tests.ledger.test_book import begun, second
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
book = begun(Path(sys.argv[1]))
book.write([second(0)])
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
try:
    for number in range(1, 2000):
        book.write([second(number)])
        written = number
except sqlite3.Error as error:
    print(sentence(error, Path("ledger.sqlite")))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
book.write([second(number)])
print(written, book.rows())
book.close()
"""


def test_a_disk_without_room_is_one_sentence_and_costs_no_row(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    said, counts = done.stdout.splitlines()
    assert said.startswith("The ledger cannot write ledger.sqlite: the disk ")
    written, rows = map(int, counts.split())
    assert rows == written + 2  # all before, and the one that was refused
    assert run_totals(path)["joules"] == {"MEASURED": rows * 75.0}


def test_a_moved_file_is_noticed(path: Path) -> None:
    book = begun(path)
    assert not book.moved()
    path.rename(path.with_name("elsewhere.sqlite"))
    assert book.moved()
    book.close()


def test_totals_of_what_is_not_there(path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"):
        run_totals(path)
    Book(path).close()
    with pytest.raises(LedgerError, match="no such performance"):
        run_totals(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(LedgerError, match="another version"):
        run_totals(path)


def test_totals_of_a_damaged_ledger_are_one_sentence(path: Path) -> None:
    damaged(path)
    with pytest.raises(LedgerError, match=r"cannot be read: .*; keep it"):
        run_totals(path)
