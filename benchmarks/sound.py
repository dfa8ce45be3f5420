"""The sound: what a block costs, how many grains fill a core, how fast it renders, how soon a press is heard.

Rendering runs in virtual time on one thread; what a block costs is processor time. The press is timed through a real
stream into a null sink: from the press in the record to the first block that answers it, plus the latency that
PortAudio reports; and, where the null sink can be recorded, to the answer in the recording.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
for variable in ONE_THREAD:
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402 - the variables must be set before

from installation.config import SoundSettings  # noqa: E402
from installation.now import Now, Phase  # noqa: E402

SECONDS = 20.0
BLOCK = f"sound.block={SoundSettings().block}"
PRESSES = 8
HEARD = 0.02  # of full scale


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as name:
        _blocks(Path(name))
        _crowd(Path(name))
        _press(Path(name))


def _blocks(folder: Path) -> None:
    from tests.sound.room import Room

    print("drops/s   block median   p99   share of the block   render speed")
    for watts in (20.0, 120.0, 350.0, 700.0, 1400.0, 3000.0):
        room = Room(folder, BLOCK, full_watts=700.0)
        times, block = [], room.mixer.block

        def timed(seconds: float, block=block, times=times):  # type: ignore[no-untyped-def]
            began = time.thread_time()
            out = block(seconds)
            times.append(time.thread_time() - began)
            return out

        room.mixer.block = timed  # type: ignore[method-assign]
        room.play(SECONDS, watts, Phase.FITTING)
        median, p99 = statistics.median(times), sorted(times)[int(0.99 * len(times))]
        span = room.mixer.span
        print(
            f"{watts:7.0f} {median * 1e6:11.0f} us {p99 * 1e6:6.0f} us {100 * median / span:12.1f} %"
            f" {SECONDS / sum(times):16.0f} x"
        )


def _crowd(folder: Path) -> None:
    """The most grains a second that one core can still play in time."""
    from tests.sound.room import Room

    most = 0.0
    for watts in (5e3, 1e4, 2e4, 4e4, 8e4, 1.6e5, 3.2e5):
        began = time.perf_counter()
        Room(folder, BLOCK).play(4.0, watts, Phase.FITTING)
        if time.perf_counter() - began > 4.0:
            break
        most = watts
    print(f"\ngrains a second before a core is full: at least {most:,.0f} (meter and clock included; aim 20,000)")


def _press(folder: Path) -> None:
    from tests.sound import stage

    if why := stage.missing():
        print(f"\npress to sound: not measured, {why}")
        return
    hall = stage.Stage(folder / "stage")
    try:
        answered = subprocess.run(
            [sys.executable, "-c", "from benchmarks.sound import press_here; press_here()", str(folder)],
            env=hall.environment,
            check=False,
        )
        if answered.returncode:
            print("press to sound: the stream did not run")
    finally:
        hall.close()


def press_here() -> None:
    """Play in this process, press, and print how long the answer took. The folder is the first argument."""
    from installation.sound.stream import Stream, find
    from tests.sound.room import Room

    room = Room(Path(sys.argv[1]), BLOCK)
    filled: list[float] = []
    answering = room.listener.context

    def watched(seconds: float):  # type: ignore[no-untyped-def]
        moment = answering(seconds)
        if moment.presses:
            filled.append(time.monotonic())
        return moment

    room.listener.context = watched  # type: ignore[method-assign]
    recorder = Recorder()
    stream = Stream(find(room.config.sound), room.config.sound, room.mixer.block)
    time.sleep(5.0)
    pressed = []
    for i in range(PRESSES):
        pressed.append(time.monotonic())
        Now(room.guest.path).press()
        time.sleep(2.5 + 0.013 * i)
    stream.close()
    recorder.close()
    to_block = [1e3 * (f - p) for f, p in zip(filled, pressed, strict=True)]
    print(
        f"\npress to the block being filled: median {statistics.median(to_block):.0f} ms, most {max(to_block):.0f} ms"
    )
    print(f"latency by PortAudio's word: {1e3 * stream.latency:.0f} ms")
    heard = [1e3 * (h - p) for p in pressed if (h := recorder.first_after(p)) is not None]
    print(f"press to the recorded answer: median {statistics.median(heard):.0f} ms, most {max(heard):.0f} ms")


class Recorder:
    """Listens to the null sink and notes when it first hears something; right to about 20 ms, and never too early."""

    def __init__(self) -> None:
        command = ["parec", "-d", "stage.monitor", "--latency-msec=10", "--raw", "--format=float32le", "--channels=1"]
        self.process = subprocess.Popen([*command, "--rate=48000"], stdout=subprocess.PIPE)
        self.loud: list[float] = []
        assert self.process.stdout is not None
        self.thread = threading.Thread(target=self._listen, args=(self.process.stdout,), daemon=True)
        self.thread.start()

    def _listen(self, sound: IO[bytes]) -> None:
        while chunk := sound.read(4 * 240):  # 5 ms
            if len(chunk) == 960 and np.abs(np.frombuffer(chunk, np.float32)).max() > HEARD:
                self.loud.append(time.monotonic())

    def first_after(self, moment: float) -> float | None:
        return next((at for at in self.loud if at > moment), None)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.thread.join()


if __name__ == "__main__":
    main()
