"""What a file may not do to the process it runs in: play on in a fork, or leave it without a word.

A fork of a fit would hang, or fit as well: one that the file makes itself ends at once. Those that Python's own
multiprocessing makes, as a PyDataset with workers asks for, never come back to the file's lines, and may work.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NoReturn


class Over(BaseException):
    """The seconds of a press are over, or somebody leaves: the file's lines end here."""


leave_for_good = os._exit  # the real one, for our own lines


def behave() -> list[int]:
    """Replace fork and _exit; returns the list into which the ids of ended forks go, to be buried."""
    fork, ended = os.fork, list[int]()
    ours = os.getpid()

    def careful_fork() -> int:
        library = str(sys._getframe(1).f_globals.get("__name__", "")).startswith("multiprocessing.")
        child = fork()
        if library:
            return child
        if child == 0:
            leave_for_good(0)
        ended.append(child)
        return child

    def exit_by_word(code: int) -> NoReturn:
        if os.getpid() != ours:
            leave_for_good(code)
        raise SystemExit(code)

    os.fork, os._exit = careful_fork, exit_by_word  # type: ignore[assignment]
    return ended


def bury(ended: list[int]) -> None:
    """Let the system forget forks that ended."""
    while ended:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(ended.pop(), 0)
