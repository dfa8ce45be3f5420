from pathlib import Path

from installation.text.passages import Passages, read
from installation.text.sheet import sheet


def test_the_sheet_holds_every_passage_of_the_handout_whole_and_the_credit() -> None:
    passages = read(where="handout")
    paragraphs = sheet(passages).rstrip("\n").split("\n\n")
    assert paragraphs[:-1] == [passage.text for passage in passages.shown]
    assert paragraphs[-1] == passages.shown[0].credit_line


def test_without_passages_the_sheet_says_why(tmp_path: Path) -> None:
    assert sheet(read(tmp_path / "none.toml", "handout")).startswith(
        "none.toml: no passage is shown: it cannot be read"
    )
    assert sheet(Passages(off=("The words are off.",))) == "The words are off.\n"
