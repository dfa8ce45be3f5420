"""The README says what is: its tables, its commands, its files."""

from __future__ import annotations

import re

from tests.readme import README, filled

TEXT = README.read_text(encoding="utf-8")


def test_the_tables_are_what_the_code_says() -> None:
    assert filled(TEXT) == TEXT, "run `.venv/bin/python -m tests.readme`"


def test_every_linked_or_named_file_is_there() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    named = re.findall(r"(?:docs|hardware|sketches|installation)/[\w./]+\.\w+", TEXT)
    for path in {*linked, *named}:
        assert (README.parent / path).exists(), path


def test_every_make_target_is_there() -> None:
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|`)make (\w+)", TEXT, re.MULTILINE):
        assert re.search(rf"^[\w ]*\b{target}\b[\w ]*:", makefile, re.MULTILINE), target
