"""The part of the score that is heard: what each joule sounds like, and how loud the whole may be.

Every drop carries the same energy to the ear, because every grain is the same energy at the meter. Loudness therefore
follows from counting alone: twice the power is twice the drops and 3 dB more. What a joule was spent on colours its
drop and never weighs it. All drops are tuned to partials of the mains, the one pitch this machine truly lives on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..now import Phase
from .grains import FULL_WATTS, Floats, Grains, Integers, hashed

LOWEST, HIGHEST = 5, 64  # partials of the mains to which drops are tuned: 250 Hz to 3.2 kHz where it has 50 Hz
HUM_BELOW_RAIN = 9.0  # dB: the hum at full power, under the rain at full power
HUM_PARTIALS = 16
CHANCE = 1.0  # LU left under the loudest allowed for the hum and for the chances of a rain
LOUDEST_DROP = 0.25  # of full scale: a drop of a slow rain is never a knock
QUIETER = {"day": 0.0, "night": 8.0, "gentle": 12.0}  # dB below the target, by the level chosen in the settings


@dataclass(frozen=True)
class Loudness:
    """How loud the piece may be.

    Attributes:
        target: LUFS of the rain at full power.
        loudest: LUFS that no power exceeds.
        full_watts: W at which the rain reaches the target.
        joules_per_grain: J.
    """

    target: float = -23.0
    loudest: float = -18.0
    full_watts: float = FULL_WATTS
    joules_per_grain: float = 1.0

    @property
    def drop(self) -> float:
        """Amplitude of a drop of weight 1 (see `weigh`), such that the rain at full power has the target loudness."""
        return math.sqrt(mean_square(self.target) * self.joules_per_grain / self.full_watts)

    def held(self, watts: float) -> float:
        """Gain that keeps a power far above full at the loudest allowed; 1 in normal use.

        Only there twice the rain is no longer 3 dB more. Every grain is still played.
        """
        above = mean_square(self.loudest - CHANCE) / mean_square(self.target) * self.full_watts
        return math.sqrt(above / watts) if watts > above else 1.0


def mean_square(lufs: float) -> float:
    """Weighted mean square, summed over the channels, of a steady sound of that loudness. Source: ITU-R BS.1770-4."""
    return float(10 ** ((lufs + 0.691) / 10))


def k_weight(frequencies: Floats) -> Floats:
    """How strongly the ear counts a frequency in Hz, as a power: the two filters of ITU-R BS.1770-4 at 48 kHz."""
    z = np.exp(-2j * np.pi * frequencies / 48_000)
    shelf = np.polyval([1.19839281085285, -2.69169619938638, 1.53512485958697], z) / np.polyval(
        [0.73248077421585, -1.69065929318241, 1.0], z
    )
    high_pass = np.polyval([1.0, -2.0, 1.0], z) / np.polyval([0.99007225036621, -1.99004745483398, 1.0], z)
    return np.asarray(np.abs(shelf * high_pass) ** 2, np.float64)


def weigh(wave: Floats, rate_hz: int) -> float:
    """The energy of one channel as the ear counts it, in seconds of full scale."""
    spectrum = np.abs(np.fft.rfft(wave)) ** 2 * k_weight(np.fft.rfftfreq(len(wave), 1 / rate_hz).astype(np.float64))
    return float((2 * spectrum.sum() - spectrum[0]) / len(wave) / rate_hz)


def partial(grains: Grains, since_fit: float, learned: float = 0.0) -> Integers:
    """The partial of the mains each drop is tuned to, (n,) int64 in LOWEST..HIGHEST.

    At rest the drops lie low. In a fit they rise with its depth by two octaves. A large network spreads them further
    down, as a large body does. After a fit they sink back within SINK seconds. What was truly learned narrows them.

    Args:
        grains: what fell.
        since_fit: s since the newest fit ended.
        learned: fraction by which the loss fell in this fit, 0 to 1.
    """
    fitting = grains.phases == Phase.FITTING
    after = 2.2 * math.exp(-since_fit / SINK)
    centre = np.where(fitting, 3.2 + 2.0 * np.clip(grains.depths, 0, 1), 2.9 + after)
    size = np.clip((np.log10(np.maximum(grains.parameters, 1)) - 3.5) / 5.0, 0, 1)
    width = np.where(fitting, (0.9 + 1.6 * size) * (1 - 0.6 * learned), 0.8)
    octaves = centre + width * (hashed(grains.numbers, 3) - 0.5) - np.where(fitting, 0.4 * size, 0.0)
    return np.clip(np.rint(2.0**octaves), LOWEST, HIGHEST).astype(np.int64)


SINK = 3.0  # s


def bright(grains: Grains) -> NDArray[np.bool_]:
    """Which drops are bright: those of joules that trained. All others are soft."""
    return np.equal(grains.phases, float(Phase.FITTING))


def hum(watts: float, full_watts: float, warmth: float = 0.0) -> Floats:
    """Amplitudes of the partials of the mains hum, (HUM_PARTIALS,), the first being the mains frequency itself.

    They open with power: at rest three can be told, at full power all of them. Their sum in energy is 1 at full power
    and falls as the power does, as the rain's.

    Args:
        watts, full_watts: W; no watts, no hum.
        warmth: 0 to 1, what is left of a fit; it opens the partials further, and adds no energy.
    """
    power = max(0.0, min(watts / full_watts, 1.0))
    number = np.arange(1, HUM_PARTIALS + 1)
    reach = 1.0 + 5.0 * power + 1.5 * warmth
    shape = np.exp(-(number - 1) / reach) / np.where(number == 1, 2.0, 1.0)
    return np.asarray(shape * math.sqrt(power / float((shape**2).sum())), np.float64)


def pan(places: Floats, channels: int) -> tuple[Integers, Floats, Floats]:
    """Places from left (0) to right (1) on a row of loudspeakers, with equal power between neighbours.

    Returns:
        The left one of the two neighbours (n,) and the gains of the left and of the right one (n,). With one channel
        the left gain is 1.
    """
    along = np.clip(places, 0, 1) * (channels - 1)
    left = np.minimum(along.astype(np.int64), max(0, channels - 2))
    angle = (along - left) * (math.pi / 2)
    return left, np.cos(angle), np.sin(angle)
