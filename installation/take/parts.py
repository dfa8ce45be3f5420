"""The parts of a take: each knows when it is due, and steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..config import Config, ConfigError, MeterSettings, ScreenSettings
from ..light.player import Player as LightPlayer
from ..meter.integrator import Integrator
from ..meter.recording import Recording
from ..meter.source import Fault
from ..meter.sources import replay
from ..now import SAMPLES, Now, Phase
from ..screen.picture import Picture as ScreenPicture
from ..screen.window import Window
from ..sound.block import Samples, Voice
from ..sound.foreign import voices
from ..sound.listener import Listener
from ..sound.mixer import Mixer, audio_format

STRIP_RATE = 60.0  # frames of the strip a second


class Part(Protocol):
    """Something that steps when it is due."""

    due: float

    def step(self) -> None: ...


def perform(parts: Iterable[Part], end: float) -> None:
    """Step the parts, always the one that is due first, until none is due before `end`; of two, the one named first."""
    every = list(parts)
    while (part := min(every, key=lambda p: p.due)).due < end:
        part.step()


class Meter:
    """The recording, sampled as a replay is on the stage; with it the network, as far as the recording knows of it."""

    def __init__(self, record: Path, recording: Recording, name: str, settings: MeterSettings, opened: float) -> None:
        self.now, self.network = Now(record, "meter"), Now(record, "network")
        self.recording, self.opened, self.due = recording, opened, opened
        self.source = replay.Meter(name, settings)
        self.source.recording, self.source.position = recording, -1.0
        self.integrator = Integrator()
        self.integrator.opened(replay.about(recording, name, settings.replay_speed))
        self.integrator.count_from(opened, self.source.begin(opened))
        self.period, self.speed = 1.0 / settings.rate_hz, settings.replay_speed
        self.steps = 0
        self.rows = np.zeros((SAMPLES, 7))
        self._tell(name)

    def _tell(self, name: str) -> None:
        about, now = self.integrator.about, self.now
        now.meter_name, now.boundary, now.not_counted = self.source.name, about.boundary, about.not_counted
        now.origin, now.uncertainty, now.meter_detail = about.origin, about.uncertainty, about.detail
        now.meter_period, now.power_limit = self.period, about.power_limit

    def step(self) -> None:
        seconds = self.due
        try:
            self.integrator.take(self.source.read_at(seconds))
        except Fault as fault:
            self.integrator.fault(fault, seconds)
        self.integrator.silence(seconds)
        self._publish(seconds)
        self.steps += 1
        self.due = self.opened + self.steps * self.period

    def _publish(self, seconds: float) -> None:
        now, integrator = self.now, self.integrator
        now.watts, now.provenance, now.meter_state = integrator.watts, integrator.provenance, integrator.state
        now.meter_hold = integrator.holds
        now.gap_seconds, now.segments = integrator.gap_seconds(seconds), integrator.segments
        now.of("meter").note = "" if integrator.provenance else integrator.reason
        for row in integrator.drain():
            phase, depth, parameters = self._spent_on((row.time - self.opened) * self.speed)
            self._follow(Phase(int(phase)), parameters, row.time, row.joules)
            self.rows = np.roll(self.rows, -1, 0)
            self.rows[-1] = row.time, row.joules, row.watts, row.provenance, phase, depth, parameters
            now.samples, now.joules, now.sampled_at = self.rows, row.joules, row.time

    def _spent_on(self, t: float) -> tuple[float, float, float]:
        r = self.recording
        i = min(int(np.searchsorted(r.times, t - 1e-9)), len(r.times) - 1)
        return float(r.phases[i]), float(r.depths[i]), float(r.parameters[i])

    def _follow(self, phase: Phase, parameters: float, seconds: float, joules: float) -> None:
        """What the network would have written; names and losses are not in a recording and stay empty."""
        network, before = self.network, self.network.phase
        network.phase, network.parameters = phase, parameters
        if phase == Phase.FITTING != before:
            network.fits += 1
            network.fit_began_at, network.fit_ended_at, network.fit_began_with = seconds, 0.0, joules
        if before == Phase.FITTING != phase:
            network.fit_ended_at, network.fit_seconds = seconds, seconds - network.fit_began_at
            network.fit_joules, network.fit_provenance = joules - network.fit_began_with, self.integrator.provenance


class Sound:
    """The sound, block by block.

    Args:
        record: the record.
        config: the settings.
        opened: s on the virtual clock.
        sink: takes each block, (block, channels) float32, and the moment of its first sample; the samples at which
            nothing can sound yet are left out, so that sound and picture begin together.
        extra: voices that play beside those of the settings.
    """

    def __init__(
        self,
        record: Path,
        config: Config,
        opened: float,
        sink: Callable[[Samples], None],
        change: Callable[[list[Voice]], list[Voice]] = lambda voices: voices,
    ) -> None:
        self.now, self.sink, self.opened, self.due = Now(record, "sound"), sink, opened, opened
        self.audio = audio_format(config)
        self.listener = Listener(self.now, config.sound, self.audio.rate_hz, self.audio.block)
        left_out: dict[str, str] = {}
        playing = change(voices(config.sound.voices, self.audio, left_out))
        if left_out:
            raise ConfigError("; ".join(left_out.values()))
        self.mixer = Mixer(self.listener, playing, self.audio, config.sound.ceiling_dbtp)
        self.early = self.audio.block + self.mixer.limiter.delay
        self.blocks = 0

    def step(self) -> None:
        block = self.mixer.block(self.due)
        self.now.sound_grains, self.now.sound_lost = self.listener.given, self.listener.lost
        if (lines := self.mixer.sounds(self.due)) != self.now.sounds:
            self.now.sounds = lines
        cut = min(self.early, len(block))
        self.early -= cut
        if cut < len(block):
            self.sink(block[cut:])
        self.blocks += 1
        self.due = self.opened + self.blocks * self.audio.block / self.audio.rate_hz

    def leave(self, seconds: float) -> None:
        self.mixer.leave()


class Strip:
    """The strip: the light player with the strip that takes every frame and gives its bytes back."""

    def __init__(
        self, record: Path, config: Config, opened: float, sink: Callable[[Any, float], None] = lambda *_: None
    ) -> None:
        self.player = LightPlayer(config, Now(record, "light"))
        self.player.setup()
        self.sink, self.opened, self.due, self.steps = sink, opened, opened, 0
        self.shown = -1

    def step(self) -> None:
        self.player.tick(self.due)
        newest = self.player.strip.newest
        if newest is not None and newest.number != self.shown:
            self.shown = newest.number
            self.sink(newest.pixels, self.due)
        self.steps += 1
        self.due = self.opened + self.steps / STRIP_RATE

    def leave(self, seconds: float) -> None:
        self.player.leaving, self.player.left_at = True, seconds


class Picture:
    """The picture, frame by frame, without a window."""

    def __init__(
        self,
        record: Path,
        config: Config,
        opened: float,
        fps: float,
        sink: Callable[[Any, float], None],
        *,
        strip: bool = True,
    ) -> None:
        screen = config.screen
        self.now = Now(record, "screen")
        self.window = Window(ScreenSettings(width=screen.width, height=screen.height, headless=True))
        scenes = tuple(name for name in screen.scenes if strip or name != "strip")
        self.picture = ScreenPicture(config, self.window.size, scenes=scenes)
        self.sink, self.opened, self.due, self.fps, self.frames = sink, opened, opened, fps, 0
        self.last = False

    def step(self) -> None:
        shown = self.picture.draw(self.now, self.due, last=self.last)
        self.now.screen_grains, self.now.screen_lost = self.picture.drawn, self.picture.lost
        self.now.frames += 1
        self.sink(shown, self.due)
        self.frames += 1
        self.due = self.opened + self.frames / self.fps

    def leave(self, seconds: float) -> None:
        self.last = True
