"""docs/plugins.md: every kind has its section, and its example is typed, found by its path, and does what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"

from installation.command._staged import Staged
from installation.config import HOME, Config, LightSettings, MeterSettings, ScreenSettings
from installation.meter.source import Fault, named
from installation.network import listing
from installation.now import Provenance
from installation.plug import COMMAND, KINDS, STRIP, VOICE, find_file, plug
from installation.score.grains import Grains
from installation.score.sound import Loudness
from installation.screen.picture import Picture, prepare
from installation.sound.block import AudioFormat, BlockContext
from installation.workshop.sketch_file import HOOKS

TEXT = (HOME / "docs" / "plugins.md").read_text(encoding="utf-8")
EXAMPLES = {f.split("\n")[0].removeprefix("# "): f for f in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)}
FIT = """
import sys, tempfile
from pathlib import Path
from tests.network.alone import Alone
alone = Alone(Path(sys.argv[1]), Path(tempfile.mkdtemp()))
ended = alone.press()
assert ended["how"] == "whole", ended
assert int(alone.now.epoch) == 5, alone.now.epoch
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], str]:
    """Writes an example and gives its path, as it would stand in config.toml; the folder's name is no easy one."""

    def write(name: str) -> str:
        folder = tmp_path / "a room # ü"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(EXAMPLES[name], encoding="utf-8")
        return str(folder / name)

    return write


def test_every_kind_has_its_section_with_one_example() -> None:
    words = {kind.word for kind in KINDS if kind is not COMMAND} | {"sketch"}
    assert {heading.lower() for heading in re.findall(r"^## An? (\w+)$", TEXT, re.MULTILINE)} == words
    assert {Path(name).stem for name in EXAMPLES} == words
    for kind in KINDS:
        assert kind is COMMAND or f"`installation/{kind.folder}/`" in TEXT


def test_the_examples_are_typed(tmp_path: Path) -> None:
    for name, text in EXAMPLES.items():
        (tmp_path / f"example_{name}").write_text(text, encoding="utf-8")
    line = [sys.executable, "-m", "mypy", "--config-file", str(HOME / "pyproject.toml"), "--strict"]
    files = sorted(str(file) for file in tmp_path.glob("*.py"))
    checked = subprocess.run([*line, *files], cwd=HOME, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_meter(written: Callable[[str], str], tmp_path: Path) -> None:
    meter = named(f"{written('meter.py')}:{tmp_path / 'watts'}", MeterSettings())
    assert meter.open().provenance == Provenance.ESTIMATED
    with pytest.raises(Fault, match="holds no number"):
        meter.read()
    (tmp_path / "watts").write_text("41.5\n")
    assert meter.read().watts == 41.5


def test_the_network(written: Callable[[str], str]) -> None:
    path = written("network.py")
    found = listing.read(Path(path))
    assert found.fit_line == "model.fit(data, labels, epochs=5)"
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(HOME)}
    done = subprocess.run([sys.executable, "-c", FIT, path], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_voice(written: Callable[[str], str]) -> None:
    audio = AudioFormat()
    voice = plug(VOICE, written("voice.py")).Voice(audio)
    one, out = np.ones(2), np.zeros((audio.block, audio.channels), np.float32)
    voice.play(
        BlockContext(Grains(np.array([1, 2]), one, one, one, one), np.array([7, 90]), True, 1.0, Loudness()), out
    )
    assert sorted(np.flatnonzero(out.sum(axis=1))) == [7, 90]
    assert np.abs(out).max() == pytest.approx(0.2)


def test_the_scene(written: Callable[[str], str], tmp_path: Path) -> None:
    prepare()
    path = written("scene.py")
    config = Config(screen=ScreenSettings(scenes=(path,)))
    picture, staged = Picture(config, (960, 540)), Staged(tmp_path, config, lambda _: 80.0, Provenance.MEASURED)
    staged.play(picture, 3.0, rate=20)
    box, lit = picture.scenes[0].box, (217, 163, 84)
    row = [picture.board.surface.get_at((x, box.y))[:3] == lit for x in range(box.x, box.x + 200)]
    assert row.count(True) == 80
    assert not picture.board.notes


def test_the_strip(written: Callable[[str], str], capsys: pytest.CaptureFixture[str]) -> None:
    strip = plug(STRIP, written("strip.py")).Strip(LightSettings(leds=4))
    strip.open()
    assert strip.ready(0.0)
    strip.give(1, np.array([[0, 0, 0], [9, 0, 0], [0, 20, 0], [255, 255, 255]], np.uint8), 0.0)
    strip.close()
    assert capsys.readouterr().err == " .:O\n"
    assert (strip.newest.number, strip.frames) == (1, 1)


def test_the_sketch(written: Callable[[str], str], tmp_path: Path) -> None:
    path = written("sketch.py")
    line = [sys.executable, "-m", "installation", "sketch", path, "--headless", "--frames", "5", "--out", "made.png"]
    environment = os.environ | {"PYTHONPATH": str(HOME), "UNDERFOOT_NOW": str(tmp_path / "now")}
    done = subprocess.run(
        [*line, "--with-meter", "estimate"], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made.png").stat().st_size > 0
    assert b"mistake" not in done.stderr
    assert all(f"`{name}" in TEXT for name in HOOKS)


def test_a_wrong_name_is_told_the_right_one() -> None:
    for kind in KINDS:
        with pytest.raises(ValueError, match="is no "):
            find_file(kind, "nothing of that name")
