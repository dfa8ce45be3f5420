"""`underfoot player NAME` runs one player alone, in this process."""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path

import click

from ..config import Config, ConfigError, load, nearest
from ..guard import attempt, plain
from ..now import Doors, Now, default_path
from ..player import PARENT, Player
from ..players import Role, find, is_folder, known
from ..plug import player_module
from .now import performs

ONE_THREAD = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
)  # before numpy is imported: no breaks in sound


@click.command(short_help="One player alone.")
@click.argument("name")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option(
    "--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting that goes before the file."
)
@click.option("--remote", metavar="HOST/TOPIC", help="Of the network: fit for a room elsewhere, over an MQTT broker.")
@click.option("--now", "record", type=click.Path(path_type=Path), help="The record to play in.")
def command(name: str, path: Path | None, changes: tuple[str, ...], remote: str | None, record: Path | None) -> None:
    """Run one player: meter, network, sound, screen, light or ledger.

    It plays in the piece that runs on this machine. Where none runs it opens a record of its own.
    """
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")
    if remote and name != "network":
        raise click.UsageError("--remote is for the player network.")
    config = load(path, (*changes, f"network.publish={remote}") if remote else changes)
    role = _role(name, config)
    now = _join(record or default_path(), role, config.piece.joules_per_grain)
    from ..player import main

    sys.exit(main(_player(role, now), config, now))


def _player(role: Role, now: Now) -> type[Player]:
    """Its class; one of somebody's own that cannot begin says why in its note, and is tried again."""
    if not role.folder:
        kind: type[Player] = player_module(role).Player
        return kind
    made: list[type[Player]] = []
    error = attempt(max(0.5, role.grace - 1.0), lambda: made.append(player_module(role).Player))
    if error is None and not issubclass(made[0], Player):
        error = ConfigError(f"{role.player_file}: its Player must be a Player of installation.player.")
    if error is not None:
        traceback.print_exception(error)
        now.mine.note = plain(error, role.player_file)
        click.echo(now.mine.note, err=True)
        sys.exit(3)
    return made[0]


def _role(name: str, config: Config) -> Role:
    """The player that is meant: by its name in the table or in [piece] players, or by the path of its folder."""
    role = next((role for role in config.cast if role.name == name), None)
    if role is None and not is_folder(name) and name not in known():
        names = {*known(), *(role.name for role in config.cast)}
        raise click.UsageError(f"{name!r} is no player. {nearest(name, names)}")
    return role or find(name)


def _join(record: Path, role: Role, joules_per_grain: float) -> Now:
    """The record of the piece that runs here; a new one where none runs and no conductor started this player.

    Raises:
        ConfigError: the record is another version's, or has no fields for this player.
    """
    try:
        now = Now(record, role.name)
        if PARENT in os.environ or not _left_over(now):
            if role.name not in now.players:
                raise ConfigError(
                    f"The piece that runs here has no fields for {role.name}; name it in [piece] players."
                )
            return now
    except FileNotFoundError:
        pass
    except ValueError as error:
        raise ConfigError(str(error)) from None
    conductor = Now.open_doors(record, [role] if role.folder else [])
    conductor.joules_per_grain = joules_per_grain
    conductor.opened_at, conductor.opened_on = time.monotonic(), time.time()
    conductor.doors = Doors.OPEN
    click.echo(f"No piece runs here; this player opened a record of its own: {record}")
    return Now(record, role.name)


def _left_over(now: Now) -> bool:
    """Whether a conductor opened this record and is gone by now."""
    return now.conductor_beat > 0 and not performs(now)
