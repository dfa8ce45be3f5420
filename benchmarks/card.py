"""A card's own figures, for a machine with an NVIDIA card: rest, the rungs, the observer's cost, a recording.

`make card` runs it: at most eight minutes, without network, with the piece's own meter. It leaves in out/card: card.md
(the table for docs/networks.md), card.json (every number) and a recording. TensorFlow trains where it is installed,
else JAX, else PyTorch; `--backend` takes one. Where no card is it says so and ends.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pynvml

from installation.config import MeterSettings
from installation.machine import machine, versions
from installation.meter.recording import Header, Line, Recorder
from installation.meter.session import Session
from installation.now import Provenance

BACKENDS = ("tensorflow", "jax", "torch")
PLAN = {"seed": (8.0, 5), "wide": (15.0, 0), "bert_base": (20.0, 2), "bert_large": (20.0, 0)}  # s, observed rounds
REST = 15.0  # s
LONGEST = 460.0  # s of all
RATE = 20.0  # looks a second
COOL = 5.0  # s between two networks, so that the card is near its rest again


@dataclass
class Result:
    """What one network took on one backend; nan and empty where it failed, with the reason in `failed`."""

    network: str
    backend: str
    weights: int = 0
    precision: str = ""
    device: str = ""
    imported: float = float("nan")
    first_step: float = float("nan")
    seconds: float = float("nan")
    steps: int = 0
    joules: float = float("nan")
    watts: float = float("nan")
    memory_gb: float = float("nan")
    observed: dict[str, float] = field(default_factory=dict)
    failed: str = ""


class Eyes:
    """The piece's own meter of the card in a thread: rows of time, joules and watts, a recording, the memory in use.

    Args:
        recording: the file to write; None writes none.

    Raises:
        RuntimeError: there is no card that can be read; the message is the meter's sentence.
    """

    def __init__(self, recording: Path | None = None, name: str = "nvml") -> None:
        self.session = Session(name, MeterSettings(name=name, rate_hz=RATE))
        self.rows: list[tuple[float, float, float, int]] = []
        self.open, self.over = threading.Event(), threading.Event()
        self.open.set()
        self.phase, self.parameters, self.most_memory = 0.0, 0.0, 0
        deadline = time.monotonic() + 10.0
        while self.session.integrator.last is None:
            self.session.tick(time.monotonic())
            time.sleep(0.02)
            if time.monotonic() > deadline:
                raise RuntimeError(self.session.integrator.reason or "The card says nothing.")
        self.began = time.monotonic()
        self.recorder = Recorder(recording, self._header()) if recording else None
        self.session.begin(self.began, resumed=False)
        self.thread = threading.Thread(target=self._look, daemon=True, name="eyes")
        self.thread.start()

    def _header(self) -> Header:
        about = self.session.integrator.about
        return Header(
            started=datetime.now(UTC).astimezone().isoformat(timespec="milliseconds"),
            machine=machine(),
            meter=self.session.label,
            provenance=Provenance(about.provenance).name,
            boundary=about.boundary,
            uncertainty=about.uncertainty,
            detail=about.detail,
            not_counted=about.not_counted,
            power_limit=about.power_limit,
            rate_hz=RATE,
            versions=versions(),
        )

    def _look(self) -> None:
        while not self.over.is_set():
            began = time.monotonic()
            if self.open.is_set():
                self.session.tick(began)
                for row in self.session.integrator.drain():
                    self._keep(row.time, row.joules, row.watts, row.provenance)
                self.most_memory = max(self.most_memory, self.memory())
            self.over.wait(max(0.0, began + 1 / RATE - time.monotonic()))

    def _keep(self, seconds: float, joules: float, watts: float, provenance: int) -> None:
        self.rows.append((seconds, joules, watts, provenance))
        if self.recorder:
            known = provenance != Provenance.NO_READING
            t, gap = round(seconds - self.began, 6), "" if known else self.session.integrator.reason or "not looked at"
            line = Line(t=t, watts=round(watts, 3) if known else None, joules=round(joules, 4), gap=gap)
            line.phase, line.parameters = self.phase, self.parameters
            self.recorder.add(line)

    def memory(self) -> int:
        """Bytes in use on the card."""
        try:
            return int(pynvml.nvmlDeviceGetMemoryInfo(self.session.source.cards[0].handle).used)  # type: ignore[attr-defined]
        except (pynvml.NVMLError, IndexError):
            return 0

    def joules(self, began: float, ended: float) -> float:
        """J between two monotonic times, on straight lines between the rows; nan where the rows do not reach."""
        rows = np.array(self.rows)
        if not len(rows) or began < rows[0, 0] or ended > rows[-1, 0] + 1.0:
            return float("nan")
        return float(np.diff(np.interp([began, ended], rows[:, 0], rows[:, 1]))[0])

    def close(self) -> None:
        self.over.set()
        self.thread.join(5.0)
        self.session.close()
        if self.recorder:
            self.recorder.close()


def main(arguments: list[str] | None = None) -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(prog="make card")
    parser.add_argument("--backend", choices=BACKENDS, action="append", help="one, or several in the order to try")
    parser.add_argument("--networks", default=",".join(PLAN))
    parser.add_argument("--seconds", type=float, default=LONGEST, help="of all")
    parser.add_argument("--out", type=Path, default=Path("out/card"))
    chosen = parser.parse_args([] if arguments is None else arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    try:
        eyes = Eyes(chosen.out / f"card-{datetime.now(UTC):%Y%m%d-%H%M%S}.jsonl")
    except RuntimeError as reason:
        print(f"No figures of a card: {reason}")
        return
    try:
        measure(eyes, chosen.networks.split(","), chosen.backend or here(), chosen.seconds, chosen.out)
    finally:
        eyes.close()


def here() -> list[str]:
    """The backends installed, best first."""
    return [name for name in BACKENDS if importlib.util.find_spec(name) is not None]


def measure(eyes: Eyes, networks: list[str], backends: list[str], seconds: float, out: Path) -> list[Result]:
    """Rest, then each network on the first backend that brings it to an end; files after each, so that none is lost."""
    end = time.monotonic() + seconds
    began = time.monotonic()
    time.sleep(REST)
    first, last = began + 1.0, time.monotonic() - 0.2
    rest = eyes.joules(first, last) / (last - first)
    results: list[Result] = []
    for network in networks:
        for backend in backends:
            left = end - time.monotonic()
            if left < 30.0:
                break
            result = fitted(eyes, network, backend, left)
            results.append(result)
            write(out, eyes, rest, results)
            print(json.dumps(asdict(result)), flush=True)
            if not result.failed:
                break
        time.sleep(COOL)
    print((out / "card.md").read_text(), flush=True)
    return results


def fitted(eyes: Eyes, network: str, backend: str, longest: float) -> Result:
    """One network on one backend, in a process of its own."""
    result, (span, rounds) = Result(network, backend), PLAN.get(network, (10.0, 0))
    at_rest, eyes.most_memory, eyes.phase = eyes.memory(), 0, 2.0
    with _child(network, backend, span, rounds) as (child, errors):
        try:
            for event in _events(child, time.monotonic() + longest):
                _take(event, result, eyes, child)
        except TimeoutError:
            result.failed = f"not done within {longest:.0f} s"
        eyes.open.set()
        result.memory_gb = (eyes.most_memory - at_rest) / 1e9
        if child.wait(10 if result.failed else 60) and not result.failed:
            errors.seek(0)
            result.failed = (errors.read().strip().splitlines() or ["it ended without a word"])[-1][:300]
    eyes.phase, eyes.parameters = 0.0, 0.0
    return result


@contextmanager
def _child(network: str, backend: str, span: float, rounds: int) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile("w+") as errors:
        environment = os.environ | quiet | {"KERAS_BACKEND": backend, "KERAS_HOME": home}
        command = [sys.executable, "-m", "benchmarks._card_fit", network, str(span), str(rounds)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": errors}
        with subprocess.Popen(command, env=environment, text=True, **pipes) as child:
            try:
                yield child, errors
            finally:
                child.kill()


def _events(child: subprocess.Popen[str], deadline: float) -> Iterator[dict[str, Any]]:
    """What the child tells, until it ends.

    Raises:
        TimeoutError: it is not done in time; it is ended.
    """
    assert child.stdout is not None
    while True:
        ready, _, _ = select.select([child.stdout], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            child.kill()
            raise TimeoutError
        line = child.stdout.readline()
        if not line:
            return
        if line.startswith("{"):
            yield json.loads(line)


def _take(event: dict[str, Any], result: Result, eyes: Eyes, child: subprocess.Popen[str]) -> None:
    kind = event["event"]
    if kind == "imported":
        result.imported = event["seconds"]
    elif kind == "first":
        result.first_step, result.weights = event["seconds"], event["weights"]
        result.precision, result.device = event["precision"], event["device"]
        eyes.parameters = event["weights"]
    elif kind == "steady":
        time.sleep(0.3)  # the rows of its last moment
        result.seconds, result.steps = event["ended"] - event["began"], event["steps"]
        result.joules = eyes.joules(event["began"], event["ended"])
        result.watts = result.joules / result.seconds
    elif kind == "eyes":
        eyes.open.set() if event["open"] else eyes.open.clear()
        time.sleep(0.1)
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    elif kind == "observed":
        result.observed = event["ratios"]


def write(out: Path, eyes: Eyes, rest: float, results: list[Result]) -> None:
    """The table and every number."""
    about = eyes.session.integrator.about
    everything = {
        "machine": machine(),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "boundary": about.boundary,
        "detail": about.detail,
        "rest_watts": rest,
        "versions": versions() | _versions(),
        "results": [asdict(r) for r in results],
    }
    (out / "card.json").write_text(json.dumps(everything, indent=1) + "\n")
    (out / "card.md").write_text(table(about.boundary, about.detail, rest, results))


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("keras", "tensorflow", "jax", "torch", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def table(boundary: str, detail: str, rest: float, results: list[Result]) -> str:
    """The results as Markdown, in the columns of docs/networks.md."""
    lines = [
        f"{boundary}; {detail}. At rest {rest:.1f} W.\n",
        "| | weights | backend, precision | watts | J a step | steps a second | memory, GB | first step, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        if r.failed:
            lines.append(f"| {r.network} | | {r.backend} | {r.failed} | | | | |")
            continue
        speed, each = r.steps / r.seconds, r.joules / max(r.steps, 1)
        lines.append(
            f"| {r.network} | {r.weights:,} | {r.backend}, {r.precision} | {r.watts:.0f} | {each:.3g} "
            f"| {speed:.3g} | {r.memory_gb:.2f} | {r.first_step:.1f} |".replace(",", " ", f"{r.weights:,}".count(","))
        )
    for r in results:
        if r.observed:
            ratios = ", ".join(f"{way} {ratio:.3f}" for way, ratio in r.observed.items())
            lines.append(f"\nThe observer's cost, {r.network}, times as long as bare: {ratios}.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
