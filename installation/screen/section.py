"""The section: the ground cut open, the brightest line now, and below it all that went before.

Each layer is drawn once and kept as a picture; when the ground sinks only the pictures move, and only in the rows that
changed. How many layers there are does not grow with the day (strata.py), so neither does the time of a frame.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pygame
from numpy.typing import NDArray

from installation.config import ScreenSettings
from installation.now import Now
from installation.screen.board import Board, Rect
from installation.screen.colours import ASH, BRIGHT, DIM, luminance
from installation.screen.pixels import view
from installation.screen.ridge import Floats, profile, relief, strip, tints
from installation.screen.strata import EASE, THIN, Layer, Strata, laid_before

FOLD = 57.0  # px of the drawing for one unit of the fold: a day of 2 kWh is nine units deep
DRAWN_AT_ONCE = 1  # layers drawn anew in one frame; the others keep their picture until their turn
SINK = 0.12  # s in which the ground follows its joules
OLD = math.sqrt(DIM / luminance(ASH)) * 0.92  # brightness of an old line: under 50 cd/m2 on a screen of 200
BODY = 0.17
STEPS = 14  # of brightness
NOW = np.asarray(BRIGHT, np.float32)[:, None]


@dataclass
class Kept:
    """A layer's picture."""

    key: tuple[Any, ...]
    picture: pygame.Surface
    up: int  # px from the picture's upper edge to the mean of the line


