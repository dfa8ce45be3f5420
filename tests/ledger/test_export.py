"""Export: a day as data that other tools read, with its units, its words and a hash that anyone can compute again."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from installation.day import date_of
from installation.ledger.book import Reading
from installation.ledger.export import COLUMNS, FORMATS, as_csv, day_hash, tables, write
from installation.ledger.trouble import LedgerError
from tests.ledger.test_book import GUESS, RUN, begun, fit, second

DAY = date_of(RUN.opened_on)
NOTHING = Reading("nvml", 0, "this card")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "a #1 ledger?.sqlite"
    book = begun(path)
    book.write(
        [second(0), second(1, GUESS, 30.0), second(2, NOTHING, 0.0, watts_mean=None)],
        [fit(1, ended="whole", joules=48.0, seconds=1.0, began_on=RUN.opened_on, network='réseau, "été"\nʻōlelo')],
    )
    book.close()
    return path


def test_each_number_has_its_word_and_absence_is_absence(ledger: Path) -> None:
    rows = tables(ledger, "")["seconds"]
    assert [(row["provenance"], row["joules_J"]) for row in rows] == [
        ("MEASURED", 75.0),
        ("ESTIMATED", 30.0),
        ("NO READING", None),
    ]
    assert set(rows[0]) | set(tables(ledger, "")["fits"][0]) == set(COLUMNS)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_format_says_the_same(ledger: Path, tmp_path: Path, form: str) -> None:
    if form == "parquet":
        parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is the extra `data`")
    files, digest = write(ledger, DAY, tmp_path / "out", form)
    assert [file.name for file in files] == [f"{DAY}-seconds.{form}", f"{DAY}-fits.{form}", "columns.md"]
    if form == "csv":
        with files[1].open(encoding="utf-8", newline="") as file:
            fits = list(csv.DictReader(file))
        assert hashlib.sha256(files[0].read_bytes()).hexdigest() == digest
    elif form == "json":
        fits = json.loads(files[1].read_text(encoding="utf-8"))
    else:
        fits = parquet.read_table(files[1]).to_pylist()
    assert fits[0]["network"] == 'réseau, "été"\nʻōlelo'
    assert float(fits[0]["joules_J"]) == 48.0


def test_the_hash_changes_with_any_number(ledger: Path) -> None:
    rows = tables(ledger, DAY)["seconds"]
    changed = [rows[0] | {"joules_J": 75.1}, *rows[1:]]
    assert day_hash(rows) == day_hash(tables(ledger, "")["seconds"]) != day_hash(changed)
    assert as_csv([]) == ""


def test_a_day_that_is_not_there_is_one_sentence(ledger: Path, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=f"nothing of 1999-01-01; its newest day is {DAY}"):
        tables(ledger, "1999-01-01")
    begun(tmp_path / "empty.sqlite").close()
    with pytest.raises(LedgerError, match="nothing of any day; it is empty"):
        tables(tmp_path / "empty.sqlite", "")
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match="name another folder with --out"):
        write(ledger, "", tmp_path / "file", "csv")
