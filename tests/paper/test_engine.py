"""The engine: a page or one sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from installation.paper.engine import PaperError, keep, typeset, write
from installation.text.coverage import FONTS

pytest.importorskip("typst", reason="typst is the extra `paper`")


class Data(msgspec.Struct):
    lang: str = "en"
    words: str = "ʻokina ȟ ŋ"


def template(folder: Path, text: str) -> Path:
    (folder / "page.typ").write_text('#let data = json(bytes(sys.inputs.data))\n#set document(title: "x")\n' + text)
    return folder


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\n#data.nothing", "page.typ, line 4: dictionary does not contain key"),
        ("#let x = (1", "page.typ, line 3: unclosed delimiter"),
        ('#import "other.typ": *', "page.typ, line 3: file not found"),
    ],
)
def test_a_broken_template_is_one_sentence_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(PaperError, match=r"^[^\n]+\.$") as error:
        typeset("page", Data(), "pdf", templates=template(tmp_path, text))
    assert str(error.value).startswith(says)


def test_a_letter_the_face_lacks_is_told_and_no_other_font_is_taken(tmp_path: Path) -> None:
    folder = template(tmp_path, '#set text(font: "Gentium Plus", fallback: false)\n#data.words')
    assert typeset("page", Data(), "pdf", templates=folder)
    with pytest.raises(PaperError, match="字"):
        typeset("page", Data(words="字"), "pdf", templates=folder)
    assert list(FONTS.glob("Gentium*.ttf"))


def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "file").write_text("x")
    for out, says in (
        (tmp_path / "h.docx", "the ending says the format"),
        (tmp_path / "folder.pdf", "this is a folder"),
    ):
        with pytest.raises(PaperError, match=says):
            write("handout", Data(), out)
    with pytest.raises(PaperError, match="cannot be written"):
        keep(tmp_path / "file" / "h.pdf", b"x")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.pdf"]


def test_without_typst_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(PaperError, match=r"pip install 'underfoot\[paper\]'"):
        typeset("handout", Data(), "pdf")
