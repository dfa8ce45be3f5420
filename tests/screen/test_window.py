"""The window on a real X server: it shows the picture as drawn, hears the keys, and outlives its screen.

Xvfb is that server; it keeps the screen in memory, and everything between it and the piece is as on a desktop.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from installation.config import HOME
from installation.now import Now, State
from installation.screen.window import Window, within

PATIENCE = 30.0  # s a loaded machine may take
SIZE = (1280, 720)
SHOWS = """
import sys, time
import numpy as np, pygame
from installation.config import ScreenSettings
from installation.screen.window import Window
full, output, width, height = sys.argv[1] == "full", sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
window = Window(ScreenSettings(width=width, height=height, fullscreen=full, output=output))
shown = pygame.Surface(window.size)
shown.fill((30, 60, 90))
shown.fill((238, 230, 216), (window.size[0] // 4, window.size[1] // 4, window.size[0] // 2, window.size[1] // 2))
if len(sys.argv) > 5:  # the screen takes another size under it
    list(window.wishes())
    pygame.event.post(pygame.event.Event(pygame.WINDOWSIZECHANGED, x=800, y=600))
for frame in range(10_000):
    list(window.wishes())
    window.show(shown)
    if frame == 20:
        print(window.place is None, flush=True)
    time.sleep(0.01)
"""

TOOLS = ("Xvfb", "xdotool", "openbox")
with_a_screen = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="needs an X server and what comes with it")


class Screen:
    """An X server that can be unplugged and plugged in again."""

    def __init__(self) -> None:
        self.number = ""
        self.plug()

    def plug(self) -> None:
        size = f"{SIZE[0]}x{SIZE[1]}x24"
        named = [f":{self.number}"] if self.number else ["-displayfd", "1"]
        self.server = subprocess.Popen(
            ["Xvfb", *named, "-screen", "0", size, "-noreset"],
            stdout=None if self.number else subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self.server.stdout is not None:
            with self.server.stdout as told:
                self.number = told.readline().strip()

    def unplug(self) -> None:
        self.server.kill()
        self.server.wait()

    @property
    def environment(self) -> dict[str, str]:
        hidden = ("SDL_VIDEODRIVER", "WAYLAND_DISPLAY", "SDL_RENDER_DRIVER", "SDL_FRAMEBUFFER_ACCELERATION")
        return {k: v for k, v in os.environ.items() if k not in hidden} | {"DISPLAY": f":{self.number}"}

    def grab(self) -> np.ndarray:
        """What stands on the screen, (height, width, 3)."""
        from imageio_ffmpeg import get_ffmpeg_exe

        command = [get_ffmpeg_exe(), "-loglevel", "error", "-f", "x11grab", "-video_size", f"{SIZE[0]}x{SIZE[1]}"]
        command += ["-draw_mouse", "0", "-i", f":{self.number}", "-frames:v", "1", "-pix_fmt", "rgb24"]
        done = subprocess.run([*command, "-f", "rawvideo", "-"], capture_output=True, check=True, timeout=PATIENCE)
        return np.frombuffer(done.stdout, np.uint8).reshape(SIZE[1], SIZE[0], 3)

    def type(self, key: str) -> None:
        command = ["xdotool", "mousemove", "40", "300", "key", key]
        subprocess.run(command, env=self.environment, check=True, timeout=PATIENCE)


@pytest.fixture
def screen() -> Iterator[Screen]:
    made = Screen()
    yield made
    made.unplug()


@pytest.fixture(params=["alone", "openbox"])
def kept(request: pytest.FixtureRequest, screen: Screen) -> Iterator[Screen]:
    """A screen where the piece is alone, as on a machine that starts nothing else, or with a window manager."""
    if request.param == "alone":
        assert not managed(screen)
        yield screen
        return
    manager = subprocess.Popen(["openbox"], env=screen.environment, stderr=subprocess.DEVNULL)
    until(lambda: managed(screen), "the window manager was not seen")
    yield screen
    manager.kill()
    manager.wait()


def managed(screen: Screen) -> bool:
    """What the piece itself finds out."""
    asks = (
        "import pygame; pygame.display.init(); from installation.screen.window import is_managed; print(is_managed())"
    )
    command = [sys.executable, "-c", asks]
    done = subprocess.run(command, env=screen.environment, cwd=HOME, capture_output=True, text=True, check=True)
    return done.stdout.split()[-1] == "True"


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@contextlib.contextmanager
def showing(screen: Screen, *how: str) -> Iterator[bool]:
    """A window with a light field in the middle of a blue one; whether SDL scales its picture."""
    command = [sys.executable, "-c", SHOWS, *how]
    shows = subprocess.Popen(command, env=screen.environment, cwd=HOME, stdout=subprocess.PIPE, text=True)
    assert shows.stdout is not None
    try:
        while (line := shows.stdout.readline().strip()) not in ("True", "False"):
            assert shows.poll() is None
        yield line == "True"
    finally:
        shows.kill()
        shows.communicate()


@pytest.mark.slow
@with_a_screen
@pytest.mark.parametrize("output", ["card", "processor"])
@pytest.mark.parametrize("drawn", [SIZE, (640, 360), (960, 720), (1920, 1080), (720, 1280)])
def test_the_full_screen_shows_the_whole_picture(output: str, drawn: tuple[int, int], kept: Screen) -> None:
    """Enlarged or made smaller as it needs, in its own shape, in the middle; a window manager takes its time."""
    with showing(kept, "full", output, str(drawn[0]), str(drawn[1])):
        until(lambda: wrong(kept.grab(), drawn) == "", "not the whole picture in the middle")


def wrong(seen: np.ndarray, drawn: tuple[int, int]) -> str:
    """What is not as it should be on the screen."""
    scale = min(SIZE[0] / drawn[0], SIZE[1] / drawn[1])
    across, down = scale * drawn[0], scale * drawn[1]
    # pygame makes a picture smaller by two code values darker
    blue, light = (np.abs(seen.astype(int) - c).max(axis=2) < 4 for c in ((30, 60, 90), (238, 230, 216)))
    for name, found, share in (("all", blue, 1.0), ("middle", light, 0.5)):
        if not found.any():
            return f"no {name}"
        rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
        edges = np.array((columns[0], columns[-1] + 1, rows[0], rows[-1] + 1))
        middle = np.repeat(SIZE, 2) / 2
        wanted = middle + share / 2 * np.array((-across, across, -down, down))
        if np.abs(edges - wanted).max() > 3:
            return f"{name} at {edges}, not at {wanted}"
    return "" if blue.sum() + light.sum() > 0.98 * across * down else "holes"


@pytest.mark.slow
@with_a_screen
def test_a_screen_that_takes_another_size_gets_a_scaled_picture(screen: Screen) -> None:
    manager = subprocess.Popen(["openbox"], env=screen.environment, stderr=subprocess.DEVNULL)
    until(lambda: managed(screen), "the window manager was not seen")
    with showing(screen, "full", "processor", *map(str, SIZE)) as scaled:
        assert not scaled  # nothing has to be enlarged
    with showing(screen, "full", "processor", *map(str, SIZE), "resized") as scaled:
        assert scaled
    manager.kill()
    manager.wait()


def test_a_touch_is_where_the_picture_is() -> None:
    window = object.__new__(Window)
    window.size, window.place = (640, 360), within((1280, 800), (640, 360))
    assert window.place == (0, 40, 1280, 720)
    assert window._drawn(640, 400) == (320, 180)


@pytest.mark.slow
@with_a_screen
def test_the_piece_outlives_its_screen(screen: Screen, tmp_path: Path) -> None:
    """Keys are heard; the screen is unplugged and comes back, smaller in nothing; the others play on; Esc ends it."""
    sets = [
        'piece.players=["meter","screen","light"]',
        f"piece.out={tmp_path}",
        "screen.width=640",
        "screen.height=360",
    ]
    command = [sys.executable, "-m", "installation", "run", "--seconds", "0", "--meter", "estimate"]
    command += ["--now", str(tmp_path / "now"), *(a for s in sets for a in ("--set", s))]
    piece = subprocess.Popen(
        command, env=screen.environment, cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until((tmp_path / "now").exists, "no record")
        now = Now(tmp_path / "now")
        until(lambda: now.frames > 20, "no picture")
        assert screen.grab().max() > 150
        screen.type("space")
        until(lambda: now.screen_presses == 1, "the space bar was not heard")
        screen.type("f")
        screen.type("space")
        until(lambda: now.screen_presses == 2, "not heard on the full screen")
        screen.unplug()
        until(lambda: "plug the screen in" in now.screen_note, "the wall's loss is not said")
        lit = now.light_frames
        until(lambda: now.light_frames > lit + 30, "the light did not go on")
        screen.plug()
        drawn = now.frames
        until(lambda: now.frames > drawn + 20 and now.screen_process == State.PLAYING, "it did not come back")
        assert now.screen_grains + now.screen_lost >= now.light_grains - 60  # what it missed is counted as lost
        assert now.screen_lost > 0 or now.joules < 20
        screen.type("Escape")
        assert piece.wait(PATIENCE) == 0
    finally:
        piece.kill()
        piece.wait()
