"""A name in config.toml finds the file of that name: a plug-in is a file, and nothing else needs to know it.

In each player's room one inner folder holds the plug-ins and nothing else; a file there whose name begins with an
underscore helps one of them. A name with a path separator or ending in .py is a file anywhere, so that a workshop's
network or an artist's voice needs no fork of the piece.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from .config import HOME, ConfigError, nearest
from .players import ROOMS, Role


@dataclass(frozen=True)
class Kind:
    """One kind of plug-in.

    Attributes:
        word: what one of them is called.
        folder: where they lie, from the package's folder.
        agreed: the class or function that each file must have.
    """

    word: str
    folder: str
    agreed: str


SOURCE = Kind("meter", "meter/sources", "Meter")
NETWORK = Kind("network", "network/networks", "network")
VOICE = Kind("voice", "sound/voices", "Voice")
SCENE = Kind("scene", "screen/scenes", "Scene")
STRIP = Kind("strip", "light/strips", "Strip")
COMMAND = Kind("command", "command", "command")
KINDS = (SOURCE, NETWORK, VOICE, SCENE, STRIP, COMMAND)
FORMER = {("network", "together"): "distributed"}  # kind and former name -> the name it has now


def names(kind: Kind) -> list[str]:
    """The plug-ins of a kind: the listing of their folder, without importing any."""
    return sorted(f.stem for f in (HOME / "installation" / kind.folder).glob("*.py") if not f.stem.startswith("_"))


def plug(kind: Kind, name: str) -> ModuleType:
    """Import a plug-in.

    Args:
        kind: its kind.
        name: a file name in the kind's folder without .py, or a path to a file elsewhere.

    Raises:
        ConfigError: there is no such file, or it lacks what was agreed. Errors inside the file pass through.
    """
    file = find_file(kind, name)
    if is_path(name):
        module = _outside(file)
    else:
        module = importlib.import_module(f"installation.{kind.folder.replace('/', '.')}.{name}")
    if not hasattr(module, kind.agreed):
        raise ConfigError(f"{name}: a {kind.word} file must define {kind.agreed!r}; add it, or choose another file.")
    return module


def player_module(role: Role) -> ModuleType:
    """Import a player's player.py; the files beside it are imported with a dot, wherever the folder lies.

    Raises:
        ConfigError: it defines no class Player. Errors inside the file pass through.
    """
    folder = role.player_file.parent
    package = f"installation.{role.name}"
    if folder != ROOMS / role.name:
        package = f"player_{role.name}"
        there = sys.modules.setdefault(package, ModuleType(package))
        there.__path__ = [str(folder)]
    module = importlib.import_module(f"{package}.player")
    if not isinstance(getattr(module, "Player", None), type):
        raise ConfigError(f"{role.player_file}: it must define a class Player; see docs/a-player-of-your-own.md.")
    return module


def find_file(kind: Kind, name: str) -> Path:
    """The file of a plug-in, without importing it.

    Raises:
        ConfigError: there is no such file.
    """
    if is_path(name):
        path = Path(name).expanduser()
        if not path.is_file():
            raise ConfigError(f"{name}: there is no such file; write its path from the folder the piece is started in.")
        return path
    known = names(kind)
    if new := FORMER.get((kind.word, name)):
        raise ConfigError(f"The {kind.word} {name!r} is called {new!r} now; write that name in its place.")
    if name not in known:  # exactly: some file systems take Rain for rain
        raise ConfigError(f"{name!r} is no {kind.word}. {nearest(name, known)}")
    return HOME / "installation" / kind.folder / f"{name}.py"


def is_path(name: str) -> bool:
    """Whether a name in config.toml is a file of somebody's own, and no file of the piece."""
    return name.endswith(".py") or "/" in name or "\\" in name


def _outside(path: Path) -> ModuleType:
    """A file from anywhere, under a name that no other file has."""
    place = hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    name = f"plugged_{path.stem}_{place}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path}: this is not a Python file; give it the ending .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
