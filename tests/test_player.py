"""Player: it leaves when told and when its parent is gone, says why it stopped, and always closes."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from installation import player as under_test
from installation.config import Config
from installation.now import FIELDS, Now
from installation.player import LEAVE_WITHIN, Pacer, Player

from .waiting import PATIENCE, until

ACTOR = [sys.executable, str(Path(__file__).with_name("actor.py"))]


class Stage:
    """A record, and one actor on it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "now"
        self.conductor = Now.open_doors(self.path)
        self.processes: list[subprocess.Popen[str]] = []

    def command(self, part: str) -> list[str]:
        return [*ACTOR, "light", str(self.path), json.dumps({"light": part})]

    def begin(self, part: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        process = subprocess.Popen(self.command(part), stdout=pipe, stderr=pipe, text=True)
        self.processes.append(process)
        return process

    def wait_beat(self) -> float:
        return until(lambda: self.conductor["light_beat"])


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    for process in stage.processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_when_told(stage: Stage, number: int) -> None:
    process = stage.begin("well")
    stage.wait_beat()
    process.send_signal(number)
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out.split()) == (0, ["setup", "told", "closed"])
    assert error == ""


def test_it_does_not_wait_for_ever_for_what_it_still_has_to_give(stage: Stage) -> None:
    process = stage.begin("never ends")
    stage.wait_beat()
    began = time.monotonic()
    process.terminate()
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert time.monotonic() - began >= LEAVE_WITHIN
    assert out.split()[-1] == "closed"


def test_told_before_the_end_it_gives_the_rest(tmp_path: Path) -> None:
    """While leaving it goes on ticking until it has finished."""

    class Giver(Player):
        rate = 200.0
        given = 0

        def tick(self, seconds: float) -> None:
            self.given += 1
            if self.given == 3:
                self.leave()

        def finished(self) -> bool:
            return self.given >= 10

    Now.open_doors(tmp_path / "now")
    giver = Giver(Config(), Now(tmp_path / "now", "light"))
    giver.run()
    assert giver.given == 10


@pytest.mark.parametrize(
    ("part", "sentence"),
    [("unable", "There is no strip; connect it."), ("misnamed", "'rian' is no sound file. Did you mean 'rain'?")],
)
def test_what_a_person_can_mend_is_said_as_it_is(stage: Stage, part: str, sentence: str) -> None:
    process = stage.begin(part)
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out.split()) == (3, ["setup", "closed"])
    assert stage.conductor["light_note"] == sentence
    assert error.endswith(f" {sentence}\n")
    again = stage.begin(part).communicate(timeout=PATIENCE)
    assert again[1] == f"{sentence}\n"


def test_what_nobody_catches_is_said_in_one_line_and_stands_in_the_log(stage: Stage) -> None:
    process = stage.begin("crash")
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out.split()) == (1, ["setup", "closed"])
    assert re.fullmatch(r"actor\.py, line \d+: RuntimeError: the lamp is broken\.", stage.conductor.of("light").note)
    assert "Traceback" in error


def test_even_a_crash_in_a_library_stands_in_the_log(stage: Stage) -> None:
    process = stage.begin("segfault")
    _, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGSEGV
    assert "Fatal Python error: Segmentation fault" in error
    assert "actor.py" in error


def test_a_long_tick_stops_the_beat_unless_it_may_be_long(stage: Stage) -> None:
    stage.begin("block")
    stage.wait_beat()
    time.sleep(0.8)
    before = stage.conductor["light_beat"]
    time.sleep(0.5)
    assert stage.conductor["light_beat"] == before
    stage.processes[0].kill()
    stage.begin("block and beat")
    until(lambda: stage.conductor["light_beat"] > before)
    time.sleep(0.8)
    before = stage.conductor["light_beat"]
    until(lambda: stage.conductor["light_beat"] > before)


PARENT = """
import json, os, subprocess, sys, time
child = subprocess.Popen(json.loads(sys.argv[1]), env=os.environ | json.loads(sys.argv[2]))
print(child.pid, flush=True)
time.sleep(1000)
"""


def with_parent(stage: Stage, part: str, environment: dict[str, str] | None = None) -> tuple[psutil.Process, Path]:
    """An actor under a parent of its own, which is returned as the last process."""
    log = stage.path.with_name("log")
    with log.open("w") as file:
        arguments = [json.dumps(stage.command(part)), json.dumps(environment or {})]
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, *arguments], stdout=subprocess.PIPE, stderr=file, text=True
        )
    stage.processes.append(parent)
    assert parent.stdout is not None
    return psutil.Process(int(parent.stdout.readline())), log


@pytest.mark.parametrize("part", ["well", "block"])
def test_its_parents_death_takes_it_along(stage: Stage, part: str) -> None:
    """Also when its tick hangs."""
    child, _ = with_parent(stage, part)
    stage.wait_beat()
    time.sleep(0.5 if part == "block" else 0.0)
    stage.processes[-1].kill()
    stage.processes[-1].wait()
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_parent_gone_before_it_began_takes_it_along_too(stage: Stage) -> None:
    """The parent dies while Python still starts: the player then has another parent from its first line on."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    child, _ = with_parent(stage, "well", {under_test.PARENT: str(gone.pid)})
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_brought_back_it_knows(stage: Stage) -> None:
    stage.conductor["light_restarts"] = 1
    process = stage.begin("well")
    stage.wait_beat()
    process.terminate()
    assert process.communicate(timeout=PATIENCE)[0].startswith("setup, resumed")


def test_a_note_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Now.open_doors(tmp_path / "now")
    player = type("Light", (Player,), {})(Config(), Now(tmp_path / "now", "light"))
    count = FIELDS["light_note"].offset >> 3
    for _ in range(5):
        player.note("There is no strip.")
    assert player.now.longs[count] == 2
    player.note("")
    assert (player.now.longs[count], player.now["light_note"]) == (4, "")
    logged = [line.partition(" ")[2].partition(" ")[2] for line in capsys.readouterr().err.splitlines()]
    assert logged == ["There is no strip.", "It is well again."]


def test_what_setup_found_wrong_stays_said(tmp_path: Path) -> None:
    conductor = Now.open_doors(tmp_path / "now")

    def setup(self: Player) -> None:
        self.note("The file is broken.")

    kind = type("Light", (Player,), {"setup": setup, "tick": lambda self, _: self.leave()})
    kind(Config(), Now(tmp_path / "now", "light")).run()
    assert conductor["light_note"] == "The file is broken."


class Clock:
    """Time that passes only when someone sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(under_test, "time", clock)
    return clock


def test_the_pace_has_no_drift(clock: Clock) -> None:
    pacer = Pacer(50.0)
    for tick in range(1, 501):
        clock.now += 0.003 + 0.0071 * (tick % 2)  # work of uneven length
        pacer.wait()
        assert clock.now == pytest.approx(100.0 + tick / 50.0)


def test_after_a_stall_it_goes_on_from_the_present(clock: Clock) -> None:
    pacer = Pacer(50.0)
    clock.now += 3.0
    pacer.wait()
    pacer.wait()
    assert clock.now == pytest.approx(103.0 + 0.02)
    assert len(clock.slept) == 1


def test_a_small_delay_is_made_up(clock: Clock) -> None:
    pacer = Pacer(50.0)
    clock.now += 0.05
    for _ in range(5):
        pacer.wait()
    assert clock.now == pytest.approx(100.1)
