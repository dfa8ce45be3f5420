"""The screen player as a real process: its first picture, its counts, its keys, how it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from installation.config import Config, ScreenSettings
from installation.now import Doors, Now
from installation.player import Unable
from installation.screen.player import Player
from installation.screen.window import Window, Wish

from ..waiting import PATIENCE, until


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Now]:
    now = Now.open_doors(tmp_path / "now")
    now.joules_per_grain, now.doors, now.opened_at, now.opened_on = 1.0, Doors.OPEN, time.monotonic(), time.time()
    yield now
    now.close()


def begin(doors: Now, *settings: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "installation", "player", "screen", "--now", str(doors.path)]
    for setting in settings:
        command += ["--set", setting]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def sample(doors: Now, meter: Now, joules: float) -> None:
    rows = meter.samples.copy()
    rows[:-1] = rows[1:]
    rows[-1] = (time.monotonic(), joules, 100.0, 1, 0, 0, 0)
    meter.samples, meter.joules, meter.watts, meter.provenance = rows, joules, 100.0, 1
    meter.sampled_at = rows[-1][0]


def test_it_draws_counts_and_leaves_with_every_grain_drawn(doors: Now, tmp_path: Path) -> None:
    meter = Now(doors.path, "meter")
    meter.meter_period, meter.meter_state = 0.1, 1
    sample(doors, meter, 0.0)
    file = tmp_path / "picture.png"
    process = begin(doors, "screen.headless=true", "screen.width=640", "screen.height=360", f'screen.picture="{file}"')
    try:
        until(lambda: doors.frames >= 1)
        for i in range(15):
            sample(doors, meter, 10.0 * (i + 1))
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
    assert doors.screen_grains == 150
    assert doors.screen_lost == 0
    assert file.stat().st_size > 1000
    assert doors.frame_time > 0
    assert doors.caption


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be without a screen in this way")
def test_without_a_screen_it_says_so(doors: Now) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
    command = [sys.executable, "-m", "installation", "player", "screen", "--now", str(doors.path)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 3
    assert "no screen" in doors.screen_note


@pytest.fixture
def player(doors: Now) -> Iterator[Player]:
    config = Config(screen=ScreenSettings(headless=True, width=640, height=360))
    made = Player(config, Now(doors.path, "screen"))
    made.setup()
    yield made
    made.close()
    pygame.display.init()  # the other tests draw on


def press(key: int) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))


def test_keys_are_written_down(player: Player, doors: Now) -> None:
    assert player.picture is not None
    for key in (pygame.K_SPACE, pygame.K_SPACE, pygame.K_h, pygame.K_p, pygame.K_ESCAPE):
        press(key)
    player.tick(time.monotonic())
    assert doors.screen_presses == 2
    assert doors.screen_quit == 1
    assert player.picture.board.help
    assert player.picture.board.paused


def test_a_touch_on_the_line_presses_and_elsewhere_does_not(player: Player, doors: Now) -> None:
    assert player.picture is not None
    fit = player.picture.board.at.fit
    for x, y in ((fit.x + 5, fit.y + 5), (fit.x + 5, fit.bottom + 60)):
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(x, y), button=1))
    player.tick(time.monotonic())
    assert doors.screen_presses == 1


def test_a_finger_counts_once(player: Player, doors: Now) -> None:
    assert player.picture is not None
    fit = player.picture.board.at.fit
    place = {"x": (fit.x + 5) / 640, "y": (fit.y + 5) / 360}
    pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, **place))
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(fit.x + 5, fit.y + 5), button=1, touch=True))
    player.tick(time.monotonic())
    assert doors.screen_presses == 1


def test_a_picture_that_cannot_be_kept_is_said(doors: Now, tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    config = Config(screen=ScreenSettings(headless=True, width=640, height=360, picture=str(tmp_path / "folder.png")))
    made = Player(config, Now(doors.path, "screen"))
    made.setup()
    made.close()
    pygame.display.init()
    assert "cannot be kept" in doors.screen_note


def test_a_window_that_cannot_be_opened_is_unable(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise pygame.error("no video device")

    monkeypatch.setattr(pygame.display, "set_mode", refuse)
    with pytest.raises(Unable, match="no video device"):
        Window(ScreenSettings(headless=False))


def test_the_module_has_what_the_conductor_asks_for() -> None:
    assert Wish("press").what == "press"
