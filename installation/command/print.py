"""`underfoot print` prints the day's section as a poster, and holds a poster against a ledger."""

from __future__ import annotations

from pathlib import Path

import click

from ..config import load
from ..ledger.trouble import LedgerError
from ..paper.day import of_ledger
from ..paper.engine import PaperError
from ..paper.poster import SIZES_MM, check, of, write
from ..text.sentences import LanguageError


@click.command(short_help="A day's section as a poster.")
@click.option("--day", default="", help="YYYY-MM-DD; the newest day if left out.")
@click.option("--out", type=click.Path(path_type=Path), help="The file: .pdf, .svg or .png.")
@click.option("--paper", type=click.Choice(list(SIZES_MM)), default="a3", show_default=True)
@click.option("--check", "poster", type=click.Path(path_type=Path), help="Hold a poster's file against the ledger.")
@click.option("--ledger", "ledger", type=click.Path(path_type=Path), help="Another file than the one of config.toml.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option(
    "--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting that goes before the file."
)
def command(
    day: str,
    out: Path | None,
    paper: str,
    poster: Path | None,
    ledger: Path | None,
    path: Path | None,
    changes: tuple[str, ...],
) -> None:
    """Draw the day in layers, the newest on top: area is energy, and the day's hash stands in the margin.

    The hash is that of `underfoot export`: whoever has the ledger can compute it again.
    """
    config = load(path, changes)
    file = ledger or Path(config.ledger.file)
    if (out is None) == (poster is None):
        raise click.UsageError("Name the poster to print with --out FILE, or the one to look at with --check FILE.")
    try:
        if poster:
            click.echo(check(poster, file))
        if out:
            write(of(of_ledger(file, day), config, paper), out)
            click.echo(out)
    except (LedgerError, PaperError, LanguageError) as error:
        raise click.ClickException(str(error)) from None
