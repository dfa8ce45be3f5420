"""The poster: area is energy, each word by itself, and its hash is the ledger's."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from installation.command.print import command
from installation.config import Config
from installation.paper.day import Stretch, of_ledger
from installation.paper.engine import PaperError
from installation.paper.poster import LAYERS, SPANS, check, layer_span, of, section, write
from installation.text.sentences import GROUP
from tests.paper.made import ledger

pytest.importorskip("typst", reason="typst is the extra `paper`")


def area(svg: str) -> float:
    """The area of all closed paths, by the shoelace formula."""
    total = 0.0
    for path in re.findall(r' d="([^"]+)"', svg):
        x = y = 0.0
        corners = []
        for kind, numbers in re.findall(r"([MLHV])([^MLHVZ]*)", path):
            values = [float(n) for n in numbers.split()]
            x = values[0] if kind in "MLH" else x
            y = values[-1] if kind in "MLV" else y
            corners.append((x, y))
        pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
        total += abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2
    return total


def test_area_is_energy_also_where_two_words_share_a_bin_and_a_gap_has_none() -> None:
    rows = [Stretch(n * 0.9, 0.9, 40.0 + n % 7, "MEASURED" if n % 3 else "ESTIMATED") for n in range(60)]
    rows += [Stretch(54.0, 6.0, None, "NO READING"), Stretch(60.0, 60.0, 100.0, "MEASURED", True, 3265)]
    joules = sum((s.watts or 0) * s.span for s in rows)
    svg, mm2_per_joule = section(rows, 0.0, 120.0, 30.0, 200.0, 300.0)
    assert area(svg) == pytest.approx(joules * mm2_per_joule, rel=0.01)


def test_a_layer_is_as_long_as_there_is_room() -> None:
    assert layer_span(20.0) == 1.0
    for hours in (1, 8, 23, 24, 25):
        span = layer_span(hours * 3600.0)
        assert span in SPANS
        assert hours * 3600 <= span * LAYERS


@pytest.mark.parametrize("form", ["pdf", "svg", "png"])
def test_a_poster_is_held_against_its_ledger(tmp_path: Path, form: str) -> None:
    path = ledger(tmp_path / "l.sqlite")
    page = of(of_ledger(path), Config(), "a3")
    out = tmp_path / f"p.{form}"
    write(page, out)
    first = out.read_bytes()
    write(page, out)
    assert out.read_bytes() == first
    assert check(out, path) == f"{out}: it is of 2026-11-20, and its hash is that of {path}."
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE seconds SET joules = joules + 0.1 WHERE second = 3")
    with pytest.raises(PaperError, match="its hash is not that of 2026-11-20"):
        check(out, path)


def test_the_caption_keeps_the_words_apart_and_the_page_is_tagged(tmp_path: Path) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    page = of(of_ledger(ledger(tmp_path / "l.sqlite")), Config(), "a1")
    caption = page.caption.replace(GROUP, " ")
    assert "2 000 J ± 100 J MEASURED; 300 J ± 100 J ESTIMATED." in caption
    assert "a layer is 1.00 s" in caption
    write(page, tmp_path / "p.pdf")
    with pikepdf.open(tmp_path / "p.pdf") as pdf:
        assert len(pdf.pages) == 1
        assert [float(n) for n in pdf.pages[0].MediaBox[2:]] == pytest.approx([1683.8, 2383.9], abs=0.5)
        figures = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"]
        assert [str(figure.Alt) for figure in figures] == [page.alt]


def test_what_cannot_be_drawn_or_held_is_one_sentence(tmp_path: Path) -> None:
    gaps = ledger(tmp_path / "g.sqlite", gap_only=True)
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 nothing")
    for arguments, says in (
        (["--ledger", str(gaps), "--out", str(tmp_path / "p.pdf")], "there is no reading of this day to draw"),
        (["--ledger", str(gaps), "--check", str(tmp_path / "x.pdf")], "no day and no hash stand in it"),
        (["--ledger", str(gaps), "--check", str(tmp_path / "no.pdf")], "it cannot be read"),
        (["--ledger", str(gaps)], "Name the poster to print with --out FILE"),
    ):
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code != 0
        assert says in done.output
