"""The foot of the wall says what is heard, lit, left out and missing, and nothing that is not so."""

from __future__ import annotations

from installation.command._staged import Staged
from installation.config import Config, Place, SoundSettings
from installation.now import Phase, Provenance, State
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


def test_a_meter_that_was_killed_is_no_reading(stage: Stage) -> None:
    staged, wall = stage(118.0), Picture(Config(), (960, 540), scenes=("number", "captions"))
    staged.play(wall, 3.0, rate=10)
    assert "MEASURED" in wall.scenes[0].page[1].text
    staged.sample = lambda: setattr(staged, "next", staged.next + 0.05)  # type: ignore[method-assign]
    staged.play(wall, 3.0, rate=10)
    assert wall.scenes[0].page[0].text == "NO READING"
    said = feet(staged, wall)
    assert "silence" in said
    assert "hum" not in said


def test_a_press_is_kept_only_where_somebody_pressed(stage: Stage) -> None:
    staged, wall = stage(100.0), Picture(Config(), (960, 540), scenes=("code", "captions"))
    staged.by["network"].phase = Phase.PREPARING
    assert "your press" not in feet(staged, wall)
    assert wall.scenes[0].lit == 0
    staged.now.press()
    assert "your press is kept" in feet(staged, wall)
    assert wall.scenes[0].lit == 1
    staged.by["network"].answered = 1.0  # its process draws new weights
    assert "your press is kept" in feet(staged, wall)


def test_when_the_day_is_spent_what_is_heard_is_still_said(stage: Stage) -> None:
    staged, wall = stage(100.0), Picture(Config(), (960, 540), scenes=("captions",))
    staged.become("spent", wall)
    said = feet(staged, wall)
    for sentence in ("are spent", "still draws 100 watts (MEASURED)", "dripping", "hum"):
        assert sentence in said


def test_a_replay_is_no_machine_at_rest(stage: Stage) -> None:
    staged = stage(680.0, Provenance.REPLAYED)
    said = feet(staged, Picture(Config(), (960, 540), scenes=("captions",)))
    assert "rain: 680 drops" in said
    assert "the colours say what runs here meanwhile" in said
    assert "dripping" not in said
