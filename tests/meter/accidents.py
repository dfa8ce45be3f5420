"""The same accidents for every program that measures: energy booked against energy true, side by side.

All run at once against one fake driver or one fake counter of a processor, each in a process of its own. The truth is
what the world really drew between the moments each says it began and ended.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.meter.fake_nvml import State, environment

CONTESTANT = Path(__file__).with_name("contestant.py")
PYTHON = "UNDERFOOT_COMPARE_PYTHON"  # an interpreter that has zeus, codecarbon and nvitop
RANGE = 262_143_328_850  # uJ: a typical range of a processor's counter
CARD, CARDS, BOOT, RAPL = "card", "cards", "boot", "rapl"
COVERS_MORE = 1.73  # times the power of the card that the counter of a module counts


@dataclass
class World:
    """What draws power, and how much it truly drew."""

    folder: Path
    changes: list[tuple[float, float]] = field(default_factory=list)
    module: bool = False

    def __post_init__(self) -> None:
        self.state = State(self.folder)
        self.zone = self.folder / "intel-rapl" / "intel-rapl:0"
        self.zone.mkdir(parents=True)
        for name, text in (("name", "package-0"), ("max_energy_range_uj", str(RANGE)), ("energy_uj", f"{0:15d}\n")):
            (self.zone / name).write_text(text)
        self.rapl_start = 0
        self.power(75)

    def power(self, watts: float) -> None:
        counter = {"counter_mw": int(watts * 1000 * COVERS_MORE)} if self.module else {}
        at = self.state.set(power_mw=int(watts * 1000), **counter) / 1e9
        self.changes.append((at, watts))

    def joules(self, began: float, ended: float) -> float:
        """J truly drawn between two monotonic times."""
        total = 0.0
        for (start, watts), (stop, _) in zip(self.changes, [*self.changes[1:], (ended, 0.0)], strict=True):
            total += watts * max(0.0, min(stop, ended) - max(start, began))
        return total

    @contextmanager
    def processor(self) -> Iterator[None]:
        """Keep the processor's counter moving, wrapping at its range, as the kernel does."""
        over = threading.Event()
        began = time.monotonic()

        def run() -> None:
            with (self.zone / "energy_uj").open("r+b", buffering=0) as file:
                while not over.wait(0.002):
                    grown = int(self.joules(began, time.monotonic()) * 1e6)
                    file.seek(0)
                    file.write(b"%15d" % ((self.rapl_start + grown) % RANGE))

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def steady(world: World) -> None:
    world.power(300)
    time.sleep(4)


def reload(world: World) -> None:
    world.power(300)
    time.sleep(2)
    world.state.set(energy_base_mj=1200.0)
    time.sleep(2)


def jump(world: World) -> None:
    world.power(300)
    time.sleep(2)
    world.state.set(energy_base_mj=world.state.counter_mj(time.monotonic_ns()) + 1_500_000)
    time.sleep(2)


def lost(world: World) -> None:
    world.power(300)
    time.sleep(1.5)
    world.state.set(ret_all=15)
    time.sleep(2.5)
    world.state.set(ret_all=None)
    time.sleep(2.5)


def partial(world: World) -> None:
    world.power(300)
    time.sleep(1)
    world.state.set(ret_f83=3, ret_f186=3)
    time.sleep(2)
    world.state.set(ret_f83=None, ret_f186=None)
    time.sleep(1)


def lost_at_the_end(world: World) -> None:
    world.power(300)
    time.sleep(3)
    world.state.set(ret_all=15)
    time.sleep(0.3)


def wrap(world: World) -> None:
    world.power(100)
    time.sleep(4.5)


def mute_beside(world: World) -> None:
    """Card 0 of two says neither power nor energy; what is true is card 1's."""
    mute = dict.fromkeys(("ret_f83.0", "ret_f185.0", "ret_f186.0", "ret_energy.0", "ret_power.0", "ret_samples.0"), 3)
    world.state.set(count=2, **mute)
    world.power(300)


def module(world: World) -> None:
    """A card on a module with a processor: the counter counts the module, what is true is the card's."""
    world.module = True
    world.state.set(name="NVIDIA GH200 480GB", c2c=1, step_ms=50)
    world.power(300)


def no_driver(world: World) -> None:
    world.state.set(ret_init=9)
    world.power(300)


def driver_comes(world: World) -> None:
    time.sleep(1)
    world.state.set(ret_init=None)
    time.sleep(15)


