"""The foot of the wall says what is heard, lit, left out and missing, and nothing that is not so."""

from __future__ import annotations

from installation.command._staged import Staged
from installation.config import Config, Place, SoundSettings
from installation.now import State
from installation.screen.picture import Picture
from tests.screen.conftest import Stage


def feet(staged: Staged, wall: Picture) -> str:
    """All that the foot of the wall says in a while."""
    said = set()
    for _ in range(60):
        staged.play(wall, 1.0, rate=10)
        said.add(wall.board.caption.replace("\u00a0", " "))
    return "\n".join(said)


def test_the_foot_says_what_is_heard_lit_and_left_out(stage: Stage) -> None:
    staged, wall = stage(100.0), Picture(Config(place=Place(mains_hz=60.0)), (960, 540), scenes=("captions",))
    staged.by["meter"].not_counted = "what hangs on other sockets"
    said = feet(staged, wall)
    for sentence in ("dripping: 100 drops", "hum of 60 hertz", "100 sparks", "not in this number: what hangs on other"):
        assert sentence in said
    staged.conductor.light_process = State.BACKOFF
    assert "sparks" not in feet(staged, wall)


def test_nothing_is_called_heard_or_lit_that_does_not_play(stage: Stage) -> None:
    staged, wall = stage(100.0), Picture(Config(), (960, 540), scenes=("captions",))
    staged.conductor.sound_process = staged.conductor.light_process = State.STOPPED
    said = feet(staged, wall)
    assert "into the ground: 100 points a second" in said
    assert not any(word in said for word in ("drops", "hum", "sparks"))


def test_a_voice_that_is_switched_off_is_not_told(stage: Stage) -> None:
    config = Config(sound=SoundSettings(voices=("rain",)))
    assert "hum" not in feet(stage(100.0), Picture(config, (960, 540), scenes=("captions",)))
    config = Config(sound=SoundSettings(voices=("hum",)))
    assert "drops" not in feet(stage(100.0), Picture(config, (960, 540), scenes=("captions",)))
