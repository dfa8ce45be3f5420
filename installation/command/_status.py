"""The live status of a performance in the terminal: watts with their word, grains, phase, progress."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

from ..now import Now, Phase, State
from .now import word

EVERY = 0.25  # s on a terminal
EVERY_LINE = 5.0  # s where there is no terminal


class Status:
    """Shows one line that changes, or a line now and then where nothing can change.

    Args:
        now: the record.
        span: s, how long the performance lasts; 0 is unknown.
        live: whether to show anything while it lasts.
        to_stderr: keep the standard output for machines.
    """

    def __init__(self, now: Now, span: float, *, live: bool, to_stderr: bool) -> None:
        self.now, self.seconds, self.live = now, span, live
        self.stream = sys.stderr if to_stderr else sys.stdout
        self.next = 0.0
        self.display: Any = None

    def __enter__(self) -> Self:
        if not self.live:
            print("Underfoot performs. Esc in its window or Ctrl-C here ends it.", file=self.stream, flush=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.display is not None:
            self.display.stop()

    def look(self) -> None:
        """Called at each of the conductor's looks."""
        if not self.live or time.monotonic() < self.next:
            return
        terminal = self.stream.isatty()
        self.next = time.monotonic() + (EVERY if terminal else EVERY_LINE)
        if terminal:
            self._show(line(self.now, self.seconds))
        else:
            print(line(self.now, self.seconds), file=self.stream, flush=True)

    def _show(self, text: str) -> None:
        if self.display is None:
            if not self.now.opened_at:  # rich is imported once the players are up
                return
            from rich.console import Console
            from rich.live import Live

            self.display = Live(console=Console(file=self.stream), refresh_per_second=8)
            self.display.start()
        from rich.text import Text

        self.display.update(Text(text, overflow="fold"))


def line(now: Now, span: float) -> str:
    """The state of the performance in one line."""
    parts = [_time(now, span), _watts(now), _grains(now), _phase(now)]
    return "   ".join(p for p in (*parts, *_missing(now)) if p)


def _time(now: Now, span: float) -> str:
    played = time.monotonic() - now.opened_at if now.opened_at else 0.0
    return f"{played:4.0f} of {span:.0f} s" if span else f"{played:4.0f} s"


def _watts(now: Now) -> str:
    provenance = word(now.provenance)
    return provenance if provenance == "NO READING" else f"{now.watts:.0f} W {provenance}"


def _grains(now: Now) -> str:
    heard, lit, drawn = (int(now.of(p).grains) for p in ("sound", "light", "screen"))
    return f"grains heard {heard} lit {lit} drawn {drawn}"


def _phase(now: Now) -> str:
    phase = Phase(int(now.phase))
    name = phase.name.lower()
    if phase is Phase.FITTING:
        return f"{name}: epoch {now.epoch:.0f} of {now.epochs:.0f}, loss {now.loss:.3f}"
    if phase is Phase.SETTLED:
        return f"{name}: {now.fit_joules:.0f} J in {now.fit_seconds:.2f} s"
    if phase is Phase.UNABLE:
        return f"{name}: {now.of('network').note}"
    return f"{name}: {now.preparing}" if phase is Phase.PREPARING and now.preparing else name


def _missing(now: Now) -> list[str]:
    """A sentence for each player that is away."""
    away = [now.of(player) for player in now.players if now.of(player).state is State.BACKOFF]
    return [f"{player.name} is away: {player.note or 'it is started again'}" for player in away]
