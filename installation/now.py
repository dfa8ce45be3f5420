"""The record holds everything that is true at this moment; each field has one writer and any number of readers.

It is a memory-mapped file, because what the players share is state and not events: whoever comes late knows
everything at once, a reader that dies harms nobody, and nobody waits for a lock. The fields that players of one's own
add stand behind the others, after the lines of the table that declare them: a reader learns of them from the file.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from .field import AnyField, Block, Field, Picture, Text
from .fields import SAMPLES, Doors, Fields, MeterState, Phase, Provenance, State, of_own
from .players import GRAIN_PLAYERS, PLAYERS, Role

__all__ = [
    "GRAIN_PLAYERS",
    "PLAYERS",
    "SAMPLES",
    "Block",
    "Doors",
    "Field",
    "MeterState",
    "Now",
    "Phase",
    "Picture",
    "Provenance",
    "State",
    "Text",
]

MAGIC = b"UNDRFOOT"
VERSION = 1
HEAD = 64  # bytes: magic 8, version 4, size 4, hash of the field list 32, bytes of the own players' lines 4, spare 12
LONGEST = 1_000_000  # bytes of those lines
PAGE = 4096  # bytes

V = TypeVar("V")


@dataclass(frozen=True)
class Row:
    """One line of the table of fields."""

    name: str
    kind: str
    unit: str
    writer: str
    meaning: str


class OfPlayer(Generic[V]):
    """A field that every player has."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, view: PlayerFields, owner: type) -> V:
        value: V = view.now[f"{view.name}_{self.name}"]
        return value

    def __set__(self, view: PlayerFields, value: V) -> None:
        view.now[f"{view.name}_{self.name}"] = value


class PlayerFields:
    """What the record holds of one player, whichever it is; `grains` and `lost` only of those that give some."""

    beat = OfPlayer[float]()
    note = OfPlayer[str]()
    process = OfPlayer[float]()
    restarts = OfPlayer[float]()
    back_at = OfPlayer[float]()
    grains = OfPlayer[float]()
    lost = OfPlayer[float]()

    def __init__(self, now: Now, name: str) -> None:
        self.now, self.name = now, name

    @property
    def state(self) -> State:
        """How the conductor sees it."""
        return State(int(self.process))


class Now(Fields):
    """The record, opened by one player: it may read every field and write its own.

    Args:
        path: the file made by `Now.open_doors`.
        player: who opens it: a player's name, "conductor" or "guest".

    Raises:
        FileNotFoundError: no piece is running.
        ValueError: the file is another version's, or no record at all.

    Attributes:
        fields: every field by name.
        own_roles: the lines of the players of one's own.
    """

    __slots__ = ("inode", "path")

    fields: ClassVar[Mapping[str, AnyField]]
    asking: ClassVar[Sequence[AnyField]]  # the fields that ask for a fit
    own_roles: ClassVar[tuple[Role, ...]] = ()

    def __init__(self, path: Path, player: str = "guest") -> None:
        self.path, self.player = Path(path), player
        self.whole = {}
        with self.path.open("r+b") as file:
            layout = _layout_of(file.read(HEAD), file.read(SIZE - HEAD + LONGEST)[SIZE - HEAD :])
            if layout is None:
                raise ValueError(f"{path} is not this version's record; stop the piece and start it again.")
            if os.fstat(file.fileno()).st_size != layout.size:
                raise ValueError(f"{path} is cut short; stop the piece and start it again.")
            self.inode = os.fstat(file.fileno()).st_ino
            self.map = mmap.mmap(file.fileno(), layout.size)
        self.__class__ = layout.record  # the fields of this file, and of no other, are attributes of this record
        self.bytes = memoryview(self.map)
        self.doubles = self.bytes.cast("d")
        self.longs = self.bytes.cast("Q")
        self._mend()

    def _mend(self) -> None:
        """Round odd counters up: a writer that died in the middle of a text must not block its readers."""
        for field in self.fields.values():
            if isinstance(field, Block) and field.writer == self.player and self.longs[field.offset >> 3] & 1:
                field.write(self, b"")

    @classmethod
    def open_doors(cls, path: Path, own: Iterable[Role] = ()) -> Now:
        """Make a new, zeroed record and rename it into place; readers of an old one live on with the old one.

        Args:
            path: where.
            own: players of one's own, whose fields it holds too.
        """
        lines = _lines(own)
        layout = _lay_out(lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write((layout.head.ljust(SIZE, b"\0") + lines).ljust(layout.size, b"\0"))
        os.replace(name, path)
        return cls(path, "conductor")

    def replaced(self) -> bool:
        """Whether another record stands at the path by now."""
        try:
            return self.path.stat().st_ino != self.inode
        except FileNotFoundError:
            return True

    def __getitem__(self, name: str) -> Any:
        return getattr(self, self._known(name))

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, self._known(name), value)

    def _known(self, name: str) -> str:
        if name not in self.fields:
            raise KeyError(f"The record has no field {name!r}; `underfoot now` lists them.")
        return name

    def of(self, player: str) -> PlayerFields:
        """What the record holds of one player."""
        return PlayerFields(self, player)

    @property
    def mine(self) -> PlayerFields:
        """What the record holds of the player who opened it."""
        return PlayerFields(self, self.player)

    @property
    def players(self) -> tuple[str, ...]:
        """Every player that has fields here, one's own among them."""
        return (*PLAYERS, *(role.name for role in self.own_roles))

    @property
    def presses(self) -> float:
        """The sum of all fields that ask for a fit."""
        return sum(float(self.doubles[field.offset >> 3]) for field in self.asking)

    def press(self) -> None:
        """Ask for a fit in one's own field."""
        name = f"{self.player}_presses"
        self[name] = self[name] + 1

    def table(self) -> Iterator[Row]:
        """The fields of this record as rows."""
        return table(self.fields)

    def close(self) -> None:
        """Let go of the file; the record itself stays."""
        self.doubles.release()
        self.longs.release()
        self.bytes.release()
        self.map.close()


