"""A sketch is saved, broken, mended and lost while it runs; the show goes on and says what is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from installation.now import Now
from installation.workshop.show import Show, pixels
from installation.workshop.stage import NO_READING

from ..sketches.record import Meter

RED, BLUE = 0xFF0000, 0x0000FF
GOOD = "def draw(stage, now):\n    stage.background((255, 0, 0))\n"
OTHER = "def draw(stage, now):\n    stage.background((0, 0, 255))\n"


class Desk:
    """A performer's desk: a file that is saved, and the show that reads it, in virtual time."""

    def __init__(self, folder: Path) -> None:
        self.file, self.meter = folder / "mine.py", Meter(folder / "now")
        self.now = Now(folder / "now")
        self.show = Show(self.file, self.now, (320, 180), "a test")
        self.frames = 0

    def save(self, text: str | bytes) -> None:
        """As many editors do: a new file, renamed over the old one."""
        fresh = self.file.with_suffix(".new")
        fresh.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.replace(fresh, self.file)

    def frame(self, count: int = 1) -> str:
        for _ in range(count):
            self.show.step(self.frames / 60, self.meter.seconds)
            self.frames += 1
        return self.show.sketch.trouble

    def play(self, text: str | bytes) -> str:
        self.save(text)
        return self.frame()

    @property
    def colour(self) -> int:
        return int(pixels(self.show.stage._canvas)[5, 5])

    def value(self, name: str) -> object:
        assert self.show.sketch.version is not None
        return vars(self.show.sketch.version.module)[name]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# -- saving
def test_a_save_is_seen_at_the_next_picture(desk: Desk) -> None:
    assert desk.play(GOOD) == ""
    assert desk.colour == RED
    assert desk.play(OTHER) == ""
    assert desk.colour == BLUE


def test_a_save_in_place_within_the_same_size_is_seen(desk: Desk) -> None:
    desk.play(GOOD)
    desk.file.write_text(GOOD.replace("255, 0, 0", "0, 0, 255"))
    desk.frame()
    assert desk.colour == BLUE


def test_a_file_that_is_missing_or_empty_for_a_moment_is_not_yet_saved(desk: Desk) -> None:
    desk.play(GOOD)
    desk.file.unlink()
    assert desk.frame(3) == ""
    assert desk.colour == RED
    desk.file.write_bytes(b"")
    assert desk.frame(3) == ""
    assert desk.colour == RED
    assert desk.play(OTHER) == ""
    assert desk.colour == BLUE


def test_before_the_first_save_the_stage_is_dark(desk: Desk) -> None:
    assert desk.frame(3) == ""
    assert desk.play(GOOD) == ""


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="the superuser may read anything")
def test_a_file_that_may_not_be_read_is_said(desk: Desk) -> None:
    desk.play(GOOD)
    desk.save(OTHER)
    desk.file.chmod(0)
    assert desk.frame() == "mine.py cannot be read: Permission denied; check its permissions."


def test_a_folder_in_its_place_is_said(desk: Desk) -> None:
    desk.play(GOOD)
    desk.file.unlink()
    desk.file.mkdir()
    assert "cannot be read: Is a directory" in desk.frame()
    assert desk.colour == RED


# -- mistakes
TROUBLES = [
    ("def draw(stage, now:\n    pass\n", "mine.py, line 1: Python cannot read this: '(' was never closed."),
    (b"def draw(stage, now):\n    x = '\xff'\n", "mine.py, line 2: Python cannot read this"),
    ("def draw(stage, now):\n    pass\n\0", "mine.py"),
    (
        "def drow(stage, now):\n    pass\n",
        "mine.py, line 1: 'drow' is never called. Did you mean 'draw'?",
    ),
    ("x = 1\n", "mine.py: there is no `def draw(stage, now):`"),
    (
        "def draw(stage, nwo):\n    pass\n",
        "mine.py, line 1: draw asks for 'nwo', which nobody gives. Did you mean 'now'?",
    ),
    ("import nosuchthing\n" + OTHER, "mine.py, line 1: there is no module 'nosuchthing' on this machine."),
    (
        "def draw(stage, now):\n    stage.cirle(1, 2, 3)\n",
        "mine.py, line 2: the stage has no word 'cirle'. Did you mean 'circle'?",
    ),
    (
        "def draw(stage, now):\n    stage.background()\n    stage.text(now.wats, 0, 0)\n",
        "mine.py, line 3: now has no field 'wats'. Did you mean 'watts'?",
    ),
    (
        "speed = 1\n\n\ndef draw(stage, now):\n    stage.text(sped, 0, 0)\n",
        "mine.py, line 5: 'sped' is not known here. Did you mean 'speed'?",
    ),
    (
        "def draw(stage, now):\n    stage.background('ambre')\n",
        "mine.py, line 2: 'ambre' is no colour. Did you mean 'amber'?",
    ),
    ("def draw(stage, now):\n    1 / 0\n", "mine.py, line 2: a division by zero."),
    ("def draw(stage, now):\n    {}['a']\n", "mine.py, line 2: there is no entry 'a'."),
    (
        "def draw(stage, now):\n    now.watts = 5\n",
        "mine.py, line 2: now.watts is written by meter alone, not by guest.",
    ),
    (
        "def draw(stage, now):\n    stage.circle(1)\n",
        "mine.py, line 2: circle() missing 2 required positional arguments",
    ),
    ("def draw(stage, now):\n    draw(stage, now)\n", "mine.py, line 2: RecursionError"),
    ("def draw(stage, now):\n    assert now.watts < 0\n", "mine.py, line 2: AssertionError"),
    ("def setup(stage):\n    1 / 0\n\n\n" + OTHER, "mine.py, line 2: a division by zero."),
    ("def draw(stage, now):\n    stage.text('a', 0, 0, align='rigt')\n", "Did you mean 'right'?"),
]


