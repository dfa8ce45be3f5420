"""A reading: one rule, and whoever asks in the piece gives its answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest

os.environ["SDL_VIDEODRIVER"] = os.environ["SDL_AUDIODRIVER"] = "dummy"

from installation.config import load
from installation.ledger.player import Player as Ledger
from installation.ledger.seconds import WAIT, Seconds
from installation.light.player import Player as Light
from installation.now import SAMPLES, Doors, MeterState, Now, Provenance
from installation.reading import Word, provenance_at
from installation.screen.picture import Picture, prepare
from installation.sound.listener import Listener
from installation.workshop.show import Backstage
from installation.workshop.stage import Speaker

AGES = (0.5, 2.5, 3.5, 12.0)  # s
PERIODS = (0.05, 1.0)  # s
HOLDS = (0.0, 5.0)  # s
BEATS = (0.1, 3.0)  # s ago
CASES = tuple(product(AGES, PERIODS, MeterState, Provenance, HOLDS, BEATS))
BEGIN, APART, OPEN_FOR = 1000.0, 20.0, 14.0  # s


def expected(case: tuple[float, float, MeterState, Provenance, float, float]) -> Provenance:
    """Written down apart from the piece: a living meter's own hold, else two seconds or three periods."""
    age, period, state, word, hold, beat = case
    holds = {(True, True): 5.0, (True, False): 3.0, (False, True): 5.0, (False, False): 2.0}[period == 1.0, hold > 0]
    if beat > 2.0:
        holds = 3.0 if period == 1.0 else 2.0
    return Provenance.NO_READING if state is MeterState.LOST or age >= holds else word


class House:
    """One record, and the six who ask whether there is a reading now."""

    def __init__(self, folder: Path) -> None:
        record = folder / "now"
        self.conductor = Now.open_doors(record)
        self.conductor.joules_per_grain, self.conductor.doors = 1.0, Doors.OPEN
        self.conductor.opened_at = BEGIN
        self.meter = Now(record, "meter")
        config = load(changes=("light.device=pretend", f"ledger.file={folder / 'ledger.sqlite'}"))
        self.now = Now(record, "sound")
        self.listener = Listener(self.now, config.sound, 48_000, 512)
        self.light = Light(config, Now(record, "light"))
        self.light.setup()
        self.ledger = Ledger(config, Now(record, "ledger"))
        self.ledger.setup()
        self.ledger.try_at = float("inf")  # the book stays shut; its rows are looked at before they are written
        self.stage = Backstage((64, 36), Speaker("a test is silent"))
        self.picture = Picture(config, (960, 540), scenes=("number", "captions"))
        self.words = self.picture.board.sentences

    def become(self, case: tuple[float, float, MeterState, Provenance, float, float], at: float) -> None:
        age, period, state, word, hold, beat = case
        rows = np.zeros((SAMPLES, 7))
        rows[-1] = at - age, 1.0, 80.0, word, 0, 0, 0
        meter = self.meter
        meter.samples, meter.sampled_at, meter.joules = rows, at - age, 1.0
        meter.watts, meter.provenance, meter.meter_state = 80.0, word, state
        meter.meter_period, meter.meter_hold = period, hold
        meter.of("meter").beat = at - beat

    def answers(self, at: float) -> dict[str, Provenance | bool]:
        """What each of the six takes for true at a moment."""
        number, captions = self.picture.scenes
        for scene in (number, captions):
            scene.draw(self.now, at)
        self.light.tick(at)
        self.stage.begin(self.now, at - BEGIN, at)
        return {
            "screen": self._on_the_wall([line.text for line in number.page]),
            "captions": captions.reads,
            "sketch": Provenance[self.stage.reading.rpartition(" W ")[2].replace(" ", "_")],
            "ledger": self._booked(at),
            "sound": self.listener.context(at).reading,
            "light": self.light.reads,
        }

    def _on_the_wall(self, lines: list[str]) -> Provenance:
        return next(p for p in Provenance if self.words(p.name.lower()) in lines)

    def _booked(self, at: float) -> Provenance:
        """The word of the second that ends at this moment, cut while it waits in vain for a newer sample."""
        self.ledger.account, self.ledger.sampled_at = Seconds(at - OPEN_FOR), 0.0
        self.ledger.tick(at + WAIT)
        self.ledger.waiting.clear()
        return self.ledger.last[-1].provenance


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    prepare()
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    house.light.close()


def test_all_six_give_one_answer(house: House) -> None:
    """Whatever the age, the period, the state, the word, the hold and the beat."""
    seen: set[Provenance] = set()
    for i, case in enumerate(CASES):
        at = BEGIN + (i + 1) * APART
        house.become(case, at)
        word = expected(case)
        seen.add(word)
        assert provenance_at(house.now, at) is word, case
        wanted = dict.fromkeys(("screen", "captions", "sketch", "ledger"), word)
        assert house.answers(at) == wanted | dict.fromkeys(("sound", "light"), bool(word)), case
    assert seen == set(Provenance)


@pytest.mark.parametrize("watts", [float("nan"), float("inf"), -1.0])
def test_watts_that_are_none_are_no_reading(watts: float) -> None:
    word = Word(Provenance.MEASURED, MeterState.OK, watts, 100.0, 100.0, 0.05)
    assert word.at(100.1) is Provenance.NO_READING


def test_before_the_doors_open_the_meter_speaks_by_its_beat() -> None:
    word = Word(Provenance.MEASURED, MeterState.OK, 80.0, 0.0, 100.0, 0.05)
    assert word.at(101.0) is Provenance.MEASURED
    assert word.at(103.0) is Provenance.NO_READING


def test_a_sample_of_another_boot_is_no_reading() -> None:
    word = Word(Provenance.MEASURED, MeterState.OK, 80.0, 5000.0, 5000.0, 0.05)
    assert word.at(10.0) is Provenance.NO_READING
