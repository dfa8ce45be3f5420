"""The stream brings blocks to a loudspeaker through PortAudio; it is the only file that knows sounddevice.

PortAudio asks for each block from a thread of its own. That callback takes no lock, writes no log and opens nothing.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..config import SoundSettings, nearest
from ..player import Unable
from .block import Samples
from .clock import SampleClock

GONE = 1.0  # s without a callback: the device is gone
URGENT = 20  # real-time priority, out of 99
START = 4.0  # s a device may take to come alive: sound servers pause once after the first blocks
MISSING = (
    "There is no PortAudio library; install it (Debian: apt install libportaudio2, macOS: brew install portaudio), "
    "or set [sound] file to write a WAV file."
)


@dataclass(frozen=True)
class Outlet:
    """A device and what it can do of what was asked.

    Attributes:
        index: PortAudio's number of the device.
        name: its name.
        rate_hz: the rate asked for, or else the device's own.
        channels: those asked for, or as many as it has.
    """

    index: int
    name: str
    rate_hz: int
    channels: int

    def __str__(self) -> str:
        return f"{self.name}, {self.rate_hz} Hz, {self.channels} channel{'s' * (self.channels > 1)}"


def library() -> Any:
    """The module sounddevice.

    Raises:
        Unable: PortAudio is not installed.
    """
    try:
        import sounddevice
    except OSError:
        raise Unable(MISSING) from None
    return sounddevice


def find(settings: SoundSettings) -> Outlet:
    """The output of the settings.

    Raises:
        Unable: there is none, or none whose name holds the part asked for.
    """
    sd = library()
    outputs = [d for d in sd.query_devices() if d["max_output_channels"] > 0]
    if not outputs:
        raise Unable("There is no sound device; connect a loudspeaker, or set [sound] file to write a WAV file.")
    device = _named(outputs, settings.device) if settings.device else _default(sd, outputs)
    channels = min(settings.channels, device["max_output_channels"])
    rate = settings.rate_hz
    try:
        sd.check_output_settings(device["index"], channels, "float32", samplerate=rate)
    except sd.PortAudioError:
        rate = int(device["default_samplerate"])
    return Outlet(device["index"], device["name"], rate, channels)


def _named(outputs: list[dict[str, Any]], part: str) -> dict[str, Any]:
    for device in outputs:
        if part.casefold() in device["name"].casefold():
            return device
    known = nearest(part, {d["name"] for d in outputs})
    raise Unable(f"[sound] device {part!r} is part of no output's name. {known} Connect it, or change the setting.")


def _default(sd: Any, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    index = sd.default.device[1]
    return next((d for d in outputs if d["index"] == index), outputs[0])


def hurry() -> None:
    """Ask that this thread, and those it starts, go before others, where the system allows it.

    All threads of the sound need it: the one that makes the blocks waits for any that holds the interpreter's lock,
    and between PortAudio and a sound server stands one more.
    """
    with contextlib.suppress(OSError, AttributeError):
        os.nice(-11)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(URGENT))


class Stream:
    """Plays blocks on an outlet.

    Args:
        outlet: from `find`.
        settings: [sound] of config.toml.
        block: gives the samples for the moment of the first of them, (block, channels) float32.

    Attributes:
        underflows: breaks by the driver's word or by the jump of the clock, whichever is more.
        load: share of a block's time that the newest block took, smoothed.
        error: what went wrong in a block; the stream is silent from then on.
    """

    def __init__(self, outlet: Outlet, settings: SoundSettings, block: Callable[[float], Samples]) -> None:
        sd = library()
        self.block, self.span = block, settings.block / outlet.rate_hz
        self.clock = SampleClock(outlet.rate_hz)
        self.flags = 0
        self.load = 0.0
        self.error: Exception | None = None
        self.asked_at = self.opened_at = time.monotonic()
        try:
            self.stream = sd.OutputStream(
                outlet.rate_hz, settings.block, outlet.index, outlet.channels, "float32", settings.latency,
                callback=self._give,
            )  # fmt: skip
            self.stream.start()
        except sd.PortAudioError as error:
            raise Unable(
                f"{outlet.name} cannot be opened: {error.args[0]}; free it or choose another device."
            ) from None

    @property
    def underflows(self) -> int:
        return max(self.flags, self.clock.breaks)

    @property
    def latency(self) -> float:
        return float(self.stream.latency)

    @property
    def gone(self) -> bool:
        """Whether the device has stopped asking."""
        now = time.monotonic()
        patience = GONE if now - self.opened_at > START + GONE else START
        return not self.stream.active or now - self.asked_at > patience

    def _give(self, out: Samples, frames: int, moment: Any, status: Any) -> None:
        self.asked_at = began = time.monotonic()
        if status.output_underflow and self.clock.count > self.clock.rate_hz:
            self.flags += 1
        if self.error is not None:
            out.fill(0)
            return
        try:
            out[:] = self.block(self.clock.block(began, frames))
        except Exception as error:  # noqa: BLE001 - what a callback throws, PortAudio swallows; the player raises it
            out.fill(0)
            self.error = error
        self.load += 0.05 * ((time.monotonic() - began) / self.span - self.load)

    def close(self) -> None:
        """End after what was given has been heard; at once when the device is gone."""
        with contextlib.suppress(library().PortAudioError):
            if self.gone:
                self.stream.abort()
            else:
                self.stream.stop()
            self.stream.close()
