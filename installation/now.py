"""The record holds everything that is true at this moment; each field has one writer and any number of readers.

It is a memory-mapped file, because what the players share is state and not events: whoever comes late knows
everything at once, a reader that dies harms nobody, and nobody waits for a lock. Single numbers are stored as
aligned 8-byte floats, which are never torn. Texts and pictures carry an odd/even version counter and a check
value, so that a half-written one is never returned.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = b"UNDRFOOT"
VERSION = 1
HEAD = 64  # bytes: magic 8, version 4, size 4, hash of the field list 32, spare 16
PLAYERS = ("meter", "network", "sound", "screen", "light", "ledger")
GRAIN_PLAYERS = {"sound": "heard", "screen": "drawn", "light": "lit"}
SAMPLES = 128  # rows of the ring of meter samples: 6.4 s at 20 Hz


class Provenance(IntEnum):
    """Where a number comes from; the wall always says which."""

    NO_READING = 0
    MEASURED = 1
    ESTIMATED = 2
    REPLAYED = 3


class MeterState(IntEnum):
    """How the meter is."""

    LOST = 0
    OK = 1
    STALE = 2
    RECOVERING = 3


class Phase(IntEnum):
    """What the network does."""

    RESTING = 0
    PREPARING = 1
    FITTING = 2
    SETTLED = 3
    SPENT = 4
    UNABLE = 5


class Doors(IntEnum):
    """Whether the piece performs."""

    SHUT = 0
    OPEN = 1
    CLOSING = 2


class State(IntEnum):
    """How the conductor sees a player."""

    STOPPED = 0
    STARTING = 1
    PLAYING = 2
    BACKOFF = 3
    STOPPING = 4


class Field:
    """One number: a float64, written whole."""

    kind = "d"

    def __init__(self, unit: str, *, writer: str, meaning: str) -> None:
        self.unit, self.writer, self.meaning = unit, writer, meaning
        self.name, self.offset, self.room = "", 0, 8

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, now: None, owner: type) -> Field: ...
    @overload
    def __get__(self, now: Now, owner: type) -> float: ...
    def __get__(self, now: Now | None, owner: type) -> Field | float:
        return self if now is None else now.doubles[self.offset >> 3]

    def __set__(self, now: Now, value: float) -> None:
        if now.player != self.writer:
            raise PermissionError(f"now.{self.name} is written by {self.writer} alone, not by {now.player}.")
        now.doubles[self.offset >> 3] = value


class Block:
    """Bytes behind a version counter: odd while being written; with length and check value beside it."""

    kind = "b"
    unit = ""

    def __init__(self, room: int, *, writer: str, meaning: str) -> None:
        self.writer, self.meaning = writer, meaning
        self.bytes_room = room
        self.name, self.offset, self.room = "", 0, 16 + (room + 7) // 8 * 8

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def write(self, now: Now, data: bytes) -> None:
        if now.player != self.writer:
            raise PermissionError(f"now.{self.name} is written by {self.writer} alone, not by {now.player}.")
        at = self.offset >> 3
        count = now.longs[at] | 1
        now.longs[at] = count
        now.longs[at + 1] = len(data) << 32 | zlib.crc32(data)
        now.bytes[self.offset + 16 : self.offset + 16 + len(data)] = data
        now.longs[at] = (count + 1) & 0xFFFFFFFFFFFFFFFF

    def read(self, now: Now) -> bytes:
        """The newest whole copy; after three torn tries the last whole one seen by this reader."""
        at = self.offset >> 3
        for _ in range(3):
            count = now.longs[at]
            seal = now.longs[at + 1]
            length = seal >> 32
            if count & 1 or length > self.bytes_room:
                continue
            data = bytes(now.bytes[self.offset + 16 : self.offset + 16 + length])
            if now.longs[at] == count and zlib.crc32(data) == seal & 0xFFFFFFFF:
                now.whole[self.name] = data
                return data
        return now.whole.get(self.name, b"")


class Text(Block):
    """A short UTF-8 text; a longer one is cut at a character."""

    kind = "t"

    @overload
    def __get__(self, now: None, owner: type) -> Text: ...
    @overload
    def __get__(self, now: Now, owner: type) -> str: ...
    def __get__(self, now: Now | None, owner: type) -> Text | str:
        return self if now is None else self.read(now).decode("utf-8", "replace")

    def __set__(self, now: Now, value: str) -> None:
        # No library draws or stores a zero character: from wherever it comes, it goes no further than here.
        data = value.replace("\0", "\ufffd").encode("utf-8", "replace")[: self.bytes_room]
        self.write(now, data.decode("utf-8", "ignore").encode())


class Picture(Block):
    """A small array (rows, columns) of a fixed type."""

    kind = "p"

    def __init__(
        self, rows: int, columns: int, dtype: Literal["f4", "f8", "u1"], *, writer: str, meaning: str, unit: str = ""
    ) -> None:
        self.shape, self.dtype, self.unit = (rows, columns), dtype, unit
        super().__init__(rows * columns * int(dtype[1]), writer=writer, meaning=meaning)

    @overload
    def __get__(self, now: None, owner: type) -> Picture: ...
    @overload
    def __get__(self, now: Now, owner: type) -> NDArray[Any]: ...
    def __get__(self, now: Now | None, owner: type) -> Picture | NDArray[Any]:
        if now is None:
            return self
        import numpy as np

        data = self.read(now)
        if len(data) != self.bytes_room:
            return np.zeros(self.shape, self.dtype)
        return np.frombuffer(data, self.dtype).reshape(self.shape)

    def __set__(self, now: Now, value: NDArray[Any]) -> None:
        import numpy as np

        array = np.ascontiguousarray(value, self.dtype)
        if array.shape != self.shape:
            raise ValueError(f"now.{self.name} has the shape {self.shape}, not {array.shape}.")
        self.write(now, array.tobytes())


AnyField = Field | Block


@dataclass(frozen=True)
class Row:
    """One line of the table of fields."""

    name: str
    kind: str
    unit: str
    writer: str
    meaning: str


class Fields:
    """The data dictionary: what the players know of each other, and nothing else."""

    __slots__ = ()  # so that a name nobody declared is refused, and not kept where no other player sees it

    # -- the meter
    watts = Field("W", writer="meter", meaning="power drawn at this moment, within the boundary")
    joules = Field("J", writer="meter", meaning="energy within the boundary since the doors opened")
    sampled_at = Field("s", writer="meter", meaning="monotonic time of the newest sample")
    meter_period = Field("s", writer="meter", meaning="time between two samples; the players run this far behind")
    provenance = Field("", writer="meter", meaning="0 no reading, 1 measured, 2 estimated, 3 replayed")
    uncertainty = Field(
        "1", writer="meter", meaning="half width of the interval around watts, as a fraction; 0 is not known"
    )
    meter_state = Field("", writer="meter", meaning="0 lost, 1 ok, 2 stale, 3 recovering")
    gap_seconds = Field(
        "s", writer="meter", meaning="time without a reading since the doors opened, left out of joules"
    )
    power_limit = Field("W", writer="meter", meaning="the most the source can draw by its own word; 0 if not known")
    meter_name = Text(80, writer="meter", meaning="the meter that is the source of the grains")
    boundary = Text(200, writer="meter", meaning="what the reading covers")
    not_counted = Text(300, writer="meter", meaning="what is not in this number")
    origin = Text(200, writer="meter", meaning="of a replay: date and machine of the recording")
    meter_detail = Text(300, writer="meter", meaning="device, driver, sensor: what a reader needs to judge the number")
    segments = Field("1", writer="meter", meaning="unbroken stretches of counting since the doors opened")
    newest_gap = Text(240, writer="meter", meaning="length and reason of the newest gap in the readings")
    own_watts = Field(
        "W", writer="meter", meaning="what the piece itself draws beside the fit, as far as it can be estimated"
    )
    own = Text(300, writer="meter", meaning="the same in words, player by player; always estimated")
    beside_watts = Field("W", writer="meter", meaning="power by the first meter beside the source; never added")
    beside_joules = Field("J", writer="meter", meaning="energy by that meter since the doors opened; never added")
    beside_provenance = Field("", writer="meter", meaning="where that number comes from, as in provenance")
    beside = Text(
        400, writer="meter", meaning="other meters that run beside the source: name, watts, boundary; never added"
    )
    samples = Picture(
        SAMPLES,
        7,
        "f8",
        writer="meter",
        meaning="newest samples, newest last: time s, joules, watts, provenance, phase, depth in the fit 0-1, weights",
    )
    # -- the network
    phase = Field("", writer="network", meaning="0 resting, 1 preparing, 2 fitting, 3 settled, 4 spent, 5 unable")
    network = Text(80, writer="network", meaning="name of the network")
    about = Text(400, writer="network", meaning="one sentence: what the network is and where its shape comes from")
    source = Text(65_536, writer="network", meaning="the lines of code that run, as the wall shows them")
    fit_line = Text(400, writer="network", meaning="the line that calls fit, as it runs")
    detail = Text(200, writer="network", meaning="how the fit runs: backend, device, precision, compiled or not")
    preparing = Text(200, writer="network", meaning="what is being done while the phase is preparing")
    parameters = Field("1", writer="network", meaning="number of weights of the network")
    epoch = Field("1", writer="network", meaning="epoch that runs, from 1")
    epochs = Field("1", writer="network", meaning="epochs of this fit")
    batch = Field("1", writer="network", meaning="batch that runs within the epoch, from 1")
    batches = Field("1", writer="network", meaning="batches of one epoch")
    updates = Field("1", writer="network", meaning="batches trained since the doors opened; only grows")
    loss = Field(
        "1",
        writer="network",
        meaning="how wrong the network is on the rows of this batch; after a fit, of its last epoch",
    )
    accuracy = Field("1", writer="network", meaning="share right on the rows of this epoch, as a fraction")
    seen = Field("1", writer="network", meaning="after a fit: share right on the rows it was shown")
    unseen = Field("1", writer="network", meaning="after a fit: share right on as many rows it never saw")
    chance = Field(
        "1", writer="network", meaning="share right that guessing gets, where the answers are random; 0 where not said"
    )
    asked = Field("1", writer="network", meaning="after a fit: rows each of these two numbers rests on, at most")
    unseen_from = Field(
        "",
        writer="network",
        meaning="which rows it never saw were asked: 0 not asked yet, 1 new rows, 2 rows the file holds out, 3 none",
    )
    measures = Text(1000, writer="network", meaning="newest loss and metrics by Keras's own names, as JSON")
    learned = Text(
        2000,
        writer="network",
        meaning="after a fit: a JSON list of name, kind (share right or value), seen and unseen of each metric",
    )
    operations = Field(
        "1",
        writer="network",
        meaning="floating-point operations of one step, by the formula of its layers; 0 is not counted",
    )
    batch_rows = Field("1", writer="network", meaning="rows of a batch, of the data that came; 0 is not known")
    fits = Field(
        "1", writer="network", meaning="fits begun since the doors opened: one a press, whatever its file calls"
    )
    fit_began_at = Field("s", writer="network", meaning="monotonic time at which the newest fit began")
    fit_ended_at = Field("s", writer="network", meaning="monotonic time at which it ended; 0 while it runs")
    fit_seconds = Field("s", writer="network", meaning="length of the newest fit")
    fit_updates = Field("1", writer="network", meaning="batches trained in the newest fit; nan where nobody tells")
    fit_rows = Field("1", writer="network", meaning="rows trained on in the newest fit; nan where nobody tells")
    fit_calls = Field(
        "1", writer="network", meaning="calls of fit in the newest fit; batches or loops of the file's own are one each"
    )
    fit_parts = Text(
        14_000,
        writer="network",
        meaning="those calls as a JSON list: what, network, line, seconds, joules, epochs, updates, rows, measures",
    )
    fit_began_with = Field(
        "J", writer="network", meaning="joules counted when the newest fit began; nan where no sample says it"
    )
    fit_joules = Field(
        "J",
        writer="network",
        meaning="energy within the boundary from its begin to its end; nan where nothing was read",
    )
    fit_provenance = Field("", writer="network", meaning="where those joules come from, as in provenance")
    fit_ended = Text(
        40, writer="network", meaning="how the newest fit ended: whole, stopped, not a number, no memory, error"
    )
    rung = Field("1", writer="network", meaning="which network of the ladder, from 1")
    rungs = Field("1", writer="network", meaning="networks of the ladder")
    answered = Field("1", writer="network", meaning="presses answered, by a fit or by a word; only grows")
    weights = Picture(100, 32, "f4", writer="network", meaning="the first layer, or the part of it that fits")
    # -- the sound
    sound_grains = Field("1", writer="sound", meaning="grains heard since the doors opened")
    sound_lost = Field("1", writer="sound", meaning="grains due that were never heard")
    sound_underflows = Field("1", writer="sound", meaning="breaks in the sound that were noticed")
    sound_load = Field("1", writer="sound", meaning="time to make a block, as a fraction of the block")
    sound_latency = Field("s", writer="sound", meaning="latency the device reports")
    sound_device = Text(120, writer="sound", meaning="where the sound goes: a device or a file")
    # -- the screen
    screen_grains = Field("1", writer="screen", meaning="grains drawn since the doors opened")
    screen_lost = Field("1", writer="screen", meaning="grains due that were never drawn")
    screen_presses = Field("1", writer="screen", meaning="presses of the space bar, mouse or touch; only grows")
    screen_quit = Field("1", writer="screen", meaning="times somebody asked at the window to end the piece; only grows")
    frames = Field("1", writer="screen", meaning="pictures drawn")
    frame_time = Field("s", writer="screen", meaning="time to draw a picture, median of the last second")
    frame_time_p99 = Field("s", writer="screen", meaning="the same, 99th percentile of the last ten seconds")
    passage = Text(80, writer="screen", meaning="id of the passage on the wall; empty when there is none")
    caption = Text(300, writer="screen", meaning="what the wall says at its foot")
    # -- the light
    light_grains = Field("1", writer="light", meaning="grains lit since the doors opened, counted from frames given")
    light_lost = Field("1", writer="light", meaning="grains due that were never lit")
    light_presses = Field("1", writer="light", meaning="presses of the strip's button; only grows")
    light_frames = Field("1", writer="light", meaning="frames given to the strip, acknowledged where it can say so")
    light_refused = Field("1", writer="light", meaning="frames the strip refused or never acknowledged")
    light_scale = Field(
        "1", writer="light", meaning="share of the asked brightness the strip gives, as it says; 1 is all"
    )
    light_held = Field("1", writer="light", meaning="share of LEDs that do not yet show what was asked, as it says")
    light_watts = Field("W", writer="light", meaning="what the strip draws by its power model: estimated")
    light_presence = Field("", writer="light", meaning="the strip's sensor: 1 somebody is there, 0 nobody or no sensor")
    light_device = Text(120, writer="light", meaning="the strip: device, port")
    leds = Field("1", writer="light", meaning="number of LEDs")
    pixels = Picture(
        600,
        3,
        "u1",
        writer="light",
        meaning="the strip, red green blue, linear light, read back from the bytes that go out, times light_scale",
    )
    # -- the ledger
    ledger_rows = Field("1", writer="ledger", meaning="seconds written to the ledger since the doors opened")
    earlier_joules = Field("J", writer="ledger", meaning="energy in today's ledger before the doors opened")
    # -- the conductor
    doors = Field("", writer="conductor", meaning="0 shut, 1 open, 2 closing")
    opened_at = Field("s", writer="conductor", meaning="monotonic time at which the doors opened; 0 before")
    opened_on = Field("s", writer="conductor", meaning="the same as wall-clock time, seconds since 1970")
    joules_per_grain = Field("J", writer="conductor", meaning="energy of one grain")
    allowance_joules = Field("J", writer="conductor", meaning="energy the piece may use today; 0 is no limit")
    spent_joules = Field("J", writer="conductor", meaning="energy used today")
    conductor_presses = Field(
        "1", writer="conductor", meaning="presses made by the clock (run --fit-every); only grows"
    )
    conductor_beat = Field("s", writer="conductor", meaning="monotonic time the conductor was last alive")
    # -- guests: a shell, a sketch
    guest_presses = Field("1", writer="guest", meaning="presses from a shell or a sketch; only grows")
    # -- each player
    for _player in PLAYERS:
        locals()[f"{_player}_beat"] = Field("s", writer=_player, meaning=f"monotonic time the {_player} was last alive")
        locals()[f"{_player}_note"] = Text(
            240, writer=_player, meaning=f"what is wrong with the {_player}, in one sentence; empty when nothing is"
        )
        locals()[f"{_player}_process"] = Field(
            "", writer="conductor", meaning=f"the {_player}: 0 stopped, 1 starting, 2 playing, 3 back-off, 4 stopping"
        )
        locals()[f"{_player}_restarts"] = Field(
            "1", writer="conductor", meaning=f"how often the {_player} was brought back"
        )
        locals()[f"{_player}_back_at"] = Field(
            "s", writer="conductor", meaning=f"monotonic time at which the {_player} is tried again"
        )
    del _player


class Now(Fields):
    """The record, opened by one player: it may read every field and write its own.

    Args:
        path: the file made by `Now.open_doors`.
        player: who opens it, one of PLAYERS, "conductor" or "guest".

    Raises:
        FileNotFoundError: no piece is running.
        ValueError: the file is another version's, or no record at all.
    """

    __slots__ = ("bytes", "doubles", "inode", "longs", "map", "path", "player", "whole")

    def __init__(self, path: Path, player: str = "guest") -> None:
        self.path, self.player = Path(path), player
        self.whole: dict[str, bytes] = {}
        with self.path.open("r+b") as file:
            head = file.read(HEAD)
            if head != _head():
                raise ValueError(f"{path} is not this version's record; stop the piece and start it again.")
            if os.fstat(file.fileno()).st_size != SIZE:
                raise ValueError(f"{path} is cut short; stop the piece and start it again.")
            self.inode = os.fstat(file.fileno()).st_ino
            self.map = mmap.mmap(file.fileno(), SIZE)
        self.bytes = memoryview(self.map)
        self.doubles = self.bytes.cast("d")
        self.longs = self.bytes.cast("Q")
        self._mend()

    def _mend(self) -> None:
        """Round odd counters up: a writer that died in the middle of a text must not block its readers."""
        for field in FIELDS.values():
            if isinstance(field, Block) and field.writer == self.player and self.longs[field.offset >> 3] & 1:
                field.write(self, b"")

    @classmethod
    def open_doors(cls, path: Path) -> Now:
        """Make a new, zeroed record and rename it into place; readers of an old one live on with the old one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(_head().ljust(SIZE, b"\0"))
        os.replace(name, path)
        return cls(path, "conductor")

    def replaced(self) -> bool:
        """Whether another record stands at the path by now."""
        try:
            return self.path.stat().st_ino != self.inode
        except FileNotFoundError:
            return True

    def __getitem__(self, name: str) -> Any:
        return getattr(self, _known(name))

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, _known(name), value)

    @property
    def presses(self) -> float:
        """The sum of all fields that ask for a fit."""
        return sum(self.doubles[field.offset >> 3] for field in PRESSES)

    def press(self) -> None:
        """Ask for a fit in one's own field."""
        name = f"{self.player}_presses"
        self[name] = self[name] + 1

    def close(self) -> None:
        """Let go of the file; the record itself stays."""
        self.doubles.release()
        self.longs.release()
        self.bytes.release()
        self.map.close()


