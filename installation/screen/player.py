"""The screen player draws sixty pictures a second from the record, and counts every grain that it draws.

It reads the record, hands it to the picture, and shows what comes out. The keys and the touch it hears it only writes
down: a press is a number that grows, and so is the wish to end the piece.
"""

from __future__ import annotations

import contextlib
import gc
import time
from collections import deque
from pathlib import Path

import pygame

from installation.config import Config
from installation.now import Now, Phase
from installation.player import Player as BasePlayer
from installation.player import Unable
from installation.screen.picture import Picture
from installation.screen.window import Window, Wish

HEALTH = 1.0  # s between two notes of how long pictures take
LONG = 600  # pictures over which the slowest hundredth is taken


class Player(BasePlayer):
    """The picture on the wall."""

    rate = 60.0

    def __init__(self, config: Config, now: Now) -> None:
        super().__init__(config, now)
        self.times: deque[float] = deque(maxlen=LONG)
        self.noted_at = 0.0
        self.saved_fit = now.fits if now.phase == Phase.SETTLED else -1.0
        self.all_given = False
        self.picture: Picture | None = None
        self.window: Window | None = None

    def setup(self) -> None:
        self.window = Window(self.config.screen)
        now = self.now
        self.picture = Picture(
            self.config,
            self.window.size,
            resumed=self.resumed,
            given=int(now.screen_grains),
            lost=int(now.screen_lost),
        )
        self.picture.board.live = True
        self.picture.board.notes += [self.window.trouble] if self.window.trouble else []
        self.tick(time.monotonic())
        # What stands by now stays; looking through it for rubbish again and again takes 6 of a picture's 16 ms.
        gc.collect()
        gc.freeze()

    def tick(self, at: float) -> None:
        assert self.picture is not None
        assert self.window is not None
        for wish in self.window.wishes():
            self._hear(wish)
        last = self.leaving  # read once: the word to leave may come in the middle of a picture
        begun = time.perf_counter()
        shown = self.picture.draw(self.now, at, last=last)
        self.times.append(time.perf_counter() - begun)
        self.window.show(shown)
        self._write(at)
        self.all_given = last
        if self.now.phase == Phase.SETTLED and self.now.fits != self.saved_fit:
            self.saved_fit = self.now.fits
            self._save()

    def finished(self) -> bool:
        return self.all_given

    def close(self) -> None:
        if self.picture is not None:
            self._save()
        if self.window is not None:
            self.window.close()

    def _hear(self, wish: Wish) -> None:
        assert self.picture is not None
        assert self.window is not None
        board = self.picture.board
        if wish.what == "press" or (wish.what == "touch" and self.picture.touches(wish.x, wish.y)):
            self.now.press()
        elif wish.what == "quit":
            self.now.screen_quit = self.now.screen_quit + 1
        elif wish.what == "full_screen":
            self.window.toggle_full_screen()
        elif wish.what == "help":
            board.help = not board.help
        elif wish.what == "pause":
            board.paused = not board.paused

    def _write(self, at: float) -> None:
        assert self.picture is not None
        now, board = self.now, self.picture.board
        now.screen_grains, now.screen_lost = self.picture.drawn, self.picture.lost
        now.frames = now.frames + 1
        if now.passage != board.passage:
            now.passage = board.passage
        if now.caption != board.caption:
            now.caption = board.caption
        if at - self.noted_at >= HEALTH:
            self.noted_at = at
            recent, every = sorted(list(self.times)[-60:]), sorted(self.times)
            now.frame_time = recent[len(recent) // 2]
            now.frame_time_p99 = every[min(len(every) - 1, int(0.99 * len(every)))]

    def _save(self) -> None:
        """Keep the picture; a disk that is full costs the file and nothing else."""
        name = self.config.screen.picture
        if not name or self.picture is None:
            return
        try:
            self.picture.save(Path(name))
        except (OSError, pygame.error) as error:
            with contextlib.suppress(ValueError):
                self.note(f"The picture cannot be kept as {name}: {error}; check [screen] picture and the disk.")


__all__ = ["Player", "Unable"]
