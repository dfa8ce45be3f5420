"""The section: the ground cut open, the brightest line now, and below it all that went before.

Each layer is painted once and kept as a picture (painter.py); when the ground sinks only the pictures move, and only in
the rows that changed. How many layers there are does not grow with the day (strata.py), so neither does a frame's time.
"""

from __future__ import annotations

import math

import numpy as np
import pygame
from numpy.typing import NDArray

from installation.now import Now
from installation.screen.board import Board, Rect
from installation.screen.colours import GROUND
from installation.screen.ground.painter import Kept, Painter
from installation.screen.ground.past import Past
from installation.screen.ground.strata import Strata

DAY = 9.2  # units of the fold that the ground is high, or more: a day of 2 kWh (7.2 million grains) is 9.1 deep
AGES = (60.0, 600.0, 3600.0, 3 * 3600.0, 6 * 3600.0, 12 * 3600.0)  # s ago, told beside the ground
SINKS = 90.0  # px of the drawing over which the oldest layers go out
PAINTED_AT_ONCE = 1  # layers painted anew in one frame; the others keep their picture until their turn

Name = tuple[int, int]  # of a layer: its level and number
Places = list[tuple[Name, int]]


class Scene:
    """The ground."""

    def __init__(self, board: Board) -> None:
        self.board, self.box = board, board.at.ground
        self.past, self.painter = Past(board), Painter(board)
        self.newest: Kept | None = None
        self.lower = 0  # px from the surface to the lower edge of its picture
        self.kept: dict[Name, Kept] = {}
        self.replaced: dict[Name, Kept] = {}  # pictures of this frame's changed layers, as they stood before
        self.placed: Places = []
        self.restored = 0
        self.fold = self.box.h / DAY
        self.foot = _veil(self.box.w, round(SINKS * board.at.unit))
        self.area = Rect(self.box.x, self.box.y - board.rise, self.box.w, self.box.h + board.rise)

    @property
    def strata(self) -> Strata:
        return self.past.strata

    def draw(self, now: Now, at: float) -> None:
        fresh = self.past.feed(now)
        self.past.sink(at)
        if self.past.restored != self.restored:
            self.restored, self.kept = self.past.restored, {}
        depths = self.strata.edges(math.expm1(self.past.depth) * self.strata.ease)
        self.fold = self.box.h / max(DAY, float(depths[-1]))
        edges = self.fold * depths
        self.board.ages = self._ages(edges, at + self.strata.offset)
        changed = self._paint(edges)
        painted = self._paint_newest(max(0, round(float(edges[0]))), fresh)
        self._compose(self._places(edges), changed, painted)

    # -- painting
    def _paint(self, edges: NDArray[np.float64]) -> set[Name]:
        """Paint what is new, and of what has another size or brightness by now the newest; returns which."""
        changed: set[Name] = set()
        self.replaced = {}
        for layer, top, bottom in zip(self.strata.layers, edges, edges[1:], strict=False):
            if top > self.box.h:
                break
            name = (layer.level, layer.number)
            thick, light = max(1, round(float(bottom - top))), self.painter.light(float(top))
            kept = self.kept.get(name)
            if kept is None or (len(changed) < PAINTED_AT_ONCE and not kept.serves(thick, light)):
                self.replaced |= {name: kept} if kept is not None else {}
                self.kept[name] = self.painter.layer(layer, thick, light)
                changed.add(name)
        self._forget()
        return changed

    def _forget(self) -> None:
        """Let go of the pictures of layers that are folded into others."""
        if len(self.kept) > len(self.strata.layers) + 8:
            alive = {(layer.level, layer.number) for layer in self.strata.layers}
            self.kept = {name: kept for name, kept in self.kept.items() if name in alive}

    def _paint_newest(self, thick: int, fresh: bool) -> Kept | None:
        """The line of now; None if it stands as it stood."""
        if not self.strata.points or (self.newest is not None and self.newest.thick == thick and not fresh):
            return None
        layer = self.strata.open()
        span = layer.end - layer.begin
        known = (self.strata.points[-1][0] - layer.begin) / span
        read = float(layer.columns[0].sum())
        whole = self.fold * math.log1p(layer.joules / max(read, 1e-6) * span / self.strata.ease)
        self.newest, self.board.ridge = self.painter.newest(layer, known, thick, whole)
        return self.newest

    # -- places
    def _ages(self, edges: NDArray[np.float64], today: float) -> list[tuple[float, float]]:
        """Where in the ground lies what was laid down so many s ago: px under the surface, and s."""
        found, ages = [], list(AGES)
        for layer, top, bottom in zip(self.strata.layers, edges, edges[1:], strict=False):
            while ages and layer.begin <= today - ages[0]:
                share = (layer.end - (today - ages[0])) / (layer.end - layer.begin)
                found.append((float(top + (bottom - top) * min(max(share, 0.0), 1.0)), ages.pop(0)))
        return found

    def _places(self, edges: NDArray[np.float64]) -> Places:
        """Each layer and the row of its mean line under the surface, newest first."""
        places: Places = []
        for layer, depth in zip(self.strata.layers, edges, strict=False):
            name = (layer.level, layer.number)
            if depth > self.box.h or name not in self.kept:
                break
            places.append((name, round(float(depth))))
        return places

    def _compose(self, places: Places, changed: set[Name], painted: Kept | None) -> None:
        """Lay the pictures over each other again in the rows where something moved."""
        rise = self.board.rise
        band = Rect(self.area.x, self.area.y, self.area.w, rise + 2)  # grains fall here: it is wiped at each frame
        self.board.moving(band)
        top = band.copy()
        if painted is not None:
            lower = painted.height - painted.up
            top.h = max(top.h, rise + max(lower, self.lower))  # where it was longer before, something else stands now
            self.lower = lower
        wiped = (w.clip(self.area) for w in self.board.wiped)
        parts = [top, *(w for w in wiped if w.h and not top.contains(w))]
        if places != self.placed or changed:
            parts.append(self._moved(places, changed))
        self.placed = places
        for part in parts:
            self._lay(places, part)

    def _moved(self, places: Places, changed: set[Name]) -> Rect:
        """The rows from the newest to the oldest layer that moved."""
        rows = self._moved_rows(places, changed)
        if not rows:
            return Rect(0, 0, 0, 0)
        top, bottom = min(a for a, _ in rows) - 2, max(b for _, b in rows) + 2
        return Rect(self.area.x, self.box.y + top, self.area.w, bottom - top).clip(self.area)

    def _moved_rows(self, places: Places, changed: set[Name]) -> list[tuple[int, int]]:
        """First and last row of each layer that moved, where it stood and where it stands."""
        before, after, rise = dict(self.placed), dict(places), self.board.rise
        shifted = changed | {name for name in (before | after) if before.get(name) != after.get(name)}
        old = self.kept | self.replaced
        moved = [(y, self.kept[name]) for name, y in places if name in shifted]
        moved += [(y, old[name]) for name, y in self.placed if name in shifted and name in old]
        rows = [(y - kept.up, y - kept.up + kept.height) for y, kept in moved]
        return rows + [(y - rise, y + 2 * rise) for name, y in self.placed if name not in after]

    def _lay(self, places: Places, part: Rect) -> None:
        """The newest first: what is older stands in front."""
        if not part.h:
            return
        surface = self.board.surface
        surface.set_clip(part)
        self.board.clear(part)
        if self.newest is not None:
            self._blit(self.newest, 0)
        for name, y in places:
            kept = self.kept[name]
            top = self.box.y + y - kept.up
            if top < part.bottom and top + kept.height > part.top:
                self._blit(kept, y)
        if part.bottom > self.box.bottom - self.foot.get_height():
            surface.blit(self.foot, (self.box.x, self.box.bottom - self.foot.get_height()))
        surface.set_clip(None)

    def _blit(self, kept: Kept, y: int) -> None:
        at = (self.box.x, self.box.y + y - kept.up)
        self.board.surface.blit(kept.picture, at, special_flags=pygame.BLEND_PREMULTIPLIED)


def _veil(width: int, height: int) -> pygame.Surface:
    """What lies over the lower edge of the ground: nothing at its top, all of the dark at its bottom."""
    made = pygame.Surface((width, height), pygame.SRCALPHA)
    for row in range(height):
        share = (row + 1) / height
        made.fill((*GROUND, round(255 * share * share * (3 - 2 * share))), (0, row, width, 1))
    return made
