"""The local day, by which the ledger, the allowance and the ground are kept."""

from __future__ import annotations

from datetime import datetime, time

RELEASED = 1_793_491_200.0  # 1 November 2026, s since 1970: a clock before it is wrong
AHEAD = 172_800.0  # s a ledger may lie ahead of a clock that is merely late


def midnight(at: float) -> float:
    """The begin of the local day of a moment, both in s since 1970; also on a day on which the clocks change."""
    return datetime.combine(datetime.fromtimestamp(at).date(), time.min).timestamp()


def date_of(moment: float) -> str:
    """The local date of a moment, s since 1970, as YYYY-MM-DD."""
    return datetime.fromtimestamp(moment).strftime("%Y-%m-%d")


def believed(clock: float, newest: float) -> float:
    """The moment by which the day is decided, in s since 1970: the clock's, unless the ledger knows better.

    A machine without a battery for its clock wakes in 1970, or where it was switched off; a day's allowance must not
    begin anew by that. A ledger far ahead of a clock that may be true was itself written by a wrong one.

    Args:
        clock: what the clock says.
        newest: the newest moment the ledger knows from earlier performances; 0 without one.
    """
    behind = newest - clock
    return newest if behind > 0 and (clock < RELEASED or behind < AHEAD) else clock
