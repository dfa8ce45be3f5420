"""The window on one screen: it shows what was drawn, scaled to whatever it is, and hears keys, mouse and touch.

A picture is drawn at most at some four million pixels; a larger screen enlarges it. It is drawn by the processor; a
graphics card only brings it to the screen, in step with it. Where there is none, SDL would imitate one on the processor
at many times the cost of the picture itself: there the window's own memory is written to instead. The window never
opens a sound device: pygame's mixer would take it from the piece.
"""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from installation.config import ScreenSettings
from installation.player import Unable

NOWHERE = ("offscreen", "dummy", "evdev")  # SDL's last resorts: it takes them by itself, and shows nothing
MOST_PIXELS = 4_100_000  # drawn, 2560 x 1600; what is larger is drawn smaller and enlarged


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

    Attributes:
        size: of the picture that is drawn, px.
        full_screen: whether it takes the whole screen.
        by_card: whether a graphics card brings the picture to the screen.
        place: where in the window the picture stands; None if SDL scales it to the window.
        trouble: what is not as the settings want it, in a sentence.

    Raises:
        Unable: it cannot be opened.
    """

    def __init__(self, settings: ScreenSettings) -> None:
        self.headless = settings.headless
        self.full_screen, self.display = settings.fullscreen, settings.display
        self.trouble = ""
        self.place: pygame.Rect | None = None
        self.size = drawn_size(settings.width, settings.height)
        if self.headless:
            os.environ["SDL_VIDEODRIVER"] = "dummy"
        elif not _has_screen():
            raise Unable("There is no screen here; start from the desktop, or set [screen] headless = true.")
        self.by_card = settings.output == "card" or (settings.output == "auto" and has_card())
        if not self.by_card:
            os.environ.setdefault("SDL_RENDER_DRIVER", "software")
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
            warnings.filterwarnings("ignore", "no fast renderer")  # that is what was asked for
        try:
            pygame.display.init()
            pygame.font.init()
            if not self.headless and pygame.display.get_driver() in NOWHERE and "SDL_VIDEODRIVER" not in os.environ:
                raise pygame.error("the screen does not answer")  # SDL would draw where nobody sees it
            self.surface = self._open(self.display)
        except pygame.error as error:
            raise Unable(
                f"The window cannot be opened: {error}; plug the screen in, or set [screen] headless."
            ) from None
        pygame.display.set_caption("Underfoot")
        pygame.mouse.set_visible(False)

    def _open(self, display: int, *, exact: bool = True) -> pygame.Surface:
        """The window; `exact` takes it for granted that the screen has the size it says."""
        if self.headless:
            return pygame.display.set_mode(self.size)
        count = pygame.display.get_num_displays()
        if display >= count:
            self.trouble = (
                f"[screen] display = {display}, but the screens here are 0 to {count - 1}: the first is used."
            )
            display = 0
        desktop = pygame.display.get_desktop_sizes()[display]
        self.place = within(desktop, self.size) if self.full_screen and self._plain(exact, desktop) else None
        if self.place is not None:
            return pygame.display.set_mode(desktop, pygame.FULLSCREEN, display=display)
        flags = pygame.SCALED | (pygame.FULLSCREEN if self.full_screen else pygame.RESIZABLE)
        try:
            return pygame.display.set_mode(self.size, flags, display=display, vsync=1)
        except pygame.error:
            return pygame.display.set_mode(self.size, flags, display=display)

    def _plain(self, exact: bool, desktop: tuple[int, int]) -> bool:
        """Whether a full screen does without SDL's scaling: it is not needed, or not to be had."""
        return not is_managed() or (exact and not self.by_card and desktop == self.size)

    def show(self, picture: pygame.Surface) -> None:
        """Bring a picture before the eyes."""
        if self.headless:
            return
        if self.place is None or self.place.size == self.size:
            self.surface.blit(picture, self.place or (0, 0))
        else:
            pygame.transform.smoothscale(picture, self.place.size, self.surface.subsurface(self.place))
        pygame.display.flip()

    def _drawn(self, x: float, y: float) -> tuple[float, float]:
        """The pixel of the picture at a place of the window."""
        if self.place is None:
            return x, y
        return (x - self.place.x) * self.size[0] / self.place.w, (y - self.place.y) * self.size[1] / self.place.h

    def toggle_full_screen(self) -> None:
        if not self.headless:
            self.full_screen = not self.full_screen
            self.surface = self._open(self.display)

    def wishes(self) -> Iterator[Wish]:
        """What was asked for since the last time."""
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                yield Wish("quit")
            elif event.type == pygame.KEYDOWN and event.key in KEYS:
                yield Wish(KEYS[event.key])
            elif event.type == pygame.MOUSEBUTTONDOWN and not getattr(event, "touch", False):
                yield Wish("touch", *self._drawn(*event.pos))
            elif event.type == pygame.FINGERDOWN:
                wide, high = self.surface.get_size()
                yield Wish("touch", *self._drawn(event.x * wide, event.y * high))
            elif event.type == pygame.WINDOWSIZECHANGED:
                self._follow((event.x, event.y))

    def _follow(self, size: tuple[int, int]) -> None:
        """The window has another size: another screen, or another of its modes. Where SDL scales, it follows itself."""
        if self.place is not None and size != self.surface.get_size():
            self.surface = self._open(self.display, exact=False)

    def close(self) -> None:
        pygame.display.quit()


def within(screen: tuple[int, int], picture: tuple[int, int]) -> pygame.Rect:
    """The middle of a screen, as large as a picture can be there in its own shape."""
    scale = min(screen[0] / picture[0], screen[1] / picture[1])
    place = pygame.Rect(0, 0, round(picture[0] * scale), round(picture[1] * scale))
    place.center = screen[0] // 2, screen[1] // 2
    return place


def is_managed() -> bool:
    """Whether somebody is there who can make a window fill the screen: under X11 that is the window manager.

    Without one, as on a machine that starts nothing but the piece, SDL believes that its window has grown where it has
    not, and shows a part of the picture.
    Source: Inter-Client Communication Conventions Manual 2.0, 2.8 (a manager owns the selection WM_S and the screen).
    """
    if pygame.display.get_driver() != "x11":
        return True
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return True
    x11.XOpenDisplay.restype = x11.XInternAtom.restype = x11.XGetSelectionOwner.restype = ctypes.c_void_p
    server = ctypes.c_void_p(x11.XOpenDisplay(None))
    if not server:
        return True
    atom = ctypes.c_void_p(x11.XInternAtom(server, f"WM_S{x11.XDefaultScreen(server)}".encode(), 0))
    owner = x11.XGetSelectionOwner(server, atom)
    x11.XCloseDisplay(server)
    return bool(owner)


def has_card() -> bool:
    """Whether a graphics card can bring a picture to the screen; on Linux the kernel's devices say so."""
    if sys.platform != "linux":
        return True
    return any(Path("/dev/dri").glob("renderD*")) or Path("/dev/nvidia-modeset").exists()


def _has_screen() -> bool:
    if "SDL_VIDEODRIVER" in os.environ or sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
