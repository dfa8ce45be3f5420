"""The command line: each command is a file in `command`, found by its name."""

from __future__ import annotations

import sys

import click

from . import __version__
from .config import ConfigError, nearest
from .players import PlayerError
from .plug import COMMAND, names, plug


class Commands(click.Group):
    """The files of the folder `command`; each has one click command called `command`."""

    def list_commands(self, context: click.Context) -> list[str]:
        return names(COMMAND)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in names(COMMAND):
            return None
        command = plug(COMMAND, name).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in names(COMMAND) and not args[0].startswith("-"):
            raise click.UsageError(f"{args[0]!r} is no command. {nearest(args[0], names(COMMAND))}")
        return super().resolve_command(context, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="underfoot")
def underfoot() -> None:
    """Underfoot: a network trains in this room, and every joule it draws is heard, seen and lit.

    `underfoot run` performs. `underfoot doctor` says what is here and what is missing.
    """


def main() -> None:
    """Run the command line; a mistake before the show ends with one sentence and the exit code 2."""
    try:
        underfoot()
    except (ConfigError, PlayerError) as error:
        click.echo(f"underfoot: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
