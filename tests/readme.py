"""Writes the tables of README.md and docs/now.md from what they describe: `python -m tests.readme`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from installation.__main__ import underfoot
from installation.now import table

README = Path(__file__).parent.parent / "README.md"
RECORD = README.parent / "docs" / "now.md"


def fields() -> str:
    """The fields of the record as a Markdown table."""
    rows = [f"| `{r.name}` | {r.kind} | {r.unit} | {r.writer} | {r.meaning} |" for r in table()]
    return "\n".join(["| field | kind | unit | writer | meaning |", "|---|---|---|---|---|", *rows])


def commands() -> str:
    """The commands and their one-line help as a Markdown table."""
    context = click.Context(underfoot)
    names = underfoot.list_commands(context)
    rows = []
    for name in names:
        command = underfoot.get_command(context, name)
        assert command is not None
        rows.append(f"| `underfoot {name}` | {command.get_short_help_str(100)} |")
    return "\n".join(["| command | does |", "|---|---|", *rows])


def filled(text: str) -> str:
    """A page with its tables as they must stand."""
    for mark, made in (("commands", commands()), ("fields", fields())):
        text = re.sub(
            f"<!-- {mark} -->.*?<!-- /{mark} -->",
            lambda _, mark=mark, made=made: f"<!-- {mark} -->\n{made}\n<!-- /{mark} -->",
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    for page in (README, RECORD):
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
