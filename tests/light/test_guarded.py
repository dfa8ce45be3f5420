"""A strip by path: what its file does wrong is said with file and line, and the light tries again."""

import time
from pathlib import Path

import pytest

from installation.config import Config, LightSettings
from installation.light.player import Player
from installation.now import Now
from installation.player import Unable

FILE = """
from installation.light.device import Device, Given


class Strip(Device):
    name = "mine"

    def give(self, number, pixels, seconds):
        {give}
"""
GIVE = "self.took(Given(number, pixels))"


def light(folder: Path, text: str) -> Player:
    path = folder / "my strip.py"
    path.write_text(text, encoding="utf-8")
    Now.open_doors(folder / "now").joules_per_grain = 1.0
    return Player(Config(light=LightSettings(device=str(path))), Now(folder / "now", "light"))


def test_a_good_one_is_given_frames(tmp_path: Path) -> None:
    player = light(tmp_path, FILE.format(give=GIVE))
    player.setup()
    player.tick(time.monotonic())
    assert (player.strip.frames, player.strip.name) == (1, "mine")
    player.close()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("class Strip: ...", r"my strip\.py: .*argument"),
        ("class Stripe: ...", r"my strip\.py: a strip file must define 'Strip'"),
        ("raise OSError('gone')", r"my strip\.py, line 1: OSError: gone\."),
        ("class Strip:\n    def __init__(self, _): ...", r"my strip\.py: 'Strip' object has no attribute 'leds'"),
    ],
)
def test_one_that_cannot_begin_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(Unable, match=sentence):
        light(tmp_path, text).setup()


@pytest.mark.parametrize(
    ("give", "what"), [("1 / 0", "a division by zero"), ("while True: pass", "this took longer than 1 s")]
)
def test_one_that_fails_in_the_show_is_said(tmp_path: Path, give: str, what: str) -> None:
    player = light(tmp_path, FILE.format(give=give))
    player.setup()
    with pytest.raises(Unable, match=rf"my strip\.py, line 9: {what}"):
        player.tick(time.monotonic())
    player.close()
