"""A serial port without a cable: pyserial opens one end of a pseudo-terminal, the test holds the other."""

from __future__ import annotations

import os
import select
import tty
from pathlib import Path


class PtyPort:
    """One end of a pseudo-terminal, under a name that can be pulled out and plugged in again.

    Args:
        name: a path for the port; it is a link, as in /dev/serial/by-id.
    """

    def __init__(self, name: Path) -> None:
        self.name = name
        self.plug_in()

    def plug_in(self) -> None:
        self.ours, self.theirs = os.openpty()
        tty.setraw(self.ours)
        tty.setraw(self.theirs)
        self.name.symlink_to(os.ttyname(self.theirs))

    def pull_out(self) -> None:
        """The port goes away under whoever has it open."""
        self.name.unlink()
        os.close(self.theirs)
        os.close(self.ours)

    def write(self, data: bytes) -> None:
        os.write(self.ours, data)

    def read(self, seconds: float = 0.0) -> bytes:
        """What came in, after waiting so long at most for the first of it."""
        if select.select([self.ours], [], [], seconds)[0]:
            return os.read(self.ours, 65536)
        return b""
