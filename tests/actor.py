"""An actor is a real player process for the tests: it plays the part it is given, well or badly.

    python tests/actor.py NAME RECORD PARTS

PARTS is a JSON object, name of a player to part; a player without one plays well.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from installation.config import Config, ConfigError
from installation.now import Now
from installation.player import Player, Unable, main

LONG = 1000.0  # s


class Actor(Player):
    """Beats, and says what is done to it; its part says what else."""

    part = "well"

    def setup(self) -> None:
        print("setup, resumed" if self.resumed else "setup", flush=True)
        if self.part == "unable":
            raise Unable("There is no strip; connect it.")
        if self.part == "misnamed":
            raise ConfigError("'rian' is no sound file. Did you mean 'rain'?")
        if self.part == "has a child":
            print(f"child {subprocess.Popen(['sleep', str(LONG)]).pid}", flush=True)
        if self.part == "never starts":
            time.sleep(LONG)

    def tick(self, seconds: float) -> None:
        if seconds - self.started < 0.3:
            return
        if self.part == "crash" or (self.part == "crash once" and not self.resumed):
            raise RuntimeError("the lamp\nis broken")
        if self.part == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.part == "stop" and not self.resumed:
            os.kill(os.getpid(), signal.SIGSTOP)
        if self.part in ("block", "block and beat"):
            time.sleep(LONG)
        if self.part == "leave a child":
            child = subprocess.Popen(["sleep", str(LONG)])
            print(f"child {child.pid}", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    def leave(self) -> None:
        if self.part == "deaf":
            return
        print("told", flush=True)
        super().leave()

    def finished(self) -> bool:
        return self.part != "never ends"

    def close(self) -> None:
        print("closed", flush=True)


if __name__ == "__main__":
    name, record, parts = sys.argv[1:4]
    Actor.part = json.loads(parts).get(name, "well")
    Actor.own_beat = Actor.part == "block and beat"
    sys.exit(main(Actor, Config(), Now(Path(record), name)))
