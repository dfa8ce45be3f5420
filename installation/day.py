"""The local day, by which the ledger, the allowance and the ground are kept."""

from __future__ import annotations

from datetime import datetime, time


def midnight(seconds: float) -> float:
    """The begin of the local day of a moment, both in s since 1970; also on a day on which the clocks change."""
    return datetime.combine(datetime.fromtimestamp(seconds).date(), time.min).timestamp()
