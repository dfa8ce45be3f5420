"""What `film`, `audit` and `run` share: reading what is to be played, what it asks for, and showing how far it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from ..config import Config, ConfigError, load

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from ..meter.logs.wishes import Wishes
    from ..meter.recording import Header, Recording

LONG = 600.0  # s: a longer take is told how to be shorter
MINUTES = 300.0  # s: as long as that it is then
FASTEST = 1000  # times the pace of a recording, at most
DEFAULT_GRAIN = 1.0  # J: nobody chose another
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Size(click.ParamType[tuple[int, int]]):
    """WIDTHxHEIGHT."""

    name = "WxH"

    def convert(
        self, value: str | tuple[int, int], parameter: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        width, _, height = value.lower().partition("x")
        if not (width.isdecimal() and height.isdecimal()):
            self.fail(f"{value!r} is no size; write it as 1920x1080.", parameter, context)
        return int(width), int(height)


def settings(path: Path | None, changes: tuple[str, ...], size: tuple[int, int]) -> Config:
    """The settings, with another size of the picture."""
    return load(path, (*changes, f"screen.width={size[0]}", f"screen.height={size[1]}"))


def recording(file: Path, day: str, begin: float, seconds: float, wishes: Wishes) -> Recording:
    """The samples of a file, or the part of them that is asked for; what was taken of a log is told.

    Raises:
        ConfigError: they cannot be played; with one sentence and the remedy.
    """
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from ..meter.recording import BadRecording
    from ..take.playable import load as load_recording
    from ..take.playable import part

    try:
        played = load_recording(file, day, wishes)
        for line in played.lines:
            click.echo(line, err=True)
        return part(played.recording, begin, seconds, file)
    except BadRecording as problem:
        raise ConfigError(str(problem)) from None


def fitted(config: Config, header: Header, changes: tuple[str, ...]) -> Config:
    """The settings with the grain a recording asks for, unless another one was set."""
    if not own_grain(config, header, changes):
        return config
    piece = msgspec.structs.replace(config.piece, joules_per_grain=header.joules_per_grain)
    return msgspec.structs.replace(config, piece=piece)


def own_grain(config: Config, header: Header, changes: tuple[str, ...]) -> bool:
    """Whether a recording's own grain is taken: it names one, and nobody set another."""
    said = any(change.startswith("piece.joules_per_grain") for change in changes)
    wanted = header.joules_per_grain not in (0.0, DEFAULT_GRAIN)
    return wanted and not said and config.piece.joules_per_grain == DEFAULT_GRAIN


def tell_length(what: str, file: Path, recorded: Recording, config: Config) -> None:
    """Say how long a take will be: a day takes a day, unless told."""
    speed = config.meter.replay_speed
    span = recorded.seconds / speed
    pace = f"; at {speed:g} times its pace" if speed != 1 else ", so"
    less = f" For less: --seconds, or --set meter.replay_speed={_faster(span * speed)}." if span > LONG else ""
    click.echo(
        f"{file.name} lasts {in_words(recorded.seconds)}{pace} the {what} takes {in_words(span)}.{less}", err=True
    )


def _faster(seconds: float) -> int:
    """A pace at which a recording takes some minutes."""
    return min(FASTEST, max(2, round(seconds / MINUTES)))


def in_words(seconds: float) -> str:
    """A length of time for people: 12 s, 4 min 5 s, 24 h."""
    whole = round(seconds)
    if whole < 120:
        return f"{seconds:.3g} s"
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (0 if hours else left, "s"))
    return " ".join(f"{n} {unit}" for n, unit in parts if n)


@contextmanager
def progress(label: str, seconds: float, quiet: bool) -> Iterator[Callable[[float], None]]:
    """A bar on standard error; a function that takes the seconds played so far."""
    if quiet:
        yield lambda _: None
        return
    length = max(1, round(seconds))
    bar: ProgressBar[int] = click.progressbar(length=length, label=label, file=sys.stderr)
    with bar:
        yield lambda played: bar.update(max(0, round(played) - bar.pos))
