"""A source of watts is one file of this folder with one class `Meter(Source)`.

It opens something, reads it, and says what the reading covers. It does not judge: whether a reading can be believed,
what is a gap and when to try again is decided in one place for all of them (`integrator`, `session`). A source may
block and may fail; it is called in a thread of its own and never by the beat of the player.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..config import ConfigError
from ..guard import attempt, plain
from ..now import Provenance
from ..plug import SOURCE, find_file, is_path, plug

if TYPE_CHECKING:
    from ..config import MeterSettings

UNKNOWN = float("inf")
STUCK = 0.5  # s
BEGINNING = 5.0  # s a source of somebody's own may take to be made
T = TypeVar("T")


def limit_of_all(limits: tuple[float, ...]) -> float:
    """W several parts can draw at once; 0 if that is not known."""
    total = sum(limits)
    return total if 0 < total < UNKNOWN else 0.0


@dataclass(frozen=True)
class Reading:
    """What a source says at one moment.

    Attributes:
        time: monotonic s.
        watts: W; not a number where the source has only counters.
        counters: J, one for each part of the source, each of which only grows; empty where there are none.
        limits: W, what each counter's part may draw now; empty is as the source said when it was opened.
    """

    time: float
    watts: float
    counters: tuple[float, ...] = ()
    limits: tuple[float, ...] = ()


@dataclass(frozen=True)
class About:
    """What the readings of an opened source are.

    Attributes:
        boundary: what they cover, as the wall says it.
        detail: device, driver, sensor: what a reader needs to judge the number.
        not_counted: what they leave out.
        origin: of a replay, date and machine of the recording.
        provenance: the word that goes with them.
        uncertainty: half width of the interval around them, as a fraction.
        period: s between two new values of the sensor; 0 is not known or continuous.
        hold: s that two readings may lie apart and still be joined by a straight line (only without counters).
        limits: W, the most each counter's part can draw, in the order of Reading.counters.
        resolution: W, the smallest step of the watts; 0 is not known.
        zeros: whether 0 W can be true; a wall plug that says so once usually is not.
        held: whether the watts hold until the next reading, instead of running straight to it.
        device: which device is covered, as others name it: a card's UUID, several with spaces between, "processor",
            "machine", "wall"; empty is not known. A counter is only carried over a loss of the same device.
        full_watts: W of full power where no device can say its limit: a recording's own range.
    """

    boundary: str
    provenance: Provenance
    uncertainty: float
    detail: str = ""
    not_counted: str = ""
    origin: str = ""
    period: float = 0.0
    hold: float = 1.0
    limits: tuple[float, ...] = ()
    resolution: float = 0.0
    zeros: bool = True
    held: bool = False
    device: str = ""
    full_watts: float = 0.0

    @property
    def power_limit(self) -> float:
        """W, of all parts together; 0 if not known, as the record has it."""
        return self.full_watts or limit_of_all(self.limits)


class Fault(Exception):  # noqa: N818  (what a meter says, not an error of the code)
    """Why there is no reading, as one sentence for the wall.

    Args:
        sentence: what is wrong and what helps.
        lost: whether the source is gone and must be opened anew; otherwise it may answer next time.
        again: whether it makes sense to try again.
        gap: whether what is between the readings before and after is not known and must not be bridged.
        counts_on: whether the source's counter may have gone on meanwhile, so that it is worth looking at afterwards.
        ended: whether there is nothing more to read, and nothing wrong: a recording's end.
    """

    def __init__(
        self,
        sentence: str,
        *,
        lost: bool = False,
        again: bool = True,
        gap: bool = False,
        counts_on: bool = False,
        ended: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.lost, self.again, self.gap = lost, again and not ended, gap or lost or ended
        self.counts_on, self.ended = counts_on, ended


class Source:
    """One source of watts; a meter's file defines `class Meter(Source)`.

    Args:
        argument: what stands behind the colon of its name in config.toml: a path, an address, a list of cards.
        settings: the section [meter].
    """

    covers = ""
    unhurried = 0.0  # s that must lie between two readings even if config.toml asks for more
    pushed = False  # whether values come by themselves, so that looking often costs nothing and is right
    remark = ""  # a sentence the wall is told for a while, though there is a reading

    def __init__(self, argument: str, settings: MeterSettings) -> None:
        self.argument, self.settings = argument, settings

    def open(self) -> About:
        """Open it.

        Raises:
            Fault: it is not there; the sentence says what helps.
        """
        raise NotImplementedError

    def read(self) -> Reading:
        """The newest value.

        Raises:
            Fault: there is none.
        """
        raise NotImplementedError

    def begin(self, opened_at: float) -> Reading | None:
        """The doors opened at this monotonic time; a replay begins now and says with what."""
        return None

    def close(self) -> None:
        """Let go of it."""


class Guarded(Source):
    """A source of somebody's own: whatever goes wrong in its file is a fault, with file and line.

    Args:
        source: it.
        path: its file.
    """

    def __init__(self, source: Source, path: Path) -> None:
        super().__init__(source.argument, source.settings)
        self.source, self.path = source, path
        self.name = str(getattr(source, "name", path.name))
        self.unhurried, self.pushed = source.unhurried, source.pushed

    def _ask(self, call: Callable[[], object], kind: type[T]) -> T:
        given: list[object] = []
        error = attempt(0, lambda: given.append(call()))
        if isinstance(error, Fault):
            raise error
        if error is not None:
            raise Fault(plain(error, self.path), lost=True)
        if not isinstance(given[0], kind):
            raise Fault(f"{self.path.name}: it must give {kind.__name__}, not {type(given[0]).__name__}.", lost=True)
        return given[0]

    def open(self) -> About:
        return self._ask(self.source.open, About)

    def read(self) -> Reading:
        return self._ask(lambda: _numbers(self.source.read()), Reading)

    def begin(self, opened_at: float) -> Reading | None:
        first = self._ask(lambda: (self.source.begin(opened_at),), tuple)[0]
        return first if isinstance(first, Reading) else None

    def close(self) -> None:
        attempt(BEGINNING, self.source.close)


def _numbers(reading: object) -> object:
    """A reading in plain floats; numpy's, or texts that are numbers, will do."""
    if not isinstance(reading, Reading):
        return reading
    counters, limits = tuple(map(float, reading.counters)), tuple(map(float, reading.limits))
    return Reading(float(reading.time), float(reading.watts), counters, limits)


def split(name: str) -> tuple[str, str]:
    """A name as it stands in config.toml, such as `shelly:192.168.1.20`, as file and argument."""
    kind, _, argument = name.partition(":")
    return kind.strip(), argument.strip()


def named(name: str, settings: MeterSettings) -> Source:
    """The source of a name.

    Raises:
        ConfigError: there is no such file, or it is not a meter.
    """
    kind, argument = split(name)
    if not is_path(kind):
        return _made(kind, argument, settings)
    made: list[Source] = []
    if error := attempt(BEGINNING, lambda: made.append(_made(kind, argument, settings))):
        raise ConfigError(plain(error, find_file(SOURCE, kind)))
    return Guarded(made[0], find_file(SOURCE, kind))


def _made(kind: str, argument: str, settings: MeterSettings) -> Source:
    source = plug(SOURCE, kind).Meter(argument, settings)
    if not isinstance(source, Source):
        raise ConfigError(
            f"{kind}: its class Meter must be a Source of installation.meter.source; see docs/metering.md."
        )
    return source


def midpoint(began: float) -> float:
    """When a value was most likely taken, monotonic s: half way through the call; at its end if the call was stuck."""
    ended = time.monotonic()
    return ended if ended - began > STUCK else (began + ended) / 2
