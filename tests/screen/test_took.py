"""What a fit took, by its own joules, and what may be said of what it learned."""

from __future__ import annotations

import pytest

from installation.config import Config
from installation.now import Phase, Provenance
from installation.screen.board import Line
from installation.screen.colours import MEASURED
from installation.screen.picture import Picture
from installation.screen.scenes._took import took
from tests.screen.conftest import Make, Stage, settled


def told(page: list[Line]) -> str:
    return " ".join(line.text for line in page).replace("\u00a0", " ")


def test_what_a_fit_took_is_scaled_by_its_own_watts(stage: Stage) -> None:
    """100 W for the fit and 20 W after it: 1 507 kWh at 100 W are 1.7 years."""
    wall = Picture(Config(), (1920, 1080), scenes=("land",))
    staged = stage(lambda t: 100.0 if t < 2.2 else 20.0)
    settled(staged, wall)
    staged.play(wall, 1.0, rate=10)
    text = told(took(wall.board, staged.now))
    assert "joules in 0.7" in text
    assert "1.7 years" in text


def test_only_random_answers_are_called_noise(stage: Stage) -> None:
    """A network of a workshop may learn something: what its file does not say is not said of it."""
    wall = Picture(Config(), (1920, 1080), scenes=("land",))
    staged = stage(100.0)
    settled(staged, wall)
    network = staged.by["network"]
    text = told(took(wall.board, staged.now))
    assert "right on 60 of 100 examples it was shown, and on 50 (± 3) of 100 new ones. Guessing gets 50." in text
    assert "what it learned beyond guessing is noise" in text
    network.seen = 0.52
    assert "there was only noise to learn" in told(took(wall.board, staged.now))
    network.chance = 0.0
    text = told(took(wall.board, staged.now))
    assert "on 52 of 100" in text
    assert "noise" not in text
    assert "Guessing" not in text


def test_an_opened_fit_counts_its_joules(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("code", "inside"))
    staged.play(wall, 1.0, rate=10)
    staged.become("fitting", wall)
    staged.play(wall, 3.0, rate=10)
    text, colour = wall.scenes[0]._counts(staged.now, Phase.FITTING, staged.seconds)
    joules, rest = text.replace("\u00a0", " ").split(" ", 1)
    assert float(joules) == pytest.approx(300, abs=15)
    assert rest == "joules so far, MEASURED ± 5 %"
    assert colour == MEASURED
    staged.provenance = Provenance.NO_READING
    staged.play(wall, 0.5, rate=10)
    assert "epoch 3 of 10" in wall.scenes[0]._counts(staged.now, Phase.FITTING, staged.seconds)[0]


def test_what_a_fit_took_keeps_its_word_when_the_meter_goes(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("code", "land"))
    settled(staged, wall)
    staged.provenance = Provenance.NO_READING
    staged.play(wall, 1.0, rate=10)
    assert "MEASURED" in told(took(wall.board, staged.now))
    assert "joules measured" in wall.scenes[0]._done(staged.now)


def test_a_fit_that_was_stopped_says_so_with_and_without_joules(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("code", "land"))
    settled(staged, wall)
    network = staged.by["network"]
    network.fit_ended = "stopped"
    assert "stopped after 320 updates" in told(took(wall.board, staged.now))
    network.fit_joules = float("nan")
    assert wall.scenes[0]._done(staged.now) == "stopped after 320 updates, joules not read"


def test_a_recordings_joules_are_not_called_those_of_a_fit_made_here(stage: Stage, picture: Make) -> None:
    staged, wall = stage(6800.0, Provenance.REPLAYED), picture(scenes=("code", "land", "captions"))
    settled(staged, wall)
    text = told(took(wall.board, staged.now))
    assert "joules of a recording were played" in text
    assert "This fit took" not in text
    assert "BERT base" not in text


