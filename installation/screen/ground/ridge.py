"""Draws one layer of the section: a body, and on it a line whose every edge is smooth, also where it is steep.

A layer is drawn once, as a picture with transparency above its line, and laid over the newer one behind it: what lies
in front hides what lies behind, exactly. The width of a line is measured across it and not down the column, so that
steep parts have no gaps. Arrays only: nothing here knows a window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.score.colour import AMBER, PALE, REST
from installation.screen.colours import GROUND
from installation.screen.ground.strata import Layer

Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]

FILL = np.full((3, 1), 164.0, np.float32)  # code values of the body under a line: it has no hue

SOFT = 0.6  # of the limit: up to here a ridge is drawn as high as it is; what is higher is bent under the limit


@dataclass(frozen=True)
class Profile:
    """What a layer looks like, without its size: (columns,) arrays over its time.

    Attributes:
        power: W divided by the layer's mean W; 1 where nothing was read.
        share: of its joules that went into a fit, 0-1.
        heavy: how large the network was, 0-1.
        read: share of the time that was read, 0-1; a gap in the line is a gap in the readings.
        mean: W over the time read.
    """

    power: Floats
    share: Floats
    heavy: Floats
    read: Floats
    mean: float


def profile(layer: Layer) -> Profile:
    """The shape of a layer."""
    seconds, joules, fitting, heavy = layer.columns
    column = (layer.end - layer.begin) / layer.columns.shape[1]
    total = float(seconds.sum())
    mean = float(joules.sum()) / total if total > 0 else 0.0
    has = (seconds > column * 0.05) & (joules > 0)
    watts = np.divide(joules, seconds, out=np.full_like(joules, mean), where=has)
    return Profile(
        power=np.asarray(watts / mean if mean > 0 else np.ones_like(watts), np.float32),
        share=_part(fitting, joules, has),
        heavy=_part(heavy, fitting, has & (fitting > 1e-6 * joules)),
        read=np.asarray(np.clip(seconds / column, 0, 1), np.float32),
        mean=mean,
    )


def _part(of: Floats64, whole: Floats64, where: NDArray[np.bool_]) -> Floats:
    """A share, 0-1; 0 where it cannot be said."""
    return np.clip(np.divide(of, whole, out=np.zeros_like(whole), where=where), 0.0, 1.0).astype(np.float32)


def relief(power: Floats, thickness: float, limit: float) -> Floats:
    """How far a line rises above its mean, px: thickness * (power - 1), softly bent under the limit."""
    raw = thickness * (power - 1.0)
    bend = SOFT * limit
    over = np.maximum(np.abs(raw) - bend, 0.0)
    bent = bend + (limit - bend) * np.tanh(over / max(limit - bend, 1e-6))
    return np.asarray(np.where(np.abs(raw) > bend, np.sign(raw) * bent, raw), np.float32)


def tints(share: Floats, heavy: Floats) -> Floats:
    """Colour of each column, code values 0-255, (3, n): grey, and by the share of a fit amber to pale."""
    busy = _column(AMBER) * (1 - heavy) + _column(PALE) * heavy
    weight = np.sqrt(share)
    return np.asarray(_column(REST) * (1 - weight) + busy * weight, np.float32)


def _column(colour: tuple[int, int, int]) -> Floats:
    return np.asarray(colour, np.float32)[:, None]


def strip(
    ridge: Floats, rows: int, colour: Floats, *, line: Floats, body: float, width: Floats, fade: Floats
) -> NDArray[np.uint32]:
    """One layer as a picture, (rows, n) of 0xAARRGGBB with the colour already multiplied by its transparency.

    Args:
        ridge: (n,) row of the line, from the picture's upper edge.
        rows: height of the picture.
        colour: (3, n) code values of the line; the body under it is neutral.
        line: (n,) brightness of the line, 0-1; 0 is a gap.
        body: brightness of the body under the line, 0-1; it sinks towards the lower edge.
        width: (n,) of the line, px.
        fade: (n,) 0-1, what remains of a column's light.
    """
    sinks = np.linspace(body, body * 0.3, rows, dtype=np.float32)[:, None]
    upper = min(rows, math.ceil(float((ridge + width).max())) + 2)  # below it there is no line: a plain product will do
    down = np.arange(upper, dtype=np.float32)[:, None] - ridge
    down *= 1.0 / np.sqrt(1.0 + np.gradient(ridge) ** 2)
    cover = np.clip(down + 0.5, 0.0, 1.0)
    on_line = np.abs(down, out=down)
    np.subtract(0.5 * width + 0.5, on_line, out=on_line)
    np.clip(on_line, 0.0, 1.0, out=on_line)
    on_line *= line
    under, solid = cover * sinks[:upper], np.maximum(cover, on_line)
    lit = on_line >= under
    fill = np.broadcast_to(FILL, colour.shape)
    top = np.where(lit, _pack(colour, on_line * fade, solid), _pack(fill, under * fade, solid))
    return np.concatenate([top, _plain(fill * fade, sinks[upper:])]) if upper < rows else top


def _plain(colour: Floats, light: Floats) -> NDArray[np.uint32]:
    """Solid rows, each in the same colours, by the light of each row. (rows, n)"""
    lit = (light * 256.0).astype(np.uint32)
    red, green, blue = (np.minimum(colour[c], 255.0).astype(np.uint32) for c in range(3))
    out = (lit * (red << 16 | blue) >> 8) & np.uint32(0xFF00FF)
    out += (lit * (green << 8) >> 8) & np.uint32(0xFF00)
    out += np.uint32(0xFF000000 + sum((255 * g >> 8) << shift for g, shift in zip(GROUND, (16, 8, 0), strict=True)))
    return np.asarray(out, np.uint32)


def _pack(colour: Floats, light: Floats, alpha: Floats) -> NDArray[np.uint32]:
    """Light of a colour over the ground, two channels in one multiplication."""
    lit, solid = (light * 256.0).astype(np.uint32), (alpha * 255.0 + 0.5).astype(np.uint32)
    red, green, blue = (np.minimum(colour[c], 255.0).astype(np.uint32) for c in range(3))
    pairs = ((red << 16 | blue), (green << 8)), ((GROUND[0] << 16 | GROUND[2]), (GROUND[1] << 8))
    out = solid << 24
    for (both, middle), weight in zip(pairs, (lit, solid), strict=True):
        out += (weight * both >> 8) & np.uint32(0xFF00FF)
        out += (weight * middle >> 8) & np.uint32(0xFF00)
    return np.asarray(out, np.uint32)
