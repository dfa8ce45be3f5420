"""A room without clocks: a record whose meter is written by hand, in virtual time, and a mixer that listens to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.config import load
from installation.now import SAMPLES, Doors, MeterState, Now, Phase, Provenance
from installation.sound.foreign import voices
from installation.sound.listener import Listener
from installation.sound.mixer import Mixer, audio_format

OPENED = 1000.0  # s on the virtual clock
PERIOD = 0.05  # s between two samples


class Room:
    """A record, its meter, its network and its sound."""

    def __init__(self, folder: Path, *changes: str, full_watts: float = 350.0, period: float = PERIOD) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text("")
        self.config = load(folder / "config.toml", ("sound.block=512", *changes))
        self.conductor = Now.open_doors(folder / "now")
        self.conductor.joules_per_grain = self.config.piece.joules_per_grain
        self.conductor.opened_at, self.conductor.doors = OPENED, Doors.OPEN
        self.meter = Now(folder / "now", "meter")
        self.network = Now(folder / "now", "network")
        self.guest = Now(folder / "now")
        self.meter.meter_period, self.meter.power_limit = period, full_watts
        self.rows = np.zeros((SAMPLES, 7))
        self.joules = 0.0
        self.samples = 0
        self.audio = audio_format(self.config)
        self.now = Now(folder / "now", "sound")
        self.begin()

    def begin(self, *, resumed: bool = False) -> None:
        """Let the sound listen from here on."""
        self.listener = Listener(self.now, self.config.sound, self.audio.rate_hz, self.audio.block, resumed=resumed)
        self.mixer = Mixer(
            self.listener, voices(self.config.sound.voices, self.audio, {}), self.audio, self.config.sound.ceiling_dbtp
        )

    def sample(self, seconds: float, watts: float, phase: Phase = Phase.RESTING, depth: float = 0.0) -> None:
        """The meter takes a sample."""
        if self.samples:
            self.joules += watts * (seconds - self.rows[-1, 0])
        self.rows = np.roll(self.rows, -1, 0)
        self.rows[-1] = seconds, self.joules, watts, Provenance.MEASURED, phase, depth, 3265
        self.samples += 1
        self.meter.watts, self.meter.joules, self.meter.provenance = watts, self.joules, Provenance.MEASURED
        self.meter.meter_state = MeterState.OK
        self.meter.samples, self.meter.sampled_at = self.rows, seconds
        self.network.phase = phase

    def play(
        self,
        seconds: float,
        watts: Callable[[float], float] | float,
        phase: Phase = Phase.RESTING,
        *,
        begin: float = 0.0,
        silent_meter: bool = False,
    ) -> NDArray[np.float32]:
        """Blocks from begin to seconds after the doors opened, (n, channels), the meter sampling all the while."""
        asked = watts if callable(watts) else lambda _: watts
        taken, blocks, due = [], round(begin * self.audio.rate_hz / self.audio.block), begin
        while (at := blocks * self.audio.block / self.audio.rate_hz) < seconds:
            while due <= at and not silent_meter:
                self.sample(OPENED + due, asked(due), phase)
                due += self.meter.meter_period
            taken.append(self.mixer.block(OPENED + at).copy())
            blocks += 1
        return np.concatenate(taken)