class Scene:
    """The ground."""

    def __init__(self, board: Board) -> None:
        self.board, self.box = board, board.at.ground
        self.thin = THIN * coarser(board.config.screen)
        self.strata = Strata(thin=self.thin)
        self.open: Kept | None = None
        self.kept: dict[tuple[int, int], Kept] = {}
        self.placed: list[tuple[tuple[int, int], int]] = []
        self.opened_on = 0.0
        self.sampled_at = 0.0
        self.reader: threading.Thread | None = None
        self.day: list[Layer] | None = None
        self.depth = 0.0
        self.last = -1.0
        n = self.box.w
        self.across = np.linspace(0.0, 1.0, n, dtype=np.float32)
        self.fade = fade(n, board.at.fade)
        self.line = max(1.0, 1.5 * board.at.unit)

    def draw(self, now: Now, seconds: float) -> None:
        fresh = self._feed(now)
        self._sink(seconds)
        edges = self.strata.edges(math.expm1(self.depth) * self.strata.ease) * FOLD * self.board.at.unit
        changed = self._draw_layers(edges)
        self._compose(self._places(edges), changed, self._draw_open(round(float(edges[0])), fresh))

    def _feed(self, now: Now) -> bool:
        """Take in new samples; whether there were any."""
        if not now.joules_per_grain or now.sampled_at == self.sampled_at:
            return False
        if now.opened_on != self.opened_on:
            self.opened_on = now.opened_on
            offset = now.opened_on - now.opened_at if now.opened_on else 0.0
            self.strata = Strata(now.joules_per_grain, offset, self.thin)
        self.sampled_at = now.sampled_at
        self._look_back(now)
        laid = self.strata.laid
        self.strata.feed(now.samples)
        if self.strata.laid != laid:
            self.depth = 0.0
        return True

    def _look_back(self, now: Now) -> None:
        """Once, when the first reading says which word it has: fetch from the ledger what was before this process."""
        if self.reader is None and self.board.live and now.provenance:
            rows = now.samples
            first = float(rows[rows[:, 0] > 0][0, 0]) + self.strata.offset
            self.reader = threading.Thread(target=self._read, args=(int(now.provenance), first), daemon=True)
            self.reader.start()
        if self.day is not None:
            self.strata.restore(self.day)
            self.day, self.kept = None, {}

    def _read(self, provenance: int, until: float) -> None:
        from installation.screen.restore import read_day

        day = read_day(Path(self.board.config.ledger.file), provenance, self.opened_on, until)
        if day.trouble:
            self.board.notes.append(f"{self.board.words('section_unread')} ({day.trouble})")
        grain = self.strata.ease / EASE
        self.day = laid_before(day.rows, grain, self.thin, lambda: time.sleep(0.004)) if len(day.rows) else []

    def _sink(self, seconds: float) -> None:
        """The open layer grows with its joules, smoothly."""
        step = 0.0 if self.last < 0 else seconds - self.last
        self.last = seconds
        wanted = math.log1p(self.strata.open_joules / self.strata.ease)
        self.depth += (wanted - self.depth) * (1.0 - math.exp(-step / SINK))

    # -- layers
    def _draw_layers(self, edges: NDArray[np.float64]) -> set[tuple[int, int]]:
        """Draw anew what has another size or brightness by now, the newest first; returns which."""
        changed: set[tuple[int, int]] = set()
        layers = self.strata.layers
        for i, layer in enumerate(layers):
            if edges[i] > self.box.h:
                break
            name = (layer.level, layer.number)
            thick = max(1, round(float(edges[i + 1] - edges[i])))
            light = math.ceil(STEPS * self._light(float(edges[i]))) / STEPS
            key = (thick, light)
            kept = self.kept.get(name)
            if kept is None or (len(changed) < DRAWN_AT_ONCE and _stale(kept.key, key)):
                self.kept[name] = self._strip(layer, thick, light)
                changed.add(name)
        if len(self.kept) > len(layers) + 8:
            alive = {(layer.level, layer.number) for layer in layers}
            self.kept = {name: kept for name, kept in self.kept.items() if name in alive}
        return changed

    def _light(self, depth: float) -> float:
        """Brightness of a line so many px under the surface: only the newest are bright."""
        u = self.board.at.unit
        old = OLD * (0.55 + 0.45 * math.exp(-depth / (230 * u)))
        return 0.8 * old if self.board.gentle else old + 0.30 * math.exp(-depth / (16 * u))

    def _strip(self, layer: Layer, thick: int, light: float) -> Kept:
        shape = profile(layer)
        read = self._spread(shape.read)
        return self._kept(
            (thick, light),
            self._spread(relief(shape.power, thick, self.board.rise)),
            thick,
            self._spread_colours(tints(shape.share, shape.heavy)),
            line=np.asarray(light * np.minimum(1.0, read * 2), np.float32),
            body=BODY * min(1.0, light + 0.3),
            width=self.line,
        )

    def _draw_open(self, thick: int, fresh: bool) -> Kept | None:
        """The brightest line and what is laid down under it: the stretch that runs, from its begin on the left."""
        if not self.strata.points:
            return None
        if self.open is not None and self.open.key == (thick,) and not fresh:
            return None
        layer = self.strata.open()
        shape = profile(layer)
        known = (self.strata.points[-1][0] - layer.begin) / (layer.end - layer.begin)
        whole = FOLD * self.board.at.unit * math.log1p(shape.mean * (layer.end - layer.begin) / self.strata.ease)
        ridge = self._spread(relief(shape.power, whole, self.board.rise))
        ahead = np.maximum(self.across - known, 0.0)
        head = float(np.interp(known - 1 / len(shape.power), self.across, ridge))
        ridge = np.where(ahead > 0, head * np.exp(-ahead * 40), ridge)
        self.board.ridge = np.asarray(ridge, np.float32)
        age = known - self.across
        self.open = self._kept(
            (thick,),
            np.asarray(ridge, np.float32),
            thick,
            self._spread_colours(NOW * 0.5 + 0.5 * tints(shape.share, shape.heavy)),
            line=np.asarray(
                np.where(ahead > 0, 0.42 + 0.58 * np.exp(-ahead * 40), 0.80 + 0.20 * np.exp(-age * 6)), np.float32
            ),
            body=BODY,
            width=2 * self.line,
        )
        return self.open

    def _kept(
        self,
        key: tuple[Any, ...],
        ridge: Floats,
        thick: int,
        colour: Floats,
        *,
        line: Floats,
        body: float,
        width: float,
    ) -> Kept:
        up = math.ceil(max(0.0, float(ridge.max())) + width) + 1
        rows = up + thick + math.ceil(max(0.0, -float(ridge.min())) + width) + 1
        place = np.asarray(up - ridge, np.float32)
        pixels = strip(place, rows, colour, line=line, body=body, width=width, fade=self.fade)
        return Kept(key, _surface(pixels), up)

    def _spread(self, columns: Floats) -> Floats:
        """Columns of a layer over the width of the picture."""
        return np.interp(self.across, (np.arange(len(columns)) + 0.5) / len(columns), columns).astype(np.float32)

    def _spread_colours(self, colours: Floats) -> Floats:
        return np.stack([self._spread(c) for c in colours])

    # -- places
    def _places(self, edges: NDArray[np.float64]) -> list[tuple[tuple[int, int], int]]:
        """Each layer and the row of its mean line under the surface, newest first."""
        places = []
        for layer, depth in zip(self.strata.layers, edges, strict=False):
            name = (layer.level, layer.number)
            if depth > self.box.h or name not in self.kept:
                break
            places.append((name, round(float(depth))))
        return places

    def _compose(
        self, places: list[tuple[tuple[int, int], int]], changed: set[tuple[int, int]], opened: Kept | None
    ) -> None:
        """Lay the pictures over each other again in the rows where something moved."""
        area = Rect(self.box.x, self.box.y - self.board.rise, self.box.w, self.box.h + self.board.rise)
        band = Rect(self.box.x, self.box.y - self.board.rise, self.box.w, self.board.rise + 2)
        if opened is not None:
            band.h = max(band.h, self.board.rise + opened.picture.get_height() - opened.up)
        parts = [
            band,
            *(w.clip(area) for w in self.board.wiped if w.colliderect(area) and not band.contains(w.clip(area))),
        ]
        if places != self.placed or changed:
            parts.append(self._moved(places, changed, area))
        self.placed = places
        for part in parts:
            if part.h > 0:
                self._lay(places, part)
        self.board.moving(Rect(band.x, band.y, band.w, self.board.rise + 2))

    def _moved(self, places: list[tuple[tuple[int, int], int]], changed: set[tuple[int, int]], area: Rect) -> Rect:
        """The rows from the newest to the oldest layer that moved."""
        before = dict(self.placed)
        rows = [
            (y - self.kept[name].up, y + self.kept[name].picture.get_height())
            for name, y in places
            if name in changed or before.get(name) != y
        ]
        gone = [y for name, y in self.placed if name not in dict(places)]
        if not rows and not gone:
            return Rect(0, 0, 0, 0)
        top = min([r[0] for r in rows] + [y - self.board.rise for y in gone]) - 2
        bottom = max([r[1] for r in rows] + [y + 2 * self.board.rise for y in gone]) + 2
        return Rect(area.x, self.box.y + top, area.w, bottom - top).clip(area)

    def _lay(self, places: list[tuple[tuple[int, int], int]], part: Rect) -> None:
        surface = self.board.surface
        surface.set_clip(part)
        self.board.clear(part)
        if self.open is not None:
            at = (self.box.x, self.box.y - self.open.up)
            surface.blit(self.open.picture, at, special_flags=pygame.BLEND_PREMULTIPLIED)
        for name, y in places:
            kept = self.kept[name]
            top = self.box.y + y - kept.up
            if top < part.bottom and top + kept.picture.get_height() > part.top:
                surface.blit(kept.picture, (self.box.x, top), special_flags=pygame.BLEND_PREMULTIPLIED)
        surface.set_clip(None)


def coarser(screen: ScreenSettings) -> float:
    """How much fewer lines the section shall have than on a screen 1.21 m wide seen from 3 m, where 80 lie far apart.

    On a wide projection seen from near by as many lines come into the band of stripes that provoke seizures, 1 to 8 in
    a degree: there half as many are drawn.
    """
    wide = screen.width_m / max(screen.distance_m, 0.5) / (1.21 / 3.0)
    return min(max(wide, 1.0), 2.5)


def _stale(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether a layer's picture is to be drawn anew. A layer only grows thinner, and one that is drawn a little too
    thick is hidden by the layer before it: so a twelfth may wait."""
    return bool(old[0] < new[0] or old[0] - new[0] > new[0] // 12 or old[1] != new[1])


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
