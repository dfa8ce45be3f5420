"""The picture of one moment: the scenes one after the other on a board, and the limiter over all of them.

It is drawn from the record and from a time that is handed in, and from nothing else: the same recording gives the same
picture on the wall, in a test and in a film. Grains are counted here, as they are handed to the scenes.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pygame

from installation.config import Config
from installation.flash_limiter import FlashLimiter
from installation.guard import attempt, plain
from installation.now import Now
from installation.plug import SCENE, is_path, plug
from installation.score.follower import Follower
from installation.score.grains import Grains
from installation.screen.board import Board
from installation.screen.pixels import view

BEGINNING, DRAWING = 5.0, 1.0  # s somebody's own scene may take to begin and to draw; then it is broken off


def prepare() -> None:
    """Make pygame ready to draw without a window; never `pygame.init()`, which would take the sound device."""
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    pygame.display.init()
    pygame.font.init()


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
        self.board = Board(config, size, scenes or ())
        self.follower: Follower | None = None
        self.shown = self.mixture = pygame.Surface(size)
        self.limiter = FlashLimiter(size, config.screen.change_per_second)
        self.foreign: dict[int, Path] = {}  # by id: somebody's scenes need not be hashable, nor equal to themselves
        self.scenes: list[Any] = []
        for name in self.board.scenes:
            self._add(name)

    def _add(self, name: str) -> None:
        """Take in a scene; one of somebody's own that cannot begin is left out, and the foot of the wall says why."""
        if not is_path(name):
            self.scenes.append(plug(SCENE, name).Scene(self.board))
            return
        made: list[Any] = []
        error = attempt(BEGINNING, lambda: made.append(plug(SCENE, name).Scene(self.board)))
        if error is not None:
            self._say(plain(error, Path(name)))
        self.scenes += made
        self.foreign |= {id(scene): Path(name) for scene in made}

    def _say(self, sentence: str) -> None:
        """Name what is left out, at the foot of the wall and in the log."""
        self.board.notes.append(sentence)
        print(sentence, file=sys.stderr, flush=True)

    @property
    def drawn(self) -> int:
        """Grains drawn."""
        return self.follower.given if self.follower else self.counts[0]

    @property
    def lost(self) -> int:
        """Grains that were due and never drawn."""
        return self.follower.lost if self.follower else self.counts[1]

    def draw(self, now: Now, seconds: float, *, last: bool = False) -> pygame.Surface:
        """The picture at a moment, s on the meter's clock; the `last` one holds every grain that is still due."""
        self.board.begin()
        self.board.last = last
        self.board.grains = self._grains(now, seconds, last)
        for scene in list(self.scenes):
            if id(scene) in self.foreign:
                self._draw_foreign(scene, now, seconds)
            else:
                scene.draw(now, seconds)
        return self._calm(seconds)

    def _draw_foreign(self, scene: Any, now: Now, seconds: float) -> None:
        """Somebody's own scene: if it fails it is drawn no more, and the others go on."""
        error = attempt(DRAWING, lambda: scene.draw(now, seconds))
        if error is not None:
            self.scenes = [other for other in self.scenes if other is not scene]
            self.board.surface.set_clip(None)
            self._say(plain(error, self.foreign.pop(id(scene))))

    def _calm(self, seconds: float) -> pygame.Surface:
        """What may be shown of the finished frame at this moment: nearly always all of it."""
        limited = self.limiter.limited
        frame = view(self.board.surface)
        shown = self.limiter(frame, seconds)
        del frame
        if self.limiter.limited == limited:
            self.shown = self.board.surface
            return self.shown
        self.shown = self.mixture
        target = view(self.mixture)
        np.copyto(target, shown)
        del target
        return self.shown

    def _grains(self, now: Now, seconds: float, last: bool) -> Grains:
        if self.follower is None:
            self.follower = Follower(now, *self.counts, resumed=self.resumed)
        self.board.delay = self.follower.delay
        return self.follower.flush() if last else self.follower.until(seconds)

    def touches(self, x: float, y: float) -> bool:
        """Whether a mouse or a finger at this point touches the line of code."""
        return self.board.at.fit.holds(x, y) or self.board.call.holds(x, y)

    def save(self, path: Path) -> None:
        """Keep the picture that is shown as a PNG file; it is whole at any moment. Raises OSError or pygame.error."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.stem}.tmp.png")
        pygame.image.save(self.shown, str(beside))
        with contextlib.suppress(FileNotFoundError):
            beside.replace(path)
