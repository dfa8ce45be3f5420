"""The foot of the wall says what is heard, lit, left out and missing, and nothing that is not so."""

from __future__ import annotations

from pathlib import Path

from installation.command._staged import Staged
from installation.config import Config, Place, SoundSettings
from installation.now import MeterState, Phase, Provenance, State
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
    config = Config(place=Place(mains_hz=60.0))
    staged, wall = stage(100.0, config=config), Picture(config, (960, 540), scenes=("captions",))
    staged.by["meter"].not_counted = "what hangs on other sockets"
    said = feet(staged, wall)
    for sentence in ("dripping: 100 drops", "hum of 60 hertz", "100 sparks", "not in this number: what hangs on other"):
        assert sentence in said
    staged.conductor.light_process = State.BACKOFF
    assert "sparks" not in feet(staged, wall)


def test_nothing_is_called_heard_or_lit_that_does_not_play(stage: Stage) -> None:
    staged, wall = stage(100.0), Picture(Config(), (960, 540), scenes=("fall", "captions"))
    staged.conductor.sound_process = staged.conductor.light_process = State.STOPPED
    said = feet(staged, wall)
    assert "into the ground: 100 points a second" in said
    assert not any(word in said for word in ("drops", "hum", "sparks"))


def test_a_voice_that_is_switched_off_is_not_told(stage: Stage) -> None:
    config = Config(sound=SoundSettings(voices=("rain",)))
    assert "hum" not in feet(stage(100.0, config=config), Picture(config, (960, 540), scenes=("captions",)))
    config = Config(sound=SoundSettings(voices=("hum",)))
    assert "drops" not in feet(stage(100.0, config=config), Picture(config, (960, 540), scenes=("captions",)))


def test_voices_of_ones_own_say_what_they_sound_like(stage: Stage, tmp_path: Path) -> None:
    """One that says it, one from before that plays grains, one that plays none and says nothing: never "dripping"."""
    body = "class Voice:\n    def __init__(self, audio): ...\n    def play(self, context, out): ...\n"
    (tmp_path / "bell.py").write_text(
        body + "    def sounds(self, context): return f'a bell for {context.watts:g} W'\n"
    )
    (tmp_path / "old.py").write_text(body)
    (tmp_path / "drone.py").write_text(body + "    plays_grains = False\n")
    said = {}
    for name in ("bell", "old", "drone"):
        config = Config(sound=SoundSettings(voices=(str(tmp_path / f"{name}.py"),)))
        said[name] = feet(stage(100.0, config=config), Picture(config, (960, 540), scenes=("captions",)))
    assert "a bell for 100 W" in said["bell"]
    assert "heard: 100 grains a second" in said["old"]
    assert not any(word in text for text in said.values() for word in ("drops", "drip", "rain:", "hum of"))
    assert "heard" not in said["drone"]


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
    staged.conductor.spent_joules = 0.5 * staged.conductor.allowance_joules
    assert "of today" not in feet(staged, Picture(Config(), (960, 540), scenes=("captions",)))


def test_what_the_piece_draws_is_said_where_a_meter_covers_it(stage: Stage) -> None:
    staged, wall = stage(100.0), Picture(Config(), (960, 540), scenes=("captions",))
    staged.by["light"].light_watts = staged.by["meter"].own_watts = 2.0  # the strip alone, by its own frames
    assert "the piece itself draws" not in feet(staged, wall)
    staged.by["meter"].own_watts = 9.7
    assert "the piece itself draws 9.7 W beside its fit, ESTIMATED" in feet(staged, wall)


def test_a_network_that_is_broken_has_no_weights_of_another(stage: Stage) -> None:
    staged, wall = stage(100.0), Picture(Config(), (960, 540), scenes=("captions",))
    assert "the network that fit trains: seed, 3 265 weights" in feet(staged, wall)
    staged.become("unable", wall)
    assert "weights" not in feet(staged, wall)


def test_a_replay_that_is_spent_is_no_machine_at_rest_either(stage: Stage) -> None:
    staged, wall = stage(680.0, Provenance.REPLAYED), Picture(Config(), (960, 540), scenes=("captions",))
    staged.become("spent", wall)
    said = feet(staged, wall)
    assert "are spent" in said
    assert "At rest" not in said


def test_a_film_says_nothing_of_what_runs_here(stage: Stage) -> None:
    staged, wall = stage(680.0, Provenance.REPLAYED), Picture(Config(), (960, 540), scenes=("captions",))
    staged.by["network"].fit_line = ""
    assert "runs here" not in feet(staged, wall)


def test_a_meter_that_lives_says_itself_how_long_its_reading_holds(stage: Stage) -> None:
    staged, wall = stage(118.0), Picture(Config(), (960, 540), scenes=("number",))
    staged.play(wall, 1.0, rate=10)
    meter = staged.by["meter"]
    meter.meter_hold = 5.0

    def waits() -> None:  # its plug does not answer for four seconds
        staged.next += 0.05
        meter.meter_beat, meter.meter_state = staged.next, MeterState.STALE

    staged.sample = waits  # type: ignore[method-assign]
    staged.play(wall, 4.0, rate=10)
    assert wall.scenes[0].page[1].text.startswith("MEASURED")
    assert "seconds old" in wall.scenes[0].page[2].text


def test_where_the_key_stands_no_caption_says_it_again(stage: Stage) -> None:
    staged, wall = stage(100.0), Picture(Config(), (960, 540), scenes=("captions",))
    key = (
        "one grain = one joule",
        "cool grey: the machine at rest  amber: a small network  pale and thick: a large one",
    )
    said = feet(staged, wall)
    assert all(sentence in said for sentence in key)
    wall.board.legend = True
    staged.play(wall, 10.0, rate=10)
    said = feet(staged, wall)
    assert not any(sentence in said for sentence in key)
    wall.board.legend = False
    assert all(sentence in feet(staged, wall) for sentence in key)
