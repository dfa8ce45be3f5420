"""Says how much land is held while a power flows, by kind of power station, as a band between the published figures.

A steady power holds a steady area, with no time in it: A [m²] = W x 0.008766 x k, with k in m² x year / MWh and a year
of 365.25 days. Two sources differ about fivefold on hydro and nuclear power, and wind differs 92-fold by what is
counted: so both ends are given. Water, mines, waste and drowned valleys are in none of these figures.

Sources of k: UNECE, Life Cycle Assessment of Electricity Generation Options (2021/22), world means as extracted by Our
World in Data (a corrigendum on land of July 2022 exists); Lovering and others, Land-use intensity of electricity
production, PLOS ONE e0270155 (2022), medians, ha/TWh/year x 0.01. A figure that nobody compared with its source is
marked unverified and never reaches the wall by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from installation.config import nearest
from installation.published import HOURS_A_YEAR

M2_PER_WATT = HOURS_A_YEAR / 1e6  # at k = 1 m²·year/MWh: hours a year, in MWh per year and watt


@dataclass(frozen=True)
class Figure:
    """One published k in m²·year/MWh."""

    m2_year_per_mwh: float
    source: str
    verified: bool = True


UNECE = "UNECE 2021"
LOVERING = "Lovering 2022"
# The keys are those of the sentences: kind_nuclear, kind_coal, ...
KINDS: dict[str, tuple[Figure, ...]] = {
    "nuclear": (Figure(0.33, UNECE), Figure(0.071, LOVERING)),
    "coal": (Figure(14.9, UNECE), Figure(10.0, LOVERING, verified=False)),
    "gas": (Figure(1.04, UNECE), Figure(4.1, LOVERING, verified=False)),
    "hydro": (Figure(33.4, UNECE), Figure(6.5, LOVERING)),
    "wind_towers": (Figure(1.3, LOVERING),),
    "wind_farm": (Figure(120.0, LOVERING),),
    "solar": (Figure(19.2, UNECE), Figure(20.0, LOVERING, verified=False)),
    "biomass": (Figure(580.0, LOVERING),),
}


@dataclass(frozen=True)
class Land:
    """Land held by a power: lowest and highest area by its `sources`, for the `covered` fraction of the power."""

    low_m2: float
    high_m2: float
    sources: tuple[str, ...]
    covered: float = 1.0

    @property
    def low_side_m(self) -> float:
        """Side of the square of the lowest area, in metres."""
        return math.sqrt(self.low_m2)

    @property
    def high_side_m(self) -> float:
        """Side of the square of the highest area, in metres."""
        return math.sqrt(self.high_m2)

    @property
    def is_band(self) -> bool:
        """Whether the figures differ."""
        return self.high_m2 > self.low_m2


def land_for(watts: float, kind: str, unverified: bool = False) -> Land | None:
    """The land held while `watts` flow from `kind`; None without a reading (not finite, or below 0).

    Figures that nobody has compared with their source count only if `unverified` is asked for. Raises ValueError for an
    unknown kind.
    """
    return by_mix(watts, {kind: 1.0}, unverified)


def by_mix(watts: float, shares: Mapping[str, float], unverified: bool = False) -> Land | None:
    """The same for a place's own mix: `shares` by kind, fractions of the power that sum to at most 1.

    What the shares leave over has no figure here: `covered` says so, nothing is guessed. Raises ValueError for unknown
    kinds, shares below 0, or a sum of none or of more than all.
    """
    _check(shares)
    if not math.isfinite(watts) or watts < 0:
        return None
    low = high = 0.0
    used = {figure.source: None for kind in shares for figure in figures(kind, unverified)}
    for kind, share in shares.items():
        areas = [watts * share * M2_PER_WATT * f.m2_year_per_mwh for f in figures(kind, unverified)]
        low, high = low + min(areas), high + max(areas)
    return Land(low, high, tuple(used), min(1.0, sum(shares.values())))


def figures(kind: str, unverified: bool = False) -> tuple[Figure, ...]:
    """The figures of a kind that may be used."""
    return tuple(f for f in KINDS[kind] if f.verified or unverified)


def _check(shares: Mapping[str, float]) -> None:
    for kind, share in shares.items():
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of power station with a figure for land. {nearest(kind, KINDS)}")
        if not 0 <= share <= 1:
            raise ValueError(f"The share of {kind} in the mix is {share}; write a fraction from 0 to 1.")
    if not 0 < sum(shares.values()) <= 1.005:
        raise ValueError(
            f"The shares of the mix sum to {sum(shares.values()):g}; they must sum to more than 0 and at most 1."
        )
