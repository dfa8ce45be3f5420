"""`underfoot now` shows the record: every field, its value, its unit."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
from numpy.typing import NDArray

from ..config import ConfigError
from ..network.curve import told
from ..now import Doors, Now, Provenance, default_path

ALIVE = 2.0  # s since the conductor's last beat


@click.command(short_help="The record, once or live.")
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object by field name.")
@click.option("--now", "record", type=click.Path(path_type=Path), help="Another record.")
def command(watch: bool, as_json: bool, record: Path | None) -> None:
    """Show everything that is true at this moment."""
    now = join(record)
    if not watch:
        click.echo(json.dumps(snapshot(now)) if as_json else "\n".join(lines(now)))
        return
    while True:
        if now.replaced():
            now = join(record)
        if as_json:
            click.echo(json.dumps(snapshot(now)))
        else:
            click.clear()
            click.echo("\n".join(line for line in lines(now)))
        time.sleep(0.5)


def join(record: Path | None = None) -> Now:
    """Open the record of the piece that runs here, as a guest.

    Raises:
        ConfigError: none runs, or it is another version's.
    """
    path = record or default_path()
    try:
        return Now(path)
    except FileNotFoundError:
        raise ConfigError(f"No piece runs here ({path} does not exist); start it with `underfoot run`.") from None
    except ValueError as error:
        raise ConfigError(str(error)) from None


def performs(now: Now) -> bool:
    """Whether a piece plays in this record, and not one that ended or was killed."""
    conducted = now.conductor_beat > 0  # a player alone has a record without a conductor
    return now.doors == Doors.OPEN and (not conducted or time.monotonic() - now.conductor_beat < ALIVE)


def snapshot(now: Now) -> dict[str, Any]:
    """All fields by name; numbers that are not finite as null, pictures as lists of rows, `provenance_word` beside."""
    values = {name: _plain(getattr(now, name)) for name in now.fields}
    return values | {"provenance_word": word(now.provenance)}


def word(provenance: float) -> str:
    """The word that stands beside every number."""
    return Provenance(int(provenance)).name.replace("_", " ")


def lines(now: Now) -> list[str]:
    """One line a field; pictures only by their shape, the curve by some of its points."""
    rows = []
    for row in now.table():
        value = getattr(now, row.name)
        shown = _pictured(row.name, value) if row.kind == "picture" else value
        shown = f"{shown:.6g}" if isinstance(shown, float) else str(shown).partition("\n")[0]
        rows.append(f"{row.name:20} {shown:>14} {row.unit:3} {row.meaning}")
    return rows


def _pictured(name: str, value: NDArray[Any]) -> str:
    """A picture by its shape; a curve also by some of its points."""
    points = told(value) if name == "curve" else ""
    return points or "x".join(map(str, value.shape))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return value if value - value == 0 else None
    return value if isinstance(value, str | int) else _plain(value.tolist())
