"""`underfoot handout` prints two pages for a seminar, filled from a day of the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from ..config import load
from ..ledger.trouble import LedgerError
from ..paper import day as days
from ..paper.engine import PaperError, write
from ..paper.handout import of
from ..text.sentences import LanguageError


@click.command(short_help="Two pages for a seminar, filled from a day.")
@click.option("--day", default="", help="YYYY-MM-DD; the newest day if left out.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file: .pdf, or .png and .svg by page.")
@click.option("--recording", default="", metavar="NAME", help="A recording instead, where there was no meter.")
@click.option("--passage", default="", metavar="ID", help="Of those cleared for the handout; the first if left out.")
@click.option("--ledger", "ledger", type=click.Path(path_type=Path), help="Another file than the one of config.toml.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option(
    "--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting that goes before the file."
)
def command(
    day: str, out: Path, recording: str, passage: str, ledger: Path | None, path: Path | None, changes: tuple[str, ...]
) -> None:
    """Print the fifteen lines with wide margins, and the sheet "what the meter saw", filled in.

    In the language of the wall. A passage stands on it only if passages.toml clears it for the handout.
    """
    config = load(path, changes)
    try:
        found = days.of_recording(recording) if recording else _of_ledger(ledger or Path(config.ledger.file), day)
        for file in write("handout", of(found, config, passage), out):
            click.echo(file)
    except (LedgerError, PaperError, LanguageError) as error:
        raise click.ClickException(str(error)) from None


def _of_ledger(ledger: Path, day: str) -> days.Day:
    if not ledger.is_file():
        raise PaperError(f"{ledger}: there is no ledger; name another file, or print --recording step-3090.")
    return days.of_ledger(ledger, day)