def test_the_joules_of_a_fit_are_told_only_from_its_begin(stage: Stage, picture: Make) -> None:
    staged, wall = stage(300.0), picture(scenes=("code", "inside"))
    staged.play(wall, 2.0, rate=10)
    staged.become("fitting", wall)
    staged.play(wall, 10.0, rate=10)
    again = Picture(Config(), (960, 540), scenes=("code", "inside"))  # a screen that was brought back
    staged.play(again, 2.0, rate=10)
    assert again.scenes[0]._counts(staged.now, Phase.FITTING, staged.seconds)[0].startswith("3\u00a06")
    staged.by["network"].fit_began_with = float("nan")
    assert "joules" not in again.scenes[0]._counts(staged.now, Phase.FITTING, staged.seconds)[0]


def test_an_uncertainty_is_that_of_the_reading_it_stands_by(stage: Stage, picture: Make) -> None:
    staged, wall = stage(100.0), picture(scenes=("land",))
    settled(staged, wall)
    assert "MEASURED ± 5 %" in told(took(wall.board, staged.now))
    staged.by["network"].fit_provenance = Provenance.ESTIMATED  # the meter was another one in its midst
    text = told(took(wall.board, staged.now))
    assert "ESTIMATED" in text
    assert "± 5 %" not in text


def test_a_fit_beside_the_card_that_is_read_claims_no_joules(stage: Stage) -> None:
    wall = Picture(Config(), (1920, 1080), scenes=("code", "land", "captions"))
    staged = stage(100.0)
    settled(staged, wall)
    meter, network = staged.by["meter"], staged.by["network"]
    meter.meter_device, meter.boundary = "GPU-1", "this graphics card, nothing else"
    network.ran_on, network.fit_joules, network.fit_provenance = "processor", float("nan"), Provenance.NO_READING
    text = told(took(wall.board, staged.now))
    assert "on the processor, which this meter does not read" in text
    assert "MEASURED" not in text
    assert "joules not read" in wall.scenes[0]._done(staged.now)
    said = " ".join(sentence for sentence, _ in wall.scenes[2]._right(staged.now))
    assert "fit runs on the processor; the number reads this graphics card, nothing else" in said
    network.ran_on = "GPU-1"
    assert "fit runs on" not in " ".join(sentence for sentence, _ in wall.scenes[2]._right(staged.now))


def test_why_no_card_computes_stands_at_the_foot(stage: Stage) -> None:
    wall, staged = Picture(Config(), (1920, 1080), scenes=("captions",)), stage(100.0)
    staged.by["network"].no_card = "There is an NVIDIA driver, but jax computes on the processor: it is built without."
    staged.play(wall, 1.0, rate=10)
    assert staged.now.no_card in [sentence for sentence, _ in wall.scenes[0]._right(staged.now)]


def test_joules_above_rest_are_told_or_not_known(stage: Stage) -> None:
    """A second at 100 W after a rest of 20 W; then a rest nobody knows, and one the meter cannot tell apart."""
    wall = Picture(Config(), (1920, 1080), scenes=("land",))
    staged = stage(100.0)
    settled(staged, wall)
    network = staged.by["network"]
    network.fit_joules, network.fit_rest_joules = 82.0, 16.4
    assert "At rest the machine would have drawn 16 of them." in told(took(wall.board, staged.now))
    network.fit_rest_joules = 80.0
    assert "no more than at rest, as far as this meter can tell" in told(took(wall.board, staged.now))
    network.fit_rest_joules = float("nan")
    assert "at rest meanwhile: NOT KNOWN" in told(took(wall.board, staged.now))
    network.fit_provenance = Provenance.REPLAYED
    assert "at rest" not in told(took(wall.board, staged.now))


def test_what_a_networks_file_says_of_it_stands_at_the_foot(stage: Stage) -> None:
    wall, staged = Picture(Config(), (1920, 1080), scenes=("captions",)), stage(100.0)
    staged.by["network"].about = "Two moons, 0.1 of noise. More is not said here."
    staged.play(wall, 1.0, rate=10)
    assert "Two moons, 0.1 of noise." in [sentence for sentence, _ in wall.scenes[0]._right(staged.now)]
    staged.by["network"].about = ""
    assert all("moons" not in sentence for sentence, _ in wall.scenes[0]._right(staged.now))
