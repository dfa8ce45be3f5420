"""`underfoot ledger` and `underfoot export`, as somebody types them."""

import json
from pathlib import Path

from click.testing import CliRunner

from installation.command.export import command as export
from installation.command.ledger import command
from installation.day import date_of
from tests.ledger.test_book import GUESS, RUN, begun, fit, second

DAY = date_of(RUN.opened_on)


def kept(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    book = begun(path)
    more = {"began_on": RUN.opened_on, "joules": 48.0}
    book.write([second(n, joules=1e6) for n in range(7)] + [second(9, GUESS, 1.8e6)], [fit(1, **more)])
    book.close()
    return path


def test_days_are_told_by_word_and_never_added(tmp_path: Path) -> None:
    path = kept(tmp_path)
    done = CliRunner().invoke(command, ["--ledger", str(path)])
    estimated, measured = done.output.splitlines()
    assert estimated.split() == [DAY, "ESTIMATED", "0.5000", "±", "0.2000", "kWh", "0.00", "h", "██████▏"]
    assert measured.split()[:6] == [DAY, "MEASURED", "1.9444", "±", "0.0972", "kWh"]
    assert measured.endswith("█" * 24)
    rows = json.loads(CliRunner().invoke(command, ["--ledger", str(path), "--json"]).output)
    assert [(row["provenance"], row["joules"], row["fits"]) for row in rows] == [
        ("ESTIMATED", 1.8e6, 1),
        ("MEASURED", 7e6, 1),
    ]


def test_check_backup_restore(tmp_path: Path) -> None:
    path, run = kept(tmp_path), CliRunner().invoke
    assert "whole, and its sums" in run(command, ["--ledger", str(path), "check"]).output
    done = run(command, ["--ledger", str(path), "backup", "--to", str(tmp_path / "copies")])
    copy = next((tmp_path / "copies").iterdir())
    assert done.output.startswith(f"{copy}: ")
    done = run(
        command,
        ["--ledger", str(tmp_path / "new.sqlite"), "restore", str(copy)],
        env={"UNDERFOOT_NOW": str(tmp_path / "now")},
    )
    assert done.output == f"{copy} is the ledger now.\n"
    path.write_bytes(b"no ledger")
    done = run(command, ["--ledger", str(path), "check"])
    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1


def test_an_export_prints_its_files_and_the_days_hash(tmp_path: Path) -> None:
    done = CliRunner().invoke(export, ["--ledger", str(kept(tmp_path)), "--out", str(tmp_path / "data")])
    assert done.exit_code == 0, done.output
    assert len(done.output.splitlines()) == 4
    assert CliRunner().invoke(export, ["--ledger", str(tmp_path / "none.sqlite")]).exit_code == 1
