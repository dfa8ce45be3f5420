"""A finding is one line of `underfoot doctor`: what is here or missing, and what to do about it.

Each player's folder has a `check.py` with `check(config) -> list[Finding]`, so that the doctor knows no device by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One line of the doctor.

    Attributes:
        name: what was looked at, such as "meter nvml".
        state: "ok", "missing" (the piece goes on without it), or "wrong" (it must be mended before the show).
        detail: what was found, in one sentence.
        remedy: what to do, in one sentence; empty when nothing is to be done.
    """

    name: str
    state: Literal["ok", "missing", "wrong"]
    detail: str
    remedy: str = ""
