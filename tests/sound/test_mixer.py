from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray
from scipy.signal import resample_poly

from installation.now import Phase
from installation.sound.block import BlockContext, Samples

from .room import OPENED, Room


def loudness(sound: NDArray[np.float32], rate: int = 48_000) -> float:
    return float(pyloudnorm.Meter(rate).integrated_loudness(sound[2 * rate :].astype(np.float64)))


def level(sound: NDArray[np.float32], rate: int = 48_000) -> float:
    return float(10 * np.log10((sound[2 * rate :].astype(np.float64) ** 2).mean()))


def true_peak_db(sound: NDArray[np.float32]) -> float:
    return float(20 * np.log10(np.abs(resample_poly(sound.astype(np.float64), 4, 1, axis=0)).max() + 1e-12))


def test_full_power_is_at_the_target(tmp_path: Path) -> None:
    sound = Room(tmp_path).play(8.0, 350.0, Phase.FITTING)
    assert loudness(sound) == pytest.approx(-23.0, abs=1.2)


def test_twice_the_power_is_three_decibels(tmp_path: Path) -> None:
    levels = [
        level(Room(tmp_path, 'sound.voices=["rain"]').play(6.0, watts, Phase.FITTING)) for watts in (80, 160, 320)
    ]
    assert np.diff(levels) == pytest.approx([3.0, 3.0], abs=0.7)


def test_rest_is_nearly_silence_but_not_silence(tmp_path: Path) -> None:
    sound = Room(tmp_path).play(8.0, 12.0)
    assert -48.0 < loudness(sound) < -32.0


def test_night_and_gentle_are_quieter(tmp_path: Path) -> None:
    day, night, gentle = (
        loudness(Room(tmp_path, f"sound.level={name}").play(6.0, 200.0, Phase.FITTING))
        for name in ("day", "night", "gentle")
    )
    assert day - night == pytest.approx(8.0, abs=1.0)
    assert day - gentle == pytest.approx(12.0, abs=2.0)


@pytest.mark.parametrize("watts", [7000.0, 100_000.0])
def test_no_power_is_louder_than_the_loudest_allowed(tmp_path: Path, watts: float) -> None:
    room = Room(tmp_path)
    sound = room.play(4.0, watts, Phase.FITTING)
    assert loudness(sound) <= -18.0
    assert true_peak_db(sound) <= -1.0
    assert room.mixer.limiter.worked == 0  # held by the score, not by the limiter
    assert room.listener.given + len(room.listener.follower.clock.waiting) == room.listener.follower.clock.due


