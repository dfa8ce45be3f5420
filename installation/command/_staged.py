"""A staged record: what the players would have written, written by one hand, so that any state can be looked at.

It is real in its fields and its time, and it says of itself that nothing in it was measured, unless the watts come from
a recording, and then it says REPLAYED.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..config import Config, ConfigError
from ..network.listing import ListingError, read
from ..now import PLAYERS, SAMPLES, Doors, MeterState, Now, Phase, Provenance, State
from ..plug import NETWORK, find_file
from ..score.colour import BUSY, size
from ..score.grains import NONE
from ..score.sound import Loudness
from ..screen.picture import Picture
from ..sound.block import BlockContext, in_words
from ..sound.foreign import voices
from ..sound.mixer import audio_format

STATES = (
    "opening",
    "resting",
    "preparing",
    "fitting",
    "settled",
    "unable",
    "spent",
    "no-reading",
    "missing",
    "closed",
    "help",
)
PHASES = {
    "preparing": Phase.PREPARING,
    "fitting": Phase.FITTING,
    "settled": Phase.SETTLED,
    "unable": Phase.UNABLE,
    "spent": Phase.SPENT,
}
BEGIN = 1000.0  # s, monotonic
ROWS = 1000  # of the staged data
FIT_S = 0.82  # s: how long the staged fit took
OPENED_ON = 1_700_000_003.0  # s since 1970: any moment will do, and the same one gives the same picture
Watts = Callable[[float], float | None]  # seconds since the doors opened -> W; None is no reading


class Staged:
    """A record in a folder of its own, and its time.

    Args:
        folder: where the record lies.
        config: the settings.
        watts: power by seconds since the doors opened.
        provenance: the word that goes with it.
    """

    def __init__(
        self, folder: Path, config: Config, watts: Watts, provenance: Provenance = Provenance.NO_READING
    ) -> None:
        path = folder / "now"
        self.conductor = Now.open_doors(path)
        self.by = {player: Now(path, player) for player in PLAYERS}
        self.now = self.by["screen"]
        self.config, self.watts, self.provenance = config, watts, provenance
        self.seconds = self.next = BEGIN
        self.joules, self.rest = 0.0, math.nan
        self.fitting = False
        self.rows = np.zeros((SAMPLES, 7))
        self.voices, self.worded_at = voices(config.sound.voices, audio_format(config), {}), -math.inf
        self._open()
        self._list(config.network.name)

    def _open(self) -> None:
        conductor, meter = self.conductor, self.by["meter"]
        conductor.joules_per_grain = self.config.piece.joules_per_grain
        conductor.opened_at, conductor.opened_on, conductor.doors = BEGIN, OPENED_ON, Doors.OPEN
        conductor.allowance_joules = self.config.doors.allowance_joules
        for player in PLAYERS:
            conductor.of(player).process = State.PLAYING
        meter.meter_period = 1.0 / self.config.meter.rate_hz

    def _list(self, name: str) -> None:
        path = find_file(NETWORK, name)
        try:
            listing = read(path)
        except ListingError as error:
            raise ConfigError(str(error)) from None
        network = self.by["network"]
        network.network, network.source, network.fit_line = listing.path.stem, listing.text, listing.fit_line
        network.about, network.parameters, network.chance = listing.about, listing.weights, listing.chance

    def describe(self, boundary: str, uncertainty: float, origin: str = "") -> None:
        """What the readings cover."""
        meter = self.by["meter"]
        meter.boundary, meter.uncertainty, meter.origin = boundary, uncertainty, origin

    # -- time
    def sample(self) -> None:
        """One sample of the meter."""
        meter, watts = self.by["meter"], self.watts(self.next - BEGIN)
        read = watts is not None and self.provenance != Provenance.NO_READING
        power = watts if watts is not None and read else 0.0
        word = self.provenance if read else Provenance.NO_READING
        if math.isfinite(power) and self.next > BEGIN:
            self.joules += max(0.0, power) * meter.meter_period
        network = self.by["network"]
        self.rows = np.roll(self.rows, -1, axis=0)
        self.rows[-1] = (self.next, self.joules, power, word, network.phase, 0.5, network.parameters)
        meter.samples, meter.joules, meter.watts, meter.provenance = self.rows, self.joules, power, word
        meter.meter_state = MeterState.OK if read else MeterState.LOST
        if self.joules or read:  # else it is still waited for
            meter.sampled_at = self.next
        if self.next - self.worded_at >= 1.0:
            self.worded_at, self.by["sound"].sounds = self.next, self._sounds(power) if read else ""
        self.conductor.conductor_beat = self.next
        self.next += meter.meter_period

    def _sounds(self, watts: float) -> str:
        """What the sound would say it plays."""
        grain, before = self.conductor.joules_per_grain, float(np.interp(self.next - 1.0, *self.rows[:, :2].T))
        pace = round((self.joules - before) / grain)
        rests = self.by["network"].phase not in BUSY and self.provenance is not Provenance.REPLAYED
        context = BlockContext(NONE, NONE.numbers, True, watts, Loudness(), pace=pace, rests=rests)
        return "\n".join(filter(None, (in_words(voice, context) for voice in self.voices)))

    def play(self, picture: Picture, span: float, rate: float = 30.0) -> None:
        """Let time pass, and draw so many pictures a second."""
        end = self.seconds + span
        while self.seconds < end - 1e-9:
            while self.next <= self.seconds:
                self.sample()
            picture.draw(self.now, self.seconds)
            self.seconds += 1.0 / rate

    # -- states
    def become(self, state: str, picture: Picture) -> None:
        """Bring the record into a state, as the players would have."""
        network = self.by["network"]
        network.phase, self.worded_at = PHASES.get(state, Phase.RESTING), -math.inf
        if state == "preparing":
            network.preparing = "building the network"
            self.now.press()
        elif state == "fitting":
            self._fit()
        elif state == "settled":
            if not self.fitting:
                self._fit(FIT_S)
            self._settle()
        elif state == "unable":
            network.mine.note = "seed.py, line 12: NameError: name 'Dense' is not defined"
        elif state == "spent":
            self.conductor.spent_joules = self.conductor.allowance_joules
        elif state == "no-reading":
            self.provenance = Provenance.NO_READING
            self.by["meter"].mine.note = "The meter does not answer; check its cable."
        elif state == "missing":
            self._miss("sound")
            self._miss("light")
        elif state == "opening":
            self.conductor.doors, self.conductor.opened_at = Doors.SHUT, 0.0
        elif state == "closed":
            self.conductor.doors = Doors.SHUT
            self.provenance = Provenance.NO_READING  # the players have left, and nobody samples any more
        picture.board.help = state == "help"

    def _fit(self, ago: float = 0.0) -> None:
        """A fit that begins, or began some s ago."""
        network, self.fitting = self.by["network"], True
        self.rest = float(self.now.watts)  # what was drawn when the fit began
        network.fits += 1
        network.epochs, network.batches = counts(self.now.fit_line)
        network.epoch, network.batch = math.ceil(0.3 * network.epochs), math.ceil(0.53 * network.batches)
        network.loss = 0.691
        network.operations, network.fit_began_at = 416_000.0, self.seconds - ago
        network.fit_began_with = float(np.interp(network.fit_began_at, self.rows[:, 0], self.rows[:, 1]))
        rng = np.random.default_rng(5)
        network.weights = rng.normal(0.0, 0.12, (100, 32)).astype(np.float32)

    def _settle(self) -> None:
        network, self.fitting = self.by["network"], False
        network.fit_ended, network.fit_ended_at = "whole", float(self.rows[-1, 0])
        network.fit_seconds = network.fit_ended_at - network.fit_began_at
        network.fit_updates = network.epochs * network.batches
        network.fit_joules = self.joules - network.fit_began_with if self.provenance else math.nan
        network.fit_provenance = self.provenance
        network.fit_rest_watts = self.rest if self.provenance else math.nan
        network.fit_rest_joules = network.fit_rest_watts * network.fit_seconds
        network.seen, network.unseen, network.asked = 0.6, 0.5, 1000

    def _miss(self, player: str) -> None:
        self.conductor.of(player).process = State.BACKOFF
        self.conductor.of(player).back_at = self.seconds + 20.0
        self.by[player].mine.note = {
            "sound": "No sound device is there; plug one in.",
            "light": "The strip does not answer on its port.",
        }[player]


def counts(fit_line: str) -> tuple[int, int]:
    """Epochs and batches that a call of fit asks for, with Keras's own numbers where it does not say."""
    said = {name: int(value) for name, value in re.findall(r"(epochs|batch_size)\s*=\s*(\d+)", fit_line)}
    return said.get("epochs", 1), math.ceil(ROWS / said.get("batch_size", 32))


