"""Reads the passages and hands out only those that may be drawn, each whole, proved and with its credit.

A text that cannot be proved is not shown, never mended: a changed letter, a lost part, a letter the face lacks or a key
nobody knows hides it, and a sentence says so. A bad file hides everything and stops nothing: `read` does not raise.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from installation.config import TextSettings
from installation.text.coverage import WORDS_FACE, FaceError, letters, missing, named
from installation.text.lines import joined
from installation.text.proof import Entry, File, ProofError, complete, credit, entries, prove

PASSAGES = Path(__file__).with_name("passages.toml")


@dataclass(frozen=True)
class Passage:
    """One proved text. `part` is "2/3" or ""; `dwell_s` in seconds; `credit` holds units to be set with `packed`."""

    id: str
    text: str
    part: str
    credit: tuple[str, ...]
    title: str
    dwell_s: int

    @property
    def credit_line(self) -> str:
        """The whole credit as one line."""
        return joined(self.credit)


@dataclass(frozen=True)
class Passages:
    """What may be drawn, in the file's order; what a fault hides (for the staff line); what is off by choice."""

    shown: tuple[Passage, ...] = ()
    hidden: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    contact: str = ""


def dwell_s(text: str) -> int:
    """Seconds a text stays: 120 words a minute, half of reading speed so that it can be read twice, and 3 s."""
    return math.ceil(len(text.split()) / 2 + 3)


def turn(shown: Sequence[Passage], elapsed_s: float) -> Passage | None:
    """The passage whose turn it is `elapsed_s` after the first began; each keeps its dwell_s; None if there is none."""
    round_s = sum(p.dwell_s for p in shown)
    left_s = elapsed_s % round_s if round_s else 0.0
    for passage in shown:
        if left_s < passage.dwell_s:
            return passage
        left_s -= passage.dwell_s
    return shown[-1] if shown else None


def chosen(settings: TextSettings, where: str = "screen") -> Passages:
    """The passages as config.toml's [text] asks: its own file or the one of the piece, or none at all."""
    if not settings.enabled:
        return Passages(off=("The words are off: config.toml says [text] enabled = false.",))
    return read(Path(settings.passages) if settings.passages else PASSAGES, where)


def read(path: Path = PASSAGES, where: str = "screen", face: Path = WORDS_FACE) -> Passages:
    """The passages in the file at `path` that may be drawn in `face` on the "screen" or the "handout"; never raises."""
    try:
        letters(face)
        return _sort(entries(tomllib.loads(path.read_text(encoding="utf-8"))), where, face)
    except OSError as error:
        fault = f"it cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        fault = "it is not UTF-8"
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        fault = f"it is not TOML: {error}"
    except (ProofError, FaceError) as error:
        fault = str(error)
    return Passages(hidden=(f"{path.name}: no passage is shown: {fault.rstrip('.')}.",))


def _sort(file: File, where: str, face: Path) -> Passages:
    if not file.texts.enabled:
        return Passages(off=("The words are off: [texts] enabled is false.",), contact=file.texts.contact)
    shown: dict[str, Passage] = {}
    hidden, off = list(file.faults), []
    for entry in file.passages:
        if not entry.enabled:
            off.append(f"Passage {entry.id} is off: {entry.reason or 'enabled is false'}.")
            continue
        try:
            prove(entry)
            if entry.where in (where, "both"):
                shown[entry.id] = _passage(file, entry, face)
        except ProofError as error:
            hidden.append(f"Passage {entry.id} is not shown: {error}.")
    hidden += _drop_broken(file, shown)
    return Passages(tuple(shown.values()), tuple(hidden), tuple(off), file.texts.contact)


def _passage(file: File, entry: Entry, face: Path) -> Passage:
    units = credit(file, entry)
    lacking = missing(entry.text + joined(units), face)
    if lacking:
        raise ProofError(f"the face {face.name} cannot draw {named(lacking)}")
    return Passage(entry.id, entry.text, entry.part, units, file.source.title, dwell_s(entry.text))


def _drop_broken(file: File, shown: dict[str, Passage]) -> list[str]:
    """Takes out of `shown` the parts whose companions are not all there: a passage is drawn whole or not at all."""
    faults = []
    parts = [e for e in file.passages if e.id in shown and (e.part or e.whole)]
    for whole in dict.fromkeys(e.whole for e in parts):
        group = [e for e in parts if e.whole == whole]
        if not complete(file, whole, group):
            faults.append(f"The parts of passage {whole or '?'} are not shown: together they are not its whole text.")
            for entry in group:
                del shown[entry.id]
    return faults
