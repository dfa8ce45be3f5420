"""Paints the layers of the section, each once and at its size, and keeps what it painted as pictures.

What a layer looks like follows from its samples (ridge.py); here it gets its thickness in pixels, its brightness by
its depth, and the soft right end of the ground.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pygame
from numpy.typing import NDArray

from installation.flash_limiter import LINEAR
from installation.score.colour import LUMINANCE, REST, WEIGHTS, luminance
from installation.screen.board import Board
from installation.screen.colours import BRIGHT, DIM
from installation.screen.ground.ridge import Floats, Profile, profile, relief, strip, tints
from installation.screen.ground.strata import Layer
from installation.screen.pixels import view

OLD = math.sqrt(DIM / luminance(REST)) * 0.92  # brightness of an old line: under 50 cd/m2 on a screen of 200
BODY = 0.17  # brightness of what lies under a line
STEPS = 14  # of brightness
FILLED = 0.3  # of a layer: a heavy line is no thicker
GENTLE = 0.7  # of the brightness of the newest line, where nothing shall glow
NOW = np.asarray(BRIGHT, np.float32)[:, None]


@dataclass(frozen=True)
class Kept:
    """A layer's picture.

    Attributes:
        thick: px from its line to the next below.
        light: brightness of its line.
        up: px from the picture's upper edge to the mean of its line.
    """

    thick: int
    light: float
    picture: pygame.Surface
    up: int

    @property
    def height(self) -> int:
        return self.picture.get_height()

    def serves(self, thick: int, light: float) -> bool:
        """Whether it may stand for a layer of this size and brightness.

        A layer only grows thinner, and one that is drawn a little too thick is hidden by the one before it: a twelfth
        may wait.
        """
        return thick <= self.thick <= thick + thick // 12 and light == self.light


class Painter:
    """Paints layers as wide as the ground of a board."""

    def __init__(self, board: Board) -> None:
        self.unit, self.rise, self.gentle = board.at.unit, board.rise, board.gentle
        self.across = np.linspace(0.0, 1.0, board.at.ground.w, dtype=np.float32)
        self.fade = fade(board.at.ground.w, board.at.fade)
        projected = board.config.screen.projector
        self.line = max(1.0, (2.2 if projected else 1.5) * self.unit)
        self.body, self.deep = (1.5 * BODY, 0.75) if projected else (BODY, 0.55)

    def light(self, depth: float) -> float:
        """Brightness of a line so many px under the surface, in steps: only the newest are bright."""
        light = OLD * (self.deep + (1 - self.deep) * math.exp(-depth / (230 * self.unit)))
        light = 0.8 * light if self.gentle else light + 0.30 * math.exp(-depth / (16 * self.unit))
        return math.ceil(STEPS * light) / STEPS

    def layer(self, layer: Layer, thick: int, light: float) -> Kept:
        """A layer that is whole."""
        shape = profile(layer)
        ridge = self._spread(relief(shape.power, thick, self.rise))
        colour = self._colours(tints(shape.share, shape.heavy))
        line = np.minimum(1.0, light * evenly(colour)) * np.minimum(1.0, self._spread(shape.read) * 2)
        body = self.body * min(1.0, light + 0.3)
        return self._paint(ridge, thick, light, colour, line=line, body=body, width=self._weights(shape, thick))

    def newest(self, layer: Layer, known: float, thick: int, whole: float) -> tuple[Kept, Floats]:
        """The brightest line and what is laid down under it, and how high the line stands over its width.

        Args:
            layer: the stretch that runs.
            known: how much of its time is over, 0-1; the line goes on from there, dark and level.
            thick: px it has by now.
            whole: px it will have when its time is over, at this power.
        """
        shape = profile(layer)
        ridge = self._spread(relief(shape.power, whole, self.rise))
        ahead = np.maximum(self.across - known, 0.0)
        head = float(np.interp(known - 1 / len(shape.power), self.across, ridge))
        ridge = np.where(ahead > 0, head * np.exp(-ahead * 40), ridge).astype(np.float32)
        lit, dark = 0.80 + 0.20 * np.exp((self.across - known) * 6), 0.42 + 0.58 * np.exp(-ahead * 40)
        line = np.where(ahead > 0, dark, lit).astype(np.float32) * (GENTLE if self.gentle else 1.0)
        colour = self._colours(NOW * 0.5 + 0.5 * tints(shape.share, shape.heavy))
        return self._paint(
            ridge, thick, 1.0, colour, line=line, body=self.body, width=2 * self._weights(shape, thick)
        ), ridge

    def _paint(
        self, ridge: Floats, thick: int, light: float, colour: Floats, *, line: Floats, body: float, width: Floats
    ) -> Kept:
        widest = float(width.max())
        up = math.ceil(max(0.0, float(ridge.max())) + widest) + 1
        rows = up + thick + math.ceil(max(0.0, -float(ridge.min())) + widest) + 1
        place = np.asarray(up - ridge, np.float32)
        pixels = strip(place, rows, colour, line=line, body=body, width=width, fade=self.fade)
        return Kept(thick, light, _surface(pixels), up)

    def _weights(self, shape: Profile, thick: int) -> Floats:
        """Width of a line, px: heavier for a fit, heaviest for a large network; a thin layer is never filled by it."""
        heavy = WEIGHTS[1] + (WEIGHTS[2] - WEIGHTS[1]) * shape.heavy
        weight = self._spread(WEIGHTS[0] + (heavy - WEIGHTS[0]) * np.sqrt(shape.share))
        return np.asarray(np.minimum(self.line * weight, max(self.line, FILLED * thick)), np.float32)

    def _spread(self, columns: Floats) -> Floats:
        """Columns of a layer over the width of the picture."""
        return np.interp(self.across, (np.arange(len(columns)) + 0.5) / len(columns), columns).astype(np.float32)

    def _colours(self, colours: Floats) -> Floats:
        return np.stack([self._spread(c) for c in colours])


def evenly(colour: Floats) -> Floats:
    """By how much a line of each colour is lifted so that all are as bright as rest at the same depth. (3, n) -> (n,)

    Pale has twice the luminance of rest: as bright as its code values would make it, old layers would be a pattern of
    bright stripes. What it was spent on is told by hue and by the weight of the line.
    """
    own = LUMINANCE.astype(np.float32) @ LINEAR[np.minimum(colour, 255.0).astype(np.uint8)]
    return np.asarray((luminance(REST) / np.maximum(own, 1e-3)) ** (1 / 2.2), np.float32)


def fade(width: int, px: int) -> Floats:
    """What remains of each column's light: all, but for a soft right end. (width,)"""
    x = np.arange(width, dtype=np.float32)
    share = np.clip((width - x) / max(px, 1), 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share), np.float32) if px else np.ones(width, np.float32)


def _surface(pixels: NDArray[np.uint32]) -> pygame.Surface:
    """An array of 0xAARRGGBB as a surface."""
    rows, columns = pixels.shape
    made = pygame.Surface((columns, rows), pygame.SRCALPHA)
    target = view(made)
    np.copyto(target, pixels)
    del target
    return made
