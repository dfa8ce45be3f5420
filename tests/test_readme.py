"""The README says what is: its tables, its commands, its files; docs/now.md has every field."""

from __future__ import annotations

import re

from tests.readme import README, RECORD, filled

TEXT = README.read_text(encoding="utf-8")


def test_the_tables_are_what_the_code_says() -> None:
    for page in (README, RECORD):
        text = page.read_text(encoding="utf-8")
        assert filled(text) == text, f"{page.name}: run `.venv/bin/python -m tests.readme`"
    assert "<!-- commands -->" in TEXT
    assert "| `watts` | number | W | meter |" in RECORD.read_text(encoding="utf-8")


def test_it_is_a_page_one_reads_to_its_end() -> None:
    assert len(TEXT.splitlines()) < 150


def test_every_linked_or_named_file_is_there() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    named = re.findall(r"(?:docs|hardware|sketches|installation)/[\w./]+\.\w+", TEXT)
    for path in {*linked, *named}:
        assert (README.parent / path).exists(), path


def test_every_make_target_is_there() -> None:
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|`)make (\w+)", TEXT, re.MULTILINE):
        assert re.search(rf"^[\w ]*\b{target}\b[\w ]*:", makefile, re.MULTILINE), target