@pytest.mark.parametrize(("text", "said"), TROUBLES, ids=range(len(TROUBLES)))
def test_a_mistake_is_told_in_plain_words_and_the_last_good_version_plays(
    desk: Desk, text: str | bytes, said: str
) -> None:
    desk.play(GOOD)
    assert said in desk.play(text)
    assert "Traceback" not in desk.show.sketch.trouble
    assert desk.frame(5) == desk.show.sketch.trouble  # it stays until the next save
    assert desk.colour == RED
    assert desk.play(OTHER) == ""
    assert desk.colour == BLUE


@pytest.mark.parametrize(("text", "said"), TROUBLES, ids=range(len(TROUBLES)))
def test_a_show_may_begin_with_a_mistake(desk: Desk, text: str | bytes, said: str) -> None:
    assert said in desk.play(text)
    assert desk.play(GOOD) == ""
    assert desk.colour == RED


def test_a_mistake_is_shown_at_the_foot_and_told_once(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.play("def draw(stage, now):\n    stage.background('ground')\n")
    before = pixels(desk.show.stage.out).copy()
    desk.play("def draw(stage, now):\n    1 / 0\n")
    desk.frame(60)
    changed = pixels(desk.show.stage.out) != before
    assert changed[-60:].any()
    assert not changed[:-60].any()
    assert capsys.readouterr().err.count("a division by zero") == 1


def test_a_version_that_worked_and_stumbles_goes_on_by_itself(desk: Desk) -> None:
    desk.play("def draw(stage, now):\n    stage.background((255, 0, 0))\n    1 / now.watts\n")
    assert "division" in desk.frame()
    desk.meter.step(50.0)
    assert desk.frame() == ""
    desk.meter.step(0.0)
    assert "division" in desk.frame()
    assert desk.colour == RED


def test_half_a_picture_is_never_shown(desk: Desk) -> None:
    desk.meter.step(1.0)
    desk.play(
        "def draw(stage, now):\n    stage.background((255, 0, 0) if now.watts else (0, 0, 255))\n    1 / now.watts\n"
    )
    assert desk.colour == RED
    desk.meter.step(0.0)
    desk.frame()
    assert desk.colour == RED


# -- loops without end
@pytest.mark.parametrize(
    "body",
    [
        "while True:\n        pass",
        "while True:\n        try:\n            x = 1\n        except Exception:\n            pass",
    ],
)
def test_a_loop_without_end_is_broken_off(desk: Desk, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.workshop.sketch_file.CALLING", 0.1)
    desk.play(GOOD)
    said = desk.play(f"def draw(stage, now):\n    {body}\n")
    assert "took longer than 0.1 s and was broken off; look for a loop that never ends." in said
    monkeypatch.setattr("installation.workshop.sketch_file.CALLING", 1000.0)
    assert desk.frame(100) == said  # it is not begun again, or this would last for ever
    assert desk.colour == RED
    assert desk.play(OTHER) == ""


def test_a_sketch_that_begins_to_loop_rests_until_the_next_save(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.workshop.sketch_file.CALLING", 0.1)
    desk.play(GOOD + "    while now.watts > 100:\n        pass\n")
    desk.meter.step(200.0)
    assert "never ends" in desk.frame()
    monkeypatch.setattr("installation.workshop.sketch_file.CALLING", 1000.0)
    assert "never ends" in desk.frame(50)  # it is not begun again, or this would last for ever
    assert desk.play(OTHER) == ""
    assert desk.colour == BLUE


# -- state
COUNTER = """
count = 0
speed = 1
names = []


def setup(stage):
    names.append("set up")


def draw(stage, now):
    global count
    count += speed
"""


def test_what_a_sketch_has_made_is_kept_and_changed_lines_are_taken(desk: Desk) -> None:
    desk.play(COUNTER)
    desk.frame(9)
    assert desk.value("count") == 10
    desk.play(COUNTER.replace("speed = 1", "speed = 5"))
    assert (desk.value("count"), desk.value("speed")) == (15, 5)
    desk.play(COUNTER.replace("count = 0", "count = 100"))
    assert (desk.value("count"), desk.value("speed")) == (101, 1)


def test_setup_runs_again_only_when_its_own_lines_changed(desk: Desk) -> None:
    desk.play(COUNTER)
    desk.play(COUNTER.replace("speed = 1", "speed = 5"))
    desk.play(COUNTER.replace("speed = 1", "speed = 6") + "# a remark\n")
    assert desk.value("names") == ["set up"]
    desk.play(COUNTER.replace('"set up"', '"anew"'))
    assert desk.value("names") == ["set up", "anew"]


def test_state_outlives_a_mistake(desk: Desk) -> None:
    desk.play(COUNTER)
    desk.frame(9)
    desk.play("def draw(:\n")
    desk.play(COUNTER + "    1 / 0\n")
    desk.play(COUNTER)
    assert desk.value("count") >= 12


# -- hooks
HOOKS = """
heard = []


def draw(stage, now):
    stage.background()


def key(name):
    heard.append(name)


def press(y, x, now):
    heard.append((x, y))
    now.press()
"""


def test_hooks_are_given_what_they_ask_for_by_name(desk: Desk) -> None:
    desk.play(HOOKS)
    desk.show.hear(("key", {"name": "a"}))
    desk.show.hear(("press", {"x": 3, "y": 4}))
    assert desk.value("heard") == ["a", (3, 4)]
    assert desk.now.guest_presses == 1
    assert desk.now.presses == 1


def test_a_press_where_nobody_trains_is_said_once(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.play(HOOKS)
    desk.show.hear(("press", {"x": 3, "y": 4}))
    desk.frame(10)
    assert capsys.readouterr().err.count("No network plays here") == 1


def test_a_mistake_in_a_key_stays_said_while_the_picture_goes_on(desk: Desk) -> None:
    desk.play(GOOD + "\n\ndef key(name):\n    1 / 0\n")
    desk.show.hear(("key", {"name": "a"}))
    assert desk.frame(30) == "mine.py, line 6: a division by zero."
    assert desk.colour == RED


def test_a_misspelt_second_hook_is_named(desk: Desk) -> None:
    assert "'pres' is never called. Did you mean 'press'?" in desk.play(GOOD + "\n\ndef pres(x, y):\n    pass\n")


def test_a_function_of_its_own_is_no_misspelt_hook(desk: Desk) -> None:
    assert desk.play("def pres(stage):\n    stage.background()\n\n\ndef draw(stage):\n    pres(stage)\n") == ""


# -- the record
def test_the_grains_of_a_frame_are_the_joules_of_the_record(desk: Desk) -> None:
    desk.play("fallen = []\n\n\ndef draw(stage, now):\n    fallen.extend(stage.grains.numbers.tolist())\n")
    for _ in range(80):
        desk.meter.step(100.0)
        desk.frame(1)
    fallen = desk.value("fallen")
    assert isinstance(fallen, list)
    assert sorted(set(fallen)) == sorted(fallen)
    assert 380 <= len(fallen) <= 400


def test_a_meter_that_is_silent_is_no_reading(desk: Desk) -> None:
    desk.meter.step(118.0)
    desk.play("said = []\n\n\ndef draw(stage, now):\n    said.append(stage.reading)\n")
    desk.show.step(1.0, desk.meter.seconds + 10)
    assert desk.value("said") == ["118 W MEASURED", NO_READING]


def test_a_piece_that_is_started_anew_is_joined(desk: Desk) -> None:
    desk.play("def draw(stage, now):\n    stage.background((255, 0, 0) if now.watts < 50 else (0, 0, 255))\n")
    assert desk.colour == RED
    desk.meter = Meter(desk.meter.path)
    desk.meter.seconds += 5
    desk.meter.step(100.0)
    desk.frame(2)
    assert desk.colour == BLUE


def test_a_guest_writes_nothing_but_its_presses(desk: Desk) -> None:
    before = bytes(desk.now.bytes)
    desk.play(GOOD)
    desk.frame(20)
    assert bytes(desk.now.bytes) == before


# -- bodies
def test_a_sketch_that_flashes_is_slowed_and_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.play("def draw(stage, now):\n    stage.background((255, 255, 255) if stage.frame // 3 % 2 else (0, 0, 0))\n")
    light = []
    for _ in range(180):
        desk.frame()
        code = np.asarray(pixels(desk.show.stage.out)[90, 160] & 0xFF) / 255
        light.append(float(((code + 0.055) / 1.055) ** 2.4))
    assert np.abs(np.diff(light)).max() < 0.04
    second = light[-60:]
    assert max(second) - min(second) < 0.1  # not even half a flash
    assert "more slowly" in capsys.readouterr().err
