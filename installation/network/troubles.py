"""What goes wrong in a fit becomes one sentence for the wall, with line and remedy, and one word for the ledger."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .card_faults import of_card
from .listing import ListingError

if TYPE_CHECKING:
    from .process.tally import Part

LONGEST = 200  # characters of what a library says
REMEDIES = {
    r"No module named 'keras\.layers\.\w+'": "Keras 3 has all layers in `keras.layers`; import them from there",
    r"No module named 'keras\.(\S+)'": "Keras 3 has no such part; look for it in `keras` itself",
    r"No module named '(\w+)": "install it into the folder .venv with `.venv/bin/python -m pip install`, or do without",
    r"cannot import name '(\w+)' from 'keras": "Keras 3 has it elsewhere or no more; see keras.io for its place",
    r"unexpected keyword argument 'nb_epoch'": "Keras 3 calls it `epochs`",
    r"(unexpected keyword|[Uu]nrecognized keyword) argument": "take it out, or look for its present name at keras.io",
    r"has no attribute 'fit_generator'": "Keras 3 calls it `fit`",
    r"You must call `compile\(\)`": 'add a line such as `model.compile(loss="mse")` before it',
    r"No such file or directory|does not exist": "mend its name, or lay it there; it is looked for beside this file",
    r"name '(\w+)' is not defined": "define it above, or mend the name",
    r"EOF when reading a line": "nobody can type here; write the answer into the file",
    r"incompatible|[Ss]hape|dimension|rank": "make the shapes of network, data and answers agree",
}


@dataclass(frozen=True)
class Trouble:
    """Attributes: how, the word for the ledger; sentence, for the wall."""

    how: str
    sentence: str

    def at(self, path: Path, part: Part | None) -> Trouble:
        """The same, with the line of the call that met it."""
        return Trouble(self.how, f"{path.name}, line {part.at}: {self.sentence}") if part and part.at else self


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
    place = _place(error, path)
    if broken:
        return Trouble(
            NOT_A_NUMBER.how, f"{place}: {NOT_A_NUMBER.sentence}" if _line(error, path) else NOT_A_NUMBER.sentence
        )
    if isinstance(error, ListingError):
        return Trouble("error", str(error))
    how, sentence = of_card(f"{type(error).__name__}: {error}")
    if how and how != OUT_OF_MEMORY.how:
        return Trouble(how, f"{place}: {sentence}.")
    if isinstance(error, MemoryError) or how:
        return Trouble(
            OUT_OF_MEMORY.how, f"{place}: {OUT_OF_MEMORY.sentence}" if _line(error, path) else OUT_OF_MEMORY.sentence
        )
    if isinstance(error, ImportError) and not _line(error, path):
        return Trouble("error", f"Keras cannot start: {_first_line(error)}; install its backend or choose another.")
    if isinstance(error, SystemExit):
        return Trouble("error", f"{place}: the file leaves Python before it trains; take that line out.")
    if isinstance(error, RecursionError):
        return Trouble("error", f"{place}: a function calls itself without end; give it a condition to stop.")
    return Trouble("error", f"{place}: {_first_line(error)} ({type(error).__name__}); {_remedy(error)}.")


def _remedy(error: BaseException) -> str:
    said = str(error)
    return next(
        (remedy for sign, remedy in REMEDIES.items() if re.search(sign, said)), "mend that line and save the file"
    )


def _first_line(error: BaseException) -> str:
    """The line of a message that says most: Keras and TensorFlow hang a page of their own insides behind it."""
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    lines = [
        line for line in lines if not re.match(r"(Detected at node|Exception encountered|Arguments received)", line)
    ]
    if not lines:
        return "no more is said"
    first = lines[0]
    if re.match(r"(Graph execution error|Unable to automatically build)", first) and len(lines) > 1:
        first = next((line for line in reversed(lines) if re.search(r"[a-z]{3}.* ", line)), lines[-1])
    return first[:LONGEST].rstrip(".;: ")


def _place(error: BaseException, path: Path) -> str:
    line = _line(error, path)
    return f"{path.name}, line {line}" if line else path.name


def _line(error: BaseException, path: Path) -> int:
    """The last line of the file on the way to the error; 0 where it lies elsewhere."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == str(path)), 0)
