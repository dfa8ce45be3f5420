"""`underfoot look` draws any scene in any state into a PNG file, for whoever sets the piece up."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..config import Config, ConfigError, load, nearest

if TYPE_CHECKING:
    from ..now import Now
    from ..screen.picture import Picture
    from ._staged import Staged, Watts

STATE_NAMES = "opening, resting, preparing, fitting, settled, unable, spent, no-reading, missing, closed, help"


@click.command(short_help="Any scene, in any state, as a PNG file.")
@click.option("--scene", "scenes", multiple=True, metavar="NAME", help="Only this scene; may be given several times.")
@click.option("--state", default="resting", show_default=True, metavar="NAME", help=f"One of: {STATE_NAMES}.")
@click.option("--size", metavar="WxH", help="Pixels; the settings' own if not given.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("look.png"), show_default=True, help="The file.")
@click.option("--meter", metavar="replay:FILE", help="A recording to draw from; without one there is NO READING.")
@click.option(
    "--seconds", type=click.FloatRange(1, 600), default=12.0, show_default=True, help="How long it runs before."
)
@click.option("--day", type=click.FloatRange(0, 24), default=0.0, metavar="HOURS", help="Lay made-up hours under it.")
@click.option("--running", is_flag=True, help="Draw the piece that runs here, as it is now.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option(
    "--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting that goes before the file."
)
def command(
    scenes: tuple[str, ...],
    state: str,
    size: str | None,
    out: Path,
    meter: str | None,
    seconds: float,
    day: float,
    running: bool,
    path: Path | None,
    changes: tuple[str, ...],
) -> None:
    """Draw the wall without a window, as it would stand in a state, and keep it as a PNG file.

    What is staged says so on the picture. Only a recording gives it watts, and these are called REPLAYED.
    """
    config = load(path, changes)
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    picture = _picture(config, _size(size, config), scenes, running)
    if running:
        _running(picture, seconds)
    else:
        _staged(config, picture, state, meter, seconds, day)
    try:
        picture.save(out)
    except OSError as error:
        raise ConfigError(f"{out}: the picture cannot be kept ({error.strerror}); name another with --out.") from None
    click.echo(f"{out}: {state if not running else 'as it is now'}, {picture.drawn} grains drawn")


def _size(text: str | None, config: Config) -> tuple[int, int]:
    if text is None:
        return config.screen.width, config.screen.height
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and 320 <= int(width) <= 7680 and 240 <= int(height) <= 7680):
        raise ConfigError(f"--size {text}: write it as WIDTHxHEIGHT in pixels, for example 1920x1080.")
    return int(width), int(height)


def _picture(config: Config, size: tuple[int, int], scenes: tuple[str, ...], running: bool) -> Picture:
    from ..screen.picture import Picture, prepare

    prepare()
    if "inside" in scenes and "code" not in scenes:
        scenes = ("code", *scenes)  # it is the code that opens
    return Picture(config, size, scenes=scenes or None, resumed=running)


def _running(picture: Picture, seconds: float) -> None:
    import time

    from .now import join

    now: Now = join()
    picture.board.live = True  # the ground of this day is read from the ledger
    end = time.monotonic() + min(seconds, 6.0)  # the record holds the last seconds of samples; the ledger the rest
    while (moment := time.monotonic()) < end:
        picture.draw(now, moment)
        time.sleep(1 / 30)


def _staged(config: Config, picture: Picture, state: str, meter: str | None, seconds: float, day: float) -> None:
    from ._staged import STATES, lay_down

    if state not in STATES:
        raise ConfigError(f"--state {state}: there is no such state. {nearest(state, STATES)}")
    with tempfile.TemporaryDirectory(prefix="underfoot-") as folder:
        staged = _stage(Path(folder), config, meter)
        staged.play(picture, 0.5)
        if day:
            if not picture.board.shows("section"):
                raise ConfigError("--day lays down ground, and no scene here draws it; add --scene section.")
            lay_down(picture, staged, day)
        before = seconds / 2 if state in ("fitting", "settled", "no-reading") else 0.0
        staged.play(picture, before)
        if state == "settled":
            staged.become("fitting", picture)
            staged.play(picture, 0.8)
            staged.become("settled", picture)
        else:
            staged.become(state, picture)
        staged.play(picture, seconds - before)
    _stamp(picture)


def _stamp(picture: Picture) -> None:
    """Say on the picture itself that nothing ran for it."""
    from ..screen.colours import COOL

    at = picture.board.at
    words = picture.board.type.line("staged with `underfoot look`: nothing ran for this picture", at.small, COOL)
    picture.shown.blit(words, (at.code.x, max(0, at.code.y - words.get_height())))


def _stage(folder: Path, config: Config, meter: str | None) -> Staged:
    from ..now import Provenance
    from ._staged import Staged

    if meter is None:
        return Staged(folder, config, lambda _: None)
    kind, _, name = meter.partition(":")
    if kind != "replay" or not name:
        raise ConfigError(f"--meter {meter}: only a recording can be looked at; write replay:FILE.")
    watts, boundary, origin, uncertainty = _recording(name)
    staged = Staged(folder, config, watts, Provenance.REPLAYED)
    staged.describe(boundary, uncertainty, origin)
    return staged


def _recording(name: str) -> tuple[Watts, str, str, float]:
    from ..meter.recording import BadRecording
    from ..meter.replay_file import load
    from ..meter.sources.replay import about

    try:
        played = load(name)
    except BadRecording as error:
        raise ConfigError(str(error)) from None
    recording = played.recording
    said = about(recording, played.name, 1.0)

    def watts(seconds: float) -> float | None:
        power, _, known = recording.at(seconds % recording.seconds)
        return power if known else None

    return watts, said.boundary, said.origin, said.uncertainty
