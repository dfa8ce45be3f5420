"""`underfoot export` writes a day of the ledger as CSV, JSON or Parquet."""

from __future__ import annotations

from pathlib import Path

import click

from ..config import load
from ..ledger.export import FORMATS, write
from ..ledger.trouble import LedgerError


@click.command(short_help="A day of the ledger as data.")
@click.option("--day", default="", help="YYYY-MM-DD; the newest day if left out.")
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="csv", show_default=True)
@click.option("--out", default="out/export", show_default=True, type=click.Path(path_type=Path), help="Folder.")
@click.option("--ledger", "ledger", type=click.Path(path_type=Path), help="Another file than the one of config.toml.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
def command(day: str, form: str, out: Path, ledger: Path | None, path: Path | None) -> None:
    """Write the seconds and the fits of a day, and what their columns mean.

    Each energy has its word beside it; rows of two words are never to be added. The hash printed is the SHA-256 of the
    day's seconds as CSV: whoever has the ledger can compute it again.
    """
    try:
        files, digest = write(ledger or Path(load(path).ledger.file), day, out, form)
    except LedgerError as error:
        raise click.ClickException(str(error)) from None
    for file in files:
        click.echo(file)
    click.echo(f"SHA-256 of the day's seconds as CSV: {digest}")
