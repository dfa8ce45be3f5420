"""What the meters' tests share: a record with open doors, a player that is ticked by hand, fake cards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from installation.config import load
from installation.meter.player import Player
from installation.now import Doors, Now
from tests.meter import fake_nvml

FIRST_SAMPLE = 3.0  # s a busy machine may need more


@dataclass
class Room:
    """A performance of the meter alone: the conductor's hand on the record, and the player."""

    conductor: Now
    player: Player

    @property
    def now(self) -> Now:
        return self.player.now

    def open_doors(self) -> None:
        self.conductor.opened_at = time.monotonic()
        self.conductor.doors = Doors.OPEN

    def tick(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let the player play for a while, on a busy machine until its first sample too; or until something holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end + (0.0 if self.now.sampled_at else FIRST_SAMPLE) and not until():
            self.player.tick(time.monotonic())
            time.sleep(0.02)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Callable[..., Room]]:
    """Makes rooms: `room("replay:FILE", "meter.rate_hz=50")`."""
    made: list[Room] = []

    def make(meter: str, *changes: str, conductor: Now | None = None) -> Room:
        conductor = conductor or Now.open_doors(tmp_path / "now")
        conductor.joules_per_grain = 1.0
        config = load(changes=[f"meter.name={meter!r}", "meter.rate_hz=50", *changes])
        player = Player(config, Now(conductor.path, "meter"))
        player.setup()
        made.append(Room(conductor, player))
        return made[-1]

    yield make
    for each in made:
        each.player.close()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The fake driver library; None where there is no C compiler, and a Python object takes its place."""
    try:
        return fake_nvml.build(tmp_path_factory.mktemp("nvml"))
    except FileNotFoundError:
        return None


@pytest.fixture
def cards(tmp_path: Path, library: Path | None) -> Iterator[fake_nvml.State]:
    """One fake card at 75 W; `cards.set(...)` changes the world."""
    state = fake_nvml.State(tmp_path)
    with fake_nvml.use(library, state):
        yield state
