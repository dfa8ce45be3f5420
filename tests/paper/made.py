"""A made-up day in a ledger: rest, a fit, a gap, another word."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

from installation.ledger.book import Book, Reading, Run
from tests.ledger.test_book import CARD, GUESS, fit, second

NOTHING = Reading("nvml", 0, "this card")
NETWORK = 'réseau "été" ʻōlelo Lakȟóta'


def ledger(path: Path, day: str = "2026-11-20", hour: int = 12, gap_only: bool = False) -> Path:
    """Twenty seconds of a day, from some hour on."""
    opened = datetime.combine(date.fromisoformat(day), time(hour)).timestamp()
    book = Book(path)
    book.enter(Run(opened, 0.0, 1.0, "meter network ledger", "a test machine"))
    rows = []
    for n in range(20):
        reading = NOTHING if gap_only or n in (10, 11) else GUESS if n > 15 else CARD
        phase = 2 if 4 <= n < 8 else 0
        none = {"watts_mean": None, "watts_min": None, "watts_max": None} if reading is NOTHING else {}
        joules = 0.0 if reading is NOTHING else 300.0 if phase == 2 else 75.0
        rows.append(second(n, reading, joules, utc=opened + n, phase=phase, parameters=3265, **none))
    whole = {"ended": "whole", "seconds": 4.0, "gap_seconds": 0.0, "began_on": opened + 4, "parameters": 3265}
    done = {"joules": 1200.0, "rest_joules": 300.0, "network": NETWORK, "fit_line": "model.fit(data, labels)"}
    book.write(rows, [] if gap_only else [fit(1, **whole, **done, seen=0.61, unseen=0.5, asked=1000)])
    book.close()
    return path
