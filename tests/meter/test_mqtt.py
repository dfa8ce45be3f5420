"""Watts over MQTT: every malformed message, and a real broker on the loopback."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion

from installation.config import MeterSettings
from installation.meter.source import Fault, Reading
from installation.meter.sources.mqtt import Meter, Stamps
from installation.now import MeterState, Provenance
from tests.meter.conftest import Room

BROKER = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def meter(argument: str = "broker/plug") -> Meter:
    return Meter(argument, MeterSettings())


def judged(source: Meter, payload: bytes, seconds: float = 1.0, *, retained: bool = False) -> float | str:
    result = source.judge(payload, seconds, retained=retained)
    return result.watts if isinstance(result, Reading) else str(result)


@pytest.mark.parametrize(("payload", "watts"), [(b"58.2", 58.2), (b" 58.2 ", 58.2), (b"0", 0.0), (b'"61"', 61.0)])
def test_a_bare_number_is_watts(payload: bytes, watts: float) -> None:
    assert judged(meter(), payload) == watts


def test_watts_inside_json_are_found_by_their_key() -> None:
    source = meter("broker/tele/plug/SENSOR?key=ENERGY.Power")
    assert judged(source, b'{"ENERGY": {"Power": 61, "Total": 3.1}}') == 61.0
    assert "no 'ENERGY.Power'" in str(judged(source, b'{"ENERGY": 5}'))


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"unavailable", "'unavailable' instead of watts"),
        (b"", "'' instead of watts"),
        (b"nan", "nan instead of watts"),
        (b"NaN", "nan instead of watts"),
        (b"1e400", "inf instead of watts"),
        (b'{"power": 5', "not whole JSON"),
        (b"[5]", "[5] instead of watts"),
        (b"null", "null instead of watts"),
        (b"true", "true instead of watts"),
        (b"\xff\xfe\x00", "instead of watts"),
        (b"[" * 5000, "not whole JSON"),
        (b"5" * 70_000, "too long"),
        (b"5" * 400, "instead of watts"),
    ],
)
def test_what_is_no_number_is_dropped_and_counted(payload: bytes, says: str) -> None:
    source = meter()
    assert says in str(judged(source, payload))
    assert sum(source.dropped.values()) == 1


def test_a_message_from_before_is_not_a_reading() -> None:
    assert "from before" in str(judged(meter(), b"58.2", retained=True))


def test_old_and_doubled_stamps_are_refused_and_a_clock_set_back_is_understood() -> None:
    source = meter("broker/plug?key=power&time=last_seen")

    def say(stamp: object) -> float | str:
        return judged(source, json.dumps({"power": 5, "last_seen": stamp}).encode())

    assert say("2026-01-02T03:04:05+00:00") == 5
    assert "old message" in str(say("2026-01-02T03:04:05+00:00"))
    assert "old message" in str(say("2026-01-02T03:04:01+00:00"))
    assert "time stamp" in str(say("yesterday"))
    assert say("2026-01-02T03:04:06+00:00") == 5
    answers = [say(f"2025-01-01T00:00:0{i}+00:00") for i in range(1, 6)]
    assert answers[-1] == 5
    assert sum(isinstance(a, str) for a in answers) == 2


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), max_size=40))
def test_a_stamp_is_never_taken_twice_in_a_row(stamps: list[int]) -> None:
    clock = Stamps()
    taken = [s for s in stamps if clock.fresh(float(s))]
    assert all(a != b for a, b in pairwise(taken))


@pytest.mark.parametrize("argument", ["", "broker", "broker/a/#", "broker/+/b", "broker/t?every=0", "broker/t?every=x"])
def test_an_address_that_is_none_is_explained(argument: str) -> None:
    with pytest.raises(Fault, match="write mqtt:HOST"):
        meter(argument).open()


def test_no_broker_is_said() -> None:
    with pytest.raises(Fault, match="does not answer"):
        meter("127.0.0.1:9/plug").open()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    """A real broker on a free port of this machine."""
    if BROKER is None:
        pytest.skip("no mosquitto here; `.ci/system test` installs it")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings_file = tmp_path / "broker.conf"
    settings_file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    process = subprocess.Popen([BROKER, "-c", str(settings_file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(250):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.02)
    yield port
    process.terminate()
    process.wait(5)


@pytest.fixture
def publish(broker: int) -> Iterator[Callable[..., None]]:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker)
    client.loop_start()

    def send(payload: str, *, retain: bool = False) -> None:
        client.publish("house/plug", payload, qos=1, retain=retain).wait_for_publish(5)

    yield send
    client.disconnect()
    client.loop_stop()


def test_published_watts_reach_the_record(broker: int, publish: Callable[..., None], room: Callable[..., Room]) -> None:
    publish("999", retain=True)
    piece = room(f"mqtt:127.0.0.1:{broker}/house/plug?every=0.1")
    piece.open_doors()
    piece.tick(10.0, lambda: "from before" in str(piece.now["meter_note"]))
    assert piece.now.provenance == Provenance.NO_READING
    for _ in range(12):
        publish("200")
        piece.tick(0.05)
    assert piece.now.watts == 200.0
    assert piece.now.provenance == Provenance.MEASURED
    for bad in ("unavailable", "-5", "1e9", '{"power":'):
        publish(bad)
        piece.tick(0.05)
    assert piece.now.watts in (200.0, 0.0)
    for _ in range(6):
        publish("200")
        piece.tick(0.05)
    seconds = time.monotonic() - piece.now.opened_at - piece.now.gap_seconds
    assert 0 < piece.now.joules <= 200 * seconds + 10
    piece.tick(8.0, lambda: piece.now.provenance == Provenance.NO_READING)
    assert piece.now.meter_state in (MeterState.LOST, MeterState.RECOVERING)
    held = piece.now.joules
    publish("300")
    piece.tick(8.0, lambda: piece.now.watts == 300.0)
    assert piece.now.watts == 300.0
    assert piece.now.joules == held
