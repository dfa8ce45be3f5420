"""Wall plugs on a real loopback server that answers like them, well and badly."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import MeterSettings
from installation.meter.source import Fault, Reading
from installation.meter.sources import _plug_over_http as plug_over_http
from installation.meter.sources._plug_over_http import Plug
from installation.meter.sources.shelly import Meter as Shelly
from installation.meter.sources.tasmota import Meter as Tasmota
from installation.now import MeterState
from tests.meter.conftest import Room


class Server:
    """Answers by path; an answer is an object, raw bytes, a status code, or a number of seconds to be silent."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                answer = server.answers.get(self.path, 404)
                if isinstance(answer, float):
                    time.sleep(answer)
                    answer = 500
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(answer if isinstance(answer, int) else 200)
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # who asked has given up
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.address = f"127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.answers["/rpc/Shelly.GetDeviceInfo"] = {"model": "S3PL-00112EU", "ver": "1.4.4"}
    yield server
    server.http.shutdown()
    server.http.server_close()


SWITCH = "/rpc/Switch.GetStatus?id=0"
STATUS = "/cm?cmnd=Status%2010"


def shelly(server: Server, argument: str = "") -> Shelly:
    source = Shelly(server.address + argument, MeterSettings())
    source.open()
    return source


def test_a_shelly_says_its_watts_and_what_it_is(server: Server) -> None:
    server.answers[SWITCH] = {"output": True, "apower": 58.2, "aenergy": {"total": 11.679, "minute_ts": 1654511972}}
    source = shelly(server)
    assert source.read().watts == 58.2
    about = source.open()
    assert "S3PL-00112EU, firmware 1.4.4, Switch 0" in about.detail
    assert about.boundary.startswith("everything plugged into shelly 127.0.0.1")
    assert not [path for path in server.asked if "Set" in path or "Toggle" in path]


def test_a_shelly_meter_without_switch_and_a_second_channel(server: Server) -> None:
    server.answers["/rpc/PM1.GetStatus?id=1"] = {"apower": 7.5}
    assert shelly(server, "/1").read().watts == 7.5
    server.answers["/rpc/EM.GetStatus?id=0"] = {"total_act_power": 812.4}
    assert shelly(server).read().watts == 812.4


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"apower": "unavailable"}, "'unavailable' instead of watts"),
        ({"apower": None}, "null instead of watts"),
        ({"apower": True}, "true instead of watts"),
        ({}, "leaves out its watts"),
        (b'{"apower": NaN}', "nan instead of watts"),
        (b'{"apower": 1e999}', "inf instead of watts"),
        (b'{"apower": 12', "not whole JSON"),
        (b"[1, 2]", "a list"),
        (b"", "not with what a plug says"),
        (503, "refuses with 503"),
        (401, "wants a password"),
        ({"output": False, "apower": 58.2}, "off and still says watts"),
    ],
)
def test_a_bad_answer_is_a_sentence_and_never_watts(server: Server, answer: Any, says: str) -> None:
    server.answers[SWITCH] = {"apower": 58.2}
    source = shelly(server)
    server.answers[SWITCH] = answer
    with pytest.raises(Fault, match=says) as raised:
        source.read()
    assert not raised.value.lost


def test_a_plug_that_repeats_itself_is_found_by_its_stamp(server: Server) -> None:
    server.answers[SWITCH] = {"apower": 58.2, "aenergy": {"minute_ts": 1654511972}}
    source = shelly(server)
    source.read()
    source.stamp_at -= 200
    with pytest.raises(Fault, match="repeated the same"):
        source.read()
    server.answers[SWITCH] = {"apower": 58.2, "aenergy": {"minute_ts": 1554511972}}  # its clock was set back
    assert source.read().watts == 58.2


def test_a_plug_that_is_silent_is_given_up_in_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plug_over_http, "TIMEOUT", 0.2)
    server.answers[SWITCH] = {"apower": 58.2}
    source = shelly(server)
    server.answers[SWITCH] = 30.0
    with pytest.raises(Fault, match="does not answer"):
        source.read()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.integers(10**398, 10**400),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["apower", "aenergy", "output"]), inner)
    ),
    max_leaves=8,
)


def watts_or_fault(source: Plug, body: bytes) -> None:
    """Whatever a plug answers, its reading is finite watts or a fault, and the sentence fits on a wall."""
    source.fetch = lambda path: (200, body)  # type: ignore[method-assign]
    try:
        result: Reading | Fault = source.read()
    except Fault as fault:
        result = fault
    assert isinstance(result, Fault) or math.isfinite(result.watts)
    assert len(str(result)) < 300
    assert str(result).isprintable()


def opened(kind: type[Plug]) -> Plug:
    source = kind("plug", MeterSettings())
    device = b'{"apower": 5, "StatusSNS": {"ENERGY": {"Power": 5}}, "model": "x"}'
    source.fetch = lambda path: (200, device)  # type: ignore[method-assign]
    source.open()
    return source


