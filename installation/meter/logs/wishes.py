"""Wishes are what a person said about a log, beside the log itself; what is not said is found or asked."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Wishes:
    """What was said on the command line.

    Attributes:
        time, watts, energy: names of columns.
        each_row: whether a row's energy is its own, from its time to the next, and no total.
        unit: of the watts or the energy, where the log does not say it.
        time_unit: of a column of numbers: s, ms, us, ns, min, h or days.
        every: s between two rows of a log without a clock; 0 is not said.
        dates: the order of day, month and year, such as "dmy".
        zone: of stamps that name none, such as "Europe/Berlin".
        cards: which sources; empty is all that are there.
        sum: whether several are added.
        held: s a value holds until the next; 0 is not said, infinity without limit.
        columns: names of the columns of a log without a header.
        decimal: "comma" or "point", where both could be meant.
    """

    time: str = ""
    watts: str = ""
    energy: str = ""
    each_row: bool = False
    unit: str = ""
    time_unit: str = ""
    every: float = 0.0
    dates: str = ""
    zone: str = ""
    cards: tuple[str, ...] = ()
    sum: bool = False
    held: float = 0.0
    columns: tuple[str, ...] = ()
    decimal: str = ""

    @property
    def hold(self) -> float:
        """s a held value lasts at most."""
        return self.held or math.inf
