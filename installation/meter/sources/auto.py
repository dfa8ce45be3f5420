"""Auto takes the first meter that works, in the order of what can be trusted most; it never takes a replay.

Once it has found one it keeps to it: a card that is lost is a gap, and not a reason to say something else.
"""

from __future__ import annotations

from ...config import ConfigError, MeterSettings
from ..source import About, Fault, Reading, Source, named

ORDER = ("nvml", "rapl", "battery", "estimate")


class Meter(Source):
    """The first of nvml, rapl, battery, estimate that opens and reads."""

    covers = "the first of nvml, rapl, battery and estimate that works"

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.found: Source | None = None
        self.name = "auto"

    def open(self) -> About:
        if self.found is not None:
            return self.found.open()
        for name in ORDER:
            about = self._try(name)
            if about is not None:
                return about
        raise Fault("No meter works here, not even an estimate; see `underfoot doctor`.")

    def _try(self, name: str) -> About | None:
        try:
            source = named(name, self.settings)
            about = source.open()
            source.read()
        except (Fault, ConfigError):
            return None
        self.found, self.name, self.unhurried = source, name, source.unhurried
        return about

    def read(self) -> Reading:
        if self.found is None:
            raise Fault("No meter was found.", lost=True)
        return self.found.read()

    def close(self) -> None:
        if self.found is not None:
            self.found.close()
