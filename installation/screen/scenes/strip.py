"""The strip along the lower edge: the light on the floor, drawn from the very bytes that go out to it."""

from __future__ import annotations

import numpy as np
import pygame

from installation.now import Now
from installation.score.colour import codes
from installation.screen.board import Board

CODES = codes(np.arange(256) / 255)  # an LED's byte is linear light; a screen wants sRGB


class Scene:
    """One soft band of light, from the wall socket on the left to the machine on the right."""

    def __init__(self, board: Board) -> None:
        self.board, self.box = board, board.at.strip
        self.bytes = b""

    def draw(self, now: Now, at: float) -> None:
        count = int(now.leds)
        if not 0 < count <= 600:
            return
        pixels = now.pixels[:count]
        data = pixels.tobytes()
        if data == self.bytes and not self.board.wiped:
            return
        self.bytes = data
        light = pixels // 3 if self.board.gentle else pixels
        row = pygame.surfarray.make_surface(np.ascontiguousarray(CODES[light][:, None, :]))
        wide = pygame.transform.smoothscale(row, (self.box.w, self.box.h))
        self.board.surface.blit(wide, (self.box.x, self.box.y))
