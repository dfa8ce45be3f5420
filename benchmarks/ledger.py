"""What the ledger costs: a second written through to this disk, a day kept, a day read back.

The file stands beside the piece's own, on the same disk, and is removed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from installation.database import read_only
from installation.ledger.book import Book, Reading, Run
from installation.ledger.totals import run_totals

DAY = 86_400  # seconds
COMMITS = 300
CARD = Reading("nvml", 1, "this graphics card, nothing else", "the processor, memory, fans and the screen", "", 0.05)


def main() -> None:
    """Print times of a commit, of a day, and the size of a day."""
    out = Path("out")
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        path = Path(folder) / "ledger.sqlite"
        book = Book(path)
        book.enter(Run(time.time(), time.monotonic(), 1.0))
        commits = [timed(lambda n=n: book.write([second(n)])) for n in range(COMMITS)]
        print(f"a second committed, synchronous=FULL   median {np.median(commits) * 1e3:7.2f} ms")
        print(f"                                       99th   {np.percentile(commits, 99) * 1e3:7.2f} ms")
        print(f"                                       longest{max(commits) * 1e3:7.2f} ms")
        book.write(second(n) for n in range(COMMITS, DAY))
        book.close()
        print(f"a day of {DAY} seconds                  size   {path.stat().st_size / 1e6:7.1f} MB")
        print(f"its totals                             took   {timed(lambda: run_totals(path)) * 1e3:7.1f} ms")
        print(f"its seconds read back by the screen    took   {timed(lambda: read_back(path)) * 1e3:7.1f} ms")


def second(number: int) -> dict[str, Any]:
    """A row as a card that trains gives it."""
    watts = 300.0 + 40.0 * np.sin(number / 7)
    counts = dict.fromkeys(("due", "heard", "lit", "drawn"), 300 * number)
    return {
        "second": number,
        "provenance": 1,
        "utc": time.time() + number,
        "at": 1000.0 + number,
        "seconds": 1.0,
        "watts_mean": watts,
        "watts_min": watts - 11.3,
        "watts_max": watts + 9.7,
        "joules": watts,
        "joules_fitting": watts,
        "joules_total": 300.0 * number,
        "reading": CARD,
        "phase": 2,
        "network": "bert_base",
        "parameters": 110_106_428,
        "meter_state": 1,
        "gap_seconds": 0.0,
        **counts,
        **dict.fromkeys(("unheard", "unlit", "undrawn"), 0),
        "missing": "",
        "own_watts": 14.2,
        "beside_joules": 40.1 * number,
        "beside_provenance": 2,
    }


def read_back(path: Path) -> int:
    """What a picture needs to draw a day again."""
    query = "SELECT utc, seconds, joules, provenance, phase, parameters FROM seconds ORDER BY utc"
    with closing(read_only(path)) as db:
        return len(db.execute(query).fetchall())


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
