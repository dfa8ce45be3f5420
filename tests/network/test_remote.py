"""A fit on another machine: its progress comes over a real broker, its watts with its own word and place."""

from __future__ import annotations

import json
import math
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import MeterSettings
from installation.meter.source import Fault, Reading
from installation.meter.sources.remote import Meter, Witness
from installation.network.remote.message import MessageError, believed
from installation.network.remote.publisher import snapshot
from installation.now import Now, Phase, Provenance

from .conftest import LONG, Room, small

BROKER = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
PLACE = "a hall in Reykjavik"


class Broker:
    """A real broker on a port of this machine, to be ended and begun again."""

    def __init__(self, folder: Path) -> None:
        assert BROKER is not None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.command = [BROKER, "-c", str(folder / "broker.conf")]
        (folder / "broker.conf").write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.begin()

    def begin(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(5)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if BROKER is None:
        pytest.skip("no mosquitto here; `.ci/system test` installs it")
    made = Broker(tmp_path)
    yield made
    made.end()


def both(there: Room, here: Room, until: Callable[[], bool], ahead: float = 0.0) -> None:
    deadline = time.monotonic() + LONG
    while not until():
        assert time.monotonic() < deadline, (there.phase, here.phase, here.now["network_note"])
        there.meter.boundary = "that card"
        for each, later in ((there, 0.0), (here, ahead)):
            each.sample()
            each.player.tick(time.monotonic() + later)
        time.sleep(0.005)


@pytest.mark.slow
def test_a_press_here_is_a_fit_there_and_the_wall_says_where(tmp_path: Path, broker: Broker) -> None:
    for name in ("there", "here"):
        (tmp_path / name).mkdir()
    address = f"127.0.0.1:{broker.port}/underfoot/cloud"
    text = small(epochs=40)
    there = Room(tmp_path / "there", f"network.publish={address}", f"network.publish_place={PLACE}", text=text)
    here = Room(tmp_path / "here", f"network.name=remote:{address}")
    try:
        there.player.setup()
        here.player.setup()
        both(there, here, lambda: there.phase is here.phase is Phase.RESTING and here.now.source != "")
        assert here.now["network_note"] == ""
        meter = Meter(address, MeterSettings())
        _meter_reads(meter, there, here)

        here.guest.press()
        both(there, here, lambda: here.phase is Phase.SETTLED)
        assert (there.now.fits, here.now.fits, here.now.fit_updates, here.now.updates) == (1, 1, 80, 80)
        assert here.now.fit_ended == "whole"
        assert here.now.fit_joules == pytest.approx(40 * here.now.fit_seconds, rel=0.1)
        assert here.now.fit_line == there.now.fit_line
        assert f"this rain falls at {PLACE}: that card" in here.now.detail
        both(there, here, lambda: here.phase is Phase.RESTING)

        there.write(small(epochs=10**7))
        here.guest.press()
        both(there, here, lambda: here.phase is Phase.FITTING and here.now.fit_updates > 10)
        broker.end()
        both(there, here, lambda: here.phase is Phase.UNABLE, ahead=6.0)
        assert "Nothing has come" in here.now["network_note"]
        assert here.now.fit_ended == "stopped"
        assert here.now.fit_ended_at > here.now.fit_began_at
        broker.begin()
        both(there, here, lambda: here.phase is Phase.FITTING)
        assert here.now["network_note"] == ""
    finally:
        here.player.close()
        there.player.close()


def _meter_reads(meter: Meter, there: Room, here: Room) -> None:
    """The watts come with the other machine's own word, boundary and place."""
    import threading

    opened: list[Any] = []
    opener = threading.Thread(target=lambda: opened.append(meter.open()))
    opener.start()
    both(there, here, lambda: not opener.is_alive())
    assert opened[0].boundary == f"{PLACE}: that card"
    assert opened[0].provenance is Provenance.MEASURED
    assert meter.read().watts == 40.0
    meter.close()


def said(tmp_path: Path, **changes: object) -> dict[str, Any]:
    """A message as it is said, with changes by dotted name."""
    now = Now.open_doors(tmp_path / "said")
    message = snapshot(now, PLACE, 100.0)
    for name, value in changes.items():
        table, _, key = name.rpartition("__")
        (message[table] if table else message)[key] = value
    return message


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": 2}, "another version"),
        ({"network": None}, "leaves out"),
        ({"network__phase": 17}, "a phase 17"),
        ({"network__accuracy": 60}, "between 0 and 1"),
        ({"network__batch": -1}, "below 0"),
        ({"network__loss": "0.7"}, "'0.7' for loss"),
        ({"network__epochs": True}, "'True' for epochs"),
        ({"network__source": 5}, "no text"),
        ({"began_ago": 1e300}, "for began_ago"),
    ],
)
def test_what_cannot_be_is_not_believed(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    with pytest.raises(MessageError, match=says):
        believed(json.dumps(said(tmp_path, **changes)).encode())


def test_what_is_no_number_there_is_none_here(tmp_path: Path) -> None:
    message = believed(json.dumps(said(tmp_path, network__seen=None)).encode())
    assert math.isnan(message.numbers["seen"])
    assert message.place == PLACE


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(lambda x: repr(x).encode())
)
def test_noise_is_refused_with_a_word(payload: bytes) -> None:
    with pytest.raises(MessageError):
        believed(payload)


@settings(deadline=None)
@given(st.floats(1, 1000), st.sampled_from([1000.0, 0.001, 60.0]))
def test_watts_in_another_unit_than_the_joules_are_found(watts: float, unit: float) -> None:
    witness, honest = Witness(), Witness()
    for i in range(500):
        at, joules = i * 0.1, watts * i * 0.1
        witness_agrees = witness.agrees(watts * unit, joules, at)
        assert honest.agrees(watts, joules, at)
        if max(joules, joules * unit) > 40:
            assert not witness_agrees


def test_a_machine_without_a_reading_is_no_reading(tmp_path: Path) -> None:
    meter = Meter("broker/cloud", MeterSettings())
    silent = said(tmp_path, reading__watts=5.0, reading__provenance=0)
    answer = meter.judge(json.dumps(silent).encode(), 1.0)
    assert isinstance(answer, Fault)
    assert "no reading itself" in str(answer)
    first = meter.judge(json.dumps(said(tmp_path, reading__watts=5.0, reading__provenance=2, at=4e9)).encode(), 1.0)
    assert isinstance(first, Reading)
    changed = meter.judge(json.dumps(said(tmp_path, reading__watts=5.0, reading__provenance=1, at=5e9)).encode(), 1.1)
    assert isinstance(changed, Fault)
    assert changed.lost
