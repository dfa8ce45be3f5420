"""Auto takes the first meter that works, in the order of what can be trusted most; it never takes a replay.

Once it has found one it keeps to it: a card that is lost is a gap, and not a reason to say something else. Only at the
beginning a better one may still come, as when the piece starts before the graphics driver: for some minutes those that
stand before the one found are asked again, beside it and without holding it up; then it says what it settled for.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace

from ...config import ConfigError, MeterSettings
from ..source import About, Fault, Reading, Source, named

ORDER = ("nvml", "jetson", "apple", "raspberry", "rapl", "amd", "intel", "hwmon", "battery", "estimate")
ASK_FOR = 300.0  # s a better meter is waited for
ASK_EVERY = 10.0  # s


class Meter(Source):
    """The first of the meters in ORDER that opens and reads."""

    covers = "the first meter that works"

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        super().__init__(argument, settings)
        self.found: Source | None = None
        self.name = "auto"
        self.better: tuple[str, Source] | None = None
        self.over = threading.Event()
        self.why = ""  # why the first of the order is not the one

    def open(self) -> About:
        if self.better is not None:
            (self.name, self.found), self.better = self.better, None
            self.unhurried = self.found.unhurried
            self.remark = f"{self.name} is here now, and is the meter from here on."
        if self.found is not None:
            return self.found.open()
        for place, name in enumerate(ORDER):
            about = self._try(name)
            if about is not None:
                return self._taken(place, about)
        raise Fault("No meter works here, not even an estimate; see `underfoot doctor`.")

    def _taken(self, place: int, about: About) -> About:
        if not place:
            return about
        threading.Thread(target=self._ask_again, args=(ORDER[:place],), daemon=True, name="meter auto").start()
        waits = f"better meters are asked again for {ASK_FOR / 60:.0f} minutes"
        return replace(about, detail=f"{about.detail.rstrip('.')}; chosen by auto, {waits}; {ORDER[0]}: {self.why}")

    def _try(self, name: str) -> About | None:
        source, about = _opened(name, self.settings)
        if isinstance(about, Fault):
            self.why = self.why or str(about)
            return None
        self.found, self.name, self.unhurried = source, name, source.unhurried if source else 0.0
        return about

    def _ask_again(self, names: tuple[str, ...]) -> None:
        """Look for a better meter, in a thread of its own: a driver that is being loaded may keep a call waiting."""
        end = time.monotonic() + ASK_FOR
        while not self.over.wait(ASK_EVERY) and time.monotonic() < end:
            for name in names:
                source, about = _opened(name, self.settings)
                if source is not None and isinstance(about, About):
                    self.better = (name, source)
                    return
        if not self.over.is_set():
            self.remark = f"No better meter came in {ASK_FOR / 60:.0f} minutes: auto has settled for {self.name}."

    def read(self) -> Reading:
        if self.found is None:
            raise Fault("No meter was found.", lost=True)
        if self.better is not None:
            self.found.close()
            raise Fault(f"{self.better[0]} is here now, and better than {self.name}.", lost=True)
        return self.found.read()

    def close(self) -> None:
        self.over.set()
        if self.found is not None:
            self.found.close()


def _opened(name: str, settings: MeterSettings) -> tuple[Source | None, About | Fault]:
    """A source that opened and said something, or why not."""
    source: Source | None = None
    try:
        source = named(name, settings)
        about = source.open()
        source.read()
    except Fault as fault:
        if source is not None:
            source.close()
        return None, fault
    except ConfigError as error:
        return None, Fault(str(error))
    return source, about
