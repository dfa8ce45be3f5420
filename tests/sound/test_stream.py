from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from installation.config import SoundSettings
from installation.player import Unable
from installation.sound import stream
from installation.sound.block import Samples


class PortAudioError(Exception):
    pass


class Driver:
    """PortAudio as far as the piece asks it: some devices, and a stream whose callback the test calls itself."""

    PortAudioError = PortAudioError

    def __init__(self, *devices: tuple[str, int, int], busy: bool = False) -> None:
        self.devices, self.busy = devices, busy
        self.default = SimpleNamespace(device=[-1, len(devices) - 1])
        self.opened: dict[str, Any] = {}

    def query_devices(self) -> list[dict[str, Any]]:
        return [
            {"index": i, "name": name, "max_output_channels": channels, "default_samplerate": float(rate)}
            for i, (name, channels, rate) in enumerate(self.devices)
        ]

    def check_output_settings(self, device: int, channels: int, dtype: str, samplerate: int) -> None:
        if samplerate != self.devices[device][2]:
            raise PortAudioError("Invalid sample rate", -9997)

    def OutputStream(self, *arguments: Any, callback: Any) -> Any:  # noqa: N802 - PortAudio's own name
        if self.busy:
            raise PortAudioError("Device unavailable", -9985)
        self.opened = {"arguments": arguments, "give": callback}
        nothing = lambda: None  # noqa: E731
        return SimpleNamespace(start=nothing, stop=nothing, close=nothing, abort=nothing, active=True, latency=0.096)


def settings(**changes: Any) -> SoundSettings:
    return SoundSettings(**changes)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Driver:
    driver = Driver(
        ("HDMI 0", 8, 48_000), ("USB Audio: Focus", 2, 44_100), ("mic only", 0, 48_000), ("Mono", 1, 48_000)
    )
    monkeypatch.setattr(stream, "library", lambda: driver)
    return driver


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("", "Mono, 48000 Hz, 1 channel"),
        ("hdmi", "HDMI 0, 48000 Hz, 2 channels"),
        ("focus", "USB Audio: Focus, 44100 Hz, 2 channels"),
    ],
)
def test_a_device_is_found_by_a_part_of_its_name_and_brings_what_it_has(driver: Driver, part: str, found: str) -> None:
    assert str(stream.find(settings(device=part))) == found


def test_eight_channels_where_there_are_eight(driver: Driver) -> None:
    assert stream.find(settings(device="hdmi", channels=8)).channels == 8
    assert stream.find(settings(device="focus", channels=8)).channels == 2


def test_a_device_that_is_not_there_is_named_with_the_nearest(driver: Driver) -> None:
    with pytest.raises(Unable, match=r"device 'HDMI 7' is part of no output's name. Did you mean 'HDMI 0'"):
        stream.find(settings(device="HDMI 7"))


def test_no_device_and_no_library_are_one_sentence_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "library", lambda: Driver())
    with pytest.raises(Unable, match="no sound device; connect"):
        stream.find(settings())
    monkeypatch.undo()

    def without_library(name: str, path: object = None, target: object = None) -> None:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [SimpleNamespace(find_spec=without_library), *sys.meta_path])
    with pytest.raises(Unable, match="no PortAudio library; install"):
        stream.find(settings())


def test_a_busy_device_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "library", lambda: Driver(("HDMI", 2, 48_000), busy=True))
    with pytest.raises(Unable, match="HDMI cannot be opened: Device unavailable; free it"):
        stream.Stream(stream.find(settings()), settings(), lambda _: np.zeros((512, 2), np.float32))


def ask(driver: Driver, underflow: bool = False) -> Samples:
    out = np.full((512, 2), 9.0, np.float32)
    driver.opened["give"](out, 512, None, SimpleNamespace(output_underflow=underflow))
    return out


def test_a_mistake_in_a_block_is_silence_and_is_told(driver: Driver) -> None:
    calls = []

    def block(seconds: float) -> Samples:
        calls.append(seconds)
        if len(calls) > 2:
            raise ZeroDivisionError("a voice divided by nothing")
        return np.full((512, 2), 0.5, np.float32)

    playing = stream.Stream(stream.find(settings(device="hdmi")), settings(), block)
    assert [float(ask(driver).max()) for _ in range(5)] == [0.5, 0.5, 0.0, 0.0, 0.0]
    assert isinstance(playing.error, ZeroDivisionError)
    assert len(calls) == 3
    playing.close()


def test_underflows_are_counted_after_the_start(driver: Driver) -> None:
    playing = stream.Stream(stream.find(settings(device="hdmi")), settings(), lambda _: np.zeros((512, 2), np.float32))
    ask(driver, underflow=True)
    assert playing.underflows == 0
    for _ in range(100):
        ask(driver)
    ask(driver, underflow=True)
    assert playing.underflows == 1


def test_a_device_that_stops_asking_is_gone(driver: Driver) -> None:
    playing = stream.Stream(stream.find(settings(device="hdmi")), settings(), lambda _: np.zeros((512, 2), np.float32))
    assert not playing.gone
    playing.asked_at -= stream.GONE + 0.1
    assert not playing.gone  # a sound server may pause once at the start
    playing.opened_at -= 60.0
    assert playing.gone
    ask(driver)
    assert not playing.gone
    playing.stream.active = False
    assert playing.gone
