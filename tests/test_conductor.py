"""Conductor: whoever crashes, hangs, is killed or will not leave; the rest goes on, and all end together."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import psutil
import pytest

from installation import conductor as under_test
from installation.conductor import BACK_OFF, CLOSE_WITHIN, Child, Conductor
from installation.config import Config, DoorsSettings, Piece
from installation.now import Doors, Now, State
from installation.players import find

from .waiting import PATIENCE, until

ACTOR = str(Path(__file__).with_name("actor.py"))


class Company:
    """A conductor over actors, looked at by hand."""

    def __init__(self, folder: Path, players: str, fit_every: float = 0.0, **parts: str) -> None:
        self.folder = folder
        self.now = Now.open_doors(folder / "now")
        config = Config(piece=Piece(players=tuple(players.split())), doors=DoorsSettings(fit_every=fit_every))
        arguments = [str(folder / "now"), json.dumps(parts)]
        self.conductor = Conductor(self.now, config, arguments, folder / "log", (sys.executable, ACTOR))
        self.children = self.conductor.children

    def until(self, true: Callable[[], object]) -> float:
        """Look on until something is true; returns the seconds it took, which may be many on a busy machine."""
        began = time.monotonic()
        until(true, meanwhile=self.conductor.look, what=lambda: {n: c.state.name for n, c in self.children.items()})
        return time.monotonic() - began

    def playing(self, *names: str) -> bool:
        return all(self.children[n].state is State.PLAYING for n in names or self.children)

    def said(self, name: str) -> str:
        return (self.folder / "log" / f"{name}.log").read_text()

    def pid(self, name: str) -> int:
        process = self.children[name].process
        assert process is not None
        return process.pid


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Company]]:
    pieces: list[Company] = []

    def begun(players: str = "sound light", **parts: str) -> Company:
        pieces.append(Company(tmp_path, players, **parts))
        pieces[-1].conductor.open()
        return pieces[-1]

    yield begun
    for piece in pieces:
        for child in piece.children.values():
            child.kill()


def is_there(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_it_opens_when_the_givers_of_grains_are_there_and_starts_the_network_last(
    begin: Callable[..., Company],
) -> None:
    piece = begin("meter network sound screen light ledger")
    assert piece.now.doors == Doors.SHUT
    assert piece.children["network"].state is State.STOPPED
    piece.until(lambda: piece.now.doors == Doors.OPEN)
    piece.until(lambda: piece.children["network"].state is State.STARTING)
    assert piece.children["network"].started_at >= piece.now.opened_at
    assert piece.now.opened_on == pytest.approx(time.time(), abs=60)
    piece.until(piece.playing)
    assert piece.now.joules_per_grain == 1.0
    assert piece.conductor.restarts == 0


def test_it_opens_without_a_giver_that_does_not_come(begin: Callable[..., Company]) -> None:
    piece = begin(light="never starts")
    assert piece.until(lambda: piece.now.doors == Doors.OPEN) >= under_test.OPEN_WITHIN - 0.1


def test_a_crash_is_brought_back_and_the_other_goes_on(begin: Callable[..., Company]) -> None:
    piece = begin(light="crash once")
    piece.until(lambda: piece.children["light"].state is State.BACKOFF)
    assert piece.now["light_process"] == State.BACKOFF
    assert piece.now["light_back_at"] > time.monotonic()
    assert "the lamp is broken" in piece.now["light_note"]
    sound = piece.pid("sound")
    piece.until(lambda: piece.playing() and piece.now["light_restarts"])
    assert (piece.pid("sound"), piece.now["sound_restarts"]) == (sound, 0)
    assert "setup, resumed" in piece.said("light")
    assert piece.now["light_note"] == ""


def test_a_hanging_player_is_ended_and_brought_back(begin: Callable[..., Company]) -> None:
    piece = begin(light="stop")
    piece.until(lambda: piece.playing("light"))
    stopped = piece.pid("light")
    piece.until(lambda: piece.children["light"].state is State.BACKOFF)
    assert not is_there(stopped)
    piece.until(lambda: piece.playing("light"))
    assert piece.now["sound_restarts"] == 0


def test_a_killed_player_comes_back(begin: Callable[..., Company]) -> None:
    piece = begin()
    piece.until(piece.playing)
    killed = piece.pid("sound")
    os.kill(killed, signal.SIGKILL)
    piece.until(lambda: piece.now["sound_restarts"] == 1 and piece.playing())
    assert piece.pid("sound") != killed


def test_what_a_killed_player_had_started_is_ended_too(begin: Callable[..., Company]) -> None:
    """A network that trains in a process of its own must not go on holding the card."""
    piece = begin("light", light="leave a child")
    piece.until(lambda: piece.children["light"].state is State.BACKOFF)
    left = int(piece.said("light").partition("child ")[2].split()[0])
    piece.until(lambda: not is_there(left))


def test_one_that_cannot_start_is_tried_ever_more_rarely(
    begin: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(under_test, "BACK_OFF", (0.05, 0.1, 0.2))
    rest = Child._rest

    def timed(child: Child) -> None:
        began = time.monotonic()
        rest(child)
        pauses.append(child.back_at - began)

    monkeypatch.setattr(Child, "_rest", timed)
    piece = begin(light="unable")
    light = piece.children["light"]
    for tries in range(1, 6):
        piece.until(lambda tries=tries: light.restarts == tries)
    for pause, nominal in zip(pauses, (0.05, 0.1, 0.2, 0.2, 0.2), strict=True):
        assert nominal <= pause < nominal + 5  # more only by what the machine did in between
    assert piece.now["light_note"] == "There is no strip; connect it."
    assert list(BACK_OFF) == sorted(BACK_OFF)
    assert BACK_OFF[-1] == 30.0


def test_one_that_never_comes_alive_has_a_grace_and_no_more(begin: Callable[..., Company]) -> None:
    piece = begin("light", light="never starts")
    light = piece.children["light"]
    light.role = msgspec.structs.replace(light.role, grace=1.0)
    assert piece.until(lambda: light.state is State.BACKOFF) >= 0.9
    assert find("network").grace >= 60.0


def test_after_a_minute_alive_the_tries_are_forgotten(
    begin: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "HEALTHY", 0.5)
    piece = begin("light", light="crash once")
    piece.until(lambda: piece.children["light"].tries == 1)
    piece.until(lambda: piece.playing() and piece.children["light"].tries == 0)
    assert piece.children["light"].restarts == 1


def test_a_command_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    now = Now.open_doors(tmp_path / "now")
    child = Child(find("light"), [str(tmp_path / "nowhere")], now, tmp_path / "log")
    child.start()
    assert (child.state, child.restarts) == (State.BACKOFF, 1)


def test_closing_ends_also_one_that_will_not_leave(begin: Callable[..., Company]) -> None:
    """How long it takes is measured by `make bench ARGS=closing`."""
    piece = begin("meter network sound screen light ledger", light="deaf", network="deaf", screen="never ends")
    piece.until(piece.playing)
    pids = [piece.pid(n) for n in piece.children]
    piece.conductor.close()
    assert not any(is_there(pid) for pid in pids)
    assert all(c.state is State.STOPPED for c in piece.children.values())
    assert piece.now.doors == Doors.SHUT
    assert "closed" not in piece.said("light")
    for name in ("meter", "sound", "ledger"):
        assert piece.said(name).endswith("told\nclosed\n")


def test_closing_leaves_nothing_behind(begin: Callable[..., Company]) -> None:
    piece = begin("light", light="has a child")
    piece.until(piece.playing)
    left = int(piece.said("light").partition("child ")[2].split()[0])
    assert is_there(left)
    piece.conductor.close()
    piece.until(lambda: not is_there(left))


def test_closing_waits_for_nobody_when_all_have_left(
    begin: Callable[..., Company], monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = begin("meter sound light ledger")
    piece.until(piece.playing)
    monkeypatch.setattr(under_test, "CLOSE_WITHIN", 1000.0)
    piece.conductor.close()
    assert all(c.state is State.STOPPED for c in piece.children.values())


def test_closing_has_its_seconds_and_no_more(begin: Callable[..., Company], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each group is given its own, and all of them together CLOSE_WITHIN: by the clock that it asks."""
    piece = begin("meter sound ledger")
    piece.until(piece.playing)
    given: list[float] = []
    monkeypatch.setattr(piece.conductor, "_dismiss", lambda order, deadline: given.append(deadline))
    began = time.monotonic()
    piece.conductor.close()
    spent = time.monotonic() - began
    assert given[0] <= began + 0.6 + spent
    assert began + CLOSE_WITHIN - 0.4 <= given[1] <= began + CLOSE_WITHIN - 0.4 + spent
    assert given[2] == pytest.approx(given[1] + 0.4)
    assert CLOSE_WITHIN < 3.0


