"""What the piece itself draws: the strip by its own frames, the players by their share of the processor's time.

No meter sees a single process. So this is an estimate, and says so: a player's share of all busy processor time, times
what a meter of the processor says. Where no meter covers the processor there is no such number, and that is said too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import psutil

from ..now import Now

LOOK_EVERY = 2.0  # s
FIND_EVERY = 30.0  # s


class Own:
    """Watches the players of one piece; they are children of the same conductor.

    Args:
        now: the record, for the strip's own estimate.
        parent: process id of the conductor.
    """

    def __init__(self, now: Now, parent: int | None = None) -> None:
        self.now, self.parent = now, parent or os.getppid()
        self.looked_at = self.found_at = float("-inf")
        self.players: dict[str, psutil.Process] = {}
        self.before: dict[str, float] = {}
        self.all_before = 0.0
        self.shares: dict[str, float] = {}

    def look(self, at: float) -> bool:
        """Look again if it is time; whether anything may have changed."""
        if at - self.looked_at < LOOK_EVERY:
            return False
        self.looked_at = at
        if at - self.found_at > FIND_EVERY or len(self.before) < len(self.players):
            self.found_at = at
            self.players = {n: p for n, p in _players(self.parent) if n in self.now.players}
        busy, spent = _busy(), dict(self._spent())
        grown = busy - self.all_before
        self.shares = {n: (t - self.before[n]) / grown for n, t in spent.items() if n in self.before and grown > 0}
        self.before, self.all_before = spent, busy
        return True

    def _spent(self) -> Iterator[tuple[str, float]]:
        for name, process in self.players.items():
            try:
                t = process.cpu_times()
            except psutil.Error:
                continue
            yield name, t.user + t.system

    def watts(self, processor: float | None) -> dict[str, float]:
        """W by player, and by the strip; the players only where a meter says what the processor draws."""
        draws = {"strip": self.now.light_watts} if self.now.light_watts > 0 else {}
        if processor is not None:
            draws |= {name: min(1.0, max(0.0, share)) * processor for name, share in self.shares.items()}
        return draws


def words(draws: dict[str, float], meter: str) -> str:
    """The same in a sentence."""
    told = ", ".join(f"{name} {watts:.1f} W" for name, watts in sorted(draws.items()))
    if meter:
        source = "what the processor is estimated to draw" if meter == "estimate" else meter
        return f"{told or 'nothing yet'}; estimated from processor time and {source}"
    return f"{told or 'no strip'}; estimated; no meter here covers the processor that plays sound and picture"


def _players(parent: int) -> Iterator[tuple[str, psutil.Process]]:
    """The players among the conductor's children, by the name on their command line."""
    try:
        children = psutil.Process(parent).children()
    except psutil.Error:
        return
    for child in children:
        try:
            line = child.cmdline()
        except psutil.Error:
            continue
        if "player" in line[:-1]:
            yield line[line.index("player") + 1], child


def _busy() -> float:
    """s of processor time spent on anything since the machine started."""
    t = psutil.cpu_times()
    return float(t.user + t.system + getattr(t, "nice", 0.0) + getattr(t, "irq", 0.0) + getattr(t, "softirq", 0.0))
