# ruff: noqa: N999  (a command's file has the command's name)
"""`underfoot import` makes a recording out of somebody else's log."""

from __future__ import annotations

from pathlib import Path

import click

from ..config import ConfigError


@click.command(short_help="Make a recording out of a CSV log.")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--time", "time_column", required=True, metavar="COLUMN", help="The column of times: s, Unix, or dates.")
@click.option("--watts", metavar="COLUMN", help="The column of watts.")
@click.option("--milliwatts", metavar="COLUMN", help="The column of milliwatts.")
@click.option("--machine", default="", metavar="TEXT", help="On what machine, if you know it.")
@click.option("--date", "started", default="", metavar="ISO", help="When, if the log does not say it.")
@click.option("--boundary", default="", metavar="TEXT", help="What the watts cover, if you know it.")
@click.option("--origin", default="", metavar="TEXT", help="Where the log comes from, and its licence.")
def command(
    source: Path,
    target: Path,
    time_column: str,
    watts: str | None,
    milliwatts: str | None,
    machine: str,
    started: str,
    boundary: str,
    origin: str,
) -> None:
    """Read a CSV log SOURCE and write a recording TARGET that `--meter replay:TARGET` plays.

    For a log of nvidia-smi: --time timestamp --watts "power.draw [W]". What you do not say stays unsaid.
    """
    from ..meter.foreign import Columns, convert
    from ..meter.recording import BadRecording, Header

    if (watts is None) == (milliwatts is None):
        raise click.UsageError("Name one column, with --watts or with --milliwatts.")
    columns = Columns(time_column, watts or milliwatts or "", milli=milliwatts is not None)
    header = Header(
        started=started, machine=machine, boundary=boundary, origin=origin or f"imported from {source.name}"
    )
    try:
        counts = convert(source, target, columns, header)
    except BadRecording as problem:
        raise ConfigError(str(problem)) from None
    kept = counts.pop("kept")
    left = "; left out: " + ", ".join(f"{n} {why}" for why, n in counts.items()) if counts else ""
    click.echo(f"{target}: {kept} samples{left}.")
