"""What the doctor says about the strip."""

from __future__ import annotations

import numpy as np

from ..config import Config, ConfigError
from ..finding import Finding
from ..plug import STRIP, plug
from ..score.colour import AMBER, LUMINANCE, linear
from .bringup import draw, linked
from .device import Device, milliamperes
from .sparks import fit_in
from .strand import CEILING

WITHIN = 4.0  # s: a board that starts when its port is opened takes two


def check(config: Config) -> list[Finding]:
    """Whether the strip answers, and what it will draw."""
    if "light" not in config.piece.players:
        return [Finding("strip", "missing", "The light is not among the players.", "Name it under [piece] players.")]
    if config.light.device == "pretend":
        remedy = 'To have one on the floor, see hardware/README.md and set [light] device = "underfoot".'
        return [Finding("strip", "missing", "It is drawn on the screen; there is no strip.", remedy)]
    try:
        strip: Device = plug(STRIP, config.light.device).Strip(config.light)
    except ConfigError as error:
        return [Finding("strip", "wrong", str(error), "Correct [light] device in config.toml.")]
    return [_answers(strip), _power(config)]


def _answers(strip: Device) -> Finding:
    strip.open()
    try:
        there = linked(strip, WITHIN)
    finally:
        strip.close()
    if not there:
        return Finding("strip", "missing", "No strip answers.", strip.note or "Check its cable and its power.")
    if strip.note:
        return Finding("strip", "wrong", strip.name, strip.note)
    return Finding("strip", "ok", f"{strip.name}.", "To see it lit and measured: underfoot doctor --strip.")


def _power(config: Config) -> Finding:
    """More than full watts, all of it spent on a small network: the colour that draws most for its luminance."""
    light = linear(AMBER) / (linear(AMBER) @ LUMINANCE) * config.light.brightness * CEILING
    pixels = np.rint(fit_in(np.tile(light, (config.light.leds, 1))) * 255).astype(np.uint8)
    detail = f"It draws {draw(milliamperes(pixels))} at most; the supply needs a quarter more."
    return Finding("strip power", "ok", detail)
