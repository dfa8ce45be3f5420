"""`underfoot run` performs: it checks what can be checked before the show, then hands over to the conductor."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from ..conductor import Conductor
from ..config import Config, ConfigError, load
from ..meter.check import refuse as refuse_meters
from ..meter.source import split
from ..network.check import refuse as refuse_networks
from ..now import GRAIN_PLAYERS, Now, default_path
from ..plug import SCENE, STRIP, VOICE, find_file
from ..text.sentences import LanguageError, Sentences
from ._take import own_grain

HEADLESS_SECONDS = 60.0
HEADLESS_FIT_EVERY = 20.0  # s: two fits in the minute, at 20 and 40 s


@click.command(short_help="The piece: all players.")
@click.option(
    "--headless", is_flag=True, help="No window; sound to a file; one minute unless --seconds says otherwise."
)
@click.option("--seconds", type=click.FloatRange(min=0), help="How long the doors stay open; 0 is until Ctrl-C.")
@click.option(
    "--meter",
    metavar="NAME",
    help="A meter, such as nvml, estimate or replay:FILE; replay alone lists recordings that ship.",
)
@click.option("--fit-every", type=click.FloatRange(min=0), metavar="S", help="Press the button every S seconds.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option(
    "--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting that goes before the file."
)
@click.option("--now", "record", type=click.Path(path_type=Path), help="Where the record lies.")
def command(
    headless: bool,
    seconds: float | None,
    meter: str | None,
    fit_every: float | None,
    as_json: bool,
    path: Path | None,
    changes: tuple[str, ...],
    record: Path | None,
) -> None:
    """Perform: all players of config.toml, until Esc, Ctrl-C or --seconds.

    Without a display it says so and performs headless for one minute, with two fits, and leaves the sound, the
    picture, the ledger and a summary in the folder `out`.
    """
    if not headless and not has_display():
        click.echo("No display here: performing headless, sound and picture go to files.", err=True)
        headless = True
    every = HEADLESS_FIT_EVERY if headless and fit_every is None and seconds is None else fit_every
    length = HEADLESS_SECONDS if headless and seconds is None else seconds or 0.0
    changes = (*changes, *_wishes(headless, meter, every, load(path, changes)))
    config = load(path, changes)
    refuse(config)
    if own := recorded(config, changes):
        changes = (*changes, own)
        config = load(path, changes)
    record = record or default_path()
    with alone(record):
        perform(config, _passed_on(path, changes, record), record, length, headless=headless, as_json=as_json)


def has_display() -> bool:
    """Whether a window can be opened: always on macOS, on Linux where X or Wayland is."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _wishes(headless: bool, meter: str | None, fit_every: float | None, config: Config) -> Iterator[str]:
    """What the options ask for, as settings that go before the file."""
    if meter is not None:
        yield f"meter.name={json.dumps(meter)}"
    if fit_every is not None:
        yield f"doors.fit_every={float(fit_every)}"
    if headless:
        out = Path(config.piece.out)
        yield "screen.headless=true"
        yield f"screen.picture={json.dumps(config.screen.picture or str(out / 'picture.png'))}"
        yield f"sound.file={json.dumps(config.sound.file or str(out / 'sound.wav'))}"


def recorded(config: Config, changes: tuple[str, ...]) -> str:
    """Tell what is replayed, and give the grain it asks for as a setting; empty where it asks for none."""
    kind, argument = split(config.meter.name)
    if kind != "replay":
        return ""
    from ..meter.replay_file import load as load_recording

    played = load_recording(argument)
    for line in played.lines:
        click.echo(line, err=True)
    header = played.recording.header
    if not own_grain(config, header, changes):
        return ""
    click.echo(f"{played.name} asks for {header.joules_per_grain:g} J a grain.", err=True)
    return f"piece.joules_per_grain={header.joules_per_grain}"


def _passed_on(path: Path | None, changes: tuple[str, ...], record: Path) -> list[str]:
    """What each player is told on its command line."""
    arguments = ["--now", str(record)]
    if path is not None:
        arguments += ["--config", str(path)]
    for change in changes:
        arguments += ["--set", change]
    return arguments


def refuse(config: Config) -> None:
    """Refuse before the show what could only fail in it.

    Raises:
        ConfigError: a plug-in or a recording that is not there.
    """
    refuse_meters(config)
    try:
        Sentences(config.piece.language)
    except LanguageError as error:
        raise ConfigError(f"[piece] language: {error}") from None
    refuse_networks(config)
    find_file(STRIP, config.light.device)
    for scene in config.screen.scenes:
        find_file(SCENE, scene)
    for voice in config.sound.voices:
        find_file(VOICE, voice)


@contextmanager
def alone(record: Path) -> Iterator[IO[bytes]]:
    """Hold the doors: one piece at a time in one record.

    Raises:
        ConfigError: another piece performs.
    """
    record.parent.mkdir(parents=True, exist_ok=True)
    with record.with_name(record.name + ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(f"Another piece performs here ({record}); end it first, or give --now PATH.") from None
        yield lock


def perform(
    config: Config, arguments: list[str], record: Path, seconds: float, *, headless: bool, as_json: bool
) -> None:
    """Open the doors, conduct, and say what came of it."""
    out = Path(config.piece.out)
    now = Now.open_doors(record, config.own_roles)
    conductor = Conductor(now, config, arguments, out / "log")
    from ._status import Status

    with Status(now, seconds, live=headless, to_stderr=as_json) as status:
        conductor.run(seconds, status.look)
    totals = result(now, config, conductor)
    if headless:
        _report(config, out, to_stderr=as_json)
    if as_json:
        click.echo(json.dumps(totals))


def result(now: Now, config: Config, conductor: Conductor) -> dict[str, Any]:
    """What the performance came to; grains that nobody gave and nobody counted yet are counted as lost."""
    from ..score.grains import grains_due
    from .now import word

    due = grains_due(now.joules, now.joules_per_grain)
    given = {role.name: int(now.of(role.name).grains) for role in config.cast if role.grains}
    return {
        "seconds": conductor.played,
        "joules": now.joules,
        "joules_per_grain": now.joules_per_grain,
        "grains_due": due,
        **{f"grains_{word}": given.get(name, 0) for name, word in GRAIN_PLAYERS.items()},
        **{f"grains_{role.grains}": given[role.name] for role in config.own_roles if role.grains},
        "grains_lost": sum(due - count for count in given.values()),
        "fits": int(now.fits),
        "provenance": " and ".join(map(word, sorted(conductor.words - {0}))) or word(0),
        "restarts": conductor.restarts,
    }


def _report(config: Config, out: Path, *, to_stderr: bool) -> None:
    """Write the summary page and name every file the performance left behind, and every one it could not leave."""
    from ..ledger.summary import page
    from ..ledger.trouble import LedgerError

    summary = out / "summary.txt"
    try:
        text = page(Path(config.ledger.file))
        summary.write_text(text, encoding="utf-8")
    except (LedgerError, OSError) as error:
        text = f"There is no summary: {error}"
    click.echo(text, err=to_stderr)
    for what, file in (
        ("sound", config.sound.file),
        ("picture", config.screen.picture),
        ("ledger", config.ledger.file),
        ("summary", str(summary)),
    ):
        there = Path(file).is_file()
        click.echo(f"{what + ':':9}{file if there else f'{file} is missing; see {out}/log'}", err=to_stderr)
