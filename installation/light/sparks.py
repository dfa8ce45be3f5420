"""Sparks are grains on their way along the strip; at any moment they are so much light on each LED.

A spark is a raised cosine. Its front touches the first LED at the moment its grain falls, so it comes in softly. Its
light is what it has as a whole, in luminance times LEDs: however wide it is, it gives the same. Each LED takes the part
of the cosine that lies over it, as an exact integral, so that a spark neither breathes nor jumps on its way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..score.colour import LUMINANCE

Floats = NDArray[np.float64]

NARROWEST = 2.0  # LEDs: narrower sparks would pump as they pass from LED to LED
ENTERED = 0.5  # widths a front has walked when its spark counts as there: a tenth of its light is on the strip
WIDE = 6.0  # LEDs: wider sparks are drawn apart from the narrow ones, which spares work


@dataclass(frozen=True)
class Course:
    """The way a spark goes.

    Attributes:
        leds: number of LEDs.
        length: m, from the wall end to the machine.
        pace: m/s.
    """

    leds: int
    length: float
    pace: float

    @property
    def speed(self) -> float:
        """LEDs a second."""
        return self.pace * self.leds / self.length

    def in_leds(self, metres: float) -> float:
        return metres * self.leds / self.length


class Sparks:
    """All sparks on the strip, in the order in which they came.

    Attributes:
        left: sparks that have left the strip at its end.
    """

    def __init__(self, course: Course, left: int = 0) -> None:
        self.course, self.left = course, left
        self.last_enters = self.last_leaves = 0.0
        self.rows = np.zeros((0, 8))  # born s, width LEDs, light, red, green, blue, enters s, leaves s

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, born: Floats, width: float, light: float, colours: Floats) -> None:
        """Let sparks in.

        Args:
            born: (n,) s, when each one's front touches the strip.
            width: m, full width at half maximum.
            light: luminance times LEDs of one spark.
            colours: (n, 3) linear light of any brightness; only the hue counts.
        """
        if not len(born):
            return
        wide = max(self.course.in_leds(width), NARROWEST)
        rows = np.empty((len(born), 8))
        rows[:, 0], rows[:, 1], rows[:, 2] = born, wide, light
        rows[:, 3:6] = colours / (colours @ LUMINANCE)[:, None]
        rows[:, 6] = np.maximum.accumulate(np.append(self.last_enters, born + ENTERED * wide / self.course.speed))[1:]
        gone = born + (2 * wide + self.course.leds) / self.course.speed
        rows[:, 7] = np.maximum.accumulate(np.append(self.last_leaves, gone))[1:]
        self.last_enters, self.last_leaves = rows[-1, 6], rows[-1, 7]
        self.rows = np.concatenate([self.rows, rows])

    def entered(self, at: float) -> int:
        """Sparks of which a tenth or more has come in, those that have left again included."""
        return self.left + int(np.searchsorted(self.rows[:, 6], at, side="right"))

    def walk(self, at: float) -> None:
        """Let those go that have left at the end."""
        out = int(np.searchsorted(self.rows[:, 7], at, side="right"))
        if out:
            self.left += out
            self.rows = self.rows[out:]

    def light(self, at: float) -> Floats:
        """The light on each LED, (leds, 3), linear, 1 is all an LED has; it may be asked for more."""
        total = np.zeros((self.course.leds, 3))
        wide = self.rows[:, 1] > WIDE
        for rows in (self.rows[~wide], self.rows[wide]):
            if len(rows):
                total += self._lay(rows, at)
        return total

    def _lay(self, rows: Floats, at: float) -> Floats:
        width = rows[:, 1:2]
        centre = self.course.speed * (at - rows[:, 0:1]) - width
        edges = np.floor(centre - width) + np.arange(int(np.ceil(2 * width.max())) + 2)
        parts = np.diff(share_below((edges - centre) / width), axis=1) * rows[:, 2:3]
        places = edges[:, :-1].astype(np.int64)
        here = (places >= 0) & (places < self.course.leds) & (parts > 0)
        where, which = places[here], np.nonzero(here)[0]
        weights = parts[here][:, None] * rows[which, 3:6]
        return np.stack([np.bincount(where, weights[:, c], self.course.leds) for c in range(3)], axis=1)


def share_below(u: Floats) -> Floats:
    """The share of a raised cosine that lies below u; u is in widths from its middle, -1 to 1 is all of it."""
    u = np.clip(u, -1.0, 1.0)
    share: Floats = 0.5 * (1.0 + u + np.sin(np.pi * u) / np.pi)
    return share


def fit_in(light: Floats, ceiling: float = 1.0) -> Floats:
    """Light as an LED may show it, (leds, 3), of a luminance up to `ceiling`.

    What asks for more, or for more than an LED has, is dimmed as a whole, so that its hue stays. Red is at most three
    times green and blue together: from a share of 0.8 on a changing red counts as saturated (ISO 9241-391), and the
    board refuses it.
    """
    over = np.maximum(light.max(axis=1), light @ LUMINANCE / ceiling)
    light = light / np.maximum(over, 1.0)[:, None]
    light[:, 1] = np.maximum(light[:, 1], light[:, 0] / 3 - light[:, 2])
    return light
