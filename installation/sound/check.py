"""What the doctor says about the sound."""

from __future__ import annotations

import os
from pathlib import Path

from ..config import Config
from ..finding import Finding
from ..guard import attempt, plain
from ..player import Unable
from ..plug import VOICE, plug
from .foreign import BEGINNING
from .stream import find


def check(config: Config) -> list[Finding]:
    """Where the sound would go, and whether its voices are there."""
    return [_outlet(config), *(_voice(name) for name in config.sound.voices)]


def _outlet(config: Config) -> Finding:
    sound = config.sound
    if sound.file:
        return _file(Path(sound.file))
    try:
        outlet = find(sound)
    except Unable as error:
        return _missing("sound device", str(error))
    if (outlet.rate_hz, outlet.channels) != (sound.rate_hz, sound.channels):
        remedy = f"Set [sound] rate_hz = {outlet.rate_hz} and channels = {outlet.channels}, or choose another device."
        return Finding("sound device", "ok", f"It plays as {outlet}, which is not what was asked for.", remedy)
    return Finding("sound device", "ok", f"It is {outlet}.")


def _file(path: Path) -> Finding:
    folder = next((p for p in path.resolve().parents if p.exists()), path)
    if os.access(folder, os.W_OK) and not path.is_dir():
        return Finding("sound file", "ok", f"The sound goes to {path}.")
    return Finding("sound file", "wrong", f"{path} cannot be written.", "Name another file in [sound] file.")


def _missing(name: str, sentence: str) -> Finding:
    what, _, remedy = sentence.partition("; ")
    remedy = remedy or "Connect a loudspeaker, or set [sound] file."
    return Finding(name, "missing", f"{what.rstrip('.')}.", remedy[0].upper() + remedy[1:])


def _voice(name: str) -> Finding:
    error = attempt(BEGINNING, lambda: plug(VOICE, name))
    if error is not None:
        return Finding(f"voice {name}", "wrong", plain(error, Path(name)), "Correct [sound] voices in config.toml.")
    return Finding(f"voice {name}", "ok", "It is there.")
