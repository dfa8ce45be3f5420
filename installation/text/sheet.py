"""Prints the handout's passages as plain text with their credit: `python -m installation.text.sheet > passages.txt`.

One data file feeds the wall, the handout and the large-print sheet, so that no second copy of the words can drift.
"""

from __future__ import annotations

import sys

from installation.text.passages import Passages, read


def sheet(passages: Passages) -> str:
    """The passages, one paragraph each and unbroken, then their credit once, then where corrections go."""
    if not passages.shown:
        return "\n".join((*passages.hidden, *passages.off)) + "\n"
    parts = [passage.text for passage in passages.shown]
    parts += dict.fromkeys(passage.credit_line for passage in passages.shown)
    if passages.contact:
        parts.append(f"Corrections: {passages.contact}")
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Prints the sheet; what is hidden by a fault goes to standard error, and makes the exit code 1."""
    passages = read(where="handout")
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(sheet(passages))
    sys.stderr.write("".join(f"{sentence}\n" for sentence in passages.hidden))
    return 1 if passages.hidden else 0


if __name__ == "__main__":
    raise SystemExit(main())
