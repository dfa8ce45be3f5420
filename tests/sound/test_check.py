from __future__ import annotations

from pathlib import Path

import pytest

from installation.config import Config, SoundSettings
from installation.player import Unable
from installation.sound import check as module
from installation.sound.check import check
from installation.sound.stream import Outlet


def by_name(config: Config) -> dict[str, tuple[str, str, str]]:
    return {f.name: (f.state, f.detail, f.remedy) for f in check(config)}


def test_a_file_and_the_voices_are_found(tmp_path: Path) -> None:
    found = by_name(Config(sound=SoundSettings(file=str(tmp_path / "out" / "x.wav"))))
    assert {name: state for name, (state, _, _) in found.items()} == {
        "sound file": "ok",
        "voice rain": "ok",
        "voice hum": "ok",
    }


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    state, detail, remedy = by_name(Config(sound=SoundSettings(file=str(tmp_path))))["sound file"]
    assert (state, bool(remedy)) == ("wrong", True)
    assert str(tmp_path) in detail


def test_a_voice_that_is_none_gets_the_nearest() -> None:
    state, detail, remedy = by_name(Config(sound=SoundSettings(file="x.wav", voices=("rian",))))["voice rian"]
    assert state == "wrong"
    assert "'rain'" in detail
    assert remedy


def test_a_missing_device_is_a_sentence_and_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(settings: SoundSettings) -> Outlet:
        raise Unable("There is no sound device; connect a loudspeaker, or set [sound] file to write a WAV file.")

    monkeypatch.setattr(module, "find", none)
    assert by_name(Config())["sound device"] == (
        "missing",
        "There is no sound device.",
        "Connect a loudspeaker, or set [sound] file to write a WAV file.",
    )


def test_a_device_that_plays_otherwise_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find", lambda _: Outlet(0, "Mono", 44_100, 1))
    state, detail, remedy = by_name(Config())["sound device"]
    assert state == "ok"
    assert "44100 Hz, 1 channel" in detail
    assert "rate_hz = 44100" in remedy
