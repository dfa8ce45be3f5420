"""The rows of the ledger, as the record says them: one for a second, one for a press."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Any

from ..now import GRAIN_PLAYERS, Now
from ..score.grains import grains_due
from .book import Reading, Row
from .seconds import Stretch


def stretch_row(now: Now, part: Stretch, reading: Reading, missing: Iterable[str]) -> Row:
    """A second, or the part of one that one provenance covers.

    Args:
        now: the record.
        part: its time and energy.
        reading: where the numbers come from.
        missing: the players that are not there.
    """
    watts = part.watts
    return {
        "second": part.second,
        "provenance": int(part.provenance),
        "utc": _utc(part.at),
        "at": part.at,
        "seconds": part.seconds,
        "watts_mean": sum(watts) / len(watts) if watts else None,
        "watts_min": min(watts, default=None),
        "watts_max": max(watts, default=None),
        "joules": part.joules,
        "joules_fitting": part.joules_fitting,
        "joules_total": part.joules_total,
        "reading": reading,
        "phase": int(part.phase),
        "network": now.network,
        "parameters": int(part.parameters),
        "meter_state": int(now.meter_state),
        "gap_seconds": now.gap_seconds,
        **_grains(now),
        "missing": " ".join(missing),
        "own_watts": _known(now.own_watts),
        "beside_joules": _known(now.beside_joules),
        "beside_provenance": int(now.beside_provenance),
    }


def press_row(now: Now, reading: Reading, gap: float) -> Row:
    """The newest press that was answered by a fit, as far as it is known by now.

    Args:
        now: the record.
        reading: where its joules come from.
        gap: s of it without a reading.
    """
    after: dict[str, Any] = {
        "seconds": now.fit_seconds,
        "joules": _known(now.fit_joules),
        "rest_watts": _known(now.fit_rest_watts),
        "rest_joules": _known(now.fit_rest_joules),
        "gap_seconds": gap,
        "loss": _known(now.loss),
        "seen": _known(now.seen),
        "unseen": _known(now.unseen),
        "asked": int(_known(now.asked) or 0),
        "unseen_from": int(now.unseen_from),
        "learned": now.learned,
        "rows": _counted(now.fit_rows),
        "calls": int(now.fit_calls),
        "parts": now.fit_parts,
        "ended": now.fit_ended,
    }
    return {
        "number": int(now.fits),
        "network": now.network,
        "parameters": int(now.parameters),
        "code": now.source,
        "fit_line": now.fit_line,
        "epochs": int(now.epochs),
        "updates": _counted(now.fit_updates),
        "began_on": _utc(now.fit_began_at),
        "began_at": now.fit_began_at,
        "detail": now.detail,
        "ran_on": now.ran_on,
        "reading": reading,
        **(after if now.fit_ended_at > 0 else dict.fromkeys(after) | {"ended": ""}),
    }


def _grains(now: Now) -> dict[str, int]:
    counts = {"due": grains_due(now.joules, now.joules_per_grain or 1.0)}
    for giver, given in GRAIN_PLAYERS.items():
        counts[given] = int(now.of(giver).grains)
        counts[f"un{given}"] = int(now.of(giver).lost)
    return counts


def _utc(at: float) -> float:
    """A monotonic moment by the clock of now, s since 1970."""
    return time.time() - time.monotonic() + at


def _counted(value: float) -> int | None:
    return int(value) if math.isfinite(value) else None


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
