"""Bringing up a strip: its ends and its middle glow, and its line is measured. `underfoot doctor --strip` does this.

A person looks whether the last of the three lights is the last LED of the strip; that cannot be seen from here. The
rest is measured on the line itself: frames taken in a second, time from a frame to its answer, frames refused.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..config import Config, ConfigError, LightSettings
from ..finding import Finding
from ..plug import STRIP, plug
from .device import VOLTS, Device
from .dither import Dither
from .line import LED_SECONDS
from .slew import SlewLimiter
from .sparks import Floats

LINK_WITHIN = 6.0  # s
LOOK = 8.0  # s the three lights stay, so that a person can walk along the strip
MEASURE = 4.0  # s
GLOW = 0.1  # linear light of the three
STEP = 0.002  # s between two looks at the line


@dataclass(frozen=True)
class Measured:
    """What a line did.

    Attributes:
        frames: taken in a second.
        trips: s from each frame to its answer.
        refused: frames.
    """

    frames: float
    trips: list[float]
    refused: int


def bringup(config: Config, say: Callable[[str], None] = print, look: float = LOOK) -> list[Finding]:
    """Light the strip, measure its line, and say what was found. `say` tells the person what to look at."""
    try:
        strip: Device = plug(STRIP, config.light.device).Strip(config.light)
    except ConfigError as error:
        return [Finding("strip", "wrong", str(error), "Correct [light] device in config.toml.")]
    strip.open()
    try:
        if not linked(strip, LINK_WITHIN):
            return [Finding("strip", "wrong", "No strip answers.", strip.note or "Check its cable and its power.")]
        return [_met(strip), _seen(strip, say, look), *_line(strip, config.light, say)]
    finally:
        strip.close()


def linked(strip: Device, within: float) -> bool:
    """Wait for the strip to answer."""
    until = time.monotonic() + within
    while not strip.linked and time.monotonic() < until:
        time.sleep(0.02)
    return strip.linked


def _met(strip: Device) -> Finding:
    if strip.note:
        return Finding("strip", "wrong", strip.name, strip.note)
    return Finding("strip", "ok", f"{strip.name}.")


def _seen(strip: Device, say: Callable[[str], None], look: float) -> Finding:
    marks = sorted({0, strip.leds // 2, strip.leds - 1})
    light = np.zeros((strip.leds, 3))
    light[marks] = GLOW, GLOW * 0.6, GLOW * 0.3
    names = ", ".join(f"LED {mark + 1}" for mark in marks)
    say(f"For {look:g} s these glow, and no others: {names}. The last must be the last LED of the strip.")
    hold(strip, light, look)
    hold(strip, np.zeros((strip.leds, 3)), 1.0)
    given = strip.newest
    if given is None:
        return Finding("strip light", "wrong", "The strip took no frame.", strip.note or "Check its power.")
    remedy = "Dark LEDs behind the last one, or the last one not seen? Then correct [light] leds, and the board's LEDS."
    return Finding("strip light", "ok", f"{names} were shown.", remedy)


def hold(strip: Device, light: Floats, span: float) -> Measured:
    """Show a still picture for some time, calmly, as fast as the line goes."""
    slew, dither = SlewLimiter(strip.leds), Dither(strip.leds)
    if strip.newest is not None and len(strip.newest.pixels) == strip.leds:
        slew = SlewLimiter(strip.leds, from_light=strip.newest.pixels / 255)
    begin = drawn = time.monotonic()
    number = strip.newest.number if strip.newest else 0
    frames, refused, trips = strip.frames, strip.refused, []
    answered = number
    while (now := time.monotonic()) < begin + span:
        if strip.newest is not None and strip.newest.number > answered:
            answered = strip.newest.number
            trips.append(getattr(strip, "round_trip", 0.0))
        if strip.ready(now):
            number += 1
            strip.give(number, dither.bytes(slew.step(light, now - drawn)), now)
            drawn = now
        time.sleep(STEP)
    return Measured((strip.frames - frames) / span, [t for t in trips if t], strip.refused - refused)


def _line(strip: Device, settings: LightSettings, say: Callable[[str], None]) -> list[Finding]:
    say(f"Measuring the line for {MEASURE:g} s; the strip stays dark.")
    measured = hold(strip, np.zeros((strip.leds, 3)), MEASURE)
    found = [_rate(measured, strip, settings)]
    if measured.trips:
        found.append(_trip(measured.trips, strip, settings))
    return found


def _rate(measured: Measured, strip: Device, settings: LightSettings) -> Finding:
    detail = f"{measured.frames:.0f} frames a second, {measured.refused} refused."
    if measured.refused:
        return Finding("strip line", "wrong", detail, "Try a shorter cable, another USB socket, or a lower baud.")
    if measured.frames < 20:
        return Finding("strip line", "wrong", detail, "Raise the baud of the board and of [light], or use fewer LEDs.")
    return Finding("strip line", "ok", detail)


def _trip(trips: list[float], strip: Device, settings: LightSettings) -> Finding:
    least = (3 * strip.leds + 21) * 10 / settings.baud + LED_SECONDS * strip.leds
    middle, most = 1000 * statistics.median(trips), 1000 * max(trips)
    detail = (
        f"{middle:.1f} ms from a frame to its answer, {most:.1f} ms at most; line and LEDs need {1000 * least:.1f}."
    )
    if middle > 1000 * least + 14:
        remedy = "An FTDI adapter keeps answers back: set its latency timer to 1 ms (hardware/README.md)."
        return Finding("strip answer", "missing", detail, remedy)
    return Finding("strip answer", "ok", detail)


def draw(milliamperes: float) -> str:
    """A current as words, with its power: estimated."""
    return f"{milliamperes / 1000:.1f} A ({milliamperes / 1000 * VOLTS:.0f} W, estimated)"
