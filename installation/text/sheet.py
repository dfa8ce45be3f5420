"""Prints the handout's passages as plain text with their credit: `python -m installation.text.sheet > passages.txt`.

One data file feeds the wall, the handout and the large-print sheet, so that no second copy of the words can drift.
"""

from __future__ import annotations

import sys

from installation.config import load
from installation.text.passages import Passages, chosen
from installation.text.sentences import Sentences


def sheet(passages: Passages, say: Sentences) -> str:
    """Each passage on one unbroken line as the quotation it is, its credit under it; last where corrections go."""
    if not passages.shown:
        return "\n".join((*passages.hidden, *passages.off)) + "\n"
    parts = [
        f"“{passage.text}”\n{' '.join(filter(None, (passage.credit_line, passage.part)))}" for passage in passages.shown
    ]
    contact = passages.contact
    parts.append(say("corrections", contact=contact) if contact else say("corrections_house"))
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Prints the sheet; what is hidden by a fault goes to standard error, and makes the exit code 1."""
    config = load()
    passages = chosen(config.text, "handout")
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(sheet(passages, Sentences(config.piece.language)))
    sys.stderr.write("".join(f"{sentence}\n" for sentence in passages.hidden))
    return 1 if passages.hidden else 0


if __name__ == "__main__":
    raise SystemExit(main())
