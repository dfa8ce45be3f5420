"""The handout: filled from the ledger, two tagged pages, and a sentence where something is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from installation.command.handout import command
from installation.config import HOME, Config, Piece, TextSettings
from installation.ledger.trouble import LedgerError
from installation.paper.day import of_ledger, of_recording
from installation.paper.engine import PaperError, typeset, write
from installation.paper.handout import code, of
from installation.paper.numbers import difference
from installation.text.passages import chosen
from installation.text.sentences import GROUP
from tests.paper.made import NETWORK, ledger

pytest.importorskip("typst", reason="typst is the extra `paper`")


def test_the_sheet_says_what_the_ledger_says_apart_by_word(tmp_path: Path) -> None:
    page = of(of_ledger(ledger(tmp_path / "l.sqlite")), Config())
    rows = [(row.what.replace(GROUP, " "), row.text.replace(GROUP, " "), row.word) for row in page.sheet]
    assert rows == [
        ("at rest, mean", "75 W ± 4 W", "MEASURED"),
        ("at rest, mean", "75 W ± 30 W", "ESTIMATED"),
        ("while a fit ran, mean", "300 W ± 20 W", "MEASURED"),
        ("that fit took", "1 200 J ± 60 J", "MEASURED"),
        ("the same seconds at rest", "300 J", "MEASURED"),
        ("above rest", "900 J", "MEASURED"),
        ("the day, 14.0 s", "2 000 J ± 100 J", "MEASURED"),
        ("the day, 4.00 s", "300 J ± 100 J", "ESTIMATED"),
    ]
    assert NETWORK in page.notes[0]
    assert page.plot is not None
    assert "Without a reading: 2.00" in page.plot.caption
    assert "SHA-256" in page.foot


def test_a_difference_has_no_more_places_than_what_it_is_taken_from() -> None:
    assert difference(9.9e-14, 113.0) == 0.0
    assert difference(905.0, 1200.0) == 900.0
    assert difference(None, 1200.0) is None


def test_the_code_is_the_seeds_sheet() -> None:
    assert code() == (HOME / "docs" / "seminar" / "seed.txt").read_text(encoding="utf-8").splitlines()


def test_only_a_cleared_passage_is_printed(tmp_path: Path) -> None:
    day = of_ledger(ledger(tmp_path / "l.sqlite"))
    cleared = {p.text for p in chosen(TextSettings(), "handout").shown}
    page = of(day, Config())
    assert page.words is not None
    assert page.words.text.strip("“”") in cleared
    with pytest.raises(PaperError, match="--passage 10: it is not cleared for the handout"):
        of(day, Config(), "10")
    off = of(day, Config(text=TextSettings(enabled=False)))
    assert off.words is None
    assert "jods.mitpress.mit.edu" in off.words_note


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_it_is_two_tagged_pages_and_the_same_bytes_twice(tmp_path: Path, language: str) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    page = of(of_ledger(ledger(tmp_path / "l.sqlite")), Config(piece=Piece(language=language)), "9")  # the longest
    (file,) = write("handout", page, tmp_path / "h.pdf")
    assert [file.read_bytes()] == typeset("handout", page, "pdf")
    with pikepdf.open(file) as pdf:
        assert len(pdf.pages) == 2
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == language
        assert str(pdf.docinfo["/Title"]) == page.title
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        tags = [str(o.S) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/S" in o and "/P" in o]
        figures = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"]
        with pdf.open_metadata() as told:
            assert told["pdfuaid:part"] == "1"
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= set(tags)
    assert figures
    assert all("/Alt" in figure for figure in figures)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-20", 24)])
def test_days_have_the_hours_they_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: str, hours: int, berlin: None
) -> None:
    found = of_ledger(ledger(tmp_path / "l.sqlite", day, hour=22))
    assert found.span == hours * 3600
    assert found.stretches[0].at == (hours - 2) * 3600
    page = of(found, Config())
    assert page.plot is not None
    assert page.plot.caption.startswith("From 22:00 to 22:00.")


def test_a_day_of_gaps_says_so_and_an_empty_day_is_one_sentence(tmp_path: Path) -> None:
    path = ledger(tmp_path / "l.sqlite", gap_only=True)
    page = of(of_ledger(path), Config())
    assert (page.plot, page.sheet) == (None, [])
    assert page.notes == ["No fit of this day has a reading."]
    assert typeset("handout", page, "pdf")
    with pytest.raises(LedgerError, match="nothing of 2026-01-01; its newest day is 2026-11-20"):
        of_ledger(path, "2026-01-01")
    with pytest.raises(PaperError, match="--day tuesday: this is no date"):
        of_ledger(path, "tuesday")


def test_without_a_meter_a_recording_fills_it_and_the_page_says_so() -> None:
    page = of(of_recording("step-3090"), Config())
    assert "recording" in page.title
    assert page.notes[0].startswith("There was no meter in this room.")
    assert {row.word for row in page.sheet} == {"REPLAYED"}


def test_the_command_writes_a_file_or_says_one_sentence(tmp_path: Path) -> None:
    path = ledger(tmp_path / "l.sqlite")
    done = CliRunner().invoke(command, ["--ledger", str(path), "--out", str(tmp_path / "h.png")])
    assert done.exit_code == 0, done.output
    assert [Path(line).read_bytes()[:4] for line in done.output.split()] == [b"\x89PNG"] * 2
    gone = CliRunner().invoke(command, ["--ledger", str(tmp_path / "no"), "--out", "h.pdf"])
    assert "there is no ledger; name another file, or print --recording step-3090." in gone.output
