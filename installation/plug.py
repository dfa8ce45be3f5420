"""A name in config.toml finds the file of that name: a plug-in is a file, and nothing else needs to know it.

A name with a path separator or ending in .py is a file anywhere, so that a workshop's network or an artist's voice
needs no fork of the piece.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from .config import HOME, ConfigError, nearest


def names(folder: str, agreed: str) -> list[str]:
    """The plug-ins of a folder: the files that define what was agreed, by name, without importing any."""
    files = (HOME / "installation" / folder).glob("*.py")
    return sorted(f.stem for f in files if _defines(f, agreed))


def plug(folder: str, name: str, agreed: str) -> ModuleType:
    """Import the plug-in called name of a folder.

    Args:
        folder: a player's folder, such as "meter".
        name: a file name there without .py, or a path to a file elsewhere.
        agreed: the class or function such a file must have.

    Raises:
        ConfigError: there is no such file, or it lacks what was agreed. Errors inside the file pass through.
    """
    module = _outside(Path(name)) if is_path(name) else _inside(folder, name, agreed)
    if not hasattr(module, agreed):
        raise ConfigError(f"{name}: a {folder} file must define {agreed!r}; add it, or choose another file.")
    return module


def find_file(folder: str, name: str, agreed: str) -> Path:
    """The file of a plug-in, without importing it.

    Raises:
        ConfigError: there is no such file.
    """
    if is_path(name):
        path = Path(name).expanduser()
        if not path.is_file():
            raise ConfigError(f"{name}: there is no such file; write its path from the folder the piece is started in.")
        return path
    room = HOME / "installation" / folder
    if f"{name}.py" not in (f.name for f in room.iterdir()):  # exactly: some file systems take Rain for rain
        raise ConfigError(f"{name!r} is no {folder} file. {nearest(name, names(folder, agreed))}")
    return room / f"{name}.py"


def is_path(name: str) -> bool:
    """Whether a name in config.toml is a file of somebody's own, and no file of the piece."""
    return name.endswith(".py") or "/" in name or "\\" in name


def _inside(folder: str, name: str, agreed: str) -> ModuleType:
    find_file(folder, name, agreed)
    return importlib.import_module(f"installation.{folder}.{name}")


def _defines(path: Path, agreed: str) -> bool:
    text = path.read_text(encoding="utf-8")
    return f"\nclass {agreed}" in text or f"\ndef {agreed}(" in text


def _outside(path: Path) -> ModuleType:
    path = find_file("", str(path), "")
    name = f"plugged_{path.stem}"
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
