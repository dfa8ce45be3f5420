"""`underfoot ledger` tells days and totals, and looks after the file: check, backup, restore."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ..config import load
from ..ledger.audit import audit
from ..ledger.copies import backup, restore
from ..ledger.totals import read_only, rows_of
from ..ledger.trouble import LedgerError
from ..now import Now, default_path
from .now import performs

DAYS = "SELECT * FROM days WHERE day >= coalesce(?, '') ORDER BY day, provenance"
FITS = "SELECT count(*) AS fits FROM fits WHERE date(began_utc, 'localtime') = ?"
BAR = "▏▎▍▌▋▊▉█"
WIDTH = 24  # characters of the longest bar
KWH = 3.6e6  # J

file_option = click.option(
    "--ledger", "file", type=click.Path(path_type=Path), help="Another file than the one of config.toml."
)


@click.group(invoke_without_command=True, short_help="Days and totals; check, backup, restore.")
@file_option
@click.option("--since", help="YYYY-MM-DD; all days if left out.")
@click.option("--json", "as_json", is_flag=True, help="A list of days.")
@click.pass_context
def command(context: click.Context, file: Path | None, since: str | None, as_json: bool) -> None:
    """Tell what each day used, apart by where the number comes from."""
    context.obj = file
    if context.invoked_subcommand:
        return
    try:
        with closing(read_only(_path(file))) as db:
            days = rows_of(db, DAYS, since)
            for day in days:
                day["fits"] = rows_of(db, FITS, day["day"])[0]["fits"]
    except (LedgerError, sqlite3.Error) as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(days) if as_json else "\n".join(lines(days)))


def lines(days: list[dict[str, Any]]) -> Iterator[str]:
    """The days as lines with a bar each; bars are of one scale, and no line adds two words."""
    most = max((day["joules"] or 0.0 for day in days), default=0.0)
    for day in days:
        hours = f"{day['seconds'] / 3600:6.2f} h"
        yield f"{day['day']}  {day['provenance']:<10}  {_energy(day):>20}  {hours}  {_bar(day, most)}"
    if not days:
        yield "The ledger has no day yet."


def _energy(day: dict[str, Any]) -> str:
    if day["joules"] is None:
        return "-"
    return f"{day['joules'] / KWH:.4f} ± {day['plus_minus_joules'] / KWH:.4f} kWh"


def _bar(day: dict[str, Any], most: float) -> str:
    eighths = round(8 * WIDTH * (day["joules"] or 0.0) / most) if most else 0
    return "█" * (eighths // 8) + (BAR[eighths % 8 - 1] if eighths % 8 else "")


@command.command("check")
@click.pass_obj
def check(file: Path | None) -> None:
    """Look the whole file through, and hold its sums against its rows."""
    path = _path(file)
    try:
        wrong = audit(path)
    except LedgerError as error:
        raise click.ClickException(str(error)) from None
    for sentence in wrong:
        click.echo(sentence)
    if wrong:
        raise click.exceptions.Exit(1)
    click.echo(f"{path}: whole, and its sums are those of its rows.")


@command.command("backup")
@click.option("--to", default="out/backup", show_default=True, type=click.Path(path_type=Path), help="Folder.")
@click.option("--keep", default=7, show_default=True, type=click.IntRange(0), help="Copies that stay; 0 keeps all.")
@click.pass_obj
def backup_(file: Path | None, to: Path, keep: int) -> None:
    """Copy the ledger, also while the piece writes to it."""
    try:
        copy, old = backup(_path(file), to, keep)
    except LedgerError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{copy}: {copy.stat().st_size / 1e6:.1f} MB, looked through.")
    for path in old:
        click.echo(f"{path}: an older copy, deleted.")


@command.command("restore")
@click.argument("copy", type=click.Path(path_type=Path))
@click.pass_obj
def restore_(file: Path | None, copy: Path) -> None:
    """Put a copy in the ledger's place; what stood there is kept beside it. The piece must not run."""
    if runs():
        raise click.ClickException("The piece runs and writes to its ledger; end it, then restore.")
    try:
        sentence = restore(copy, _path(file))
    except LedgerError as error:
        raise click.ClickException(str(error)) from None
    click.echo(" ".join(filter(None, (f"{copy} is the ledger now.", sentence))))


def runs() -> bool:
    """Whether a piece of this machine is alive."""
    try:
        return performs(Now(default_path()))
    except (OSError, ValueError):
        return False


def _path(file: Path | None) -> Path:
    return file or Path(load().ledger.file)