@dataclass(frozen=True)
class Layout:
    """Where everything stands in one record's file.

    Attributes:
        record: Now, with the fields of the players of one's own.
        size: bytes of the file.
        head: its first bytes.
    """

    record: type[Now]
    size: int
    head: bytes


def _place(fields: Iterable[AnyField], offset: int) -> int:
    for field in fields:
        field.offset = offset
        offset += field.room
    return offset


def _whole_pages(size: int) -> int:
    return (size + PAGE - 1) // PAGE * PAGE


def _lines(own: Iterable[Role]) -> bytes:
    """The lines of the table that a record holds."""
    roles = tuple(own)
    return msgspec.json.encode(roles) if roles else b""


def _lay_out(lines: bytes) -> Layout:
    """The layout of a record that holds these lines.

    Raises:
        msgspec.MsgspecError: they are none.
    """
    roles = msgspec.json.decode(lines, type=tuple[Role, ...]) if lines else ()
    own = {name: field for role in roles for name, field in of_own(role).items()}
    record: type[Now] = Now
    if own:
        record = type("Now", (Now,), {"__slots__": (), **own, **_looked_up(FIELDS | own), "own_roles": roles})
    size = _whole_pages(_place(own.values(), SIZE + (len(lines) + 7) // 8 * 8)) if own else SIZE
    listing = ";".join(f"{f.name}:{f.kind}:{f.room}:{f.unit}:{f.writer}" for f in record.fields.values())
    digest = hashlib.sha256(listing.encode() + lines).digest()
    return Layout(record, size, struct.pack("<8sII32sI12x", MAGIC, VERSION, size, digest, len(lines)))


def _layout_of(head: bytes, behind: bytes) -> Layout | None:
    """The layout of a file, by its head and what stands behind the fields that all records have."""
    if head[:8] != MAGIC or len(head) < HEAD:
        return None
    length = struct.unpack("<8sII32sI12x", head)[4]
    try:
        layout = _lay_out(behind[:length])
    except msgspec.MsgspecError:
        return None
    return layout if layout.head == head else None


def _looked_up(fields: Mapping[str, AnyField]) -> dict[str, Any]:
    return {"fields": fields, "asking": [f for name, f in fields.items() if name.endswith("_presses")]}


FIELDS: dict[str, AnyField] = {n: f for n, f in vars(Fields).items() if isinstance(f, Field | Block)}
SIZE = _whole_pages(_place(FIELDS.values(), HEAD))
for _name, _value in _looked_up(FIELDS).items():
    setattr(Now, _name, _value)


def table(fields: Mapping[str, AnyField] = FIELDS) -> Iterator[Row]:
    """Fields as rows, in the order of their declaration; without an argument, those that all records have."""
    kinds = {"d": "number", "t": "text", "p": "picture"}
    for name, field in fields.items():
        yield Row(name, kinds[field.kind], field.unit, field.writer, field.meaning)


def default_path() -> Path:
    """Where the record lies unless UNDERFOOT_NOW says otherwise: in memory, where there is such a file system."""
    if path := os.environ.get("UNDERFOOT_NOW"):
        return Path(path)
    memory = Path("/dev/shm")
    user = os.getuid() if hasattr(os, "getuid") else "user"
    room = memory if sys.platform == "linux" and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    return room / f"underfoot-{user}" / "now"
