"""A room for the network player: a record, a meter played by the test, a file to be fitted, and time that passes."""

from __future__ import annotations

import importlib.util
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from installation.config import load
from installation.network.player import Player
from installation.now import MeterState, Now, Phase, Provenance

from .. import waiting

LONG = 180.0  # s a test waits at most for what takes two seconds on a quiet machine
QUICK = "jax" if importlib.util.find_spec("jax") else "tensorflow"  # starts twice as fast
WATTS = 40.0

SMALL = '''
"""A small network for tests."""

import keras
import numpy as np
from keras.layers import Dense, Input
from keras.models import Sequential

{outside}

def network() -> None:
    {before}
    model = Sequential([Input((4,)), Dense(3, activation="relu"), Dense(1, activation="sigmoid")])
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])

    data = np.random.random((64, 4))
    labels = np.random.randint(2, size=(64, 1))
    {between}
    model.fit(data, labels, epochs={epochs}, batch_size=32)
    {after}
'''


def small(outside: str = "", before: str = "", between: str = "", after: str = "", epochs: int | str = 3) -> str:
    """The text of a small network's file, with foreign lines in the places named."""
    return SMALL.format(outside=outside, before=before, between=between, after=after, epochs=epochs)


class Room:
    """A record with a player in it, and everyone else played by the test."""

    def __init__(self, folder: Path, *changes: str, text: str = "") -> None:
        self.path = folder / "now"
        self.file = folder / "mine.py"
        self.conductor = Now.open_doors(self.path)
        self.meter, self.guest = Now(self.path, "meter"), Now(self.path)
        self.now = Now(self.path, "network")
        if text:
            self.write(text)
        name = (f"network.name={self.file}",) if text else ()
        settings = (
            "network.hold_seconds=1",
            "network.ladder=[]",
            f"network.backend={QUICK}",
            "network.threads=1",
            "network.rung_seconds=[600]",
        )  # a busy machine must not cut a fit
        self.config = load(Path("config.toml"), (*settings, *name, *changes))
        self.began = time.monotonic()
        self.player = Player(self.config, self.now)

    def write(self, text: str) -> None:
        self.file.write_text(textwrap.dedent(text), encoding="utf-8")

    def play(self, until: Callable[[], bool], seconds: float = LONG, ahead: float = 0.0) -> None:
        """Tick until something is so; `ahead` lets the player believe that it is later."""
        what = lambda: f"{self.phase.name}: {self.now['network_note']} {self.now.preparing}"  # noqa: E731

        def meanwhile() -> None:
            self.sample()
            self.player.tick(time.monotonic() + ahead)

        waiting.until(until, seconds, meanwhile=meanwhile, what=what, every=0.005)

    def sample(self) -> None:
        """The meter's part: forty watts, steady."""
        moment = time.monotonic()
        if moment - self.meter.sampled_at < 0.02:
            return
        rows = np.roll(self.meter.samples, -1, 0)
        joules = WATTS * (moment - self.began)
        rows[-1] = moment, joules, WATTS, Provenance.MEASURED, self.meter.phase, 0, 0
        self.meter.samples = rows
        self.meter.joules, self.meter.watts, self.meter.provenance = joules, WATTS, Provenance.MEASURED
        self.meter.meter_state = MeterState.OK
        self.meter.meter_period, self.meter.sampled_at = 0.02, moment

    def open(self) -> None:
        self.player.setup()
        self.play(lambda: self.phase in (Phase.RESTING, Phase.UNABLE))

    def press(self, until: Phase = Phase.SETTLED) -> None:
        """Press, and wait until that press is answered and its fit is over."""
        presses = self.guest.presses + 1
        self.guest.press()
        self.play(lambda: self.now.answered >= presses and self.phase is until and not self._busy())
        if until is Phase.SETTLED:  # what it learned may need the rows of the next run
            self.play(lambda: self.now.unseen_from > 0)

    def _busy(self) -> bool:
        return bool(self.player.energy or (self.player.fitter and self.player.fitter.fitting))

    @property
    def phase(self) -> Phase:
        return Phase(int(self.now.phase))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """One room for many tests: it is ready, its file is small, its wall is held for a second."""
    made = Room(tmp_path_factory.mktemp("room"), "network.memory_gb=1.5", text=small())
    made.open()
    yield made
    made.player.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Callable[..., Room]]:
    """Makes a room; its player is sent home at the end."""
    rooms = []

    def make(*changes: str, text: str = "") -> Room:
        rooms.append(Room(tmp_path, *changes, text=text))
        return rooms[-1]

    yield make
    for made in rooms:
        made.player.close()
