from pathlib import Path

import pytest

from installation.text.passages import Passages, read
from installation.text.sentences import Sentences
from installation.text.sheet import main, sheet


def test_the_sheet_quotes_every_passage_of_the_handout_whole_with_its_credit() -> None:
    passages = read(where="handout")
    assert len(passages.shown) > 5
    *quoted, corrections = sheet(passages, Sentences()).rstrip("\n").split("\n\n")
    for passage, paragraph in zip(passages.shown, quoted, strict=True):
        text, credit = paragraph.split("\n")
        assert text == f"“{passage.text}”"
        assert credit == f"{passage.credit_line} {passage.part}".strip()
    assert corrections == Sentences()("corrections_house")


def test_words_that_are_off_are_off_on_the_sheet_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("[text]\nenabled = false\n")
    main()
    assert "The words are off" in capsys.readouterr().out


def test_without_passages_the_sheet_says_why(tmp_path: Path) -> None:
    assert sheet(read(tmp_path / "none.toml", "handout"), Sentences()).startswith(
        "none.toml: no passage is shown: it cannot be read"
    )
    assert sheet(Passages(off=("The words are off.",)), Sentences()) == "The words are off.\n"
