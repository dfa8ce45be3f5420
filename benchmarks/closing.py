"""From the signal to the last player gone, and from the conductor's death to theirs.

The whole piece, headless, with the estimate as its meter. A room waits for this when its lights go out.
"""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from installation.now import Doors, Now

ROUNDS = 3
WAYS = {"the signal to leave": signal.SIGTERM, "the conductor is killed": signal.SIGKILL}
AIM = 3.0  # s
LIMIT = 60.0  # s


def main() -> None:
    """Print the seconds until nobody is there any more."""
    print(f"{'s after':26}{'median':>8}{'worst':>8}{'aim':>8}")
    for way, number in WAYS.items():
        times = [_round(number) for _ in range(ROUNDS)]
        print(f"{way:26}{statistics.median(times):8.2f}{max(times):8.2f}{AIM:8.1f}")


def _round(number: signal.Signals) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sets = (f"piece.out={folder}", f"ledger.file={folder / 'ledger.sqlite'}")
        command = [sys.executable, "-m", "installation", "run", "--headless", "--seconds", "0", "--meter", "estimate"]
        piece = subprocess.Popen(
            [*command, "--now", str(folder / "now"), *(a for s in sets for a in ("--set", s))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _close(piece, folder / "now", number)
        finally:
            piece.kill()
            piece.wait()


def _close(piece: subprocess.Popen[bytes], path: Path, number: signal.Signals) -> float:
    end = time.monotonic() + LIMIT
    while time.monotonic() < end and not (path.exists() and Now(path).doors == Doors.OPEN and Now(path).sound_grains):
        time.sleep(0.02)
    players = psutil.Process(piece.pid).children(recursive=True)
    began = time.monotonic()
    piece.send_signal(number)
    psutil.wait_procs([*players, psutil.Process(piece.pid)], timeout=LIMIT)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
