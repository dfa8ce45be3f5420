"""Says for `underfoot doctor` which words may be shown and which may not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from installation.config import HOME, Config
from installation.finding import Finding
from installation.text.passages import chosen
from installation.text.place import mix_fault, said
from installation.text.sentences import LanguageError, Sentences

POST = HOME / "docs" / "seminar" / "critique.md"
UNNAMED = "the author of the post"


def check(config: Config) -> list[Finding]:
    """One finding for the language, one for the passages, one for each fault in them or in [place], the post."""
    return [*_language(config), *_passages(config), *_place(config), *_post(POST)]


def _language(config: Config) -> Iterator[Finding]:
    try:
        words = Sentences(config.piece.language)
    except LanguageError as error:
        yield Finding(
            "language", "wrong", str(error), "Write a language that is there into config.toml, [piece] language."
        )
        return
    yield Finding("language", "ok", f"{words.marks['name']}, {len(words.sentences)} sentences.")
    if words.faults:
        detail = f"{len(words.faults)} of its sentences appear in English; the first: {words.faults[0]}"
        yield Finding("language", "missing", detail, "Mend the language's file.")


def _passages(config: Config) -> Iterator[Finding]:
    passages = chosen(config.text)
    for sentence in passages.hidden:
        yield Finding(
            "passages", "wrong", sentence, "Put the original file or wording back; do not correct the SHA-256."
        )
    if not passages.shown:
        yield Finding(
            "passages", "missing", (passages.off or passages.hidden)[0], "The piece is complete without them."
        )
        return
    yield Finding("passages", "ok", f"{len(passages.shown)} texts are proved, each with its credit.")
    if not passages.contact:
        remedy = (
            "Write an address into passages.toml, [texts] contact; until then the wall asks people to tell the staff."
        )
        yield Finding("passages", "missing", "There is no address for corrections.", remedy)


def _place(config: Config) -> Iterator[Finding]:
    for fault in filter(None, (*said(config.place).faults, mix_fault(config.place))):
        yield Finding("place", "wrong", fault, "Only the host can fill this in; leave it empty to show nothing.")


def _post(sheet: Path) -> Iterator[Finding]:
    """The post that brought the fifteen lines to the group is signed on its own page; only a person reads it there."""
    if sheet.is_file() and UNNAMED in sheet.read_text(encoding="utf-8"):
        detail = f"The handout’s sheet says “{UNNAMED}”: nobody has read yet who wrote it."
        remedy = (
            "Read the name on the page of discussion 93 (wg20.criticalcodestudies.com), and write it as it stands "
            "there into docs/seminar/critique.md and docs/sources.md."
        )
        yield Finding("post", "missing", detail, remedy)
