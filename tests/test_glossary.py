"""The glossary speaks of what is there: each bold word stands in the code, each word is explained once."""

from __future__ import annotations

import re
from functools import cache

import pytest

from installation.config import HOME

TEXT = (HOME / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in TEXT.splitlines() if re.match(r"\| (?!here \|)", line)]
BOLD = re.findall(r"\*\*(.+?)\*\*", TEXT)


@cache
def code() -> str:
    files = [f for ending in ("py", "toml") for f in sorted((HOME / "installation").rglob(f"*.{ending}"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.name != "passages.toml")


def stands(word: str) -> bool:
    return re.search(rf"(?<![A-Za-z]){re.escape(word)}s?(?![A-Za-z])", code()) is not None


@pytest.mark.parametrize("word", BOLD)
def test_each_bold_word_stands_in_the_code(word: str) -> None:
    assert stands(word), "explain the word that the code uses"
    assert not stands(f"{word}esque")


def test_each_word_is_explained_once_with_the_field_s_term() -> None:
    assert len(BOLD) == len(set(BOLD)) > 50
    for row in ROWS:
        assert len(row) == 3, row
        assert all(cell.strip() for cell in row), row
