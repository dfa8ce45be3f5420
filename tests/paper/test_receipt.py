"""The receipt: of one fit and no other, dot for dot as wide as the printer, with its own joules on it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from click.testing import CliRunner

from installation.command.receipt import command
from installation.config import Config
from installation.ledger.trouble import LedgerError
from installation.paper.engine import typeset
from installation.paper.receipt import PPI, Receipt, found, of, pages
from installation.text.sentences import GROUP
from tests.paper.made import ledger

pytest.importorskip("typst", reason="typst is the extra `paper`")


def slip(path: Path) -> Receipt:
    return pages(*found(path, None), Config(), 80, Path("r.png"))


def test_it_says_what_the_fit_took_and_what_it_takes_itself(tmp_path: Path) -> None:
    page = slip(ledger(tmp_path / "l.sqlite"))
    said = " ".join([*page.took, page.learned, *page.total, page.printing]).replace(GROUP, " ")
    for words in (
        "This fit took 1 200 joules in 4.0 s, MEASURED. ± 60 J Above rest: 900 J, MEASURED.",
        "Right on 61 of 100 examples it was shown, and on 50 (± 3) of 100 it was not shown.",
        "The day until then: 1 500 J, MEASURED.",
        "J, ESTIMATED: less than the fit above rest.",
    ):
        assert words in said
    assert page.code == "model.fit(data, labels)"


def test_what_printing_takes_grows_with_the_slip_and_is_compared_only_where_sure(tmp_path: Path) -> None:
    day, fit = found(ledger(tmp_path / "l.sqlite"), 1)
    says = [of(day, fit, Config(), 80, False, mm).printing.replace(GROUP, " ") for mm in (100.0, 2000.0, 10_000.0)]
    assert says[0] == "Printing this slip takes 30 to 60 J, ESTIMATED: less than the fit above rest."
    assert says[1] == "Printing this slip takes 600 to 1 000 J, ESTIMATED."
    assert says[2].endswith("more than the fit above rest.")


@pytest.mark.parametrize(("mm", "dots"), [(58, 384), (80, 576)])
def test_a_png_is_as_wide_as_the_printers_head(tmp_path: Path, mm: int, dots: int) -> None:
    page = pages(*found(ledger(tmp_path / "l.sqlite"), 1), Config(), mm, Path("r.png"))
    (png,) = typeset("receipt", page, "png", PPI)
    assert struct.unpack(">I", png[16:20])[0] == dots
    assert [png] == typeset("receipt", page, "png", PPI)


def test_a_fit_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    path = ledger(tmp_path / "l.sqlite")
    with pytest.raises(LedgerError, match="it has no fit 7; the newest is 1"):
        found(path, 7)
    with pytest.raises(LedgerError, match="it has no fit 0; it has none"):
        found(ledger(tmp_path / "g.sqlite", gap_only=True), None)


def test_the_command_writes_a_tagged_pdf_of_the_whole_paper(tmp_path: Path) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    out = tmp_path / "r.pdf"
    arguments = ["--ledger", str(ledger(tmp_path / "l.sqlite")), "--fit", "1", "--paper", "58", "--out", str(out)]
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, done.output
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 1
        assert float(pdf.pages[0].MediaBox[2]) == pytest.approx(58 / 25.4 * 72, abs=0.1)
        assert pdf.Root.MarkInfo.Marked
    gone = CliRunner().invoke(command, ["--ledger", str(tmp_path / "no"), "--out", str(out)])
    assert gone.exit_code == 1
    assert "there is no ledger" in gone.output
