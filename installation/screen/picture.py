"""The picture of one moment: the scenes one after the other on a board, and the limiter over all of them.

It is drawn from the record and from a time that is handed in, and from nothing else: the same recording gives the same
picture on the wall, in a test and in a film. Grains are counted here, as they are handed to the scenes.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pygame

from installation.calm import Limiter
from installation.config import Config
from installation.now import Now
from installation.plug import plug
from installation.score import DELAY, NONE, GrainClock
from installation.screen.board import Board
from installation.screen.pixels import view


def prepare() -> None:
    """Make pygame ready to draw without a window; never `pygame.init()`, which would take the sound device."""
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    pygame.display.init()
    pygame.font.init()


class AnyScene(Protocol):
    """What a file of scenes has: a class called Scene."""

    def __init__(self, board: Board) -> None: ...
    def draw(self, now: Now, seconds: float) -> None:
        """Draw what changed; `seconds` is the moment on the meter's clock."""


class Picture:
    """All scenes of config.toml on one surface.

    Args:
        config: the settings.
        size: of the surface, px.
        resumed: whether the player was brought back; it then counts what it missed as lost.
        given, lost: grains, as the record has them.
        scenes: other scenes than the settings name.
    """

    def __init__(
        self,
        config: Config,
        size: tuple[int, int],
        *,
        resumed: bool = False,
        given: int = 0,
        lost: int = 0,
        scenes: tuple[str, ...] | None = None,
    ) -> None:
        self.config, self.resumed = config, resumed
        self.counts = (given, lost)
        self.board = Board(config, size)
        self.clock: GrainClock | None = None
        self.sampled_at = 0.0
        self.shown = self.mixture = pygame.Surface(size)
        self.limiter = Limiter(size, config.screen.change_per_second)
        self.scenes: list[Any] = [
            plug("screen", name, "Scene").Scene(self.board) for name in scenes or config.screen.scenes
        ]

    @property
    def drawn(self) -> int:
        """Grains drawn."""
        return self.clock.given if self.clock else self.counts[0]

    @property
    def lost(self) -> int:
        """Grains that were due and never drawn."""
        return self.clock.lost if self.clock else self.counts[1]

    def draw(self, now: Now, seconds: float, *, last: bool = False) -> pygame.Surface:
        """The picture at a moment, s on the meter's clock; the `last` one holds every grain that is still due."""
        self.board.begin()
        self.board.grains = self._grains(now, seconds, last)
        for scene in self.scenes:
            scene.draw(now, seconds)
        return self._calm(seconds)

    def _calm(self, seconds: float) -> pygame.Surface:
        """What may be shown of the finished frame at this moment: nearly always all of it."""
        held = self.limiter.held
        frame = view(self.board.surface)
        shown = self.limiter(frame, seconds)
        del frame
        if self.limiter.held == held:
            self.shown = self.board.surface
            return self.shown
        self.shown = self.mixture
        target = view(self.mixture)
        np.copyto(target, shown)
        del target
        return self.shown

    def _grains(self, now: Now, seconds: float, last: bool) -> Any:
        if self.clock is None:
            if not now.joules_per_grain:
                return NONE
            given, lost = self.counts
            self.clock = GrainClock(now.joules_per_grain, given, lost, resumed=self.resumed)
        if last or now.sampled_at != self.sampled_at:
            self.sampled_at = now.sampled_at
            self.clock.feed(now.samples)
        return self.clock.flush() if last else self.clock.until(seconds - DELAY * now.meter_period)

    def touches(self, x: float, y: float) -> bool:
        """Whether a mouse or a finger at this point touches the line of code."""
        return self.board.at.fit.holds(x, y)

    def save(self, path: Path) -> None:
        """Keep the picture that is shown as a PNG file; it is whole at any moment. Raises OSError or pygame.error."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.stem}.tmp.png")
        pygame.image.save(self.shown, str(beside))
        with contextlib.suppress(FileNotFoundError):
            beside.replace(path)
