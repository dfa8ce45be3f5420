"""The conductor starts the players, hears their beats, and brings them back.

It knows players only by name: each is the child command `python -m installation player NAME`, in a session of its own,
with a log of its own. A player whose beat is silent is ended; one that ended is started again after a pause that
doubles. The conductor loads neither TensorFlow nor pygame, so that nothing a player does can take it along. When the
conductor itself is gone, the players notice and leave.

Opening: in the order of the table of players. The doors open when those who give grains are there, or after a moment
without them. Closing: first those who make joules stop, then those who give grains give what is due, the ledger last.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import IO

from .config import Config
from .now import Doors, Now, Provenance, State
from .player import PARENT
from .players import GIVERS, KEEPERS, MAKERS, Role

SILENT = 2.0  # s without a beat: it hangs
BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # s before the next try
HEALTHY = 60.0  # s alive, after which the count of tries begins anew
LOOK = 0.05  # s between two looks
OPEN_WITHIN = 1.5  # s after which the doors open even if a giver of grains is missing
CLOSE_WITHIN = 2.8  # s from the signal to the last child
LOG_LIMIT = 4_000_000  # bytes; a longer log is begun anew when its player starts
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
COMMAND = (sys.executable, "-m", "installation", "player")
ALLOWED = {
    State.STOPPED: {State.STARTING},
    State.STARTING: {State.PLAYING, State.BACKOFF, State.STOPPING},
    State.PLAYING: {State.BACKOFF, State.STOPPING},
    State.BACKOFF: {State.STARTING, State.STOPPED},
    State.STOPPING: {State.STOPPED},
}


class Child:
    """One player as the conductor sees it.

    Args:
        role: the player, as the table has it.
        command: what to run.
        now: the record, opened by the conductor.
        log: the file for what the player prints.
    """

    def __init__(self, role: Role, command: Sequence[str], now: Now, log: Path) -> None:
        self.role, self.command, self.now, self.log = role, command, now.of(role.name), log
        self.state = State.STOPPED
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = self.back_at = 0.0
        self.tries = self.restarts = 0

    def become(self, state: State) -> None:
        assert state in ALLOWED[self.state], f"{self.role.name}: {self.state.name} -> {state.name} is not a move"
        self.state = state
        self.now.process = state

    def start(self) -> None:
        self.become(State.STARTING)
        self.started_at = time.monotonic()
        try:
            with _open_log(self.log) as log:
                self.process = subprocess.Popen(
                    self.command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    env=os.environ | ONE_THREAD | {PARENT: str(os.getpid())},
                )
        except OSError:  # no memory, no more processes: as if it had ended at once
            self.process = None
            self._rest()

    def look(self) -> None:
        """Move on: notice that it came alive, hangs, ended, or is to be tried again."""
        if self.state is State.BACKOFF:
            if time.monotonic() >= self.back_at:
                self.start()
            return
        if self.process is None or self.state is State.STOPPED:
            return
        if self.process.poll() is not None:
            self.kill()  # what it started and left behind
            self._rest()
        elif self.hangs():
            self.kill()
            self._rest()
        elif self.state is State.STARTING and self.beat > self.started_at:
            self.become(State.PLAYING)
        elif time.monotonic() - self.started_at > HEALTHY:
            self.tries = 0

    @property
    def beat(self) -> float:
        return self.now.beat

    def hangs(self) -> bool:
        silent = time.monotonic() - max(self.beat, self.started_at)
        return silent > (SILENT if self.beat > self.started_at else self.role.grace)

    def _rest(self) -> None:
        pause = BACK_OFF[min(self.tries, len(BACK_OFF) - 1)]
        self.tries += 1
        self.restarts += 1
        self.back_at = time.monotonic() + pause
        self.now.restarts = self.restarts
        self.now.back_at = self.back_at
        self.become(State.BACKOFF)

    def tell(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def kill(self) -> None:
        """End it and all it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1.0)

    def gone(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to leave; it is not brought back."""
        if self.state is State.BACKOFF:
            self.become(State.STOPPED)
        elif self.state in (State.STARTING, State.PLAYING):
            self.become(State.STOPPING)
            self.tell(signal.SIGTERM)


def _open_log(path: Path) -> IO[bytes]:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        grown = path.exists() and path.stat().st_size > LOG_LIMIT
        return path.open("wb" if grown else "ab")
    return Path(os.devnull).open("wb")


class Conductor:
    """The performance, from opening to closing.

    Args:
        now: the record, opened by the conductor.
        config: the settings.
        arguments: what every player is told on its command line: which settings, which record.
        logs: folder for the players' logs.
        command: what runs a player, before its name.
    """

    def __init__(
        self, now: Now, config: Config, arguments: Iterable[str], logs: Path, command: Sequence[str] = COMMAND
    ) -> None:
        self.now, self.config = now, config
        self.children = {
            role.name: Child(role, [*command, role.name, *arguments], now, logs / f"{role.name}.log")
            for role in sorted(config.cast, key=lambda role: role.starts)
        }
        self.leaving = False
        self.began = time.monotonic()
        self.starts: dict[str, float] = {}
        self.pressed = 0
        self.played = 0.0  # s the doors were open
        self.words: set[Provenance] = set()  # of the readings while they were open
        self.today, self.until_today = date.today(), 0.0  # J since the doors opened, when the day began

    def open(self) -> None:
        """Write what the players need to know, and start them."""
        self.now.joules_per_grain = self.config.piece.joules_per_grain
        self.now.allowance_joules = self.config.doors.allowance_joules
        self.now.conductor_beat = time.monotonic()
        self.starts = {
            name: math.inf if child.role.with_the_doors else self.began + child.role.starts
            for name, child in self.children.items()
        }
        self._start()

    def _start(self) -> None:
        for name in [n for n, at in self.starts.items() if time.monotonic() >= at]:
            del self.starts[name]
            self.children[name].start()

    def run(self, span: float = 0.0, each_look: Callable[[], None] = lambda: None) -> None:
        """Perform.

        Args:
            span: how long the doors stay open; 0 is until told to leave.
            each_look: called twenty times a second, for a live status.
        """
        signal.signal(signal.SIGTERM, lambda *_: self.leave())
        signal.signal(signal.SIGINT, lambda *_: self.leave())
        try:
            self.open()
            while not self.leaving and not self._over(span):
                self.look()
                each_look()
                time.sleep(LOOK)
        finally:
            self.close()

    def leave(self) -> None:
        self.leaving = True

    def look(self) -> None:
        """One look at everyone; twenty a second."""
        self.now.conductor_beat = time.monotonic()
        if self.now.screen_quit:
            self.leave()
        self._start()
        for child in self.children.values():
            child.look()
        if self.now.doors == Doors.SHUT:
            self._open_doors()
        else:
            self._keep_account()
            self._press_by_clock()

    def _open_doors(self) -> None:
        givers = [child for child in self.children.values() if child.role.grains]
        waited = time.monotonic() - self.began
        if waited < OPEN_WITHIN and any(c.state in (State.STOPPED, State.STARTING) for c in givers):
            return
        self.now.opened_at = time.monotonic()
        self.now.opened_on = time.time()
        self.now.doors = Doors.OPEN
        self.starts |= {n: self.now.opened_at for n in self.starts if self.children[n].role.with_the_doors}

    def _keep_account(self) -> None:
        """Sum up this day's energy; at midnight, local time, a new day's begins (the ledger then has none before)."""
        self.words.add(Provenance(int(self.now.provenance)))
        if (today := date.today()) != self.today:
            self.today, self.until_today = today, self.now.joules
        self.now.spent_joules = max(0.0, self.now.earlier_joules + self.now.joules - self.until_today)

    def _press_by_clock(self) -> None:
        every = self.config.doors.fit_every
        if every and time.monotonic() - self.now.opened_at >= (self.pressed + 1) * every:
            self.pressed += 1
            self.now.press()

    def _over(self, span: float) -> bool:
        return bool(span and self.now.opened_at and time.monotonic() - self.now.opened_at >= span)

    def close(self) -> None:
        """Let everyone end what they play; whoever does not leave in time is ended."""
        deadline = time.monotonic() + CLOSE_WITHIN
        self.now.doors = Doors.CLOSING
        self.played = time.monotonic() - self.now.opened_at if self.now.opened_at else 0.0
        self._dismiss(MAKERS, min(time.monotonic() + 0.6, deadline))
        self._dismiss(GIVERS, deadline - 0.4)
        self._dismiss(KEEPERS, deadline)
        self.now.doors = Doors.SHUT

    def _dismiss(self, order: int, deadline: float) -> None:
        leaving = [child for child in self.children.values() if child.role.leaves == order]
        for child in leaving:
            child.stop()
        while time.monotonic() < deadline and not all(c.gone() for c in leaving):
            self.now.conductor_beat = time.monotonic()
            time.sleep(0.01)
        for child in leaving:
            if child.state is State.STOPPING:
                child.kill()  # whoever did not leave, and what those that did have left behind
                child.become(State.STOPPED)

    @property
    def restarts(self) -> int:
        return sum(c.restarts for c in self.children.values())
