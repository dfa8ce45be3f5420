from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.now import Phase
from installation.score.grains import DELAY, GrainClock
from installation.sound.listener import LAST_WITHIN

from .room import OPENED, PERIOD, Room


def test_every_grain_falls_on_its_sample(tmp_path: Path) -> None:
    """The onsets, put together over all blocks, are the grain clock's own times."""
    room, twin = Room(tmp_path), None
    fallen: dict[int, float] = {}
    due = 0.0
    for block in range(400):
        at = block * 512 / 48_000
        while due <= at:
            room.sample(OPENED + due, 90.0)
            due += PERIOD
        moment = room.listener.context(OPENED + at)
        for number, onset in zip(moment.grains.numbers, moment.onsets, strict=True):
            assert number not in fallen
            fallen[int(number)] = at + onset / 48_000
    twin = GrainClock(1.0)
    twin.feed(room.rows)
    everyone = twin.flush()
    expected = dict(
        zip(everyone.numbers.tolist(), (everyone.times - OPENED + DELAY * PERIOD + 512 / 48_000).tolist(), strict=True)
    )
    assert len(fallen) > 300
    assert max(abs(fallen[n] - expected[n]) for n in fallen) <= 0.51 / 48_000


def test_a_sample_that_comes_late_is_no_blow(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.sample(OPENED, 700.0)
    for block in range(20):
        room.listener.context(OPENED + block * 512 / 48_000)
    room.sample(OPENED + 0.05, 700.0)
    moment = room.listener.context(OPENED + 20 * 512 / 48_000)
    assert len(moment.grains) > 20
    assert len(np.unique(moment.onsets)) > 0.8 * len(moment.grains)


def test_what_fell_while_it_was_away_is_lost(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.play(3.0, 100.0)
    room.now.sound_grains = room.listener.given
    for i in range(40):
        room.sample(OPENED + 3.0 + i * PERIOD, 100.0)
    room.begin(resumed=True)
    room.play(8.0, 100.0, begin=5.0)
    clock = room.listener.follower.clock
    assert clock.lost > 150
    assert room.listener.given + clock.lost + len(clock.waiting) == clock.due


def test_presses_before_it_came_are_not_answered(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.guest.press()
    room.begin()
    assert room.listener.context(OPENED).presses == 0
    room.guest.press()
    room.guest.press()
    assert [room.listener.context(OPENED + t).presses for t in (0.01, 0.02)] == [2, 0]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from([math.nan, math.inf, -math.inf, -50.0, 0.0, 1e-3, 1e5]), min_size=3, max_size=12))
def test_no_reading_can_be_loud_or_wrong(tmp_path_factory: pytest.TempPathFactory, watts: list[float]) -> None:
    """The meter refuses such readings; should one reach the record all the same, no sample is other than finite."""
    room = Room(tmp_path_factory.mktemp("room"))
    for i, value in enumerate(watts):
        room.sample(OPENED + i * PERIOD, max(0.0, value) if math.isfinite(value) else 0.0)
        room.meter.watts = value
        block = room.mixer.block(OPENED + i * PERIOD)
        assert np.isfinite(block).all()
        assert np.abs(block).max() <= 1.0


def test_the_loss_colours_only_as_far_as_it_fell(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.sample(OPENED, 100.0, Phase.FITTING)
    learned = []
    for epoch, loss in ((0, 5.0), (1, 0.8), (2, 0.6), (3, 0.9), (4, math.nan)):
        room.network.epoch, room.network.loss = epoch, loss
        learned.append(room.listener.context(OPENED).learned)
    assert learned == pytest.approx([0.0, 0.0, 0.25, 0.0, 0.0])


def test_leaving_gives_all_that_is_due(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.play(2.0, 700.0)
    room.sample(OPENED + 2.0, 700.0)
    room.listener.leave(OPENED + 2.0)
    for block in range(math.ceil(LAST_WITHIN * 48_000 / 512) + 1):
        room.listener.context(OPENED + 2.0 + block * 512 / 48_000)
    assert room.listener.given == room.listener.follower.clock.due > 1000


def test_without_a_voice_for_them_the_grains_are_lost(tmp_path: Path) -> None:
    room = Room(tmp_path, 'sound.voices=["hum"]')
    room.play(3.0, 100.0)
    assert room.listener.given == 0
    assert room.listener.follower.clock.lost > 200


def test_a_slow_meter_is_no_lost_meter(tmp_path: Path) -> None:
    room = Room(tmp_path, period=30.0)
    room.sample(OPENED, 20.0)
    assert room.listener.context(OPENED + 45.0).reading
    assert not room.listener.context(OPENED + 95.0).reading