@dataclass(frozen=True)
class Accident:
    """One row: what happens, to what.

    Attributes:
        kind: what is measured: a card, several, a card whose driver is not there yet, the processor.
        script: what happens in the window; before: what is so before the programs start.
        until_wrap: J the processor's counter has left when the row begins.
    """

    name: str
    kind: str
    script: Callable[[World], None]
    until_wrap: float = 0.0
    before: Callable[[World], None] = lambda world: None


ACCIDENTS = (
    Accident("nothing happens", CARD, steady),
    Accident("driver loaded anew inside the window", CARD, reload),
    Accident("counter jumps ahead by 1500 J", CARD, jump),
    Accident("card lost for 2.5 s, then back", CARD, lost),
    Accident("fields fail inside a good answer", CARD, partial),
    Accident("card lost as the window ends", CARD, lost_at_the_end),
    Accident("a mute card beside a good one", CARDS, lambda world: time.sleep(4), before=mute_beside),
    Accident("a module: its counter counts more than the card", CARD, lambda world: time.sleep(12), before=module),
    Accident("the driver comes a second after the programs", BOOT, driver_comes, before=no_driver),
    Accident("processor's counter wraps", RAPL, wrap, until_wrap=300.0),
)


@dataclass(frozen=True)
class Result:
    """What one program booked in one accident; joules is None where it gave up. gap: s it says it did not see."""

    program: str
    accident: str
    true: float
    joules: float | None
    gap: float | None
    said: str

    @property
    def error(self) -> float | None:
        """Of what is true, as a fraction."""
        return None if self.joules is None else (self.joules - self.true) / self.true


def interpreter(module: str) -> str | None:
    """A Python that has a module: this one, or the one the environment names; None if neither."""
    if importlib.util.find_spec(module) is not None:
        return sys.executable
    other = os.environ.get(PYTHON)
    if other is None:
        return None
    found = subprocess.run([other, "-c", f"import {module}"], capture_output=True, check=False)
    return None if found.returncode else other


def programs() -> dict[str, str]:
    """Each program and the interpreter that can run it."""
    others = {name: interpreter(name) for name in ("zeus", "codecarbon")}
    return {"ours": sys.executable} | {name: python for name, python in others.items() if python}


def run(accident: Accident, folder: Path, library: Path, contestants: dict[str, str]) -> list[Result]:
    """One accident, all programs at once."""
    world = World(folder)
    world.rapl_start = RANGE - int(accident.until_wrap * 1e6) if accident.until_wrap else 0
    accident.before(world)
    _pretend_nvidia_smi(folder)
    environ = environment(library, world.state) | {"PYTHONPATH": str(CONTESTANT.parents[2])}
    environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    with world.processor():
        children = {n: _start(n, python, accident.kind, world, environ) for n, python in contestants.items()}
        try:
            began = {n: json.loads(_say(child, "go"))["began"] for n, child in children.items()}
            accident.script(world)
            ends = {n: json.loads(_say(child, "stop")) for n, child in children.items()}
        finally:
            for child in children.values():
                _end(child)
    return [_result(n, accident, world, began[n], end) for n, end in ends.items()]


def _result(name: str, accident: Accident, world: World, began: list[float], end: dict[str, Any]) -> Result:
    """What it booked against the truth. When exactly a program began or ended inside its own call it does not say:
    of the possible windows the one that suits it best is taken."""
    least, most = world.joules(began[1], end["ended"][0]), world.joules(began[0], end["ended"][1])
    joules = end["joules"]
    true = least if joules is None else min(max(joules, least), most)
    return Result(name, accident.name, true, joules, end.get("gap"), end.get("said", ""))


def _start(name: str, python: str, kind: str, world: World, environ: dict[str, str]) -> subprocess.Popen[str]:
    command = [python, str(CONTESTANT), name, kind, str(world.zone.parent)]
    child = subprocess.Popen(
        command,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    if line.strip() != "ready":
        _end(child)
        raise RuntimeError(f"{name} did not start; run {' '.join(command)} to see why")
    return child


def _end(child: subprocess.Popen[str]) -> None:
    """End a program and all it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def _say(child: subprocess.Popen[str], word: str) -> str:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(word + "\n")
    child.stdin.flush()
    return child.stdout.readline()


def _pretend_nvidia_smi(folder: Path) -> None:
    """One program believes in a card only if this command is on the PATH."""
    script = folder / "nvidia-smi"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
