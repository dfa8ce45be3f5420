"""The machine says in one line each what it is and what the piece is made of here; no name of a person or a host."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

from . import __version__

LIBRARIES = (
    "numpy",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "torch",
    "pygame-ce",
    "sounddevice",
    "pyserial",
    "nvidia-ml-py",
    "psutil",
    "paho-mqtt",
)


def machine() -> str:
    """System, processor and number of its cores."""
    return f"{platform.system()} {platform.release()} {platform.machine()}, {processor()}, {os.cpu_count()} cores"


def processor(root: Path = Path("/proc")) -> str:
    """The processor's name as Linux gives it, else what Python knows."""
    try:
        lines = (root / "cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or "processor not known"


def versions() -> dict[str, str]:
    """The piece, Python and the libraries found, by name."""
    found = {"underfoot": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
