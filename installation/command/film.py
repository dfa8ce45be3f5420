"""`underfoot film` renders a recording to a film with sound."""

from __future__ import annotations

from pathlib import Path

import click

from ..config import ConfigError
from ..meter.logs.wishes import Wishes
from ._log import about_a_log
from ._take import Size, fitted, progress, recording, settings, tell_length


@click.command(short_help="A recording as a film with sound.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The film; FILE.mp4 in the out folder if it is left out.")
@click.option("--size", type=Size(), default="1920x1080", show_default=True, help="Of the picture, in pixels.")
@click.option("--fps", type=click.FloatRange(1, 120), default=30.0, show_default=True, help="Frames a second.")
@click.option("--strip", is_flag=True, help="Draw the strip along the lower edge.")
@click.option("--from", "begin", type=click.FloatRange(min=0), default=0.0, help="Begin so many seconds in.")
@click.option(
    "--seconds", type=click.FloatRange(min=0), default=0.0, help="How much of it, by its own clock; 0 is all."
)
@click.option("--day", default="", help="Of a ledger: YYYY-MM-DD; its newest if left out.")
@about_a_log
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option("--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting before the file's.")
def command(
    file: Path,
    out: Path | None,
    size: tuple[int, int],
    fps: float,
    strip: bool,
    begin: float,
    seconds: float,
    day: str,
    path: Path | None,
    changes: tuple[str, ...],
    wishes: Wishes,
) -> None:
    """Render FILE to a film: picture, sound and, with --strip, the strip.

    FILE is a recording, any program's log of power, or a ledger. The same file and settings give the same
    frames and samples; their SHA-256 is printed.
    """
    config = settings(path, changes, size)
    played = recording(file, day, begin, seconds, wishes)
    config = fitted(config, played.header, changes)
    tell_length("film", file, played, config)
    from ..take.film import Film, FilmError

    out = out or Path(config.piece.out) / f"{file.stem}.mp4"
    try:
        film = Film(played, file.name, config, out, fps, strip=strip)
        with progress("film", film.room.seconds, quiet=False) as at:
            made = film.run(at)
    except FilmError as error:
        raise ConfigError(str(error)) from None
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written ({error.strerror}); name another file with --out.") from None
    click.echo(f"{out}: {made.frames} frames, {made.seconds:.1f} s.")
    click.echo(f"frames  sha256 {made.frames_sha256}\nsamples sha256 {made.samples_sha256}")
