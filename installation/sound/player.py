"""The sound player makes every grain one drop and the power a hum, through a loudspeaker or into a WAV file."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..config import ConfigError
from ..now import Phase
from ..player import Player as Base
from ..player import Unable
from ..score.grains import Grains
from ..score.sound import Loudness
from .block import BlockContext, Samples, Voice
from .foreign import HANGS, Foreign, voices
from .listener import Listener
from .mixer import Mixer, audio_format
from .silent import WavFile
from .stream import Outlet, Stream, find, hurry

WARM_BLOCKS = 50
WATCH = 20.0  # looks at the stream a second; each may keep the interpreter's lock from the block being made
SWEEP_EVERY = 10.0  # s between two looks for garbage; it is never looked for inside a block
SEAL_EVERY = 1.0  # s between two heads of a WAV file


class Player(Base):
    """Sound."""

    rate = 100.0

    def setup(self) -> None:
        self.stream: Stream | None = None
        self.file: WavFile | None = None
        self.swept_at = self.sealed_at = 0.0
        self.left_out = self._left_out_before()
        try:
            self._open()
        except ConfigError as error:
            raise Unable(str(error)) from None
        except Unable:
            self._count_missed()
            raise

    def _open(self) -> None:
        sound = self.config.sound
        outlet = None if sound.file else find(sound)
        self._prepare(outlet)
        _settle_memory()
        if outlet is None:
            self._open_file(Path(sound.file))
        else:
            self._open_stream(outlet)

    def _prepare(self, outlet: Outlet | None) -> None:
        """Make the mixer, and play it warm with drops that nobody hears."""
        audio = audio_format(self.config, outlet.rate_hz, outlet.channels) if outlet else audio_format(self.config)
        names = self.config.sound.voices
        warm = voices(names, audio, self.left_out, self._mark)
        for _ in range(WARM_BLOCKS):
            out = np.zeros((audio.block, audio.channels), np.float32)
            for voice in warm:
                voice.play(_invented(), out)
        self._leave_out(warm)
        self.listener = Listener(self.now, self.config.sound, audio.rate_hz, audio.block, resumed=self.resumed)
        playing = voices(names, audio, self.left_out, self._mark)
        self.mixer = Mixer(self.listener, playing, audio, self.config.sound.ceiling_dbtp)
        self._say_who_is_left_out()

    # -- voices of somebody's own
    def _left_out_before(self) -> dict[str, str]:
        """By name, why a voice plays no more; whoever was playing when the process ended is one of them."""
        lines = self.now.sound_left_out.splitlines()
        left_out = dict(line.split("\t", 1) for line in lines if "\t" in line)
        number, names = int(self.now.sound_playing), self.config.sound.voices
        if self.resumed and 1 <= number <= len(names):
            sentence = f"{Path(names[number - 1]).name}: the sound ended while it was playing; it is left out."
            left_out.setdefault(names[number - 1], sentence)
        self.now.sound_playing = 0
        return left_out

    def _mark(self, number: int) -> None:
        self.now.sound_playing = number

    def _leave_out(self, playing: Sequence[Voice]) -> None:
        """Keep in mind who failed."""
        self.left_out |= {v.name: v.trouble for v in playing if isinstance(v, Foreign) and v.trouble}

    def _say_who_is_left_out(self) -> None:
        if self.left_out:
            self.now.sound_left_out = "\n".join(f"{name}\t{why}" for name, why in self.left_out.items())
            self.note(" ".join(self.left_out.values()))

    def _look_at_voices(self) -> None:
        """Those that failed since are left out; a thread with one that never returns can only be ended with all."""
        for voice in self.mixer.voices:
            if isinstance(voice, Foreign) and voice.since and time.monotonic() - voice.since > HANGS:
                self.left_out[voice.name] = f"{voice.path.name}: its block never ended; it is left out."
                self._say_who_is_left_out()
                self.now.sound_playing = 0
                os._exit(3)
        if any(isinstance(voice, Foreign) and voice.trouble for voice in self.mixer.voices):
            self._leave_out(self.mixer.voices)
            self.mixer.keep([v for v in self.mixer.voices if not (isinstance(v, Foreign) and v.trouble)])
            self._say_who_is_left_out()

    def _count_missed(self) -> None:
        """While nothing can be heard, what falls is lost, and is counted."""
        listener = Listener(self.now, self.config.sound, 48_000, 512, resumed=True)
        listener.follower.look()
        self.now.sound_lost = listener.lost

    def _open_stream(self, outlet: Outlet) -> None:
        self.now.sound_device = str(outlet)
        self.rate = WATCH
        hurry()
        self.stream = Stream(outlet, self.config.sound, self._block)
        self.now.sound_latency = self.stream.latency
        print(f"sound: {outlet}, latency {self.stream.latency:.3f} s", flush=True)

    def _open_file(self, path: Path) -> None:
        audio = self.mixer.audio
        try:
            self.file = WavFile(path, audio.rate_hz, audio.channels, go_on=self.resumed)
        except OSError as error:
            raise Unable(f"{path} cannot be written: {error.strerror}; name another in [sound] file.") from None
        if self.resumed and self.now.opened_at:
            away = int((self.started - self.now.opened_at) * audio.rate_hz) - self.file.frames
            self.file.skip(max(0, away))
        self.now.sound_device = str(path)
        self.began, self.written = self.started, 0

    def _block(self, seconds: float) -> Samples:
        """One block, counted."""
        samples = self.mixer.block(seconds)
        self.now.sound_grains = self.listener.given
        self.now.sound_lost = self.listener.lost
        return samples

    def tick(self, seconds: float) -> None:
        if self.leaving:
            self.mixer.leave()
        self._look_at_voices()
        if self.stream is not None:
            self._watch_stream(self.stream)
        if self.file is not None:
            self._write_until(self.file, seconds)
        if (lines := self.mixer.sounds(seconds)) != self.now.sounds:
            self.now.sounds = lines
        if seconds - self.swept_at > SWEEP_EVERY:
            self.swept_at = seconds
            gc.collect()

    def _watch_stream(self, stream: Stream) -> None:
        if stream.error is not None:
            raise stream.error
        if stream.gone:
            raise Unable("The sound device went away; connect it again.")
        self.now.sound_underflows = stream.underflows
        self.now.sound_load = stream.load

    def _write_until(self, file: WavFile, seconds: float) -> None:
        audio = self.mixer.audio
        while self.began + self.written / audio.rate_hz < seconds and not self.mixer.silent:
            file.write(self._block(self.began + self.written / audio.rate_hz))
            self.written += audio.block
        if seconds - self.sealed_at > SEAL_EVERY:
            self.sealed_at = seconds
            file.seal()

    def finished(self) -> bool:
        """Faded, and the silence after it has come out: drivers may drop what they still hold when they are stopped."""
        behind = 2 * self.stream.latency if self.stream is not None else 0.0
        return self.mixer.silent_for >= behind

    def close(self) -> None:
        gc.enable()
        if self.stream is not None:
            self.stream.close()
        if self.file is not None:
            self.file.close()


def _invented() -> BlockContext:
    """Drops for the warm-up."""
    numbers = np.arange(1, 9, dtype=np.int64)
    same = np.ones(8)
    grains = Grains(numbers, same, same * Phase.FITTING, same, same)
    return BlockContext(grains, numbers, True, 100.0, Loudness())


def _settle_memory() -> None:
    """Nothing is looked for in memory while a block is made."""
    gc.collect()
    gc.freeze()
    gc.disable()