@pytest.mark.parametrize("watts", [20.0, 120.0, 350.0])
def test_the_rain_has_no_tone_at_its_own_rate(tmp_path: Path, watts: float) -> None:
    """Evenly spaced drops put a line at their rate 30 to 60 dB above its neighbours into the envelope."""
    sound = Room(tmp_path, 'sound.voices=["rain"]').play(22.0, watts)[2 * 48_000 :]
    envelope = np.abs(sound.astype(np.float64)).sum(axis=1)
    envelope = envelope[: len(envelope) // 48 * 48].reshape(-1, 48).mean(axis=1)  # at 1 kHz
    spectrum = np.abs(np.fft.rfft(envelope * np.hanning(len(envelope)))) ** 2
    hertz = np.fft.rfftfreq(len(envelope), 1e-3)
    line = spectrum[np.abs(hertz - watts) < 0.1].max()
    around = spectrum[(np.abs(hertz - watts) > 0.3) & (np.abs(hertz - watts) < 8)].mean()
    assert 10 * np.log10(line / around) < 12.0


def test_sound_is_whole_across_blocks(tmp_path: Path) -> None:
    """The same fit in blocks of 512 and of 4096 is the same sound."""
    short = Room(tmp_path / "a", 'sound.voices=["rain"]', "sound.block=512").play(5.0, 150.0)
    long = Room(tmp_path / "b", 'sound.voices=["rain"]', "sound.block=4096").play(5.0, 150.0)
    apart, begin, count = 4096 - 512, 48_000 * 3, 48_000  # a block ends where the other players are
    np.testing.assert_allclose(long[begin + apart :][:count], short[begin:][:count], atol=1e-4)


def test_the_same_recording_is_the_same_sound_byte_for_byte(tmp_path: Path) -> None:
    first, second = (Room(tmp_path / name).play(3.0, 200.0).tobytes() for name in ("a", "b"))
    assert first == second


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
@pytest.mark.parametrize("rate", [8000, 44_100, 48_000])
def test_any_number_of_channels_at_any_rate(tmp_path: Path, channels: int, rate: int) -> None:
    room = Room(tmp_path, f"sound.channels={channels}", f"sound.rate_hz={rate}")
    sound = room.play(5.0, 200.0)
    assert sound.shape[1] == channels
    assert np.isfinite(sound).all()
    assert (np.abs(sound[rate * 2 :]).max(axis=0) > 0.005).all()
    total = 10 * np.log10((sound[2 * rate :].astype(np.float64) ** 2).mean(axis=0).sum())
    assert total == pytest.approx(-24.3, abs=1.0)


def test_no_reading_sounds_like_absence(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.play(4.0, 300.0, Phase.FITTING)
    sound = room.play(8.0, 300.0, begin=4.0, silent_meter=True)
    assert np.abs(sound[: 48_000 // 2]).max() > 0.001
    assert np.abs(sound[int(2.8 * 48_000) :]).max() < 1e-4
    room.meter.provenance = 0
    room.meter.sampled_at = OPENED + 8.0  # alive, but without a reading
    assert np.abs(room.play(9.0, 300.0, begin=8.0, silent_meter=True)).max() < 1e-4


def test_a_press_is_answered_in_the_next_block(tmp_path: Path) -> None:
    quiet, pressed = Room(tmp_path / "a"), Room(tmp_path / "b")
    before = [room.play(4.0, 20.0) for room in (quiet, pressed)]
    np.testing.assert_array_equal(before[0], before[1])
    pressed.guest.press()
    after = [room.play(5.0, 20.0, begin=4.0).astype(np.float64) for room in (quiet, pressed)]
    difference = np.abs(after[1] - after[0]).max(axis=1)
    assert difference[: 2 * 512].max() > 0.003
    assert difference[-4800:].max() < 0.5 * difference.max()


def test_it_opens_and_closes_without_a_step(tmp_path: Path) -> None:
    room = Room(tmp_path)
    opening = room.play(3.0, 300.0, Phase.FITTING)
    assert np.abs(opening[:4800]).max() < 0.01
    room.mixer.leave()
    closing = room.play(4.0, 300.0, begin=3.0, silent_meter=True)
    assert room.mixer.silent
    assert not closing[int(0.75 * 48_000) :].any()
    assert room.listener.given == room.listener.follower.clock.due
    assert room.listener.follower.clock.lost == 0


class Broken:
    def play(self, moment: BlockContext, out: Samples) -> None:
        out[:] = np.nan


def test_a_voice_that_goes_astray_is_silent_and_not_a_bang(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.mixer.voices = [*room.mixer.voices, Broken()]
    assert not room.play(3.0, 300.0).any()


def test_an_artists_voice_is_a_path(tmp_path: Path) -> None:
    file = tmp_path / "click.py"
    file.write_text(
        "class Voice:\n"
        "    def __init__(self, hall):\n        self.level = 0.5\n"
        "    def play(self, moment, out):\n        out[moment.onsets] += self.level\n"
    )
    room = Room(tmp_path, f'sound.voices=["{file}"]')
    sound = room.play(5.0, 40.0)[:, 0]
    struck = np.flatnonzero(sound[3 * 48_000 :] > 0.4)
    assert len(struck) == pytest.approx(80, abs=12)
