"""Waiting in tests: for a condition, never a length of time, as long as a machine under four times its load takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 60.0  # s; what takes a second on a quiet machine has this long on one that does much else
LOOK_EVERY = 0.01  # s

Seen = TypeVar("Seen")


def until(
    condition: Callable[[], Seen],
    within: float = PATIENCE,
    *,
    meanwhile: Callable[[], object] = lambda: None,
    what: object = "",
    every: float = LOOK_EVERY,
) -> Seen:
    """What the condition gives as soon as it gives something true.

    Args:
        condition: is asked again and again.
        within: the limit in seconds; a test that meets it fails.
        meanwhile: what is done between two looks: a player's tick, a meter's sample.
        what: is told on failure; a function is called then.
        every: the pause between two looks in seconds.

    Raises:
        AssertionError: it did not come.
    """
    end = time.monotonic() + within
    while not (seen := condition()):
        told = what() if callable(what) else what
        assert time.monotonic() < end, f"it did not come within {within:g} s {told}".strip()
        meanwhile()
        time.sleep(every)
    return seen
