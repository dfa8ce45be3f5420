"""A player is one process doing one thing, a little at a time.

It opens its devices in `setup`, does a little in each `tick`, and leaves the world quiet and dark in `close`. It does
not catch what it cannot mend: it raises, and the conductor brings it back. It leaves when it is told to, and when its
parent is gone.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType

from .config import Config, ConfigError
from .guard import Capped, foreign_file, plain
from .now import Now

PARENT = "UNDERFOOT_PARENT"  # environment: the process a player leaves with, told because it may be gone at the start
LEAVE_WITHIN = 1.5  # s a player has to end what it plays once it is told to leave; the conductor waits 1.8 at least
LOOK_FOR_PARENT = 0.25  # s


class Unable(Exception):  # noqa: N818  (the phase of a player, not an error of the code)
    """What a player cannot do and a person can mend, as one sentence for the wall."""


class Pacer:
    """Keeps a steady number of ticks a second, without drift; after a stall it goes on from the present.

    Args:
        rate: ticks a second.
        spin: seconds before each tick that are spent looking at the clock instead of asleep; 0 spares the processor.
    """

    def __init__(self, rate: float, spin: float = 0.0) -> None:
        self.step, self.spin = 1.0 / rate, spin
        self.due = time.monotonic()

    def wait(self) -> None:
        self.due += self.step
        now = time.monotonic()
        if now > self.due + 5 * self.step:
            self.due = now
        if self.due - now > self.spin:
            time.sleep(self.due - now - self.spin)
        while self.spin and time.monotonic() < self.due:
            pass


class Player:
    """One player of the piece.

    A player's class is called Player and lives in `installation/<name>/player.py`.

    Attributes:
        rate: ticks a second.
        own_beat: whether its beat comes from a thread, because its tick may rightly last for minutes.
    """

    rate = 60.0
    spin = 0.0
    own_beat = False

    def __init__(self, config: Config, now: Now) -> None:
        self.config, self.now = config, now
        self.leaving = False
        self.resumed = bool(now.mine.restarts)
        self.left_at = 0.0
        self.noted = ""
        self.started = time.monotonic()

    # -- to be overridden
    def setup(self) -> None:
        """Open what is needed; raise Unable with a sentence when it cannot be opened."""

    def tick(self, seconds: float) -> None:
        """Do a little work, never longer than two seconds. `seconds` is monotonic time, handed in for tests."""

    def finished(self) -> bool:
        """Whether a leaving player has given all that was due; asked after each tick while leaving."""
        return True

    def close(self) -> None:
        """Leave the world quiet and dark. Called once, also after an error."""

    # -- final
    def leave(self) -> None:
        """Ask this player to end what it plays and go."""
        if not self.leaving:
            self.leaving = True
            self.left_at = time.monotonic()

    def note(self, sentence: str) -> None:
        """Say on the wall and in the log what is wrong; an empty sentence says that nothing is."""
        self.noted = sentence
        if self.now.mine.note != sentence:
            self.now.mine.note = sentence
            print(time.strftime("%Y-%m-%d %H:%M:%S"), sentence or "It is well again.", file=sys.stderr, flush=True)

    def beat(self) -> None:
        self.now.mine.beat = time.monotonic()

    def run(self) -> None:
        """Play until told to leave."""
        self._watch()
        try:
            self.setup()
            if not self.noted:  # what setup found wrong stays said
                self.note("")
            pacer = Pacer(self.rate, self.spin)
            while not self._gone():
                if not self.own_beat:
                    self.beat()
                self.tick(time.monotonic())
                pacer.wait()
        finally:
            self.close()

    def _gone(self) -> bool:
        if not self.leaving:
            return False
        return self.finished() or time.monotonic() - self.left_at > LEAVE_WITHIN

    def _watch(self) -> None:
        parent = int(os.environ.pop(PARENT, 0)) or os.getppid()
        threading.Thread(target=self._guard, args=(parent,), daemon=True, name="guard").start()

    def _guard(self, parent: int) -> None:
        """Leave when the parent is gone; beat for a player whose ticks are long."""
        while os.getppid() == parent:
            if self.own_beat:
                self.beat()
            time.sleep(0.1 if self.own_beat else LOOK_FOR_PARENT)
        self.leave()
        time.sleep(LEAVE_WITHIN + 0.5)
        os._exit(0)


def main(player: type[Player], config: Config, now: Now) -> int:
    """Run one player as this process; returns the exit code: 0 left, 3 unable (the sentence stands in its note)."""
    faulthandler.enable()
    sys.stdout, sys.stderr = Capped(sys.stdout), Capped(sys.stderr)
    _tell_before_dying(now)
    performer = player(config, now)

    def told(number: int, frame: FrameType | None) -> None:
        performer.leave()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    try:
        performer.run()
    except (Unable, ConfigError) as error:
        if now.mine.note == str(error):  # said before, by the one that was brought back
            print(error, file=sys.stderr)
        performer.note(str(error))
        return 3
    return 0


def _tell_before_dying(now: Now) -> None:
    """What nobody catches still gets its sentence on the wall, and its traceback in the log."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        with contextlib.suppress(ValueError):
            file = foreign_file(error)
            what = plain(error, file) if file else f"The {now.player} stopped: {kind.__name__}: {error}"
            now.mine.note = what.replace("\n", " ")
        sys.__excepthook__(kind, error, trace)

    sys.excepthook = hook
