"""CITATION.cff and the pages for a collection say what is: the version, the credit, files that are there."""

from __future__ import annotations

import re
import tomllib

import yaml

from installation import __version__
from installation.config import HOME
from installation.text.passages import PASSAGES


def test_the_citation_is_of_this_version_and_credits_the_essay_as_the_passages_do() -> None:
    cited = yaml.safe_load((HOME / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(cited["version"]) == __version__
    told = tomllib.loads(PASSAGES.read_text(encoding="utf-8"))
    essay = cited["references"][0]
    assert (essay["title"], essay["doi"], essay["url"]) == tuple(
        told["source"][key] for key in ("title", "doi", "source_url")
    )
    names = [f"{author['given-names']} {author['family-names']}" for author in essay["authors"]]
    assert names == [author["name"] for author in told["authors"]]


def test_the_pages_for_a_collection_name_files_that_are_there() -> None:
    for page in ("identity.md", "installation-sheet.md"):
        text = (HOME / "docs" / page).read_text(encoding="utf-8")
        for name in re.findall(r"\b(?:docs|hardware|environment)/[\w./]+\.(?:md|toml)", text):
            assert (HOME / name).exists(), f"{page}: {name}"
