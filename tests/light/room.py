"""A room for the light player: a record, a meter that draws what it is told, and time that moves when told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.config import Config, load
from installation.light.player import Player
from installation.now import SAMPLES, MeterState, Now, Provenance
from tests.hardware.flashes import changes, groups, luminance, most_in_a_second

PERIOD = 0.05  # s between two samples of the meter


def opposing_changes(frames: NDArray[np.float64], seconds: float) -> int:
    """The most opposing changes of a tenth of relative luminance in any second, of any LED or group; two are a flash.

    Args:
        frames: (n, leds, 3) linear light 0 to 1.
        seconds: from one to the next.
    """
    bright = luminance(frames * 255, groups(frames.shape[1]))
    times = np.arange(len(frames)) * seconds * 1e6
    return max(most_in_a_second(column) for column in changes(times, bright))


class Meter:
    """Writes samples into a record, 20 a second, as the meter does."""

    def __init__(self, path: Path, watts: Callable[[float], float], begin: float, limit: float = 700.0) -> None:
        self.now, self.watts = Now(path, "meter"), watts
        self.now.meter_period, self.now.power_limit = PERIOD, limit
        self.ring = np.zeros((SAMPLES, 7))
        self.joules, self.at = 0.0, begin
        self._write(begin, watts(begin))

    def until(self, seconds: float) -> None:
        while self.at + PERIOD <= seconds:
            self.at += PERIOD
            watts = self.watts(self.at)
            self.joules += watts * PERIOD
            self._write(self.at, watts)

    def _write(self, seconds: float, watts: float) -> None:
        self.ring = np.roll(self.ring, -1, axis=0)
        self.ring[-1] = seconds, self.joules, watts, 1, 2, 0.5, 1e8
        self.now.samples, self.now.joules, self.now.watts = self.ring, self.joules, watts
        self.now.provenance, self.now.meter_state = Provenance.MEASURED, MeterState.OK
        self.now.sampled_at = seconds


class Room:
    """A light player with its record and meter; `play` runs them together, as fast as they can."""

    def __init__(self, folder: Path, *changes: str, watts: Callable[[float], float], limit: float = 700.0) -> None:
        self.record = folder / "now"
        self.conductor = Now.open_doors(self.record)
        self.conductor.joules_per_grain = 1.0
        self.config: Config = load(changes=changes)
        self.seconds = self.began = 100.0
        self.meter = Meter(self.record, lambda t: watts(t - self.began), self.began, limit)
        self.enter()

    def enter(self) -> None:
        """A light player comes; after a crash, another one."""
        self.now = Now(self.record, "light")
        self.player = Player(self.config, self.now)
        self.player.setup()

    def play(self, seconds: float) -> NDArray[np.float64]:
        """Frames as they stood in the record, (ticks, leds, 3), linear light 0 to 1."""
        frames = []
        for _ in range(round(seconds * self.player.rate)):
            self.seconds += 1 / self.player.rate
            self.meter.until(self.seconds)
            self.player.tick(self.seconds)
            frames.append(self.now.pixels[: int(self.now.leds)] / 255)
        return np.array(frames)

    def leave(self) -> float:
        """Tell the player to go; returns the seconds it took."""
        self.player.leave()
        self.player.left_at = begin = self.seconds
        while not self.player.finished() and self.seconds < begin + 1.8:
            self.seconds += 1 / self.player.rate
            self.player.tick(self.seconds)
        self.player.close()
        return self.seconds - begin
