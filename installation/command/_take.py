"""What `film` and `audit` share: reading what is to be played, and showing how far it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..config import Config, ConfigError, load

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from ..meter.recording import Recording

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


def recording(file: Path, day: str, begin: float, seconds: float) -> Recording:
    """The samples of a file, or the part of them that is asked for.

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
        return part(load_recording(file, day), begin, seconds, file)
    except BadRecording as problem:
        raise ConfigError(str(problem)) from None


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
