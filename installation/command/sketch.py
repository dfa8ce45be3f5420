"""`underfoot sketch FILE` runs a workshop sketch, and reads it again each time it is saved."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import click

from ..config import Config, ConfigError, load
from ..now import Now, default_path
from ..player import PARENT
from ..plug import SOURCE, find_file
from .now import join

OPENS_WITHIN = 15.0  # s the meter may take to its first beat
SPEAKS_WITHIN = 2.0  # s from that beat to its first reading; a meter that has none by then is shown with none
ALIVE = 3.0  # s since the last beat of a meter that plays


class Size(click.ParamType[tuple[int, int]]):
    """A size in pixels, such as 1280x720."""

    name = "WxH"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d{3,4})x(\d{3,4})", value)
        if not found or not all(160 <= int(side) <= 7680 for side in found.groups()):
            self.fail(f"{value!r} is no size; write it as 1280x720, each side from 160 to 7680.", param, context)
        return int(found[1]), int(found[2])


@click.command(short_help="A workshop sketch, re-read on save.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--with-meter", "meter", metavar="NAME", help="Read a meter of its own, such as estimate or replay:FILE.")
@click.option("--size", type=Size(), default=(1280, 720), help="Of the picture, in pixels.  [default: 1280x720]")
@click.option("--fullscreen", is_flag=True, help="The whole screen; F11 changes it.")
@click.option("--headless", is_flag=True, help="No window, no sound.")
@click.option("--frames", type=click.IntRange(1), default=180, show_default=True, help="How many, when headless.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the last picture goes, when headless.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option(
    "--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting that goes before the file."
)
@click.option("--now", "record", type=click.Path(path_type=Path), help="Another record.")
def command(
    file: Path,
    meter: str | None,
    size: tuple[int, int],
    fullscreen: bool,
    headless: bool,
    frames: int,
    out: Path | None,
    path: Path | None,
    changes: tuple[str, ...],
    record: Path | None,
) -> None:
    """Run a sketch: a file with `def draw(stage, now):`. See docs/workshops.md.

    It joins the piece that runs here as a guest. Where none runs it reads a meter of its own. Esc or Ctrl-C ends it.
    """
    if not file.is_file():
        raise ConfigError(f"{file}: there is no such sketch. {_sketches(file)}")
    if meter is not None:
        changes = (*changes, f"meter.name={json.dumps(meter)}")
    config = load(path, changes)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    with ExitStack() as stack:
        now = None if meter is not None else running(record or default_path())
        if now is None:
            now = stack.enter_context(own_meter(config, _passed_on(path, changes)))
        try:
            _show(file, now, size, fullscreen, headless, frames, out)
        except KeyboardInterrupt:
            click.echo("Ended.", err=True)


def _leave(number: int, frame: FrameType | None) -> None:
    """Leave at once, out of the middle of a sketch; a sketch that catches even that is ended by the second signal."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt


def _show(
    file: Path, now: Now, size: tuple[int, int], fullscreen: bool, headless: bool, frames: int, out: Path | None
) -> None:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame

    from ..workshop.show import Show, Window, perform, render

    sys.path.insert(0, str(file.resolve().parent))  # a sketch may import what lies beside it
    window = None
    try:
        window = None if headless else Window(size, f"Underfoot: {file.name}", fullscreen)
    except pygame.error as error:
        raise ConfigError(f"No window can be opened here ({error}); write --headless --out FILE.png.") from None
    show = Show(file, now, size, "it runs without a window" if headless else "")
    try:
        if window is not None:
            perform(show, window)
            return
        render(show, frames)
    finally:
        if out is not None and window is None:  # also when it is ended early
            out.parent.mkdir(parents=True, exist_ok=True)
            pygame.image.save(show.stage.out, str(out))
            click.echo(f"picture: {out}")
        show.close()
        if window is not None:
            window.close()
    if show.sketch.trouble:
        sys.exit(1)


def running(record: Path) -> Now | None:
    """The record of the piece that runs here; None if none does."""
    try:
        now = join(record)
    except ConfigError:
        return None
    if abs(time.monotonic() - max(now.of("meter").beat, now.conductor_beat)) < ALIVE:
        return now
    now.close()
    return None


@contextmanager
def own_meter(config: Config, arguments: list[str]) -> Iterator[Now]:
    """A meter player of the sketch's own, in a record of its own; it ends with the sketch.

    Raises:
        ConfigError: there is no such meter, or it ended before it began.
    """
    kind, _, _ = config.meter.name.partition(":")
    if kind != "auto":
        find_file(SOURCE, kind)
    if kind == "replay":
        from ..meter.check import refuse

        refuse(config)
    click.echo(
        f"No piece is joined: this sketch reads a meter of its own ({config.meter.name}); "
        "another is chosen with --with-meter NAME.",
        err=True,
    )
    with tempfile.TemporaryDirectory(prefix="underfoot-sketch") as folder:
        record, log = Path(folder) / "now", Path(folder) / "log"
        line = [sys.executable, "-m", "installation", "player", "meter", "--now", str(record), *arguments]
        with log.open("wb") as words:
            child = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,
                env=os.environ | {PARENT: str(os.getpid())},
            )
        try:
            yield _first_reading(record, child, log)
        finally:
            child.terminate()
            try:
                child.wait(3.0)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _first_beat(record: Path, child: subprocess.Popen[bytes], log: Path) -> Now:
    until = time.monotonic() + OPENS_WITHIN
    while child.poll() is None and time.monotonic() < until:
        if record.exists():
            now = Now(record)
            if now.of("meter").beat:
                return now
            now.close()
        time.sleep(0.02)
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise ConfigError(f"The meter did not begin: {said[-1] if said else 'it said nothing'}")


def _first_reading(record: Path, child: subprocess.Popen[bytes], log: Path) -> Now:
    """The record once the meter has spoken: a sketch that was too early would begin by telling of a gap."""
    now = _first_beat(record, child, log)
    until = time.monotonic() + SPEAKS_WITHIN
    while not now.provenance and child.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    return now


def _passed_on(path: Path | None, changes: tuple[str, ...]) -> list[str]:
    arguments = [] if path is None else ["--config", str(path)]
    for change in changes:
        arguments += ["--set", change]
    return arguments


def _sketches(file: Path) -> str:
    from ..config import HOME, nearest

    there = sorted(f.name for f in {*(HOME / "sketches").glob("*.py"), *file.parent.glob("*.py")})
    return nearest(file.name, there) if there else "Write one; docs/workshops.md says how."
