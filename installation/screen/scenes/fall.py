"""The fall: each grain leaves the line of code, falls, and settles at the surface.

One point for one grain. Density is power. A point comes out of the dark and sinks into the light of the surface: it
drifts, and nothing blinks.
"""

from __future__ import annotations

import math

import numpy as np
import pygame
from numpy.typing import NDArray

from installation.now import Now
from installation.score.colour import AMBER, BUSY, PALE, sizes
from installation.score.grains import Grains, hashed
from installation.screen.board import Board, Rect
from installation.screen.colours import BRIGHT
from installation.screen.ground.painter import fade

LATE = 0.5  # s in which a point comes out of the dark, and by which one may come late
FALL = 2.6  # s from the line to the ground
SETTLE = 0.9  # s in which a point becomes ground
SPREAD = 0.25  # of FALL: how much slower or faster one grain falls than another
MOST = 50_000  # points kept, enough for 12 000 grains a second; the oldest go first
SEEN = 0.6  # of the ground's soft right end that stays without grains: at its left edge two thirds of the light is left
KINDS, HALF = (BRIGHT, AMBER, PALE), 0.5  # colours of a point: at rest, of a small and of a large network
LEVELS, PHASES = 20, 3  # brightnesses, and parts of a pixel across and down, in which a point is kept ready

Floats = NDArray[np.float32]


class Scene:
    """All points that fall or settle at this moment."""

    def __init__(self, board: Board) -> None:
        self.board, self.box = board, board.at.fall
        self.points = np.zeros((0, 5))  # begin s, place 0-1, time to fall s, kind (of KINDS), drift
        radius = max(0.6, 1.05 * board.at.unit)
        self.reach = max(2, round(3 * radius))
        self.sprites = Sprites(radius, self.reach)
        self.edge = fade(self.box.w, board.at.fade)
        self.width = self.box.w - SEEN * board.at.fade  # no grain falls where it could not be seen
        self.slow, self.dim = (1.8, 0.6) if board.gentle else (1.0, 1.0)

    def draw(self, now: Now, at: float) -> None:
        self._add(self.board.grains, at)
        low = max(0, math.ceil(-float(self.board.ridge.min())))  # where the line lies under the surface they land there
        area = Rect(self.box.x, self.box.y - self.reach, self.box.w, self.box.h + low + 2 * self.reach + 1)
        if len(self.points):
            self._draw(at)
            self.board.moving(area)

    def _add(self, grains: Grains, at: float) -> None:
        """Take in new grains; each begins at its own time, also where a picture came late."""
        if len(grains):
            begin = np.clip(grains.times + self.board.delay, at - LATE, at)
            if self.board.last:  # no other picture will show them
                begin = np.full_like(begin, at - LATE)
            pace = FALL * self.slow * (1 + SPREAD * (2 * hashed(grains.numbers, 3) - 1))
            kind = np.isin(grains.phases, BUSY) * (1 + (sizes(grains.parameters) > HALF))
            rows = [begin, grains.places, pace, kind, hashed(grains.numbers, 4)]
            self.points = np.concatenate([self.points, np.stack(rows, axis=1)])[-MOST:]
        age = at - self.points[:, 0]
        self.points = self.points[age < self.points[:, 2] + SETTLE]

    def _draw(self, at: float) -> None:
        x, y, light = self._where(at)
        level = np.minimum((light * LEVELS).astype(int), LEVELS - 1)
        phase_x, phase_y = ((x % 1) * PHASES).astype(int), ((y % 1) * PHASES).astype(int)
        which = ((self.points[:, 3].astype(int) * LEVELS + level) * PHASES + phase_y) * PHASES + phase_x
        left = self.box.x + np.floor(x).astype(int) - self.reach
        top = self.box.y + np.floor(y).astype(int) - self.reach
        seen = level > 0
        places = zip(left[seen].tolist(), top[seen].tolist(), strict=True)
        points = zip(map(self.sprites.__getitem__, which[seen].tolist()), places, strict=True)
        self.board.surface.fblits(list(points), pygame.BLEND_RGB_ADD)

    def _where(self, at: float) -> tuple[Floats, Floats, Floats]:
        """Places in the box, px, and light 0-1 of all points."""
        age = at - self.points[:, 0]
        way = np.clip(age / self.points[:, 2], 0.0, 1.0)
        left = self.board.at.fit.x
        start = left + self.points[:, 1] * (self.width - left)
        end = self.points[:, 1] * self.width
        x = (
            start
            + (end - start) * (way * way * (3 - 2 * way))
            + 6 * self.board.at.unit * np.sin(6.283 * (self.points[:, 4] + 0.35 * way))
        )
        ridge = self.board.ridge[np.minimum(end.astype(int), len(self.board.ridge) - 1)]  # where it will land
        y = (0.12 * way + 0.88 * way**1.9) * (self.box.h - 1 - np.minimum(ridge, 0.8 * self.box.h))
        settled = np.clip((age - self.points[:, 2]) / SETTLE, 0.0, 1.0)
        light = self.dim * np.clip(age / LATE, 0.0, 1.0) * (0.42 + 0.56 * way) * (1 - settled) ** 2
        column = np.clip(x, 0, self.box.w - 1).astype(int)
        return x.astype(np.float32), y.astype(np.float32), (light * self.edge[column]).astype(np.float32)


class Sprites(dict[int, pygame.Surface]):
    """Soft points, each made when it is first asked for: by colour, brightness, and part of a pixel.

    Args:
        radius: standard deviation of a point, px.
        reach: px from a point's middle to its picture's edge.
    """

    def __init__(self, radius: float, reach: int) -> None:
        super().__init__()
        self.radius, self.span = radius, np.arange(-reach, reach + 1)

    def __missing__(self, which: int) -> pygame.Surface:
        rest, right = divmod(which, PHASES)
        rest, down = divmod(rest, PHASES)
        kind, level = divmod(rest, LEVELS)
        far = (self.span - right / PHASES)[:, None] ** 2 + (self.span - down / PHASES)[None, :] ** 2
        light = np.exp(-0.5 * far / self.radius**2) * level / (LEVELS - 1)
        codes = light[:, :, None] * np.asarray(KINDS[kind]) + 0.5
        self[which] = pygame.surfarray.make_surface(codes.astype(np.uint8))
        return self[which]
