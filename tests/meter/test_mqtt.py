"""Watts over MQTT: every malformed message, and a real broker on the loopback."""

from __future__ import annotations

import json
import math
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
from installation.meter.integrator import Integrator
from installation.meter.source import About, Fault, Reading
from installation.meter.sources._held import Held
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
        (b"nan", "'nan' instead of watts"),
        (b"NaN", "nan instead of watts"),
        (b"1e400", "inf instead of watts"),
        (b'{"power": 5', "not whole JSON"),
        (b"[5]", "a list instead of watts"),
        (b"null", "null instead of watts"),
        (b"true", "true instead of watts"),
        (b"\xff\xfe\x00", "instead of watts"),
        (b"[" * 60_000, "not whole JSON"),
        (b'{"a":' * 9_000, "not whole JSON"),
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


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.integers(10**398, 10**400),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["power", "at", "unit_of_measurement", "attributes"]), inner)
    ),
    max_leaves=8,
)
PAYLOAD = st.binary(max_size=200) | VALUE.map(lambda value: json.dumps(value).encode())


@settings(deadline=None)
@given(
    PAYLOAD,
    st.sampled_from(["", "?key=power", "?key=power&time=at&unit=kW", "?unit=mW&scale=1e300", "?key=power.power"]),
)
def test_any_message_is_watts_or_a_fault(payload: bytes, options: str) -> None:
    source = meter(f"broker/plug{options}")
    result = source.judge(payload, 1.0)
    assert isinstance(result, Fault) or math.isfinite(result.watts)
    if isinstance(result, Fault):
        assert str(result).isprintable()
        assert len(str(result)) < 300


@pytest.mark.parametrize(
    ("options", "payload", "watts"),
    [
        ("?unit=mW", b"5200", 5.2),
        ("?unit=kW", b"1.5", 1500.0),
        ("?scale=0.1", b"582", 58.2),
        ("?scale=0.1&unit=kW", b"15", 1500.0),
        ("", b"75.32 W", 75.32),
        ("", b"1.5 kW", 1500.0),
        ("?unit=kW", b"1.5kW", 1500.0),
        ("?key=state", b'{"state": "0.3", "attributes": {"unit_of_measurement": "kW"}}', 300.0),
        ("?key=power", b'{"power": 61000, "unit_of_measurement": "mW"}', 61.0),
        ("?key=a.b", b'{"a": {"b": 2, "unit_of_measurement": "kW"}}', 2000.0),
    ],
)
def test_a_unit_is_read_where_it_stands(options: str, payload: bytes, watts: float) -> None:
    assert judged(meter(f"broker/plug{options}"), payload) == pytest.approx(watts)


@pytest.mark.parametrize(
    ("options", "payload", "says"),
    [
        ("?unit=mW", b"1.5 kW", "one of them is wrong"),
        ("?key=p&unit=W", b'{"p": 1, "unit_of_measurement": "kW"}', "one is wrong"),
        ("?key=p", b'{"p": 1, "unit_of_measurement": "kWh"}', "energy and not power"),
        ("", b"3.2 kWh", "energy and not power"),
        ("", b"20.5 \xc2\xb0C", "no unit of power"),
        ("?key=p", b'{"p": "unavailable"}', "'unavailable' instead of watts: its sensor is not there"),
    ],
)
def test_a_unit_that_contradicts_or_is_none_of_power_is_refused(options: str, payload: bytes, says: str) -> None:
    assert says in str(judged(meter(f"broker/plug{options}"), payload))


def test_a_unit_of_config_that_is_none_is_told_at_once() -> None:
    with pytest.raises(Fault, match="no unit of power"):
        meter("broker/plug?unit=furlong").open()


def held(*events: tuple[float, object], every: float = 10.0) -> Held:
    value = Held(every, 1.5, "the plug")
    for at, what in events:
        value.put(
            Fault(str(what), gap=what == "unavailable") if isinstance(what, str) else Reading(at, float(str(what)))
        )
    return value


def test_a_value_holds_until_its_time_is_over_and_then_there_is_none() -> None:
    value = held((100.0, 50.0))
    assert value.reading(100.01) == Reading(100.0, 50.0)
    assert value.reading(104.0) == Reading(104.0, 50.0)
    assert value.reading(111.0) == Reading(110.0, 50.0)
    with pytest.raises(Fault, match="for 11 s") as late:
        value.reading(111.0)
    with pytest.raises(Fault, match="for 16 s") as gone:
        value.reading(116.0)
    assert (late.value.gap, gone.value.gap) == (False, True)


