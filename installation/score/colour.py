"""Colour: sRGB, luminance, and the colour of what a joule was spent on.

Light is added as linear light, and a screen wants sRGB code values; both ways between them stand here and nowhere
else, and so does what "how large a network is" means to the eye.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Colours of what a joule was spent on, sRGB 0-255: of a wire, which glows paler the more it draws. The share of red in
# linear light is 0.66 at most, in amber: from 0.8 on a changing red counts as saturated (ISO 9241-391).
REST, AMBER, PALE = (156, 167, 180), (236, 168, 58), (250, 240, 220)
WEIGHTS = (1.0, 1.6, 2.6)  # of a line in these three: what a joule was spent on is told by more than its hue
BUSY = (1.0, 2.0)  # phases in which a joule has a network's colour: preparing and fitting
SEED, LARGE = 1e4, 1e7  # weights: up to the first a joule is amber, from the second on it is pale
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear red, green and blue (ITU-R BT.709, WCAG 2.2)


def linear(codes: ArrayLike) -> Floats:
    """sRGB code values 0-255 as linear light 0-1, of the same shape (IEC 61966-2-1)."""
    v = np.asarray(codes) / 255.0
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def codes(light: ArrayLike) -> NDArray[np.uint8]:
    """Linear light 0-1 as sRGB code values 0-255, of the same shape (IEC 61966-2-1); what is outside is clipped."""
    v = np.clip(light, 0.0, 1.0)
    return np.round(255 * np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)).astype(np.uint8)


def luminance(srgb: tuple[int, int, int]) -> float:
    """Relative luminance 0-1 of sRGB code values (WCAG 2.2)."""
    return float(linear(srgb) @ LUMINANCE)


def sizes(parameters: ArrayLike) -> Floats:
    """How large networks are, from 0 (up to SEED weights) to 1 (from LARGE on), by their logarithm."""
    share = np.log(np.maximum(parameters, 1.0) / SEED) / np.log(LARGE / SEED)
    return np.asarray(np.clip(share, 0.0, 1.0), np.float64)


def size(parameters: float) -> float:
    """How large one network is; see `sizes`."""
    return float(sizes(parameters))


def colours(phases: Floats, parameters: Floats) -> Floats:
    """What a joule was spent on, as linear light 0-1, (n, 3): grey at rest, in a fit from amber to pale by weights."""
    share = sizes(parameters)[:, None]
    busy = (1.0 - share) * linear(AMBER) + share * linear(PALE)
    return np.where(np.isin(phases, BUSY)[:, None], busy, linear(REST))