def _known(name: str) -> str:
    if name not in FIELDS:
        raise KeyError(f"The record has no field {name!r}; `underfoot now` lists them.")
    return name


def _lay_out() -> tuple[dict[str, AnyField], int]:
    fields: dict[str, AnyField] = {}
    offset = HEAD
    for name, field in vars(Fields).items():
        if isinstance(field, Field | Block):
            fields[name] = field
            field.offset = offset
            offset += field.room
    return fields, offset


def _head() -> bytes:
    listing = ";".join(f"{f.name}:{f.kind}:{f.room}:{f.unit}:{f.writer}" for f in FIELDS.values())
    digest = hashlib.sha256(listing.encode()).digest()
    return struct.pack("<8sII32s16x", MAGIC, VERSION, SIZE, digest)


FIELDS, SIZE = _lay_out()
PRESSES = [f for name, f in FIELDS.items() if name.endswith("_presses")]
SIZE = (SIZE + 4095) // 4096 * 4096


def table() -> Iterator[Row]:
    """The fields as rows, in the order of their declaration."""
    kinds = {"d": "number", "t": "text", "p": "picture"}
    for name, field in FIELDS.items():
        yield Row(name, kinds[field.kind], field.unit, field.writer, field.meaning)


def monotonic() -> float:
    """Seconds that never jump, shared by all processes of one boot."""
    return time.monotonic()


def default_path() -> Path:
    """Where the record lies unless UNDERFOOT_NOW says otherwise: in memory, where there is such a file system."""
    if path := os.environ.get("UNDERFOOT_NOW"):
        return Path(path)
    memory = Path("/dev/shm")
    user = os.getuid() if hasattr(os, "getuid") else "user"
    room = memory if sys.platform == "linux" and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    return room / f"underfoot-{user}" / "now"
