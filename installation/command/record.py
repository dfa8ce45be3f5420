"""`underfoot record` keeps the meter's samples in a file that can be replayed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ..config import ConfigError, load
from ..now import Doors, Now, default_path

LOOK_EVERY = 0.5  # s; the ring holds more than six
FIRST_WITHIN = 5.0  # s a meter is waited for, so that the header can say what it is


@click.command(short_help="Keep meter samples in a file.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--seconds", type=click.FloatRange(min=0), default=0.0, help="How long; 0 is until Ctrl-C.")
@click.option("--meter", metavar="NAME", help="A meter to read where no piece runs, such as nvml.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option("--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting before the file's.")
@click.option("--now", "record", type=click.Path(path_type=Path), help="The record of the piece to follow.")
def command(
    file: Path, seconds: float, meter: str | None, path: Path | None, changes: tuple[str, ...], record: Path | None
) -> None:
    """Keep meter samples in FILE, one line each, until Ctrl-C.

    Where a piece runs, what its meter says is kept, with what the network does. Where none runs, or with --meter, a
    meter is read for the recording alone.
    """
    from ..meter.recording import BadRecording

    running = None if meter else _running(record or default_path())
    try:
        if running is not None:
            count = keep(running, file, seconds)
        else:
            wish = () if meter is None else (f"meter.name={meter!r}",)
            with alone(path, (*changes, *wish)) as (now, tick):
                count = keep(now, file, seconds, tick)
    except BadRecording as problem:
        raise ConfigError(str(problem)) from None
    click.echo(f"{file}: {count} samples.")


def _running(record: Path) -> Now | None:
    try:
        now = Now(record)
    except (FileNotFoundError, ValueError):
        return None
    alive = now.doors == Doors.OPEN and time.monotonic() - now.of("meter").beat < 3.0
    return now if alive else None


@contextmanager
def alone(path: Path | None, changes: tuple[str, ...]) -> Iterator[tuple[Now, object]]:
    """A record of its own and a meter that is ticked in this process.

    Yields:
        the record, and a function that lets the meter read for some seconds.
    """
    from ..meter.player import Player
    from ..player import Pacer, Unable

    config = load(path, changes)
    with tempfile.TemporaryDirectory(prefix="underfoot-record-") as folder:
        conductor = Now.open_doors(Path(folder) / "now")
        player = Player(config, Now(conductor.path, "meter"))
        try:
            player.setup()
        except Unable as error:
            raise ConfigError(str(error)) from None
        pacer = Pacer(player.rate)

        def play(seconds: float) -> None:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                player.beat()
                player.tick(time.monotonic())
                pacer.wait()

        give_up = time.monotonic() + FIRST_WITHIN
        while not player.now.provenance and time.monotonic() < give_up:
            play(0.1)
        conductor.opened_at, conductor.opened_on, conductor.doors = time.monotonic(), time.time(), Doors.OPEN
        try:
            yield player.now, play
        finally:
            player.close()


def keep(now: Now, file: Path, seconds: float, play: object = time.sleep) -> int:
    """Follow a record into a file until the time is over, Ctrl-C, or the piece ends; the number of samples kept."""
    from ..meter.keep import Keeper, header
    from ..meter.recording import Recorder

    assert callable(play)
    recorder, keeper = Recorder(file, header(now)), Keeper(now)
    end = time.monotonic() + (seconds or float("inf"))
    word = now.meter_name
    click.echo(f"Recording {word}: {now.boundary or 'no reading yet'}. Ctrl-C ends it.", err=True)
    try:
        while time.monotonic() < end and not now.replaced() and now.doors == Doors.OPEN:
            play(min(LOOK_EVERY, max(0.01, end - time.monotonic())))
            for line in keeper.lines():
                recorder.add(line)
    except KeyboardInterrupt:
        pass
    finally:
        recorder.close()
    if keeper.missed:
        click.echo(f"{keeper.missed} times the ring was overtaken; samples are missing.", err=True)
    return recorder.lines
