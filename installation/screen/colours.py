"""The colours of the wall, and the measure that every text colour has to pass.

One hue and neutrals on near black; a second hue only for what is not measured. Off-white and not white, because pure
white on black spreads in the eye in a dark room.
"""

from __future__ import annotations

import numpy as np

from installation.score.colour import AMBER, PALE, REST, luminance

Colour = tuple[int, int, int]

GROUND: Colour = (11, 11, 12)
BRIGHT: Colour = (238, 230, 216)  # what is said now
QUIET: Colour = (168, 168, 167)  # what can wait: the code at rest, credits, captions
LIT: Colour = AMBER  # what runs
MEASURED: Colour = (250, 245, 234)  # what a sensor read
COOL: Colour = (142, 178, 226)  # what is not measured: estimated, replayed, no reading
TEXTS = (BRIGHT, QUIET, LIT, MEASURED, COOL)
LEAST_CONTRAST = 7.0  # of any text: WCAG 2.2, success criterion 1.4.6
DIM = 0.25  # relative luminance of 50 cd/m2 on a screen of 200: the most an old line of the section may have

__all__ = [
    "AMBER",
    "BRIGHT",
    "COOL",
    "DIM",
    "GROUND",
    "LEAST_CONTRAST",
    "LIT",
    "MEASURED",
    "PALE",
    "QUIET",
    "REST",
    "TEXTS",
]


def contrast(a: Colour, b: Colour = GROUND) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def blend(a: Colour, b: Colour, share: float) -> Colour:
    """A colour between a (share 0) and b (share 1), in code values."""
    mixed = np.asarray(a) + (np.asarray(b) - np.asarray(a)) * min(max(share, 0.0), 1.0)
    return int(mixed[0] + 0.5), int(mixed[1] + 0.5), int(mixed[2] + 0.5)
