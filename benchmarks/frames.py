"""Sixty pictures a second beside a fit: the whole piece on this machine's cores, at rest and while it trains.

The screen player is the real process at 1920 x 1080, without a window and, where Xvfb is installed, with one that fills
a screen in memory; the fit is the wide network on the processor, pressed again as soon as it is over. The times are
those of a picture by the clock, from the begin of drawing until it is handed to the window; what the process itself
spent on a picture, with bringing it to the screen, stands beside them, and the rest is time in which others held the
cores.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from installation.now import Now, Phase

REST, FIT = 20.0, 40.0  # s measured of each
LOOK = 1.0  # s between two looks
SCREEN = ("player", "screen")


def main() -> None:
    """Print the table."""
    print(f"{psutil.cpu_count()} cores; 1920 x 1080; ms a picture by the clock, and of the process itself\n")
    head = ("pictures a s", "median ms", "p99 ms", "process, ms", "of one core")
    print(f"{'':28}" + "".join(f"{text:>14}" for text in head))
    _both("", ["--headless"], {})
    if shutil.which("Xvfb"):
        with _server() as display:
            hidden = ("SDL_VIDEODRIVER", "WAYLAND_DISPLAY")
            _both(", full screen", ["--set", "screen.fullscreen=true"], {"DISPLAY": display}, hidden)


def _both(where: str, options: list[str], more: dict[str, str], less: tuple[str, ...] = ()) -> None:
    """Two lines: at rest, and beside a fit."""
    environment = {name: value for name, value in os.environ.items() if name not in less} | more
    with tempfile.TemporaryDirectory() as name, _piece(Path(name), options, environment) as now:
        screen = _screen(Path(name))
        time.sleep(12)  # the hundredth is taken over ten seconds: let those of the start pass
        _line(f"at rest{where}", *_measure(now, screen, REST, press=False))
        now.guest_presses = now.guest_presses + 1
        while now.phase != Phase.FITTING:
            time.sleep(0.05)
        time.sleep(10)
        _line(f"beside a fit{where}", *_measure(now, screen, FIT, press=True))


@contextmanager
def _server() -> Iterator[str]:
    """An X server that keeps its screen in memory; yields its name."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1080x24"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
    finally:
        server.kill()
        server.wait()


@contextmanager
def _piece(folder: Path, options: list[str], environment: dict[str, str]) -> Iterator[Now]:
    sets = (
        f"piece.out={folder}",
        f"ledger.file={folder / 'ledger.sqlite'}",
        f"sound.file={folder / 'sound.wav'}",
        "network.name=wide",
        "network.ladder=[]",
    )
    command = [sys.executable, "-m", "installation", "run", "--seconds", "0", "--meter", "estimate", *options]
    piece = subprocess.Popen(
        [*command, "--now", str(folder / "now"), *(a for s in sets for a in ("--set", s))],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            time.sleep(0.1)
            path = folder / "now"
            if path.exists() and (now := Now(path)).phase == Phase.RESTING and now.network:
                yield now
                return
        raise SystemExit("The network was not ready after a minute; see its log.")
    finally:
        piece.terminate()
        piece.wait()


def _screen(folder: Path) -> psutil.Process:
    """The screen player of the piece that runs in this folder."""
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if all(word in line for word in SCREEN) and any(str(folder) in word for word in line):
            return process
    raise SystemExit("The screen player does not run; see its log.")


def _measure(now: Now, screen: psutil.Process, seconds: float, *, press: bool) -> tuple[float, ...]:
    """Pictures a second, median and worst p99 by the clock (ms), of the process (ms), and its share of a core."""
    begun, frames, used = time.monotonic(), now.frames, sum(screen.cpu_times()[:2])
    medians, slowest = [], []
    while time.monotonic() - begun < seconds:
        time.sleep(LOOK)
        if press and now.phase == Phase.SETTLED:
            now.guest_presses = now.guest_presses + 1
        medians.append(now.frame_time * 1000)
        slowest.append(now.frame_time_p99 * 1000)
    span, drawn, spent = time.monotonic() - begun, now.frames - frames, sum(screen.cpu_times()[:2]) - used
    return drawn / span, statistics.median(medians), max(slowest), 1000 * spent / drawn, 100 * spent / span


def _line(name: str, rate: float, median: float, slowest: float, own: float, share: float) -> None:
    print(f"{name:28}{rate:14.1f}{median:14.1f}{slowest:14.1f}{own:14.1f}{share:12.0f} %", flush=True)


if __name__ == "__main__":
    main()
