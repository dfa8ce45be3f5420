"""A database of SQLite, opened for reading only: the one way in which the piece looks into a ledger it does not write.

A file's path becomes an address first, so that a `#` or a `?` in a name is part of the name; opened plainly it would be
the end of it, and SQLite would begin a stray, empty file beside the one that was meant.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

WAIT = 5.0  # s for another program that holds the file


def read_only(path: Path, wait: float = WAIT) -> sqlite3.Connection:
    """A file that is there, also while somebody writes to it; to be closed by the caller.

    Raises:
        sqlite3.Error: there is no such file, or it cannot be read.
    """
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=wait)
