from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from installation.now import Phase
from installation.score.grains import Grains
from installation.score.sound import HIGHEST, LOWEST, Loudness, weigh
from installation.sound.block import AudioFormat, BlockContext
from installation.sound.voices import rain


def context(numbers: list[int], onsets: list[int], phase: Phase = Phase.FITTING) -> BlockContext:
    n = len(numbers)
    grains = Grains(np.array(numbers, np.int64), np.zeros(n), np.full(n, float(phase)), np.full(n, 0.5), np.ones(n))
    return BlockContext(grains, np.array(onsets, np.int64), True, 100.0, Loudness())


def heard(audio: AudioFormat, *contexts: BlockContext, blocks: int = 40) -> NDArray[np.float32]:
    voice = rain.Voice(audio)
    out = np.zeros((blocks, audio.block, audio.channels), np.float32)
    for i in range(blocks):
        voice.play(contexts[i] if i < len(contexts) else context([], []), out[i])
    return out.reshape(-1, audio.channels)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 10**9), st.integers(0, 511), st.integers(1, 8), st.sampled_from([Phase.RESTING, Phase.FITTING]))
def test_a_drop_begins_on_its_sample(number: int, onset: int, channels: int, phase: Phase) -> None:
    sound = heard(AudioFormat(channels=channels), context([number], [onset], phase))
    first = np.flatnonzero(np.abs(sound).max(axis=1) > 0)[0]
    assert onset <= first <= onset + 2  # the attack begins at zero


def test_a_drop_ends() -> None:
    sound = heard(AudioFormat(), context([1, 2, 3], [0, 100, 511]))
    assert not sound[-48_00:].any()


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_a_crowd_sounds_as_its_drops_one_by_one(channels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    audio = AudioFormat(channels=channels)
    crowd = context(list(range(1, 301)), [(i * 37) % 512 for i in range(300)])
    assert len(crowd.grains) > rain.CROWD
    together = heard(audio, crowd)
    monkeypatch.setattr(rain, "CROWD", 10_000)
    apart = heard(audio, crowd)
    np.testing.assert_allclose(together, apart, atol=2e-5 * float(np.abs(apart).max()) * 10)


@pytest.mark.parametrize(("rate", "mains"), [(48_000, 50.0), (44_100, 60.0), (8000, 60.0), (192_000, 50.0)])
def test_every_drop_weighs_the_same_and_is_silent_at_both_ends(rate: int, mains: float) -> None:
    audio = AudioFormat(rate_hz=rate, mains_hz=mains)
    for number in (LOWEST, 17, HIGHEST):
        for sharp in (False, True):
            wave = rain.drop(audio, number, sharp).astype(np.float64)
            assert weigh(wave, rate) == pytest.approx(1.0, rel=1e-4)
            assert abs(wave[0]) < 1e-6
            assert abs(wave[-1]) < 1e-6


def test_a_slow_rain_never_knocks() -> None:
    """A grain of 100 kJ falls once in minutes; its drop must not be as loud as a minute of power."""
    loud = Loudness(full_watts=350.0, joules_per_grain=100_000.0)
    one = context([7], [0])
    sound = heard(AudioFormat(), BlockContext(one.grains, one.onsets, True, 100.0, loud))
    assert float(np.abs(sound).max()) <= 0.25 + 1e-6


def test_the_gentle_level_has_no_sharp_attack() -> None:
    first = {}
    for gentle in (False, True):
        sound = heard(AudioFormat(gentle=gentle), context([5], [0]))
        loudness = np.abs(sound).max(axis=1)
        first[gentle] = int(np.argmax(loudness > 0.5 * loudness.max()))
    assert first[True] > 2 * first[False]


def test_what_is_heard_is_placed_as_its_spark() -> None:
    numbers = list(range(1, 400))
    from installation.score.grains import place

    for number, where in zip(numbers, place(np.array(numbers)), strict=True):
        sound = heard(AudioFormat(), context([number], [0]), blocks=4).astype(np.float64)
        left, right = (sound**2).sum(axis=0)
        assert math.atan2(math.sqrt(right), math.sqrt(left)) / (math.pi / 2) == pytest.approx(where, abs=1e-3)
        if number > 25:
            break
