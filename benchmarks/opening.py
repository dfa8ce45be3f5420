"""From the command to the first picture, the open doors, the first drop and the network that can be pressed.

The whole piece, headless, with the estimate as its meter; the clock starts before the command does.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from installation.now import Now, Phase

ROUNDS = 5
SIGHTS: dict[str, tuple[Callable[[Now], bool], str]] = {
    "first picture": (lambda now: now.frames >= 1, "1.0"),
    "doors open": (lambda now: now.opened_at > 0, ""),
    "first drop": (lambda now: now.sound_grains >= 1, "2.0"),
    "network ready": (lambda now: bool(now.network) and now.phase == Phase.RESTING, ""),
}


def main() -> None:
    """Print the seconds to each sight."""
    rounds = [_round() for _ in range(ROUNDS)]
    print(f"{'s after the command':22}{'median':>8}{'worst':>8}{'aim':>8}")
    for sight, (_, aim) in SIGHTS.items():
        times = [r[sight] for r in rounds if sight in r]
        print(f"{sight:22}{statistics.median(times):8.2f}{max(times):8.2f}{aim:>8}")


def _round() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sets = (f"piece.out={folder}", f"ledger.file={folder / 'ledger.sqlite'}")
        command = [sys.executable, "-m", "installation", "run", "--headless", "--seconds", "0", "--meter", "estimate"]
        began = time.monotonic()
        piece = subprocess.Popen(
            [*command, "--now", str(folder / "now"), *(a for s in sets for a in ("--set", s))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _look(folder / "now", began)
        finally:
            piece.terminate()
            piece.wait()


def _look(path: Path, began: float) -> dict[str, float]:
    seen: dict[str, float] = {}
    now: Now | None = None
    while time.monotonic() < began + 30 and len(seen) < len(SIGHTS):
        time.sleep(0.002)
        if now is None:
            now = Now(path) if path.exists() else None
            continue
        for sight, (is_there, _) in SIGHTS.items():
            if sight not in seen and is_there(now):
                seen[sight] = time.monotonic() - began
    return seen


if __name__ == "__main__":
    main()
