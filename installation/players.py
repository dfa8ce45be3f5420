"""The table of players: who plays in the piece, when each starts and leaves, and what it makes of a grain.

Settings, record, conductor and ledger take what they know of the players from here. A player of one's own is a folder
with `player.py` and, where it needs one, `player.toml`: its own line of this table, with its fields of the record. It
is data and not code, so that whoever conducts never runs anybody's file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

ROOMS = Path(__file__).resolve().parent
TABLE = "player.toml"
NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
TAKEN = ("conductor", "guest")  # they write in the record as well
MAKERS, GIVERS, KEEPERS = 0, 1, 2  # closing order: who makes joules, who gives grains, who keeps accounts


class OwnField(Struct, frozen=True, forbid_unknown_fields=True):
    """A field that a player of one's own adds to the record; a number, unless it has room for a text or a picture.

    Attributes:
        meaning: what it says, for the table of fields.
        unit: of a number or a picture.
        text: bytes of a text.
        picture: rows and columns of an array of float32.
    """

    meaning: Annotated[str, Meta(min_length=1, max_length=300)]
    unit: Annotated[str, Meta(max_length=10)] = ""
    text: Annotated[int, Meta(ge=0, le=16_000)] = 0
    picture: tuple[Annotated[int, Meta(ge=1, le=1000)], Annotated[int, Meta(ge=1, le=1000)]] | None = None


class Role(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One player, as the others know it.

    Attributes:
        name: it writes the fields of that name and no others.
        folder: where its player.py lies; empty is the room of its name in the package.
        starts: s from the start of the piece to its own.
        with_the_doors: whether it starts when the doors open instead.
        grace: s it may take before its first beat.
        leaves: closing order, MAKERS, GIVERS or KEEPERS.
        grains: what becomes of a grain with it, such as "heard"; empty is that it gives none.
        trains: whether it does the work the piece is about, so that its watts are not those of showing it.
        fields: its own fields of the record, by name without the player's.
    """

    name: str = ""
    folder: str = ""
    starts: Annotated[float, Meta(ge=0, le=60)] = 0.6
    with_the_doors: bool = False
    grace: Annotated[float, Meta(ge=1, le=600)] = 10.0
    leaves: Annotated[int, Meta(ge=MAKERS, le=KEEPERS)] = GIVERS
    grains: Annotated[str, Meta(max_length=24)] = ""
    trains: bool = False
    fields: dict[str, OwnField] = {}

    @property
    def player_file(self) -> Path:
        return Path(self.folder or ROOMS / self.name) / "player.py"


# On two cores six at once would keep the first picture waiting: the screen first, then those who give grains and the
# meter; the network last, because importing TensorFlow takes seconds.
ROLES = (
    Role(name="meter", starts=0.3, leaves=MAKERS),
    Role(name="network", with_the_doors=True, grace=60.0, leaves=MAKERS, trains=True),
    Role(name="sound", starts=0.15, grains="heard"),
    Role(name="screen", starts=0.0, grains="drawn"),
    Role(name="light", starts=0.3, grains="lit"),
    Role(name="ledger", starts=0.6, leaves=KEEPERS),
)
PLAYERS = tuple(role.name for role in ROLES)
GRAIN_PLAYERS = {role.name: role.grains for role in ROLES if role.grains}


class PlayerError(ValueError):
    """What is wrong with a player that config.toml names, as one sentence."""


def known() -> list[str]:
    """Every name of a player: those of the table, and the rooms of the package that bring a line of their own."""
    return [*PLAYERS, *sorted(f.parent.name for f in ROOMS.glob(f"*/{TABLE}") if f.parent.name not in PLAYERS)]


def is_folder(entry: str) -> bool:
    """Whether an entry of [piece] players is a path, and no name."""
    return "/" in entry or "\\" in entry


def cast(entries: Iterable[str]) -> tuple[Role, ...]:
    """The players of [piece] players, in its order.

    Raises:
        PlayerError: one has no room, or a room that cannot be used.
    """
    roles: dict[str, Role] = {}
    for entry in entries:
        role = find(entry)
        if role.name in roles and role != roles[role.name]:
            raise PlayerError(f"{entry}: two players are called {role.name!r}; give one another name in its {TABLE}.")
        roles[role.name] = role
    return tuple(roles.values())


def find(entry: str) -> Role:
    """The line of the table of one entry: a name, or the path of a folder.

    Raises:
        PlayerError: there is no such player, or its folder cannot be used.
    """
    role = next((role for role in ROLES if role.name == entry), None)
    if role is None:
        folder = Path(entry).expanduser() if is_folder(entry) else ROOMS / entry
        role = _own(folder, entry)
    if not role.player_file.is_file():
        raise PlayerError(f"{entry}: there is no player.py in {role.player_file.parent}; put one there.")
    return role


def _own(folder: Path, entry: str) -> Role:
    if not folder.is_dir():
        raise PlayerError(f"{entry}: there is no such folder; write its path from where the piece is started.")
    role = _read(folder / TABLE)
    name = role.name or folder.resolve().name
    if not NAME.fullmatch(name) or name in (*PLAYERS, *TAKEN):
        raise PlayerError(
            f"{entry}: {name!r} cannot be a player's name; use small letters, digits and _ (not a name of the piece's "
            f'own players), for the folder or as name = "..." in its {TABLE}.'
        )
    for field in role.fields:
        if not NAME.fullmatch(field):
            raise PlayerError(f"{folder / TABLE}: {field!r} cannot be a field's name; use small letters, digits and _.")
    return msgspec.structs.replace(role, name=name, folder=str(folder.resolve()))


def _read(path: Path) -> Role:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8-sig")), Role)
    except FileNotFoundError:
        return Role()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlayerError(f"{path}: this is not TOML: {error}; mend it.") from None
    except (OSError, msgspec.ValidationError) as error:
        raise PlayerError(f"{path}: {error}; correct it, or leave it out.") from None
