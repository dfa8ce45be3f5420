"""From the card to the senses: how long after the meter's sample a step of 75 -> 700 W is heard, lit and drawn.

The players are the real processes; the card is a small library that answers as NVIDIA's driver does. The first grain
of the step is the first that the new power makes due; the last is the last of the meter period in which it stepped.
A player's count is read from the record twice a millisecond.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from installation.config import Config
from installation.now import Doors, Now
from installation.score.grains import grains_due
from tests.meter.fake_nvml import State, build, environment

ROUNDS = 8
GIVERS = {"sound": "the block being filled", "light": "the strip's bytes", "screen": "the drawn frame"}
PERIOD_MS = 50.0


def main() -> None:
    """Print the delays of sound, light and screen after the sample that holds the step."""
    config = Config()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library, state = build(folder), State(folder, power_mw=75_000, limit_mw=700_000)
        piece = _perform(folder, library, state)
        try:
            now = _wait(folder / "now")
            rounds = [_round(now, state) for _ in range(ROUNDS)]
        finally:
            piece.terminate()
            piece.wait()
    frame_ms, block_ms = 1000 / 60, 1000 * config.sound.block / config.sound.rate_hz
    print(f"{'':8}{'first grain of the step, ms':>32}{'last of its meter period, ms':>32}{'aim, ms':>12}")
    for giver, what in GIVERS.items():
        aim = PERIOD_MS + (block_ms if giver == "sound" else frame_ms)
        first, last = ([r[giver][i] * 1000 for r in rounds] for i in (0, 1))
        print(f"{giver:8}{_spread(first):>32}{_spread(last):>32}{aim:>12.1f}   {what}")
    steps = [r["now"][0] * 1000 for r in rounds]
    print(f"{'now':8}{_spread(steps):>32}{'':>32}{'':>12}   the card's step to the record, sensor's own lag excluded")


def _perform(folder: Path, library: Path, state: State) -> subprocess.Popen[bytes]:
    sets = [
        'piece.players=["meter","sound","screen","light"]',
        "meter.name=nvml",
        f"piece.out={folder / 'out'}",
        f"ledger.file={folder / 'out/ledger.sqlite'}",
    ]
    command = [
        sys.executable,
        "-m",
        "installation",
        "run",
        "--headless",
        "--seconds",
        "0",
        "--now",
        str(folder / "now"),
    ]
    return subprocess.Popen(
        [*command, *(a for s in sets for a in ("--set", s))],
        env=os.environ | environment(library, state),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait(path: Path) -> Now:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        time.sleep(0.1)
        if path.exists() and (now := Now(path)).doors == Doors.OPEN and now.joules > 200:
            return now
    raise SystemExit("The piece did not begin to count; see its logs.")


def _round(now: Now, state: State) -> dict[str, tuple[float, float]]:
    """One step up; the seconds from the sample to each giver's first and last grain of it, and from the card to now."""
    state.set(power_mw=75_000)
    time.sleep(1.5)
    before = now.joules
    state.set(power_mw=700_000)
    stepped = time.monotonic()
    while now.watts < 400:
        before = now.joules
        time.sleep(0.0005)
    sampled, joules = now.sampled_at, now.joules
    first, last = grains_due(before, now.joules_per_grain) + 1, grains_due(joules, now.joules_per_grain)
    seen: dict[str, list[float]] = {g: [] for g in GIVERS}
    until = time.monotonic() + 2
    while time.monotonic() < until and any(len(s) < 2 for s in seen.values()):
        for giver, times in seen.items():
            count = now[f"{giver}_grains"] + now[f"{giver}_lost"]
            if len(times) < 2 and count >= (first, last)[len(times)]:
                times.append(time.monotonic() - sampled)
        time.sleep(0.0005)
    return {g: (s[0], s[-1]) for g, s in seen.items()} | {"now": (sampled - stepped, 0.0)}


def _spread(values: list[float]) -> str:
    return f"median {statistics.median(values):.1f}, worst {max(values):.1f}"
