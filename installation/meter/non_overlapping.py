"""Several sources whose boundaries do not overlap, read as one: a card and the processor, never a card and the wall.

Only config.toml can say that no watt is in both. If one of them has no reading, the sum has none.
"""

from __future__ import annotations

from ..now import Provenance
from .source import UNKNOWN, About, Fault, Reading, Source


class Part:
    """One source of a sum; where it has no counter of its own, the area under its watts is one."""

    def __init__(self, name: str, source: Source) -> None:
        self.name, self.source = name, source
        self.about: About | None = None
        self.last: Reading | None = None
        self.area = 0.0

    def open(self) -> About:
        self.about, self.last = self.source.open(), None
        return self.about

    def read(self) -> Reading:
        """A reading that always has counters.

        Raises:
            Fault: the source has none, or paused for so long that its area is not known.
        """
        assert self.about is not None
        reading = self.source.read()
        if reading.counters:
            return reading
        before, self.last = self.last, reading
        if before is not None and reading.time - before.time > max(self.about.hold, 3 * self.about.period):
            raise Fault(f"{self.name} gave no reading for {reading.time - before.time:.1f} s.", gap=True)
        if before is not None:
            mean = before.watts if self.about.held else (before.watts + reading.watts) / 2
            self.area += mean * (reading.time - before.time)
        return Reading(reading.time, reading.watts, (self.area,), (self.about.power_limit or UNKNOWN,))


class NonOverlapping(Source):
    """The sum of some sources.

    Args:
        parts: with the names config.toml gives them; the first is the one that was the source alone.
    """

    def __init__(self, parts: list[tuple[str, Source]]) -> None:
        first = parts[0][1]
        super().__init__(first.argument, first.settings)
        self.parts = [Part(name, source) for name, source in parts]
        self.name = " + ".join(name for name, _ in parts)
        self.unhurried = max(source.unhurried for _, source in parts)

    def open(self) -> About:
        opened = [part.open() for part in self.parts]
        self._refuse(opened)
        estimated = any(about.provenance is Provenance.ESTIMATED for about in opened)
        return About(
            boundary=", plus ".join(about.boundary.removesuffix(", nothing else") for about in opened),
            provenance=Provenance.ESTIMATED if estimated else Provenance.MEASURED,
            uncertainty=max(about.uncertainty for about in opened),
            detail=" | ".join(f"{p.name}: {about.detail}" for p, about in zip(self.parts, opened, strict=True)),
            not_counted="what none of these covers: disks, fans, power supply losses, screen, loudspeaker, strip",
            period=max(about.period for about in opened),
            hold=max(about.hold for about in opened),
            device=" ".join(about.device for about in opened if about.device),
        )

    def _refuse(self, opened: list[About]) -> None:
        """Raise a Fault where a sum would be no truth: of a recording, or of one thing twice."""
        if any(about.provenance is Provenance.REPLAYED for about in opened):
            raise Fault("[meter] non_overlapping: a replay cannot be added to anything.", again=False)
        names = [getattr(part.source, "name", part.name) for part in self.parts]
        if len(set(names)) < len(names):
            raise Fault(f"[meter] non_overlapping: {' and '.join(names)} would be counted twice.", again=False)

    def read(self) -> Reading:
        readings = [part.read() for part in self.parts]
        return Reading(
            sum(r.time for r in readings) / len(readings),
            sum(r.watts for r in readings),
            tuple(c for r in readings for c in r.counters),
            tuple(limit for r, p in zip(readings, self.parts, strict=True) for limit in _limits(r, p)),
        )

    def begin(self, opened_at: float) -> Reading | None:
        for part in self.parts:
            part.source.begin(opened_at)
        return None

    def close(self) -> None:
        for part in self.parts:
            part.source.close()


def _limits(reading: Reading, part: Part) -> tuple[float, ...]:
    limits = reading.limits or (part.about.limits if part.about else ())
    return limits if len(limits) == len(reading.counters) else (UNKNOWN,) * len(reading.counters)
