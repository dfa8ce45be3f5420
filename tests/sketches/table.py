"""Writes the table of the stage's words into docs/workshops.md: `python -m tests.sketches.table`."""

from __future__ import annotations

import inspect
import re

from installation.config import HOME
from installation.workshop.sketch_file import HOOKS
from installation.workshop.stage import Stage, words

BEGIN, END = "<!-- words: begin -->\n", "<!-- words: end -->"
HELP = {
    "setup": "once, at the begin; again when its own lines changed",
    "draw": "for each picture, sixty times a second",
    "key": "when a key is pressed; `name` is such as `a` or `space`",
    "press": "when the picture is touched or clicked",
}


def call(name: str) -> str:
    """A word as a sketch writes it, without types."""
    value = vars(Stage)[name]
    if isinstance(value, property):
        return f"stage.{name}"
    parameters = [p for p in inspect.signature(value).parameters.values() if p.name != "self"]
    shown = (p.name if p.default is p.empty else f"{p.name}={p.default!r}".replace("'", '"') for p in parameters)
    return f"stage.{name}({', '.join(shown)})"


def table() -> str:
    """The hooks and the words as Markdown."""
    rows = ["| the piece calls | when |", "|---|---|"]
    rows += [f"| `{name}({', '.join(given)})` | {HELP[name]} |" for name, given in HOOKS.items()]
    rows += ["", "| a sketch says | what it does |", "|---|---|"]
    for name in words():
        text = inspect.getdoc(getattr(Stage, name)) or ""
        rows.append(f"| `{call(name)}` | {text.replace(chr(10), ' ')} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    path = HOME / "docs" / "workshops.md"
    old = path.read_text(encoding="utf-8")
    path.write_text(re.sub(f"(?s){BEGIN}.*{END}", lambda _: BEGIN + table() + END, old), encoding="utf-8")
