"""Gives the host's own words about the land the piece stands on, whole, or nothing at all.

An acknowledgement without content is worse than none: so it needs the names, a named action, who was asked, when, and
the source, all written by the host. Nothing here is generated, filled in or translated.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from installation.config import Place
from installation.text.coverage import WORDS_FACE, FaceError, missing, named
from installation.text.land import by_mix

TOGETHER = ("acknowledgement", "action", "asked", "asked_on", "source")


@dataclass(frozen=True)
class Said:
    """What may be shown, one paragraph per line, and what is wrong, one sentence each."""

    lines: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def said(place: Place, face: Path = WORDS_FACE) -> Said:
    """The host's words, if all of TOGETHER are filled in and `face` has their letters; reciprocity stands by itself."""
    texts = {key: getattr(place, key).strip() for key in (*TOGETHER, "reciprocity", "grid")}
    faults = [fault for key, text in texts.items() if (fault := _fault(key, text, face))]
    empty = [key for key in TOGETHER if not texts[key]]
    if 0 < len(empty) < len(TOGETHER):
        faults.append(f"config.toml: [place] is not shown until these are filled in too: {', '.join(empty)}.")
    if faults:
        return Said(faults=tuple(faults))
    return Said(tuple(texts[key] for key in ("acknowledgement", "action", "reciprocity") if texts[key]))


def mix_fault(place: Place) -> str:
    """What is wrong with [place] mix, as one sentence, or ""."""
    try:
        by_mix(1.0, place.mix or {"nuclear": 1.0})
    except ValueError as error:
        return f"config.toml: [place] mix: {error}"
    return ""


def _fault(key: str, text: str, face: Path) -> str:
    try:
        lacking = missing(text, face) if text else ""
    except FaceError as error:
        return str(error)
    if lacking:
        return f"config.toml: [place] {key}: the face {face.name} cannot draw {named(lacking)}; ask for another face."
    if not unicodedata.is_normalized("NFC", text):
        return f"config.toml: [place] {key} is not in Unicode's form NFC; type its letters with their marks in one."
    if "'" in text:
        return f"config.toml: [place] {key} holds a typewriter apostrophe (U+0027); write ’ or ʻ, whichever is meant."
    return ""
