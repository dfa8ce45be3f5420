"""A record whose meter is written by hand, in virtual time, for sketches to read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from installation.now import SAMPLES, Doors, MeterState, Now, Phase, Provenance

PERIOD = 0.05  # s between two samples


class Meter:
    """A piece of which only the meter and the network can be seen; it draws `watts` from 1000 s on."""

    def __init__(self, path: Path, joules_per_grain: float = 1.0) -> None:
        conductor = Now.open_doors(path)
        conductor.joules_per_grain, conductor.doors = joules_per_grain, Doors.OPEN
        self.path = path
        self.meter, self.network = Now(path, "meter"), Now(path, "network")
        self.meter.meter_period, self.meter.boundary = PERIOD, "this test, nothing else"
        self.seconds, self.joules = 1000.0, 0.0
        self.rows = np.zeros((SAMPLES, 7))
        self.step(0.0)

    def step(self, watts: float, provenance: Provenance = Provenance.MEASURED) -> None:
        """One more sample."""
        self.seconds += PERIOD
        self.joules += watts * PERIOD
        now = self.meter
        row = (self.seconds, self.joules, watts, provenance, now.phase, 0.5, now.parameters)
        self.rows = np.vstack([self.rows[1:], row])
        now.watts, now.joules, now.provenance, now.samples = watts, self.joules, provenance, self.rows
        now.meter_state = MeterState.OK if provenance else MeterState.LOST
        now.sampled_at = now["meter_beat"] = self.seconds  # type: ignore[assignment]

    def fit(self, parameters: float = 3265) -> None:
        """A fit is half-way."""
        network = self.network
        network.phase, network.parameters, network.fit_line = Phase.FITTING, parameters, "model.fit(data, labels)"
        network.epoch, network.epochs, network.batch, network.batches = 5, 10, 16, 32
        network.loss, network.accuracy = 0.68, 0.6
        network.weights = np.random.default_rng(1).normal(size=(100, 32)).astype(np.float32)
        network["network_beat"] = self.seconds
