"""A press becomes a fit; the wall shows what runs; what it took is what the meter says."""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from installation.now import Now, Phase

from ..waiting import until
from .conftest import LONG, QUICK, WATTS, Room, small
from .test_listing import QUOTED

Make = Callable[..., Room]
BACKENDS = [b for b in ("tensorflow", "jax", "torch") if importlib.util.find_spec(b)]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_seed_from_press_to_settled(room: Make, backend: str) -> None:
    here = room(f"network.backend={backend}")
    here.open()
    assert here.phase is Phase.RESTING
    assert here.now.parameters == 3265
    before = here.now.weights
    here.press()
    now = here.now
    assert hashlib.sha256(f"{now.source}\n".encode()).hexdigest() == QUOTED
    assert now.fit_line == "model.fit(data, labels, epochs=10, batch_size=32)"
    assert backend in now.detail
    assert now["network_note"] == ""
    assert (now.fits, now.fit_updates, now.updates, now.epochs, now.batches) == (1, 320, 320, 10, 32)
    assert now.fit_ended == "whole"
    assert 0.5 < now.loss < 0.9
    assert 0.5 < now.seen < 0.75
    assert 0.4 < now.unseen < 0.6
    assert now.asked == 1000
    assert now.operations == pytest.approx(415_744)
    assert now.fit_joules == pytest.approx(WATTS * now.fit_seconds, rel=0.02)
    assert now.fit_began_with == pytest.approx(now.joules - now.fit_joules, abs=WATTS)
    assert now.fit_provenance == now.provenance
    assert now.fit_seconds == pytest.approx(now.fit_ended_at - now.fit_began_at)
    assert np.isfinite(now.weights).all()
    assert not np.allclose(before, now.weights)


def test_each_press_begins_again_with_new_weights_and_new_data(shared: Room) -> None:
    weights, counts = [], []
    fits, updates = shared.now.fits, shared.now.updates
    for _ in range(3):
        shared.press()
        weights.append(shared.now.weights)
        counts.append(shared.now.fit_updates)
    assert counts == [6, 6, 6]
    assert (shared.now.fits - fits, shared.now.updates - updates) == (3, 18)
    assert not np.allclose(weights[0], weights[1])
    assert not np.allclose(weights[1], weights[2])


def test_it_rests_when_the_wall_has_held_the_trace(shared: Room) -> None:
    shared.press()
    settled = time.monotonic()
    shared.play(lambda: shared.phase is Phase.RESTING)
    assert time.monotonic() - settled > 0.5
    assert shared.now.epoch == shared.now.batch == 0


def test_presses_in_a_storm_are_one_press_that_waits(shared: Room) -> None:
    shared.play(lambda: shared.phase is Phase.RESTING)
    fits, answered = shared.now.fits, shared.now.answered
    for _ in range(500):
        shared.guest.press()
    shared.play(lambda: shared.now.answered == answered + 500)
    for _ in range(500):
        shared.guest.press()
    shared.play(lambda: shared.now.fits == fits + 2 and shared.phase is Phase.SETTLED)
    shared.play(lambda: shared.phase is Phase.RESTING)
    assert shared.now.fits == fits + 2
    assert shared.now.answered == answered + 1000


def test_when_the_allowance_is_used_a_press_is_answered_with_a_word(shared: Room) -> None:
    fits = shared.now.fits
    shared.conductor.allowance_joules, shared.conductor.spent_joules = 10, 11
    shared.press(until=Phase.SPENT)
    assert shared.now.fits == fits
    shared.conductor.allowance_joules = 0
    shared.play(lambda: shared.phase is Phase.RESTING)
    shared.press()
    assert shared.now.fits == fits + 1


def test_a_saved_file_is_another_wall_and_another_fit(shared: Room) -> None:
    shared.write(small(epochs=5))
    shared.press()
    assert "epochs=5" in shared.now.source
    assert "epochs=5" in shared.now.fit_line
    assert shared.now.fit_updates == 10


def test_without_a_reading_a_fit_has_no_joules(shared: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    shared.press()
    monkeypatch.setattr(shared, "sample", lambda: None)
    shared.meter.provenance = 0
    shared.press()
    assert math.isnan(shared.now.fit_joules)
    assert shared.now.fit_seconds > 0


def test_a_long_fit_ends_by_its_seconds(room: Make) -> None:
    here = room("network.rung_seconds=[0.5]", text=small(epochs=10**7))
    here.open()
    here.press()
    assert here.now.fit_ended == "stopped"
    assert here.now.fit_seconds > 0.4
    assert here.now.fit_updates < 2 * 10**7


def test_a_player_that_comes_back_tells_of_the_fit_it_left(room: Make) -> None:
    here = room(text=small())
    here.now.fit_began_at, here.now.phase, here.now.fits = time.monotonic() - 2, Phase.FITTING, 1
    here.player.setup()
    assert here.now.fit_ended == "error"
    assert here.now.fit_seconds == pytest.approx(2, abs=1)
    assert here.phase is Phase.UNABLE
    here.press()
    assert here.now.fits == 2


def test_as_a_process_it_leaves_in_mid_fit(room: Make) -> None:
    here = room(text=small(epochs=10**7))
    arguments = ["player", "network", "--now", str(here.path), "--set", f"network.name={here.file}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "installation", *arguments, "--set", f"network.backend={QUICK}"], env=os.environ
    )
    here.guest.press()
    until(lambda: here.guest.updates >= 100, LONG)
    assert here.guest.phase == Phase.FITTING
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONG) == 0
    guest = Now(here.path)
    assert guest.fit_ended == "stopped"
    assert guest.fit_ended_at > guest.fit_began_at
    assert guest.phase != Phase.FITTING
