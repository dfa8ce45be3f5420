"""The window on one screen: it shows what was drawn, scaled to whatever it is, and hears keys, mouse and touch.

A picture is drawn at most at some two million pixels; a larger screen enlarges it. The window never opens a sound
device: pygame's mixer would take it from the piece.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from installation.config import ScreenSettings
from installation.player import Unable

NOWHERE = ("offscreen", "dummy", "evdev")  # SDL's last resorts: it takes them by itself, and shows nothing
MOST_PIXELS = 2_400_000  # drawn; what is larger is drawn smaller and enlarged


@dataclass(frozen=True)
class Wish:
    """What somebody asked for: press, quit, full_screen, help, pause; with the place of a touch, in drawn pixels."""

    what: str
    x: float = 0.0
    y: float = 0.0


KEYS = {
    pygame.K_SPACE: "press",
    pygame.K_ESCAPE: "quit",
    pygame.K_f: "full_screen",
    pygame.K_h: "help",
    pygame.K_p: "pause",
}


def drawn_size(width: int, height: int) -> tuple[int, int]:
    """The size at which a picture for so many pixels is drawn: a whole fraction of it."""
    part = 1
    while width * height / part**2 > MOST_PIXELS:
        part += 1
    return width // part, height // part


class Window:
    """A window, or none at all when the piece is headless.

    Raises:
        Unable: it cannot be opened.
    """

    def __init__(self, settings: ScreenSettings) -> None:
        self.headless = settings.headless
        self.full_screen = settings.fullscreen
        self.trouble = ""
        self.size = drawn_size(settings.width, settings.height)
        if self.headless:
            os.environ["SDL_VIDEODRIVER"] = "dummy"
        elif not _has_screen():
            raise Unable("There is no screen here; start from the desktop, or set [screen] headless = true.")
        try:
            pygame.display.init()
            pygame.font.init()
            if not self.headless and pygame.display.get_driver() in NOWHERE and "SDL_VIDEODRIVER" not in os.environ:
                raise pygame.error("the screen does not answer")  # SDL would draw where nobody sees it
            self.surface = self._open(settings.display)
        except pygame.error as error:
            raise Unable(
                f"The window cannot be opened: {error}; plug the screen in, or set [screen] headless."
            ) from None
        pygame.display.set_caption("Underfoot")
        pygame.mouse.set_visible(False)

    def _open(self, display: int) -> pygame.Surface:
        if self.headless:
            return pygame.display.set_mode(self.size)
        count = pygame.display.get_num_displays()
        if display >= count:
            self.trouble = (
                f"[screen] display = {display}, but there are {count} here, counted from 0: the first is used."
            )
            display = 0
        flags = pygame.SCALED | (pygame.FULLSCREEN if self.full_screen else pygame.RESIZABLE)
        try:
            return pygame.display.set_mode(self.size, flags, display=display, vsync=1)
        except pygame.error:
            return pygame.display.set_mode(self.size, flags, display=display)

    def show(self, picture: pygame.Surface) -> None:
        """Bring a picture before the eyes."""
        if self.headless:
            return
        self.surface.blit(picture, (0, 0))
        pygame.display.flip()

    def toggle_full_screen(self) -> None:
        if not self.headless:
            pygame.display.toggle_fullscreen()
            self.full_screen = not self.full_screen

    def wishes(self) -> Iterator[Wish]:
        """What was asked for since the last time."""
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                yield Wish("quit")
            elif event.type == pygame.KEYDOWN and event.key in KEYS:
                yield Wish(KEYS[event.key])
            elif event.type == pygame.MOUSEBUTTONDOWN and not getattr(event, "touch", False):
                yield Wish("touch", *event.pos)
            elif event.type == pygame.FINGERDOWN:
                yield Wish("touch", event.x * self.size[0], event.y * self.size[1])

    def close(self) -> None:
        pygame.display.quit()


def _has_screen() -> bool:
    if "SDL_VIDEODRIVER" in os.environ or sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
