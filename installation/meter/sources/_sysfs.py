"""Small files of the kernel, read again and again: numbers and words under a root that tests can replace."""

from __future__ import annotations

from pathlib import Path

from ..source import Fault


def text(path: Path) -> str:
    """A file's text; empty where there is no such file."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except PermissionError:
        raise Fault(f"{path} may not be read by this user; see docs/metering.md for the rule that allows it.") from None
    except OSError as error:
        raise Fault(f"{path} cannot be read at the moment ({error.strerror}).") from None


def number(path: Path) -> float | None:
    """A file's number; None where there is none."""
    try:
        return float(text(path))
    except ValueError:
        return None


def folders(root: Path, pattern: str) -> list[Path]:
    """The folders of a class of devices, in a steady order; none where the class does not exist."""
    return sorted(path for path in root.glob(pattern) if path.is_dir()) if root.is_dir() else []