@settings(deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_of_a_shelly_is_watts_or_a_fault(body: bytes) -> None:
    watts_or_fault(opened(Shelly), body)


@settings(deadline=None)
@given(JSON.map(lambda value: {"StatusSNS": {"ENERGY": {"Power": value}}}) | JSON)
def test_any_body_of_a_tasmota_plug_is_watts_or_a_fault(body: object) -> None:
    watts_or_fault(opened(Tasmota), json.dumps(body).encode())


@pytest.mark.parametrize(
    "body", [b"[" * 60_000, b'{"apower":' + b"9" * 400 + b"}", b'{"aenergy": {"minute_ts": 1' + b"0" * 400 + b"}}"]
)
def test_what_once_ended_a_meter_is_a_fault(body: bytes) -> None:
    source = opened(Shelly)
    source.fetch = lambda path: (200, body)  # type: ignore[method-assign]
    with pytest.raises(Fault):
        source.read()


@pytest.fixture
def speaker() -> Iterator[Callable[[bytes, bytes, float], str]]:
    """Raw servers: each says its first words at once, then the second again and again with a pause; their addresses."""
    over = threading.Event()
    listeners: list[socket.socket] = []

    def serve(listener: socket.socket, first: bytes, again: bytes, pause: float) -> None:
        with contextlib.suppress(OSError):
            while not over.is_set():
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(1000)
                    connection.sendall(first)
                    while again and not over.wait(pause):
                        connection.sendall(again)

    def make(first: bytes, again: bytes = b"", pause: float = 0.02) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=serve, args=(listener, first, again, pause), daemon=True).start()
        return f"127.0.0.1:{listener.getsockname()[1]}"

    yield make
    over.set()
    for listener in listeners:
        listener.close()


HEAD = b"HTTP/1.1 200 OK\r\n"
BODY = HEAD + b"Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (HEAD, b"X-More: y\r\n"),  # headers without end
        (HEAD + b"X-Slow: ", b"z"),
        (BODY + b"\r\n{", b'"a": 1,'),  # a body without end, a little at a time
        (BODY + b"Content-Length: 1000000\r\n\r\n", b" "),
        (BODY + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n", b""),
        (BODY + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"),
        (BODY + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b""),
        (b"HTTP/1.1 abc\r\n\r\n", b""),
        (b"", b""),
        (b"\xff\x00" * 200, b""),
    ],
)
def test_an_answer_that_never_ends_or_is_none_ends_in_time(
    first: bytes, again: bytes, speaker: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plug_over_http, "TIMEOUT", 0.3)
    source = Shelly(speaker(first, again), MeterSettings())
    with pytest.raises(Fault):
        source.open()


@pytest.mark.parametrize("address", ["plug:port", "a..b", "x" * 300, "[::1", "plug:99999999", "a b"])
def test_an_address_that_is_none_is_a_sentence(address: str) -> None:
    with pytest.raises(Fault, match="does not answer"):
        Shelly(address, MeterSettings()).open()


def test_a_relay_that_measures_nothing_is_passed_over_for_the_component_that_does(server: Server) -> None:
    server.answers[SWITCH] = {"output": True}
    with pytest.raises(Fault, match="has Switch 0, which measures no power"):
        shelly(server)
    server.answers["/rpc/EM1.GetStatus?id=0"] = {"act_power": 431.5}
    source = shelly(server)
    assert (source.component, source.read().watts) == ("EM1", 431.5)
    server.answers["/rpc/EM.GetStatus?id=0"] = {"id": 0, "a_act_power": 3.0}  # without its sum
    assert shelly(server).component == "EM1"


def test_no_plug_at_the_address() -> None:
    with pytest.raises(Fault, match="does not answer"):
        Shelly("127.0.0.1:9", MeterSettings()).open()
    with pytest.raises(Fault, match="needs an address"):
        Shelly("", MeterSettings()).open()


def test_tasmota_with_one_channel_and_with_two(server: Server) -> None:
    server.answers[STATUS] = {"StatusSNS": {"Time": "2026-01-02T03:04:05", "ENERGY": {"Power": 61, "Total": 3.185}}}
    server.answers["/cm?cmnd=Status%202"] = {"StatusFWR": {"Version": "14.2.0(tasmota)"}}
    source = Tasmota(server.address, MeterSettings())
    assert "Tasmota 14.2.0" in source.open().detail
    assert source.read().watts == 61.0
    server.answers[STATUS]["StatusSNS"]["ENERGY"]["Power"] = [61, 20.5]
    assert source.read().watts == 81.5
    second = Tasmota(server.address + "/1", MeterSettings())
    second.open()
    assert second.read().watts == 20.5
    third = Tasmota(server.address + "/7", MeterSettings())
    third.open()
    with pytest.raises(Fault, match="no channel 7"):
        third.read()


def test_a_tasmota_device_that_measures_nothing(server: Server) -> None:
    server.answers[STATUS] = {"StatusSNS": {"Time": "2026-01-02T03:04:05"}}
    with pytest.raises(Fault, match="measures no power"):
        Tasmota(server.address, MeterSettings()).open()
    server.answers[STATUS] = {"WARNING": "Need user=<username>&password=<password>"}
    with pytest.raises(Fault, match="wants a password"):
        Tasmota(server.address, MeterSettings()).open()


def test_in_the_record_a_lone_zero_never_drives_a_light(
    server: Server, room: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shelly, "unhurried", 0.05)
    server.answers[SWITCH] = {"apower": 58.2}
    piece = room(f"shelly:{server.address}")
    piece.tick(5.0, lambda: piece.now.watts > 0)
    piece.open_doors()
    piece.tick(0.5)
    asked = len(server.asked)
    server.answers[SWITCH] = {"apower": 0.0}
    seen: set[float] = set()
    piece.tick(3.0, lambda: seen.add(piece.now.watts) or len(server.asked) > asked)  # type: ignore[func-returns-value]
    server.answers[SWITCH] = {"apower": 58.2}
    piece.tick(0.5, lambda: seen.add(piece.now.watts) or False)  # type: ignore[func-returns-value]
    assert seen == {58.2}
    assert piece.now.meter_state == MeterState.OK
    assert piece.now.gap_seconds == 0.0
