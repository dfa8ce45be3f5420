"""The observer's cost: the same fit bare, watched, watched while the piece performs, and under other programs' eyes.

The fit has core 0 for itself and the piece's players have the others. Each round fits once in every way, and a ratio is
taken within its round, so that what the machine does meanwhile falls on all alike; the median of the rounds is printed.
On a machine with other work that is still noise: beside it stands the ratio of the least processor time, which counts
only what the fit's own process did.
For the bare fit the whole piece is stopped and then let go on. Other programs are measured where they are installed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psutil

ROUNDS, FEWEST = 9, 3
LONGEST = 50.0  # s for all rounds of one network, on a machine that has other work
BARE, WATCHED, PERFORMING = "bare", "watched", "watched, the piece performs"
OTHERS = ("TensorBoard", "CodeCarbon", "Zeus")
NETWORKS = ("seed", "two layers of 1024")


def main() -> None:
    """Measure in a process of its own, because Keras wants its variables set first, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"KERAS_BACKEND": "tensorflow", "KERAS_HOME": folder, "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "TF_ENABLE_ONEDNN_OPTS": "0"}
        environment |= {"PYTHONWARNINGS": "ignore", "UNDERFOOT_NOW": f"{folder}/now"}
        command = [sys.executable, "-m", "benchmarks.fitting", folder]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=600)
    print(f"{'':20} {'':28} {'ms a step':>10} {'by the clock':>13} {'by processor time':>18}")
    for line in done.stdout.decode().splitlines():
        with contextlib.suppress(ValueError):
            row = json.loads(line)
            print(f"{row['network']:20} {row['way']:28} {row['step']:>10} {row['ratio']:>13} {row['busy']:>18}")


def measure(folder: Path) -> None:
    """One JSON object a line: network, way, milliseconds a step, ratio to bare."""
    others = sorted(os.sched_getaffinity(0) - {0}) or [0]
    os.sched_setaffinity(0, {0})
    with _piece(folder, others) as players:
        from installation.network.process.tally import Tally
        from installation.now import Now

        tally = Tally(Now(folder / "now", "network"), lambda: False, lambda part: None)
        for network, (model, data, labels, steps) in _networks().items():
            ways = _ways(tally, folder)
            fit = _fit(model, data, labels, 10 if network == "seed" else 1)
            _rounds(network, ways, fit, players, steps)


def _rounds(network: str, ways: dict[str, Any], fit: Callable[[Any], None], players: Any, steps: int) -> None:
    times: dict[str, list[float]] = {way: [] for way in ways}
    busy: dict[str, list[float]] = {way: [] for way in ways}
    end = time.monotonic() + LONGEST
    for turn in range(ROUNDS + 1):
        if turn > FEWEST and time.monotonic() > end:
            break
        for way, eyes in ways.items():
            _send(players, signal.SIGCONT if way == PERFORMING else signal.SIGSTOP)
            with eyes() as callbacks:
                began, busy_began = time.perf_counter(), time.process_time()
                fit(callbacks)
                took, busy_took = time.perf_counter() - began, time.process_time() - busy_began
            if turn:  # the first round warms up
                times[way].append(took)
                busy[way].append(busy_took)
            _send(players, signal.SIGCONT)
            time.sleep(0.05)
    for way, all_of_it in times.items():
        ratio = statistics.median(t / bare for t, bare in zip(all_of_it, times[BARE], strict=True))
        step = f"{statistics.median(all_of_it) / steps * 1000:.3f}"
        least = f"{min(busy[way]) / min(busy[BARE]):.3f}"
        _say(network=network, way=way, step=step, ratio=f"{ratio:.3f}", busy=least)
    for name in OTHERS:
        if name not in ways:
            _say(network=network, way=name, step="-", ratio="-", busy="not installed")


def _say(**row: str) -> None:
    print(json.dumps(row), flush=True)


def _networks() -> dict[str, Any]:
    import keras
    import numpy as np
    from keras.layers import Dense, Input

    found = {}
    for network, (rows, inner) in zip(NETWORKS, ((1000, [32]), (3200, [1024, 1024])), strict=True):
        layers = [Dense(width, activation="relu") for width in inner]
        model = keras.Sequential([Input((100,)), *layers, Dense(1, activation="sigmoid")])
        model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
        steps = -(-rows // 32) * (10 if network == "seed" else 1)
        found[network] = (model, np.random.random((rows, 100)), np.random.randint(2, size=(rows, 1)), steps)
    return found


def _fit(model: Any, data: Any, labels: Any, epochs: int) -> Callable[[Any], None]:
    return lambda callbacks: model.fit(data, labels, epochs=epochs, batch_size=32, verbose=0, callbacks=callbacks)


def _ways(tally: Any, folder: Path) -> dict[str, Callable[[], AbstractContextManager[list[Any]]]]:
    import keras

    from installation.network.process.watch import Watch

    @contextlib.contextmanager
    def watched() -> Iterator[list[Any]]:
        tally.ready(600.0)
        tally.begin("fit", "network", "model.fit(data, labels)", 1)
        yield [Watch(tally, 1000, 32)]
        tally.end()

    ways: dict[str, Callable[[], AbstractContextManager[list[Any]]]] = {
        BARE: lambda: contextlib.nullcontext([]),
        WATCHED: watched,
        PERFORMING: watched,
    }
    if importlib.util.find_spec("tensorboard"):
        board = str(folder / "board")
        ways["TensorBoard"] = lambda: contextlib.nullcontext([keras.callbacks.TensorBoard(board, update_freq="batch")])
    if importlib.util.find_spec("codecarbon"):
        ways["CodeCarbon"] = lambda: _codecarbon(folder)
    if importlib.util.find_spec("zeus"):
        ways["Zeus"] = _zeus
    return ways


@contextlib.contextmanager
def _codecarbon(folder: Path) -> Iterator[list[Any]]:
    """As its documentation begins and ends one; without its look-ups on the network."""
    from codecarbon import OfflineEmissionsTracker

    tracker = OfflineEmissionsTracker(
        country_iso_code="USA",
        save_to_file=False,
        log_level="critical",
        output_dir=str(folder),
        allow_multiple_runs=True,
    )
    tracker.start()
    yield []
    tracker.stop()


_MONITOR: list[Any] = []


@contextlib.contextmanager
def _zeus() -> Iterator[list[Any]]:
    from zeus.monitor import ZeusMonitor

    if not _MONITOR:
        _MONITOR.append(ZeusMonitor())
    _MONITOR[0].begin_window("fit")
    yield []
    _MONITOR[0].end_window("fit")


@contextlib.contextmanager
def _piece(folder: Path, cores: list[int]) -> Iterator[list[psutil.Process]]:
    """The piece performs on the other cores, without its network player, with sound and picture to files."""
    players = '["meter","sound","screen","light","ledger"]'
    command = [sys.executable, "-m", "installation", "run", "--headless", "--seconds", "900", "--now", f"{folder}/now"]
    command += ["--set", f"piece.players={players}", "--set", f"piece.out={folder}/out"]
    command += ["--set", f"ledger.file={folder}/ledger.sqlite"]
    piece = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    try:
        time.sleep(6.0)
        conductor = psutil.Process(piece.pid)
        assert piece.poll() is None, "the piece did not stay; try `underfoot run --headless`"
        yield [conductor, *conductor.children(recursive=True)]
    finally:
        piece.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            piece.wait(10)
        piece.kill()


def _send(players: list[psutil.Process], number: int) -> None:
    for player in players:
        with contextlib.suppress(psutil.NoSuchProcess):
            player.send_signal(number)


if __name__ == "__main__":
    measure(Path(sys.argv[1]))
