"""`underfoot scale`: the table with its slips, and this machine by its own ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from installation.command.scale import command, newest_fit
from installation.ledger.book import Book, Reading, Run

NAMES = [
    "name",
    "hardware",
    "watts",
    "hours",
    "kwh_pue",
    "co2e_lb",
    "recomputed_kwh_pue",
    "recomputed_co2e_lb",
    "agrees",
    "note",
    "source",
]


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNDERFOOT_NOW", str(tmp_path / "now"))
    return tmp_path / "ledger.sqlite"


def told(ledger: Path, *arguments: str) -> str:
    result = CliRunner().invoke(command, [*arguments, "--set", f"ledger.file={ledger}"], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def a_fit(ledger: Path, **columns: object) -> None:
    book = Book(ledger)
    book.enter(Run(1e9, 1.0, 1.0))
    fit = {
        "run": 1,
        "number": 1,
        "network": "bert_base",
        "fit_line": "model.fit(data, labels, epochs=4, batch_size=8, steps_per_epoch=32)",
        "updates": 100,
        "seconds": 5.0,
        "joules": 360.0,
        "began_on": 1e9,
        "detail": "Keras on a card",
        "reading": Reading("nvml", 1, "this graphics card"),
    }
    book.write(presses=[fit | columns])
    book.close()


def test_json_has_every_row_with_its_fields(ledger: Path) -> None:
    found = json.loads(told(ledger, "--json"))
    assert len(found["rows"]) == 10
    for row in found["rows"]:
        assert set(NAMES) <= set(row)
    assert [row["agrees"] for row in found["rows"]].count(False) == 2
    assert found["here"] == {"bert_base": None, "watts": None}


def test_this_machine_stands_there_by_its_own_steps(ledger: Path) -> None:
    a_fit(ledger)
    here = json.loads(told(ledger, "--json"))["here"]["bert_base"]
    assert here["provenance"] == "MEASURED"
    assert here["joules_per_step"] == pytest.approx(3.6)
    assert here["tokens_per_step"] == 1024
    assert here["joules_per_million_operations"] == pytest.approx(3.6 / 536_362.39, rel=1e-6)
    assert here["kwh"] == pytest.approx([41.6, 128])
    assert "42 to 128 kWh" in " ".join(told(ledger).split())


@pytest.mark.parametrize("columns", [{"network": "seed"}, {"joules": None}, {"updates": 0}])
def test_no_scale_from_what_is_no_measured_fit_of_bert_base(ledger: Path, columns: dict[str, object]) -> None:
    a_fit(ledger, **columns)
    assert newest_fit(ledger) is None
    assert "press until the ladder reaches it" in " ".join(told(ledger).split())


def test_a_file_that_is_no_ledger_is_no_fit(ledger: Path) -> None:
    ledger.write_bytes(b"not a database" * 100)
    assert newest_fit(ledger) is None


def test_words_for_people(ledger: Path) -> None:
    text = " ".join(told(ledger).split())
    for words in (
        "79 hours are printed",
        "32,633",
        "up to 4 times higher",
        "one passenger",
        "company's own",
        "metered",
    ):
        assert words in text
    assert "kettle" not in text
