"""The colours of the wall, and the measure that every text colour has to pass.

Two hues and a neutral on near black; a third hue only for what is not measured. Off-white and not white, because pure
white on black spreads in the eye in a dark room.
"""

from __future__ import annotations

import numpy as np

from installation.score.colour import ASH, OCHRE, RUST, luminance

Colour = tuple[int, int, int]

GROUND: Colour = (12, 11, 10)
BRIGHT: Colour = (238, 230, 216)  # what is said now
QUIET: Colour = (173, 166, 155)  # what can wait: the code at rest, credits, captions
LIT: Colour = OCHRE  # what is measured
COOL: Colour = (140, 178, 196)  # what is not measured: estimated, replayed, no reading
TEXTS = (BRIGHT, QUIET, LIT, COOL)
LEAST_CONTRAST = 7.0  # of any text: WCAG 2.2, success criterion 1.4.6
DIM = 0.25  # relative luminance of 50 cd/m2 on a screen of 200: the most an old line of the section may have

__all__ = ["ASH", "BRIGHT", "COOL", "DIM", "GROUND", "LEAST_CONTRAST", "LIT", "OCHRE", "QUIET", "RUST", "TEXTS"]


def contrast(a: Colour, b: Colour = GROUND) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def blend(a: Colour, b: Colour, share: float) -> Colour:
    """A colour between a (share 0) and b (share 1), in code values."""
    mixed = np.asarray(a) + (np.asarray(b) - np.asarray(a)) * min(max(share, 0.0), 1.0)
    return int(mixed[0] + 0.5), int(mixed[1] + 0.5), int(mixed[2] + 0.5)
