"""A session keeps one meter going: back-off, giving up, hanging calls, and stalls that are not the meter's fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from installation.config import MeterSettings
from installation.meter import session as session_module
from installation.meter.session import BACK_OFF, Session
from installation.meter.source import About, Fault, Reading, Source
from installation.now import MeterState, Provenance

ABOUT = About("a thing", Provenance.MEASURED, 0.01, limits=(1000.0,))


class Scripted(Source):
    """A source that does what the test says."""

    def __init__(self) -> None:
        super().__init__("", MeterSettings())
        self.opens = self.reads = 0
        self.on_open: Callable[[], None] = lambda: None
        self.on_read: Callable[[], None] = lambda: None

    def open(self) -> About:
        self.opens += 1
        self.on_open()
        return ABOUT

    def read(self) -> Reading:
        self.reads += 1
        self.on_read()
        now = time.monotonic()
        return Reading(now, 100.0, (now * 100.0,))


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> tuple[Session, Scripted]:
    source = Scripted()
    monkeypatch.setattr(session_module, "named", lambda name, settings: source)
    return Session("scripted", MeterSettings(rate_hz=50.0)), source


def play(session: Session, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        session.tick(time.monotonic())
        time.sleep(0.01)


def test_a_lost_source_is_opened_again_with_pauses_that_double(
    scripted: tuple[Session, Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "BACK_OFF", (0.1, 0.2, 0.4))
    session, source = scripted
    moments: list[float] = []

    def gone() -> None:
        moments.append(time.monotonic())
        raise Fault("gone", lost=True)

    source.on_open = gone
    play(session, 1.4)
    pauses = [b - a for a, b in pairwise(moments)]
    assert len(pauses) >= 3
    assert pauses[1] > pauses[0] * 1.3
    assert session.integrator.provenance == Provenance.NO_READING
    source.on_open = lambda: None
    play(session, 0.8)
    assert session.integrator.state == MeterState.OK
    assert BACK_OFF == (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


def test_what_makes_no_sense_to_try_again_is_not_tried_again(scripted: tuple[Session, Scripted]) -> None:
    session, source = scripted

    def never() -> None:
        raise Fault("no address is named", again=False)

    source.on_open = never
    play(session, 0.4)
    assert source.opens == 1
    assert session.integrator.reason == "no address is named"


def test_a_fault_for_once_is_bridged_and_the_source_is_not_opened_again(scripted: tuple[Session, Scripted]) -> None:
    session, source = scripted
    play(session, 0.2)
    session.begin(time.monotonic(), resumed=False)
    play(session, 0.2)

    def once() -> None:
        source.on_read = lambda: None
        raise Fault("no answer for once")

    source.on_read = once
    play(session, 0.3)
    assert source.opens == 1
    assert session.integrator.state == MeterState.OK
    assert session.integrator.gap_seconds(time.monotonic()) == 0.0
    assert session.integrator.segments == 1


def test_a_hanging_call_is_the_meter_s_silence(scripted: tuple[Session, Scripted]) -> None:
    session, source = scripted
    play(session, 0.2)
    session.begin(time.monotonic(), resumed=False)
    let_go = threading.Event()
    source.on_read = lambda: (let_go.wait(10), None)[1]
    play(session, 2.8)
    assert session.integrator.state == MeterState.LOST
    assert session.hangs_for > 2.0
    let_go.set()
    play(session, 0.3)
    assert session.integrator.provenance == Provenance.MEASURED
    assert session.hangs_for < 0.3


def test_a_stall_of_our_own_is_not_the_meter_s_silence(
    scripted: tuple[Session, Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "WAIT", 0.0)
    session, _ = scripted
    play(session, 0.2)
    session.begin(time.monotonic(), resumed=False)
    play(session, 0.2)
    time.sleep(2.4)  # the whole process was stopped
    play(session, 0.3)
    assert session.integrator.gap_seconds(time.monotonic()) == 0.0
    assert session.integrator.segments == 1
    last = session.integrator.last
    assert last is not None
    assert session.integrator.joules == pytest.approx(100.0 * (last.time - session.opened_at), rel=1e-6)