def lay_down(picture: Picture, staged: Staged, hours: float, seed: int = 7) -> None:
    """Put a day that never was under the surface: for looking at the section without waiting for evening."""
    from ..screen.ground.strata import Strata

    scene = next(s for s in picture.scenes if hasattr(s, "past"))
    offset = OPENED_ON - BEGIN
    strata = Strata(staged.conductor.joules_per_grain, offset, scene.past.thin)
    rng = np.random.default_rng(seed)
    step, left, power, heavy = 1.0, 0.0, 0.0, 0.0
    now = staged.seconds + offset
    for i in range(int(hours * 3600 / step)):
        end = now - hours * 3600 + (i + 1) * step
        if left <= 0 and rng.random() < 1 / 300:
            kind = rng.integers(0, 3)
            left = float((2.0, rng.uniform(20, 90), rng.uniform(100, 600))[kind])
            power, heavy = ((118.0, size(3265)), (260.0, size(2e6)), (310.0, 1.0))[kind]
        left -= step
        watts = power * (1 + 0.04 * rng.normal()) if left > 0 else 76 + rng.normal()
        busy = watts if left > 0 else 0.0
        strata.add(end, step, step, watts * step, busy * step, busy * heavy * step)
    scene.past.strata, scene.past.opened_on = strata, OPENED_ON
