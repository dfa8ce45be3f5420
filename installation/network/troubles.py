"""What goes wrong in a fit becomes one sentence for the wall and one word for the ledger."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

from .listing import ListingError

NO_MEMORY = ("resource_exhausted", "resourceexhausted", "out of memory", "defaultcpuallocator", "cannot allocate")


@dataclass(frozen=True)
class Trouble:
    """Attributes: how, the word for the ledger; sentence, for the wall."""

    how: str
    sentence: str


NOT_A_NUMBER = Trouble(
    "not a number", "The loss was no number any more: this fit was ended, and the next one starts afresh."
)
OUT_OF_MEMORY = Trouble("no memory", "There was not enough memory for this network; a smaller one or a press may do.")


def trouble(error: BaseException, path: Path, broken: bool) -> Trouble:
    """Name an error that came out of a network's file.

    Args:
        error: what was raised.
        path: the file, to find the line in it that led there.
        broken: whether the watch saw a loss that is no number.
    """
    if broken:
        return NOT_A_NUMBER
    if isinstance(error, ListingError):
        return Trouble("error", str(error))
    text = f"{type(error).__name__} {error}".lower()
    if isinstance(error, MemoryError) or any(word in text for word in NO_MEMORY):
        return OUT_OF_MEMORY
    if isinstance(error, ImportError) and not _line(error, path):
        return Trouble("error", f"Keras cannot start: {_first_line(error)}; install its backend or choose another.")
    if isinstance(error, SystemExit):
        return Trouble("error", f"{_place(error, path)}: the file asks to leave Python; take that line out.")
    return Trouble("error", f"{_place(error, path)}: {type(error).__name__}: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no more is said"])[0][:160]


def _place(error: BaseException, path: Path) -> str:
    line = _line(error, path)
    return f"{path.name}, line {line}" if line else path.name


def _line(error: BaseException, path: Path) -> int:
    """The last line of the file on the way to the error; 0 where it lies elsewhere."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == str(path)), 0)
