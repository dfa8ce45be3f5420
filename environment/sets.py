"""The sets: what is installed for performing and for testing, with a graphics card's libraries or without."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from pathlib import Path

ROOM = Path(__file__).parent
HOME = ROOM.parent
DRIVER = Path("/proc/driver/nvidia/version")


@dataclass(frozen=True)
class Set:
    """Packages that are installed together.

    Attributes:
        name: its pinned list is `NAME.txt` in this folder.
        extras: of pyproject.toml.
        fetched_mb, disk_mb: megabytes to fetch and on disk, measured on Linux x86_64, rounded up; others are near.
    """

    name: str
    extras: tuple[str, ...]
    fetched_mb: int
    disk_mb: int

    @property
    def pins(self) -> Path:
        return ROOM / f"{self.name}.txt"


RUN, TEST = ("film", "paper"), ("film", "paper", "drawings", "data", "jax", "test")
SETS = {
    each.name: each
    for each in (
        Set("cpu", ("cpu", *RUN), 450, 1800),
        Set("cuda", ("cuda", *RUN), 4000, 8000),
        Set("test-cpu", ("cpu", *TEST), 750, 2600),
        Set("test-cuda", ("cuda", *TEST), 4300, 9000),
    )
}


def chosen(purpose: str) -> Set:
    """The set for this machine.

    Args:
        purpose: "run" or "test".
    """
    tensorflow = "cuda" if DRIVER.exists() and (sys.platform, platform.machine()) == ("linux", "x86_64") else "cpu"
    return SETS[tensorflow if purpose == "run" else f"test-{tensorflow}"]
