"""`underfoot receipt` prints the slip of a fit into a file."""

from __future__ import annotations

from pathlib import Path

import click

from ..config import load
from ..ledger.trouble import LedgerError
from ..paper.engine import PaperError, write
from ..paper.receipt import PPI, PRINTED_MM, found, pages
from ..text.sentences import LanguageError


@click.command(short_help="The slip a fit leaves.")
@click.option(
    "--fit", "number", type=click.IntRange(1), help="Its number in the newest performance that has it; the newest."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The file: .pdf, .svg, or .png for a printer."
)
@click.option("--paper", type=click.Choice([str(mm) for mm in PRINTED_MM]), default="80", show_default=True, help="mm.")
@click.option("--ledger", "ledger", type=click.Path(path_type=Path), help="Another file than the one of config.toml.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option(
    "--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting that goes before the file."
)
def command(
    number: int | None, out: Path, paper: str, ledger: Path | None, path: Path | None, changes: tuple[str, ...]
) -> None:
    """Print what a fit took, what was learned, one lens, and what printing the slip takes, ESTIMATED.

    A PNG is as wide as a thermal printer's head reaches, dot for dot: 384 of 58 mm, 576 of 80 mm.
    """
    config = load(path, changes)
    try:
        day, fit = found(ledger or Path(config.ledger.file), number)
        for file in write("receipt", pages(day, fit, config, int(paper), out), out, PPI):
            click.echo(file)
    except (LedgerError, PaperError, LanguageError) as error:
        raise click.ClickException(str(error)) from None
