"""A strand is the light of one strip, without the strip: grains go in, frames come out.

What a grain gives is set when it comes in: so much light that the strip has its brightness when the watts are full.
Twice the watts are twice the light, up to a ceiling that keeps the current within what a supply was chosen for.
"""

from __future__ import annotations

import math

from ..config import LightSettings
from ..score.colour import colours
from ..score.grains import PACE, Grains, spark_width
from .dither import Dither, Pixels
from .slew import SlewLimiter
from .sparks import Course, Floats, Sparks, fit_in

SMOOTH = 0.5  # s over which the rate is smoothed that sets a spark's width
CEILING = 1.5  # times the brightness; an LED gives no more, whatever the watts


class Strand:
    """Sparks, limits and bytes of so many LEDs.

    Args:
        settings: length, brightness, limits.
        leds: number of LEDs.
        left: sparks that have left before; a strand that takes another's place goes on counting.
    """

    def __init__(self, settings: LightSettings, leds: int, left: int = 0) -> None:
        self.settings, self.leds = settings, leds
        self.sparks = Sparks(Course(leds, settings.length, PACE), left)
        self.dither = Dither(leds)
        self.rate: float | None = None
        self.drawn: float | None = None
        self.darken()

    def darken(self) -> None:
        """Begin from a dark strip, because there is none or nobody knows what it shows."""
        self.slew = SlewLimiter(self.leds, self.settings.flashes)

    def follow(self, grains_a_second: float, step: float) -> None:
        """Take in the present rate, `step` s after the last."""
        rate = max(grains_a_second, 0.0)
        self.rate = rate if self.rate is None else self.rate
        self.rate += (rate - self.rate) * (1.0 - math.exp(-step / SMOOTH))

    def light_of_one(self, full_rate: float) -> float:
        """What one spark gives, luminance times LEDs, so that so many grains a second are the strip's brightness."""
        return self.settings.brightness * self.sparks.course.speed / full_rate

    def let_in(self, grains: Grains, born: Floats, light: float) -> None:
        """Let grains in as sparks.

        Args:
            grains: what fell.
            born: (n,) s, when each one's front touches the strip.
            light: of each one, luminance times LEDs.
        """
        self.sparks.add(born, spark_width(self.rate or 0.0), light, colours(grains.phases, grains.parameters))

    def draw(self, at: float, share: float = 1.0) -> Pixels:
        """The frame of this moment, (leds, 3) bytes; `share` of its light, for a fade."""
        self.sparks.walk(at)
        wanted = fit_in(self.sparks.light(at), CEILING * self.settings.brightness) * share
        since = 0.0 if self.drawn is None else at - self.drawn
        self.drawn = at
        return self.dither.bytes(self.slew.step(wanted, since))