def test_unavailable_is_told_as_what_it_was_until_a_value_comes() -> None:
    value = held((100.0, 50.0), (101.0, "unavailable"))
    for _ in range(3):
        with pytest.raises(Fault, match="unavailable") as told:
            value.reading(102.0)
        assert told.value.gap
    value.put(Reading(103.0, 60.0))
    assert value.reading(104.0).watts == 60.0


def test_a_bad_message_does_not_end_the_value_before_it() -> None:
    value = held((100.0, 50.0), (101.0, "nonsense"))
    with pytest.raises(Fault, match="nonsense"):
        value.reading(101.5)
    assert value.reading(102.0).watts == 50.0


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.2, 30.0), st.floats(1.0, 500.0)), min_size=1, max_size=8), st.floats(10.0, 11.0))
def test_joules_of_a_publisher_on_change_are_those_of_held_values(
    changes: list[tuple[float, float]], opened_at: float
) -> None:
    """Against the arithmetic of a step function: each value for at most `every` s, unless the next is a bit late."""
    integrator, value = Integrator(), Held(10.0, 1.5, "the plug")
    about = About("x", Provenance.MEASURED, 0.05, hold=5.2, held=True, zeros=False)
    integrator.opened(about)
    integrator.count_from(opened_at)
    due, at, moments = 0.0, 10.0, []
    for span, watts in changes:
        moments.append((at, watts))
        at += span
    for (t, watts), (end, _) in zip(moments, [*moments[1:], (at, 0.0)], strict=True):
        lasts = end - t if end - t <= 15.0 and end != at else min(end - t, 10.0)
        due += watts * max(0.0, min(t + lasts, at) - max(t, opened_at))
    tick = 10.0
    while tick <= at:
        while moments and moments[0][0] <= tick:
            value.put(Reading(*moments.pop(0)))
        try:
            integrator.take(value.reading(tick))
        except Fault as fault:
            integrator.fault(fault, tick)
        integrator.silence(tick)
        tick += 0.05
    assert integrator.joules == pytest.approx(due, abs=500 * 0.11)
    assert all(row.watts in {w for _, w in changes} | {0.0} for row in integrator.rows)


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), max_size=40))
def test_a_stamp_is_never_taken_twice_in_a_row(stamps: list[int]) -> None:
    clock = Stamps()
    taken = [s for s in stamps if clock.fresh(float(s))]
    assert all(a != b for a, b in pairwise(taken))


@pytest.mark.parametrize(
    "argument",
    [
        *("", "broker", "broker/a/#", "broker/+/b", "broker/t?every=0", "broker/t?every=x"),
        *("broker:99999/t", "[::1/t", "broker/t?scale=0", "broker/t?scale=nan"),
    ],
)
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


@pytest.mark.slow
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


def test_a_publisher_on_change_is_held_and_the_first_row_is_what_it_said(
    broker: int, publish: Callable[..., None], room: Callable[..., Room]
) -> None:
    piece = room(f"mqtt:127.0.0.1:{broker}/house/plug?every=60")
    piece.tick(10.0, lambda: "Nothing came" in str(piece.now["meter_note"]))
    publish("60")
    piece.tick(5.0, lambda: piece.now.watts == 60.0)
    piece.tick(0.3)
    piece.open_doors()
    piece.tick(0.4)
    publish("200")
    piece.tick(5.0, lambda: piece.now.watts == 200.0)
    changed = piece.now.sampled_at - piece.now.opened_at
    piece.tick(0.5)
    rows = piece.now.samples
    rows = rows[rows[:, 0] > 0]
    assert rows[0][2] == 60.0
    assert set(rows[:, 2]) == {60.0, 200.0}
    whole = piece.now.sampled_at - piece.now.opened_at
    assert piece.now.joules == pytest.approx(60 * changed + 200 * (whole - changed), abs=0.05 * 200)
    assert piece.now.gap_seconds == 0.0
    publish("unavailable")
    piece.tick(5.0, lambda: piece.now.provenance == Provenance.NO_READING)
    piece.tick(0.3)
    assert "'unavailable'" in piece.now["meter_note"]
    for junk in ("9" * 400, '{"power": ' + "9" * 400 + "}", "", "[" * 60_000):
        publish(junk)
    publish("90")
    piece.tick(5.0, lambda: piece.now.watts == 90.0)
    assert piece.now.watts == 90.0
