"""Voices by path: one that fails is left out and named, and rain and hum play on."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from installation.config import Config, SoundSettings
from installation.now import Doors, Now
from installation.sound import player as under_test
from installation.sound.block import AudioFormat
from installation.sound.foreign import SLOW_BLOCKS, Foreign, voices
from installation.sound.player import _invented

AUDIO = AudioFormat()
GOOD = "class Voice:\n    def __init__(self, audio): ...\n    def play(self, moment, out):\n        out += 0.01"


def file(folder: Path, body: str, name: str = "click.py") -> str:
    (folder / name).write_text(f"import time, os\n{GOOD.rpartition('out +=')[0]}{body}\n", encoding="utf-8")
    return str(folder / name)


def played(path: str, blocks: int) -> tuple[Foreign, float]:
    """A voice after so many blocks, and the highest sample it left."""
    voice, highest = Foreign(path, 1, AUDIO, lambda _: None), 0.0
    for _ in range(blocks):
        out = np.zeros((AUDIO.block, AUDIO.channels), np.float32)
        voice.play(_invented(), out)
        highest = max(highest, float(np.abs(out).max()))
    return voice, highest


def test_a_good_one_is_heard(tmp_path: Path) -> None:
    voice, highest = played(file(tmp_path, "out += 0.01"), 3)
    assert (voice.trouble, round(highest, 4)) == ("", 0.01)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("out += 1; 1 / 0", "click.py, line 5: a division by zero."),
        ("out[:] = float('nan')", "click.py: its sound is not a number; it is left out."),
        ("out += [1, 2, 3]", "click.py, line 5: operands could not be broadcast"),
        ("while True: pass", "click.py, line 5: this took longer than 0.5 s"),
        ("raise SystemExit", "click.py, line 5: the file asks to leave Python"),
    ],
)
def test_one_that_fails_leaves_no_sound_and_is_named(tmp_path: Path, body: str, sentence: str) -> None:
    voice, highest = played(file(tmp_path, body), 3)
    assert voice.trouble.startswith(sentence)
    assert highest == 0.0


def test_one_that_is_always_late_is_left_out_and_one_that_was_late_once_is_not(tmp_path: Path) -> None:
    voice, _ = played(file(tmp_path, "time.sleep(0.012)"), SLOW_BLOCKS)
    assert "ms of sound; it is left out." in voice.trouble
    voice, _ = played(file(tmp_path, "time.sleep(0.012)"), SLOW_BLOCKS - 1)
    assert not voice.trouble


def test_one_that_cannot_begin_costs_the_others_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("raise RuntimeError('no')")
    left_out: dict[str, str] = {}
    playing = voices(("rain", str(bad), "hum"), AUDIO, left_out)
    assert len(playing) == 2
    assert left_out == {str(bad): "bad.py, line 1: RuntimeError: no."}


def test_a_voice_that_plays_no_grains_still_says_so(tmp_path: Path) -> None:
    path = tmp_path / "still.py"
    path.write_text(GOOD.replace("class Voice:", "class Voice:\n    plays_grains = False"))
    assert getattr(Foreign(str(path), 1, AUDIO, lambda _: None), "plays_grains", True) is False


def record(folder: Path) -> Now:
    conductor = Now.open_doors(folder / "now")
    conductor.joules_per_grain, conductor.doors, conductor.opened_at = 1.0, Doors.OPEN, time.monotonic()
    return conductor


def sound(folder: Path, *names: str) -> under_test.Player:
    settings = SoundSettings(voices=names, file=str(folder / "sound.wav"))
    player = under_test.Player(Config(sound=settings), Now(folder / "now", "sound"))
    player.setup()
    return player


CHILD = """
import sys
from pathlib import Path
from installation.now import Now
from tests.sound.test_foreign import sound
folder = Path(sys.argv[1])
sound(folder, "rain", sys.argv[2])
"""


@pytest.mark.parametrize("body", ["os._exit(9)", "os.abort()"])
def test_who_takes_the_process_along_is_left_out_by_the_next_one(tmp_path: Path, body: str) -> None:
    conductor, path = record(tmp_path), file(tmp_path, body)
    done = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path), path], timeout=120, check=False)
    assert done.returncode != 0
    assert Now(tmp_path / "now").sound_playing == 2
    conductor.of("sound").restarts = 1
    player = sound(tmp_path, "rain", path)
    assert conductor.of("sound").note == "click.py: the sound ended while it was playing; it is left out."
    assert len(player.mixer.voices) == 1
    player.tick(time.monotonic())
    player.close()
    third = sound(tmp_path, "rain", path)  # and by the one after
    assert len(third.mixer.voices) == 1
    third.close()


def test_one_that_never_returns_in_the_real_time_thread_ends_the_process_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conductor, path = record(tmp_path), file(tmp_path, "out += 0.01")
    player = sound(tmp_path, "rain", path)
    ended: list[int] = []
    monkeypatch.setattr(under_test.os, "_exit", ended.append)
    voice = player.mixer.voices[1]
    assert isinstance(voice, Foreign)
    voice.since = time.monotonic() - 5.0
    player.tick(time.monotonic())
    assert ended == [3]
    assert conductor.of("sound").note == "click.py: its block never ended; it is left out."
    assert Now(tmp_path / "now").sound_left_out.startswith(path)
    player.close()


def test_one_that_fails_in_the_show_is_left_out_and_the_grains_that_nobody_plays_are_lost(tmp_path: Path) -> None:
    conductor = record(tmp_path)
    path = file(tmp_path, "self.n = getattr(self, 'n', 0) + 1; assert self.n < 60")
    player = sound(tmp_path, path)
    player.began = time.monotonic() - 1.0
    player.tick(time.monotonic())
    player.tick(time.monotonic())
    assert player.mixer.voices == []
    assert player.listener.deaf
    assert "click.py, line 5" in conductor.of("sound").note
    player.close()
