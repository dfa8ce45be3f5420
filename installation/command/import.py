# ruff: noqa: N999  (a command's file has the command's name)
"""`underfoot import` makes a recording out of any program's log."""

from __future__ import annotations

from pathlib import Path

import click

from ..config import ConfigError
from ..meter.logs.wishes import Wishes
from ._log import about_a_log


@click.command(short_help="Make a recording out of any log.")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path), required=False)
@about_a_log
@click.option("--machine", default="", metavar="TEXT", help="On what machine, if you know it.")
@click.option("--date", "started", default="", metavar="ISO", help="When, if the log does not say it.")
@click.option("--boundary", default="", metavar="TEXT", help="What the watts cover, if you know it.")
@click.option("--not-counted", default="", metavar="TEXT", help="What they leave out, if you know it.")
@click.option("--origin", default="", metavar="TEXT", help="Where the log comes from.")
@click.option("--licence", default="", metavar="TEXT", help="Under what terms it may be passed on.")
@click.option("--full-watts", type=click.FloatRange(min=0), default=0.0, metavar="W", help="Full power of its range.")
@click.option(
    "--joules-per-grain", type=click.FloatRange(min=0), default=0.0, metavar="J", help="The grain it asks for."
)
@click.option("--unsaid", default="", metavar="TEXT", help="What nobody says about it.")
def command(source: Path, target: Path | None, wishes: Wishes, **said: str | float) -> None:
    """Read a log SOURCE and write a recording TARGET, or SOURCE.jsonl, that `film`, `audit` and `replay:` play.

    Known layouts are recognised, such as those of nvidia-smi, HWiNFO, GPU-Z or Home Assistant; of others the columns
    are found by their names and units. Two lines say what was taken. What you do not say stays unsaid.
    """
    from ..meter.recording import BadRecording
    from ..meter.replay_file import convert

    try:
        lines = convert(source, target or source.with_suffix(".jsonl"), wishes, **said)
    except BadRecording as problem:
        raise ConfigError(str(problem)) from None
    click.echo("\n".join(lines))
