"""The passages stand in one file; the seminar's code sheet is the seed, byte for byte."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from installation.text.passages import PASSAGES

HOME = PASSAGES.parents[2]
FOLDERS = ("installation", "docs", "tests", "sketches", "hardware", "benchmarks")
TEXTS = {".py", ".md", ".toml", ".txt", ".yml", ".tsv", ".h", ".ino", ".json", ".svg"}
RUN = 6  # words in a row that count as a quotation


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def other_files() -> Iterator[Path]:
    yield from (path for path in HOME.glob("*.*") if path.suffix in TEXTS)
    for folder in FOLDERS:
        yield from (path for path in (HOME / folder).rglob("*") if path.suffix in TEXTS and path != PASSAGES)


def test_no_other_file_quotes_the_essay() -> None:
    quoted = set().union(*(runs(p["text"]) for p in tomllib.loads(PASSAGES.read_text(encoding="utf-8"))["passages"]))
    files = list(other_files())
    assert len(files) > 20
    for path in files:
        found = quoted & runs(path.read_text(encoding="utf-8", errors="replace"))
        assert not found, f"{path.relative_to(HOME)} quotes the essay: {sorted(found)[0]}"


def test_the_code_sheet_is_the_seed() -> None:
    seed = (HOME / "docs" / "seminar" / "seed.txt").read_bytes()
    checksum = hashlib.sha256(seed).hexdigest()
    assert checksum == "02bed4efe8d88110b12744bf65bebd2c66b78dcef16e245dbd88e7f18bf13d61"
    assert checksum in (HOME / "docs" / "seminar" / "README.md").read_text(encoding="utf-8")


def test_the_files_the_kit_names_are_there() -> None:
    folder = HOME / "docs" / "seminar"
    for page in folder.glob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (folder / link).is_file(), f"{page.name} names {link}"