def test_those_who_make_joules_leave_first_and_the_ledger_last(begin: Callable[..., Company]) -> None:
    piece = begin("meter sound ledger")
    piece.until(piece.playing)
    told: list[str] = []
    for name, child in piece.children.items():
        child.tell = lambda number, name=name, tell=child.tell: (told.append(name), tell(number))[1]  # type: ignore
    piece.conductor.close()
    assert told == ["meter", "sound", "ledger"]


def test_one_in_back_off_is_not_brought_back_by_closing(begin: Callable[..., Company]) -> None:
    piece = begin(light="unable")
    piece.until(lambda: piece.children["light"].state is State.BACKOFF)
    piece.conductor.close()
    assert piece.children["light"].state is State.STOPPED


def test_presses_by_the_clock(begin: Callable[..., Company]) -> None:
    piece = begin("light", fit_every=0.2)
    piece.until(lambda: piece.now.conductor_presses == 3)
    assert time.monotonic() - piece.now.opened_at >= 0.6
    assert piece.now.presses == 3


def test_the_allowance_is_a_days(begin: Callable[..., Company], monkeypatch: pytest.MonkeyPatch) -> None:
    piece = begin("light")
    piece.until(lambda: piece.now.doors == Doors.OPEN)
    meter, ledger = Now(piece.now.path, "meter"), Now(piece.now.path, "ledger")
    meter.joules, ledger.earlier_joules = 500.0, 70.0
    piece.conductor.look()
    assert piece.now.spent_joules == 570.0
    tomorrow = date.today() + timedelta(days=1)
    monkeypatch.setattr(under_test, "date", type("Date", (), {"today": staticmethod(lambda: tomorrow)}))
    ledger.earlier_joules = 0.0  # what the ledger says after midnight
    piece.conductor.look()
    assert piece.now.spent_joules == 0.0
    meter.joules = 530.0
    piece.conductor.look()
    assert piece.now.spent_joules == 30.0


