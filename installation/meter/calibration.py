"""A calibration is a line from one meter to another: wall = offset + gain x meter, with its residual and its day.

A card's sensor errs by a gain of its own, and the rest of the machine draws something besides. Where a plug stood
beside it for a while, the line between the two says what the wall would say, and how far it is off.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike

from .source import About

FEWEST = 12  # windows
SPREAD = 0.2  # of the mean: the meter must have moved that much, or the gain is a guess


class CalibrationProblem(ValueError):  # noqa: N818  (what a file is, not an error of the code)
    """Why there is no calibration, in one sentence with its remedy."""


class Calibration(Struct, kw_only=True, frozen=True):
    """wall = offset_watts + gain * meter.

    Attributes:
        meter, against: the names of the two meters.
        against_boundary: what the second covers; against_uncertainty: half width of its interval, as a fraction.
        residual: root mean square of what the line leaves, as a fraction of the mean.
        lowest, highest: W of the meter between which it was found.
        windows: how many pairs of means; seconds: of each window.
        date: ISO 8601.
    """

    meter: str
    against: str
    against_boundary: str
    against_uncertainty: float
    offset_watts: float
    gain: float
    residual: float
    lowest: float
    highest: float
    windows: int
    seconds: float
    date: str

    def watts(self, watts: float) -> float:
        return self.offset_watts + self.gain * watts

    @property
    def line(self) -> str:
        """The line in words."""
        return f"{self.offset_watts:.3g} W + {self.gain:.3g} x {self.meter}, within {self.residual:.1%}"


def fit(x: ArrayLike, y: ArrayLike, *, meter: str, against: str, about: About, seconds: float) -> Calibration:
    """Least squares through pairs of window means.

    Args:
        x, y: (n,) W of the meter and of the one it is held against, in the same windows.
        about: what the second covers and how sure it is.

    Raises:
        CalibrationProblem: too few pairs, or the meter hardly moved.
    """
    a, b = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if len(a) < FEWEST:
        raise CalibrationProblem(f"Only {len(a)} windows had both readings, {FEWEST} are needed; calibrate longer.")
    if np.ptp(a) < SPREAD * a.mean():
        raise CalibrationProblem(
            f"{meter} moved only between {a.min():.4g} and {a.max():.4g} W; let the piece rest and fit meanwhile."
        )
    gain, offset = np.polyfit(a, b, 1)
    left = b - (offset + gain * a)
    return Calibration(
        meter=meter,
        against=against,
        against_boundary=about.boundary,
        against_uncertainty=about.uncertainty,
        offset_watts=float(offset),
        gain=float(gain),
        residual=float(np.sqrt(np.mean(left**2)) / b.mean()),
        lowest=float(a.min()),
        highest=float(a.max()),
        windows=len(a),
        seconds=seconds,
        date=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
    )


def save(path: Path, calibration: Calibration) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(calibration), indent=2) + b"\n")


def load(path: Path) -> Calibration:
    """What `underfoot calibrate` found.

    Raises:
        CalibrationProblem: there is none, or it is not one.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Calibration)
    except FileNotFoundError:
        raise CalibrationProblem(f"{path} is not there; make it with `underfoot calibrate --against METER`.") from None
    except (OSError, msgspec.MsgspecError) as error:
        raise CalibrationProblem(
            f"{path} is no calibration ({error}); make it anew with `underfoot calibrate`."
        ) from None
