"""Plug: a name finds its file, a path works the same way, and a wrong name is told what was meant."""

import sys
from pathlib import Path

import numpy as np
import pytest

from installation import plug as under_test
from installation.config import ConfigError, MeterSettings
from installation.meter.source import named
from installation.plug import FORMER, KINDS, VOICE, find_file, names, plug
from installation.score.grains import NONE
from installation.score.sound import Loudness
from installation.sound.block import AudioFormat, BlockContext

VOICE_FILE = "class Voice:\n    pass\n"


def test_a_name_finds_its_file() -> None:
    module = plug(VOICE, "rain")
    assert module.__name__ == "installation.sound.voices.rain"
    assert plug(VOICE, "rain") is module


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rian", "'rian' is no voice. Did you mean 'rain'?"),
        ("Rain", "Did you mean 'rain'?"),
        ("thunderstorm", "Known are: "),
        ("", "'' is no voice. Known are: "),
        (".", "Known are: "),
        ("player", "'player' is no voice. Known are: "),
        ("__init__", "'__init__' is no voice. Known are: "),
        ("nowhere/mine.py", "there is no such file; write its path from the folder the piece is started in"),
        ("mine.py", "there is no such file"),
    ],
)
def test_a_wrong_name_is_one_sentence(name: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plug(VOICE, name)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_known_names_are_the_listing_of_the_folder() -> None:
    known = names(VOICE)
    assert "rain" in known
    assert {"player", "__init__", "check"}.isdisjoint(known)


def test_listing_names_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "installation" / "sound" / "voices"
    room.mkdir(parents=True)
    (room / "loud.py").write_text("raise SystemExit\n" + VOICE_FILE)
    (room / "_helper.py").write_text("Voices = 1\n")
    monkeypatch.setattr(under_test, "HOME", tmp_path)
    assert names(VOICE) == ["loud"]
    assert find_file(VOICE, "loud") == room / "loud.py"


def test_a_file_from_elsewhere_works_the_same_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my voice.py").write_text(VOICE_FILE)
    assert plug(VOICE, str(tmp_path / "my voice.py")).Voice
    monkeypatch.chdir(tmp_path)
    assert plug(VOICE, "my voice.py").Voice
    assert plug(VOICE, "./my voice.py").Voice
    monkeypatch.setenv("HOME", str(tmp_path))
    assert plug(VOICE, "~/my voice.py").Voice


def test_two_files_of_one_name_are_two(tmp_path: Path) -> None:
    for folder, mark in (("a", 1), ("b", 2)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text(f"{VOICE_FILE}MARK = {mark}\n")
    first, second = (plug(VOICE, str(tmp_path / f / "mine.py")) for f in "ab")
    assert (first.MARK, second.MARK) == (1, 2)


def test_an_error_in_the_file_passes_through_and_can_be_mended(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        plug(VOICE, str(file))
    assert not [m for m in sys.modules.values() if getattr(m, "__file__", None) == str(file)]
    file.write_text("class Voice: mended = True  # another length\n")
    assert plug(VOICE, str(file)).Voice.mended


def test_a_file_without_what_was_agreed(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("class Voices: pass\n")
    with pytest.raises(ConfigError, match="must define 'Voice'"):
        plug(VOICE, str(tmp_path / "mine.py"))


def test_a_plug_in_that_was_renamed_is_told_its_name() -> None:
    for (word, former), name in FORMER.items():
        kind = next(k for k in KINDS if k.word == word)
        assert name in names(kind)
        assert former not in names(kind)
        with pytest.raises(ConfigError, match=f"The {word} '{former}' is called '{name}' now; write that name"):
            find_file(kind, former)


def test_documented_imports_of_voices_and_meters_keep_working(tmp_path: Path) -> None:
    lines = (
        "from installation.sound.moment import Hall, Moment, Samples, Voice as Contract",
        "from installation.meter.source import About, Fault, Reading, Source",
        "class Voice:",
        "    def __init__(self, hall: Hall) -> None: self.hall = hall",
        "    def play(self, moment: Moment, out: Samples) -> None: out[moment.onsets] += 0.1",
        "class Meter(Source): pass",
    )
    (tmp_path / "former.py").write_text("\n".join(lines))
    audio, out = AudioFormat(), np.zeros((512, 2), np.float32)
    plug(VOICE, str(tmp_path / "former.py")).Voice(audio).play(
        BlockContext(NONE, np.array([7]), True, 1.0, Loudness()), out
    )
    assert out[7, 0] == pytest.approx(0.1)
    assert named(str(tmp_path / "former.py"), MeterSettings()).argument == ""


def test_a_file_that_is_not_python(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text(VOICE_FILE)
    with pytest.raises(ConfigError, match=r"not a Python file; give it the ending \.py"):
        plug(VOICE, str(tmp_path / "mine.txt"))