@pytest.mark.parametrize(
    ("a", "b"), [(State.STOPPED, State.PLAYING), (State.BACKOFF, State.PLAYING), (State.STOPPING, State.STARTING)]
)
def test_illegal_moves_are_refused(tmp_path: Path, a: State, b: State) -> None:
    child = Child(find("light"), [], Now.open_doors(tmp_path / "now"), tmp_path / "log")
    child.state = a
    with pytest.raises(AssertionError, match="is not a move"):
        child.become(b)


def test_a_log_that_cannot_be_written_stops_nothing(begin: Callable[..., Company], tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    piece = begin("light")
    piece.until(piece.playing)


def test_a_long_log_is_begun_anew(begin: Callable[..., Company], tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "light.log").write_bytes(b"x" * (under_test.LOG_LIMIT + 1))
    piece = begin("light")
    piece.until(piece.playing)
    assert piece.said("light") == "setup\n"


RUN = """
import json, sys
from pathlib import Path
from installation.conductor import Conductor
from installation.config import Config, Piece
from installation.now import Now
record, actor = Path(sys.argv[1]), sys.argv[2]
config = Config(piece=Piece(players=("meter", "sound", "light", "ledger")))
Conductor(Now.open_doors(record), config, [str(record), "{}"], record.parent / "log", (sys.executable, actor)).run()
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Now, list[psutil.Process]]]:
    """A conductor in a process of its own, with its players."""
    process = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path / "now"), ACTOR])
    until((tmp_path / "now").exists)
    now = Now(tmp_path / "now")
    until(lambda: all(now[f"{n}_process"] == State.PLAYING for n in ("meter", "sound", "light", "ledger")))
    players = psutil.Process(process.pid).children()
    yield process, Now(tmp_path / "now"), players
    process.kill()
    process.wait()
    for player in players:
        if is_there(player.pid):
            player.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all(running: tuple[subprocess.Popen[bytes], Now, list[psutil.Process]], number: int) -> None:
    process, now, players = running
    assert len(players) == 4
    process.send_signal(number)
    assert process.wait(PATIENCE) == 0
    assert not any(is_there(p.pid) for p in players)
    assert now.doors == Doors.SHUT


def test_the_conductors_death_takes_the_players_along(
    running: tuple[subprocess.Popen[bytes], Now, list[psutil.Process]],
) -> None:
    process, now, players = running
    assert len(players) == 4
    process.kill()
    process.wait()
    until(lambda: not any(is_there(p.pid) for p in players))
    for name in ("meter", "sound", "light", "ledger"):
        log = now.path.with_name("log") / f"{name}.log"
        assert log.read_text().endswith("told\nclosed\n")
