"""`underfoot fit` presses the button."""

from __future__ import annotations

import contextlib
import fcntl
from pathlib import Path

import click

from ..config import ConfigError
from .now import join, performs


@click.command(short_help="Press the button.")
@click.option("--now", "record", type=click.Path(path_type=Path), help="Another record.")
def command(record: Path | None) -> None:
    """Ask the running piece for a fit, as the button on the plinth does."""
    now = join(record)
    if not performs(now):
        raise ConfigError(f"No piece runs here ({now.path} is of one that ended); start it with `underfoot run`.")
    with now.path.open("rb") as file:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)  # two shells at once are two presses
        now.press()
    click.echo(f"Pressed. {int(now.fits)} fits so far.")
