"""Says of each entry in passages.toml whether its wording is proved, and if not, why, in one sentence.

The proof is a SHA-256 over the UTF-8 bytes, written down when a person compared the text with its source. The rules
about letters guard against what editors do by themselves: straight apostrophes, and letters taken apart (NFD).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

WORDINGS = ("publisher's page", "seed post", "reader's extract")
PLACES = ("screen", "handout", "both")


class ProofError(ValueError):
    """Why a passage, or the whole file, cannot be shown; a clause without a full stop."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table of passages.toml."""


class Texts(Table, frozen=True):
    """The switch for all words, the address for corrections, and what was changed when."""

    enabled: bool
    contact: str
    changelog: list[str]


class Source(Table, frozen=True):
    """Where the passages were published."""

    title: str
    journal: str
    date: str
    source_url: str
    release: str
    doi: str
    licence: str


class Author(Table, frozen=True):
    """One author, with the nation as stated by the author, and where and when that was read."""

    name: str
    nation: str
    as_stated_on: str
    as_of: str


class Entry(Table, frozen=True):
    """One passage: its text, the proof of its wording, and whether and where it may be shown."""

    id: str
    text: str
    sha256: str
    wording: str
    dropped: str
    verified_by: str
    verified_on: str
    enabled: bool
    where: str
    reason: str = ""
    part: str = ""
    whole: str = ""
    authors_line: str = ""


class File(Table, frozen=True):
    """The whole file; `faults` are the entries that could not even be read, a sentence each."""

    texts: Texts
    source: Source
    authors: list[Author]
    passages: list[Entry]
    faults: list[str] = []


AnyTable = TypeVar("AnyTable", bound=Table)


def entries(tables: Mapping[str, Any]) -> File:
    """The tables of a passages file, typed. An entry with a fault is set aside; any other fault raises ProofError."""
    known = ("texts", "source", "authors", "passages")
    _refuse_unknown(tables, known, "")
    passages, faults = _passages(tables.get("passages", []))
    return File(
        texts=_typed(tables.get("texts"), Texts, "[texts] "),
        source=_typed(tables.get("source"), Source, "[source] "),
        authors=[_typed(author, Author, "[[authors]] ") for author in _list(tables.get("authors"), "[[authors]]")],
        passages=passages,
        faults=faults,
    )


def _passages(tables: Any) -> tuple[list[Entry], list[str]]:
    good: list[Entry] = []
    faults = []
    for number, table in enumerate(_list(tables, "[[passages]]"), 1):
        name = table.get("id", f"number {number}") if isinstance(table, dict) else f"number {number}"
        try:
            entry = _typed(table, Entry, "")
            if any(entry.id == other.id for other in good):
                raise ProofError("another passage before it has the same id")
            good.append(entry)
        except ProofError as error:
            faults.append(f"Passage {name} is not shown: {error}.")
    return good, faults


def prove(entry: Entry) -> None:
    """Raises ProofError with the first reason why `entry` must not be shown, whatever its `enabled` says."""
    for fault, found in (
        (f'wording is "{entry.wording}"; it must be one of {", ".join(WORDINGS)}', entry.wording not in WORDINGS),
        (f'where is "{entry.where}"; it must be one of {", ".join(PLACES)}', entry.where not in PLACES),
        ("it is known only from a reader's extract and verified_on is empty", _unread(entry)),
        ("nobody has verified it: verified_by is empty", not entry.verified_by.strip()),
        ("its text does not agree with its SHA-256; put the original wording back", not _agrees(entry)),
        *_letters(entry.text, "its text"),
    ):
        if found:
            raise ProofError(fault)


def credit(file: File, entry: Entry) -> tuple[str, ...]:
    """The credit in units that stay together: authors and nations in the published order, then title, journal, date."""
    names = [unit for a in file.authors for unit in (a.name, f"({a.nation}),")]
    if entry.authors_line:
        names = [f"{entry.authors_line},"]
    source = file.source
    units = (
        *names,
        f"“{source.title}”,",
        f"{source.journal},",
        f"{source.date},",
        f"doi:{source.doi}.",
        "Excerpt, unaltered.",
    )
    for fault, found in (("it has no authors", not names), *_letters(" ".join(units), "its credit")):
        if found:
            raise ProofError(fault)
    return units


def complete(file: File, whole: str, parts: Sequence[Entry]) -> bool:
    """Whether `parts`, numbered 1/n to n/n and each ending with a sentence, are the proved text called `whole`."""
    target = next((e for e in file.passages if e.id == whole), None)
    numbered = [e.part for e in parts] == [f"{n}/{len(parts)}" for n in range(1, len(parts) + 1)]
    together = " ".join(e.text for e in parts)
    ends = all(e.text.endswith((".", "?", "!")) for e in parts)
    return target is not None and numbered and ends and _agrees(target) and together == target.text


def _unread(entry: Entry) -> bool:
    return entry.wording == "reader's extract" and not entry.verified_on.strip()


def _agrees(entry: Entry) -> bool:
    return bool(entry.text) and entry.sha256 == sha256(entry.text.encode()).hexdigest()


def _letters(text: str, name: str) -> tuple[tuple[str, bool], ...]:
    return (
        (f"{name} is not in Unicode's form NFC", not unicodedata.is_normalized("NFC", text)),
        (f"{name} holds a typewriter apostrophe (U+0027) where ’ or ʻ belongs", "'" in text),
    )


def _typed(table: Any, kind: type[AnyTable], where: str) -> AnyTable:
    if not isinstance(table, dict):
        raise ProofError(f"{where}is missing" if where else "it is not a table of keys")
    _refuse_unknown(table, kind.__struct_fields__, where)
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise ProofError(where + str(error).replace("`", '"').replace(' - at "$.', ' for the key "')) from None


def _refuse_unknown(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, 1)
            raise ProofError(f'{where}unknown key "{key}"' + (f'; did you mean "{near[0]}"?' if near else ""))


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise ProofError(f"{name} is missing or not a list of tables")
    return value
