"""Setting up: the steps that make `.venv` what the pinned list says, each told, each repeated only where needed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import mend
from .sets import HOME, Set, chosen

STATE = "underfoot.json"  # in the environment: which list it holds; absent while it is being made
FETCHED = re.compile(  # what is smaller than a megabyte is not told
    r"\s*(?P<how>Downloading|Using cached) (?:.*/)?(?P<name>[^-/ ]+)-(?P<version>[^-/ ]+)-\S* "
    r"\((?P<size>[0-9.]+ [MG]B)\)"
)
TENSORFLOWS = ("tensorflow", "tensorflow-cpu")  # they share a folder
MB = 1e6


class SetupError(Exception):
    """What stands in the way, with the remedy, as one sentence."""


class Setup:
    """One environment and the set it is to hold."""

    def __init__(self, wanted: Set, home: Path = HOME) -> None:
        self.wanted, self.home, self.venv = wanted, home, home / ".venv"
        self.state = self.venv / STATE
        self.python = mend.python(self.venv)

    def run(self, purpose: str) -> None:
        """Make or mend the environment; nothing is done to one that is whole."""
        with self._alone():
            fault, moved = mend.fault(self.venv), False
            if not fault and (moved := self._moved()):
                print("This folder was moved or copied: the commands in .venv now name the new place.", flush=True)
            if not fault and not moved and self._holds():
                return
            self._system(purpose)
            self._room()
            if fault:
                self._begin(fault)
            self._fill()

    def _moved(self) -> bool:
        return mend.follow(self.venv) > 0

    def _held(self) -> dict[str, str]:
        try:
            held = json.loads(self.state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return held if isinstance(held, dict) else {}

    def _digest(self) -> str:
        files = self.wanted.pins, self.home / "pyproject.toml"
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

    def _holds(self) -> bool:
        """Whether what is wanted is there already; the tests' set holds all of the performance's."""
        held = self._held()
        same = held.get("set") in (self.wanted.name, f"test-{self.wanted.name}")
        return same and held.get(self.wanted.name) == self._digest()

    def _system(self, purpose: str) -> None:
        if subprocess.run([self.home / ".ci" / "system", purpose], check=False).returncode:
            raise SetupError("Without these system packages it cannot go on; install them, then type make again.")

    def _room(self) -> None:
        """Say how much comes, and whether it has room."""
        there = _size(self.venv) if self.venv.exists() else 0
        needed = max(0, self.wanted.disk_mb * MB - there) + 300 * MB  # and what pip unpacks on its way
        free = shutil.disk_usage(self.home).free
        print(
            f"Setting up .venv ({self.wanted.name}): about {self.wanted.fetched_mb} MB to fetch if nothing is kept, "
            f"{self.wanted.disk_mb} MB on disk, {there / MB:.0f} of them there; {free / MB:.0f} MB are free.",
            flush=True,
        )
        if free < needed:
            raise SetupError(
                f"The disk of {self.home} has {free / MB:.0f} MB free and {needed / MB:.0f} MB are needed; make room, "
                "then type make again."
            )

    def _begin(self, fault: str) -> None:
        print(f"Making .venv with Python {sys.version.split()[0]}: {fault}.", flush=True)
        command = [sys.executable, "-m", "venv", "--clear", str(self.venv)]
        if subprocess.run(command, check=False).returncode:
            raise SetupError("Python could not make .venv (see above); on Debian its package is python3-venv.")

    def _fill(self) -> None:
        began, held = time.monotonic(), self._held()
        self.state.unlink(missing_ok=True)
        if not held and (names := mend.broken(self.venv)):
            print(f"Left half by an earlier setup, installed again: {', '.join(names)}.", flush=True)
        other = held.get("set", "")
        if other and other.endswith("cuda") != self.wanted.name.endswith("cuda"):
            self._pip("uninstall", "--yes", *TENSORFLOWS)
        self._pip(
            "install", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", self.wanted.pins
        )
        self._pip("install", "--no-deps", "--no-build-isolation", "--editable", self.home)
        whole = {"set": self.wanted.name, self.wanted.name: self._digest()}
        if self.wanted.name.startswith("test-"):  # it holds the other one too
            smaller = Setup(chosen("run"), self.home)
            whole[smaller.wanted.name] = smaller._digest()
        self.state.write_text(json.dumps(whole), encoding="utf-8")
        size = _size(self.venv) / MB
        print(f"Ready after {time.monotonic() - began:.0f} s; .venv has {size:.0f} MB.", flush=True)

    def _pip(self, *arguments: str | Path) -> None:
        """Let pip work; what it fetches is told, the rest only when it fails."""
        unpacked = self.home / "build" / "pip"  # beside .venv, for /tmp may be small
        unpacked.mkdir(parents=True, exist_ok=True)
        command = [str(self.python), "-m", "pip", *map(str, arguments)]
        environment = os.environ | {
            "TMPDIR": str(unpacked),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONUNBUFFERED": "1",
        }
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=self.home
        )
        assert process.stdout is not None
        try:
            lines = [self._tell(line) for line in process.stdout]
        finally:
            process.stdout.close()
            code = process.wait()
            shutil.rmtree(unpacked, ignore_errors=True)
        if code:
            print("".join(lines[-25:]), end="", file=sys.stderr)
            raise SetupError(
                "pip could not finish (see above). Is this machine online? Type make again: what is there is kept."
            )

    @staticmethod
    def _tell(line: str) -> str:
        if match := FETCHED.match(line):
            kept = "" if match["how"] == "Downloading" else ", kept from before"
            print(f"  {match['name'].replace('_', '-')} {match['version']}: {match['size']}{kept}", flush=True)
        elif line.startswith("Installing collected packages"):
            print(f"  unpacking {line.count(',') + 1} packages", flush=True)
        return line

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two shells that type make at once take turns."""
        (self.home / "build").mkdir(exist_ok=True)
        with (self.home / "build" / "setup.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _size(folder: Path) -> int:
    """Bytes of the files under a folder."""
    return sum(f.lstat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink())


def main(purpose: str = "run") -> int:
    """Set up for "run" or "test"; returns the exit code."""
    try:
        Setup(chosen(purpose)).run(purpose)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. make goes on where it was.", file=sys.stderr)
        return 130
    return 0
