"""The player's end of the process that fits: starts it, hears it, and ends it when it must."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import math
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from ..config import HOME, NetworkSettings
from .listing import Listing
from .pipe import Message, hear
from .process.device import environment

KEPT = 200_000  # bytes of what a network's file prints that go to the log, for each order


class Fitter:
    """One process with one network.

    Args:
        record: the record's file.
        settings: which backend, how much memory, how many threads, how exact.
        listing: the network's file.
        xla: whether Keras may compile by XLA, as it chooses.
    """

    def __init__(self, record: Path, settings: NetworkSettings, listing: Listing, xla: bool = True) -> None:
        self.ready = self.fitting = self.worn = False  # it prepares at once
        self.heard_at = time.monotonic()
        self.room = KEPT
        self.last = b""  # of what it printed, for its last words
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "installation.network.process.fit",
                str(record),
                json.dumps(_order(settings, listing) | {"xla": xla}),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | _environment(record, settings, listing),
            process_group=0,  # what the file forks is ended with it
        )
        self.messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._hear, self._keep)]
        for thread in self.threads:
            thread.start()

    def _hear(self) -> None:
        assert self.process.stdout is not None
        with os.fdopen(os.dup(self.process.stdout.fileno()), encoding="utf-8", errors="replace") as source:
            hear(source, self.messages)

    def _keep(self) -> None:
        """Pass on to our log what the file prints, but not without end."""
        source = self.process.stderr
        assert source is not None
        while data := os.read(source.fileno(), 65536):
            kept = data[: max(self.room, 0)]
            if kept and len(data) >= self.room:
                kept += b"\n[the rest of what the network's file printed is not kept]\n"
            self.room -= len(data)
            self.last = (self.last + data)[-2000:]
            _write(sys.stderr, kept)

    def hear(self) -> list[Message]:
        """What it said since the last time."""
        said = []
        while not self.messages.empty():
            said.append(self.messages.get())
        if any(message["is"] != "at" for message in said):
            self.heard_at = time.monotonic()
        return said

    def fit(self, seconds: float) -> None:
        """Ask for one fit that ends by itself after some seconds."""
        self.fitting, self.ready, self.room, self.heard_at = True, False, KEPT, time.monotonic()
        self._order({"do": "fit", "seconds": seconds})

    def _order(self, order: Message) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
            self.process.stdin.flush()

    def exited(self) -> int | None:
        """Its exit code once it is gone, and None before."""
        return self.process.poll()

    def stop(self) -> None:
        """Ask it to end with the batch that runs."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    def end(self, patience: float = 0.0) -> None:
        """End it: after some patience, without asking."""
        with contextlib.suppress(subprocess.TimeoutExpired, BrokenPipeError):
            if patience:
                assert self.process.stdin is not None
                self.process.stdin.close()
                self.process.wait(patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._close()

    def _close(self) -> None:
        """Close the pipes, unless something the file left behind still holds their other end."""
        for thread in self.threads:
            thread.join(1.0)
        if not any(thread.is_alive() for thread in self.threads):
            for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
                assert pipe is not None
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def _write(stream: IO[str], data: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):
        stream.write(data.decode("utf-8", "replace"))
        stream.flush()


def _order(settings: NetworkSettings, listing: Listing) -> Message:
    memory = settings.memory_gb * 1e9 or math.inf
    return {"file": str(listing.path), "memory": memory, "precision": settings.precision}


def _environment(record: Path, settings: NetworkSettings, listing: Listing) -> dict[str, str]:
    """What must be set before anything is imported there; the file itself has the last word."""
    threads = settings.threads or max(1, (os.cpu_count() or 1) - 2)
    ours = environment(settings.backend, threads, record.parent / "keras")
    chosen = {"KERAS_BACKEND": listing.backend} if importlib.util.find_spec(listing.backend or "-") else {}
    return ours | chosen | listing.environment | {"PYTHONPATH": _import_path()}


def _import_path() -> str:
    return os.pathsep.join(filter(None, (str(HOME), os.environ.get("PYTHONPATH", ""))))
