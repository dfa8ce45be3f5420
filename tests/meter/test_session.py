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
from tests.waiting import until

ABOUT = About("a thing", Provenance.MEASURED, 0.01, limits=(1000.0,))


class Scripted(Source):
    """A source that does what the test says."""

    def __init__(self) -> None:
        super().__init__("", MeterSettings())
        self.opens = self.reads = 0
        self.clock = 0.0  # s of virtual time; 0 is the real one
        self.on_open: Callable[[], None] = lambda: None
        self.on_read: Callable[[], None] = lambda: None

    def open(self) -> About:
        self.opens += 1
        self.on_open()
        return ABOUT

    def read(self) -> Reading:
        self.reads += 1
        self.on_read()
        now = self.clock or time.monotonic()
        return Reading(now, 100.0, (now * 100.0,))


class Inline:
    """A worker that has done its work at once, so that time can be the test's own."""

    def __init__(self, _: str) -> None:
        self.result: About | Reading | Fault | None = None
        self.began_at = 0.0

    def begin(self, job: Callable[[], About | Reading]) -> None:
        try:
            self.result = job()
        except Fault as fault:
            self.result = fault

    def take(self, wait: float = 0.0) -> About | Reading | Fault | None:
        result, self.result = self.result, None
        return result


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> tuple[Session, Scripted]:
    source = Scripted()
    monkeypatch.setattr(session_module, "named", lambda name, settings: source)
    return Session("scripted", MeterSettings(rate_hz=50.0)), source


@pytest.fixture
def virtual(monkeypatch: pytest.MonkeyPatch) -> tuple[Session, Scripted]:
    """As `scripted`, in virtual time: `pass_time` lets it pass."""
    source = Scripted()
    source.clock = 1000.0
    monkeypatch.setattr(session_module, "named", lambda name, settings: source)
    monkeypatch.setattr(session_module, "Worker", Inline)
    return Session("scripted", MeterSettings(rate_hz=50.0)), source


def pass_time(session: Session, source: Scripted, seconds: float) -> None:
    for _ in range(round(seconds / 0.01)):
        source.clock += 0.01
        session.tick(source.clock)


def play(session: Session, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        session.tick(time.monotonic())
        time.sleep(0.01)


def gone(source: Scripted, moments: list[float]) -> Callable[[], None]:
    """A source that is lost, and when that was tried."""

    def lost() -> None:
        moments.append(source.clock)
        raise Fault("gone", lost=True)

    return lost


def test_a_lost_source_is_opened_again_with_pauses_that_double(virtual: tuple[Session, Scripted]) -> None:
    session, source = virtual
    moments: list[float] = []
    source.on_open = gone(source, moments)
    pass_time(session, source, 100.0)
    assert [b - a for a, b in pairwise(moments)] == pytest.approx([*BACK_OFF, 30.0], abs=0.03)
    assert session.integrator.provenance == Provenance.NO_READING
    source.on_open = lambda: None
    pass_time(session, source, 31.0)
    assert session.integrator.state == MeterState.OK
    assert BACK_OFF == (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


def test_after_a_reading_the_pauses_begin_anew(virtual: tuple[Session, Scripted]) -> None:
    session, source = virtual
    moments: list[float] = []
    source.on_open = gone(source, moments)
    pass_time(session, source, 10.0)
    assert [b - a for a, b in pairwise(moments)] == pytest.approx(BACK_OFF[:3], abs=0.03)
    source.on_open = lambda: None
    pass_time(session, source, 8.0)
    assert (session.integrator.state, session.tries) == (MeterState.OK, 0)
    moments.clear()
    source.on_read = source.on_open = gone(source, moments)
    pass_time(session, source, 4.0)
    assert [b - a for a, b in pairwise(moments)] == pytest.approx(BACK_OFF[:2], abs=0.03)


def test_a_source_that_fails_and_answers_in_turn_is_not_lost(virtual: tuple[Session, Scripted]) -> None:
    """The patience with a failing source begins anew with each reading, too."""
    session, source = virtual
    pass_time(session, source, 0.2)

    def every_other() -> None:
        if source.reads % 2:
            raise Fault("no answer for once")

    source.on_read = every_other
    pass_time(session, source, 20.0)
    assert source.opens == 1
    source.on_read = lambda: every_other() if source.reads % 2 else (_ for _ in ()).throw(Fault("no answer at all"))
    pass_time(session, source, 1.5 * session.integrator.lost_after + 2.0)
    assert source.opens > 1


def test_what_makes_no_sense_to_try_again_is_not_tried_again(virtual: tuple[Session, Scripted]) -> None:
    session, source = virtual

    def never() -> None:
        raise Fault("no address is named", again=False)

    source.on_open = never
    pass_time(session, source, 0.4)
    assert source.opens == 1
    assert session.integrator.reason == "no address is named"


def test_a_fault_for_once_is_bridged_and_the_source_is_not_opened_again(virtual: tuple[Session, Scripted]) -> None:
    session, source = virtual
    pass_time(session, source, 0.2)
    session.begin(source.clock, resumed=False)
    pass_time(session, source, 0.2)

    def once() -> None:
        source.on_read = lambda: None
        raise Fault("no answer for once")

    source.on_read = once
    pass_time(session, source, 0.3)
    assert source.opens == 1
    assert session.integrator.state == MeterState.OK
    assert session.integrator.gap_seconds(source.clock) == 0.0
    assert session.integrator.segments == 1


def test_a_hanging_call_is_the_meter_s_silence(scripted: tuple[Session, Scripted]) -> None:
    session, source = scripted
    play(session, 0.2)
    session.begin(time.monotonic(), resumed=False)
    let_go = threading.Event()
    source.on_read = lambda: (let_go.wait(60), None)[1]
    until(lambda: session.integrator.state == MeterState.LOST, meanwhile=lambda: session.tick(time.monotonic()))
    assert session.hangs_for > 1.5
    let_go.set()
    until(
        lambda: session.integrator.provenance == Provenance.MEASURED,
        meanwhile=lambda: session.tick(time.monotonic()),
    )
    assert session.hangs_for < 2.0


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
