"""Where everything stands on a screen of any size, and how large its letters are.

The composition is drawn for 1920 x 1080 and 1080 x 1920 and scaled by one unit, so that no picture is stretched. The
words that are read, the passages, grow beyond that when the screen's width in metres and the visitors' distance ask
for it. Pure arithmetic: nothing here draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from installation.config import ScreenSettings

CAP = 0.615  # cap height of Gentium Plus, in em
LARGE = 1.3  # large print: so many times the size of the words
SUPPOSED = 1.21  # m: the width of a 55-inch screen, by which letters and lines are chosen where nobody measured it
READ_ARC = math.radians(20 / 60)  # comfortable cap height seen from the visitors' place (ISO 9241-303)


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def __iter__(self) -> Iterator[int]:
        return iter((self.x, self.y, self.w, self.h))


@dataclass(frozen=True)
class Boxes:
    """Where everything stands.

    Attributes:
        code: the source above its fit line.
        fit: that line and its counts.
        fall: where grains fall.
        ground: the section.
        ages: beside it, how long ago its layers were laid down.
        number: the watts.
        column: passage and land.
        foot: captions.
        strip: the pretend strip at the lower edge.
    """

    code: Box
    fit: Box
    fall: Box
    ground: Box
    ages: Box
    number: Box
    column: Box
    foot: Box
    strip: Box


@dataclass(frozen=True)
class Layout(Boxes):
    """The boxes of one screen and the sizes of its letters, all in pixels.

    Attributes:
        unit: pixels of the screen for each pixel of the drawing.
        fade: the ground's right end fades out over this many pixels; 0 is a straight edge at the screen's own.
        metres: of one pixel; supposed where the picture's width is not measured.
        measured: whether it is.
        small, body, passage, code_size, fit_size, number_size: em of the letters.
    """

    width: int
    height: int
    unit: float
    portrait: bool
    fade: int
    metres: float
    measured: bool
    small: int
    body: int
    passage: int
    code_size: int
    fit_size: int
    number_size: int


def layout(width: int, height: int, screen: ScreenSettings) -> Layout:
    """The layout of a picture of so many pixels on the screen that the settings describe."""
    portrait = height > width
    unit = min(width / 1080, height / 1920) if portrait else min(width / 1920, height / 1080)
    metres = (screen.width_m or SUPPOSED) / width
    large = LARGE if screen.large_print else 1.0
    boxes = _portrait(width, height, unit, large) if portrait else _landscape(width, height, unit, large)
    clear = large * (1.12 if screen.projector else 1.0)
    far = READ_ARC * screen.distance_m / CAP / metres  # em, in pixels, that is comfortable from there
    least = 1.0 if screen.distance_m else 0.0
    passage = max((42 if portrait else 36) * unit, min(far * least, 48 * unit)) * large
    return Layout(
        width=width,
        height=height,
        unit=unit,
        portrait=portrait,
        metres=metres,
        measured=screen.width_m > 0,
        fade=round((200 if portrait or screen.large_print else 330) * unit),
        small=max(9, round(22 * unit * clear)),
        body=max(9, round(27 * unit * clear)),
        passage=round(passage),
        code_size=max(9, round(22 * unit * large)),
        fit_size=max(12, round(36 * unit * large)),
        number_size=max(24, round((190 if portrait else 238) * unit)),
        **vars(boxes),
    )


def _landscape(w: int, h: int, u: float, large: float) -> Boxes:
    """Two columns: code, fall and ground on the left; the number and the words on the right.

    In large print the words take from the ground what they need; the code keeps its place above it.
    """
    margin, right = round(64 * u), w - round(590 * u) - round(64 * u)
    across = right - margin - round(60 * u)
    words = right if large == 1.0 else w - round(940 * u) - margin
    foot, strip = round(58 * u * large), max(3, round(10 * u))
    surface, ages = round(500 * u), round(112 * u * large)
    top = h - foot - strip
    ground = words - round(34 * u) - ages
    return Boxes(
        code=Box(margin, round(50 * u), across, round(196 * u)),
        fit=Box(margin, round(254 * u), across, round(96 * u)),
        fall=Box(0, round(352 * u), ground, surface - round(352 * u)),
        ground=Box(0, surface, ground, top - surface),
        ages=Box(ground, surface - round(16 * u * large), ages, top - surface + round(16 * u * large)),
        number=Box(right, round(40 * u), w - right - margin, round(330 * u)),
        column=Box(words, round(384 * u), w - words - margin, top - round(384 * u) - round(16 * u)),
        foot=Box(margin, top, w - 2 * margin, foot),
        strip=Box(0, h - strip, w, strip),
    )


def _portrait(w: int, h: int, u: float, large: float) -> Boxes:
    """One column: code and number, fall, ground, words."""
    margin = round(60 * u)
    across = w - 2 * margin
    foot, strip = round(92 * u * large), max(3, round(10 * u))
    top = h - foot - strip
    words = round(600 * u * large)
    surface, ages = round(664 * u), round(112 * u * large)
    ground = w - margin - ages
    return Boxes(
        code=Box(margin, round(50 * u), round(664 * u), round(334 * u)),
        fit=Box(margin, round(396 * u), across, round(96 * u)),
        fall=Box(0, round(496 * u), ground, surface - round(496 * u)),
        ground=Box(0, surface, ground, top - words - round(30 * u) - surface),
        ages=Box(ground, surface - round(16 * u * large), ages, top - words - round(14 * u) - surface),
        number=Box(w - margin - round(282 * u), round(44 * u), round(282 * u), round(340 * u)),
        column=Box(margin, top - words, across, words - round(16 * u)),
        foot=Box(margin, top, across, foot),
        strip=Box(0, h - strip, w, strip),
    )
