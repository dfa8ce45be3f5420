"""Two machines fit one network: Keras's own distribution, two processes of this house, two meters, one sum."""

from __future__ import annotations

import importlib.util
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from installation.now import Phase

from ..waiting import until
from .conftest import LONG, WATTS, Room

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="distribution over JAX")


def test_two_workers_fit_one_network_and_their_joules_are_summed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("KERAS_DISTRIBUTION_JOB_ADDRESSES", address)
    monkeypatch.setenv("KERAS_DISTRIBUTION_NUM_PROCESSES", "2")
    rooms = []
    for worker in range(2):
        monkeypatch.setenv("KERAS_DISTRIBUTION_PROCESS_ID", str(worker))
        (tmp_path / str(worker)).mkdir()
        rooms.append(Room(tmp_path / str(worker), "network.backend=jax", "network.name=distributed"))
        rooms[-1].player.setup()
    try:
        _both(rooms, Phase.RESTING)
        for here in rooms:
            here.guest.press()
        _both(rooms, Phase.SETTLED)
        first, second = rooms
        assert first.now.fit_updates == second.now.fit_updates == 160  # half of 1024 rows each, in 32s, ten times
        assert first.now.loss == second.now.loss
        assert first.now.seen == second.now.seen
        np.testing.assert_array_equal(first.now.weights, second.now.weights)
        seconds = first.now.fit_seconds + second.now.fit_seconds
        assert first.now.fit_joules + second.now.fit_joules == pytest.approx(WATTS * seconds, rel=0.05)
    finally:
        for here in rooms:
            here.player.close()


def _both(rooms: list[Room], phase: Phase) -> None:
    """Play in turns until both are there."""

    def meanwhile() -> None:
        for here in rooms:
            here.sample()
            here.player.tick(time.monotonic())

    what = lambda: [(here.phase, here.now["network_note"]) for here in rooms]  # noqa: E731
    until(lambda: all(here.phase is phase for here in rooms), LONG, meanwhile=meanwhile, what=what)
