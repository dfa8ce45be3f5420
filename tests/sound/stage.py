"""A sound card made of software: a PulseAudio null sink runs in real time, and its monitor is recorded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 48_000
NEEDED = ("pulseaudio", "parec", "pactl")


def missing() -> str:
    """Why there can be no null sink here; empty when there can."""
    if sys.platform != "linux":
        return "the null sink needs Linux"
    lacking = [name for name in NEEDED if not shutil.which(name)]
    return (
        f"{', '.join(lacking)} missing: apt install pulseaudio pulseaudio-utils libasound2-plugins" if lacking else ""
    )


def require() -> None:
    """Skip the test without a null sink; on the build server, fail."""
    if why := missing():
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)


class Stage:
    """A running null sink.

    Attributes:
        environment: what a process needs so that its sound goes there.
    """

    def __init__(self, room: Path, channels: int = 2) -> None:
        self.room, self.channels = room, channels
        room.mkdir(parents=True, exist_ok=True)
        room.chmod(0o700)
        (room / "stage.pa").write_text(
            "load-module module-native-protocol-unix\n"
            f"load-module module-null-sink sink_name=stage rate={RATE} channels={channels}\n"
            "set-default-sink stage\nset-default-source stage.monitor\n"
        )
        (room / "asound.conf").write_text("pcm.!default { type pulse }\nctl.!default { type pulse }\n")
        self.environment = os.environ | {
            "HOME": str(room),
            "XDG_RUNTIME_DIR": str(room),
            "ALSA_CONFIG_PATH": str(room / "asound.conf"),
        }
        self.server = subprocess.Popen(
            ["pulseaudio", "-n", "-F", str(room / "stage.pa"), "--exit-idle-time=-1"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._await()

    def _await(self) -> None:
        for _ in range(100):
            asked = subprocess.run(["pactl", "info"], env=self.environment, capture_output=True, check=False)
            if asked.returncode == 0:
                return
            time.sleep(0.1)
        raise TimeoutError("pulseaudio did not start")

    def close(self) -> None:
        self.server.kill()
        self.server.wait()

    @contextmanager
    def take(self, file: Path) -> Iterator[None]:
        """Record the monitor, raw float32, while the block runs; a long buffer lets the recorder break nothing."""
        command = [
            "parec", "-d", "stage.monitor", "--latency-msec=1000", "--raw", "--format=float32le",
            f"--rate={RATE}", f"--channels={self.channels}",
        ]  # fmt: skip
        with file.open("wb") as out:
            recorder = subprocess.Popen(command, env=self.environment, stdout=out)
            try:
                yield
            finally:
                time.sleep(1.2)  # what is in the recorder's buffer
                recorder.terminate()
                recorder.wait()

    def read(self, file: Path) -> NDArray[np.float32]:
        """What was taken, (n, channels)."""
        taken = np.fromfile(file, np.float32)
        return taken[: len(taken) // self.channels * self.channels].reshape(-1, self.channels)


def breaks(sound: NDArray[np.float32], hertz: float = 440.0) -> int:
    """Breaks in a recording of a steady tone: a pure tone has no residual in its second difference.

    Counts clusters, 200 samples apart, of a residual above 2e-3, and runs of more than 24 samples of silence.
    """
    x = sound.astype(np.float64)
    residual = np.abs(x[2:] - 2 * np.cos(2 * np.pi * hertz / RATE) * x[1:-1] + x[:-2])
    silent = np.convolve(np.abs(x) < 1e-4, np.ones(25), "valid") >= 25
    at = np.sort(np.concatenate([np.flatnonzero(residual > 2e-3), np.flatnonzero(silent)]))
    return int(len(at) > 0) + int((np.diff(at) > 200).sum())


WITNESS = """
import os, sys, time
try:
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(30))
except OSError:
    sys.exit()
last = time.monotonic()
while True:
    time.sleep(0.005)
    now = time.monotonic()
    if now - last > 0.04:
        print(round(1000 * (now - last)), flush=True)
    last = now
"""


@contextmanager
def witness() -> Iterator[list[int]]:
    """The milliseconds for which the machine stood still even for a real-time process that does nothing but wake.

    A break then is the machine's, as when its processors are lent to another; the list is filled at the end.
    """
    stood: list[int] = []
    process = subprocess.Popen([sys.executable, "-c", WITNESS], stdout=subprocess.PIPE, text=True)
    try:
        yield stood
    finally:
        process.terminate()
        stood.extend(int(line) for line in process.communicate()[0].split())
