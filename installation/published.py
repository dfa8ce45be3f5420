"""What others published about the energy of training, computed again, with its slips shown and its kinds kept apart.

The table is that of Strubell, Ganesh and McCallum, Energy and Policy Considerations for Deep Learning in NLP, ACL 2019
(arXiv 1906.02243), table 3, by its own formula:

    kWh = 1.58 x hours x watts / 1000        1.58: world mean of data centres' overhead, Ascierto 2018
    lb CO2e = 0.954 x kWh                    0.954: mean of the United States' grid, EPA 2018
    US$ = hours x devices x price            prices per device-hour, pre-emptible to on demand, found by fitting

Every cell is computed at full precision and compared to within half a unit of its printed digit. A world total stands
nowhere here, and nothing is made equal to kettles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

KWH = 3.6e6  # J
HOURS_A_YEAR = 8766.0  # of 365.25 days
PUE, LB_PER_KWH = 1.58, 0.954
PRICES = {"P100": (0.43, 1.46), "V100": (0.74, 2.48), "TPUv2": (1.35, 4.50), "TPUv3": (2.40, 8.00)}  # US$ an hour
STRUBELL = "Strubell, Ganesh and McCallum 2019, arXiv 1906.02243, table 3"
HALF_A_UNIT = 0.5 + 1e-6  # the last digit as printed, and what floating point adds


@dataclass(frozen=True)
class Row:
    """One row of the table, as printed; None where a cell is empty.

    Attributes:
        name, hardware: the model, and device x number.
        watts: W, as printed; hours: h.
        kwh_pue: kWh with the data centre's overhead; co2e_lb: pounds of CO2 equivalent; cloud_usd: US$, from and to.
        note: what is to be said beside it.
    """

    name: str
    hardware: str
    watts: float | None
    hours: float
    kwh_pue: int | None
    co2e_lb: int | None
    cloud_usd: tuple[int, int]
    note: str = ""
    source: str = STRUBELL

    @property
    def recomputed_kwh_pue(self) -> float | None:
        return None if self.watts is None else PUE * self.hours * self.watts / 1000

    @property
    def recomputed_co2e_lb(self) -> float | None:
        return None if self.recomputed_kwh_pue is None else LB_PER_KWH * self.recomputed_kwh_pue

    @property
    def recomputed_cloud_usd(self) -> tuple[float, float]:
        device, _, number = self.hardware.partition("x")
        low, high = PRICES[device]
        return low * self.hours * int(number), high * self.hours * int(number)

    @property
    def agrees(self) -> bool:
        """Whether every printed cell is within half a unit of the computed one."""
        printed = (self.kwh_pue, self.co2e_lb, *self.cloud_usd)
        computed = (self.recomputed_kwh_pue, self.recomputed_co2e_lb, *self.recomputed_cloud_usd)
        return all(_near(p, c) for p, c in zip(printed, computed, strict=True))


def _near(printed: float | None, computed: float | None) -> bool:
    if printed is None or computed is None:
        return printed is computed
    return abs(printed - computed) <= HALF_A_UNIT


SLIP_79 = "79 hours are printed; the other cells follow from 79.2, which the row below shows."
SLIP_NAS = "32,623 hours are printed, which looks like a misprint: the cost follows from 32,633, in the row below."
NOT_V100 = (
    "188 W a card were read on a card of another type and multiplied; at the nameplate of the machines it names the "
    "row would be up to 4 times higher (our inference). It is not known whether the run was BERT base or large."
)
TOO_HIGH = (
    "Patterson and others 2021 (arXiv 2104.10350): the real run took about 88 times less, because the cost of a small "
    "proxy task was taken for that of the full model. Its authors are Google's."
)
TABLE = (
    Row("T2T base", "P100x8", 1415.78, 12, 27, 26, (41, 140)),
    Row("T2T big", "P100x8", 1515.43, 84, 201, 192, (289, 981)),
    Row("ELMo", "P100x3", 517.66, 336, 275, 262, (433, 1472)),
    Row("BERT base", "V100x64", 12_041.51, 79, 1507, 1438, (3751, 12_571), SLIP_79),
    Row("BERT base (79.2 h)", "V100x64", 12_041.51, 79.2, 1507, 1438, (3751, 12_571), NOT_V100),
    Row("BERT base", "TPUv2x16", None, 96, None, None, (2074, 6912)),
    Row("NAS", "P100x8", 1515.43, 274_120, 656_347, 626_155, (942_973, 3_201_722), TOO_HIGH),
    Row("NAS", "TPUv2x1", None, 32_623, None, None, (44_055, 146_848), SLIP_NAS),
    Row("NAS (32,633 h)", "TPUv2x1", None, 32_633, None, None, (44_055, 146_848)),
    Row("GPT-2", "TPUv3x32", None, 168, None, None, (12_902, 43_008)),
)
BERT = TABLE[4]

FLIGHT_LB = 1984  # table 1: New York to San Francisco, one passenger
FLIGHT_NOTE = "Table 1 reads the pair of cities as a round trip for one passenger; 1438 lb are 72 % of it."


@dataclass(frozen=True)
class Later:
    """A later published figure: its energy in kWh, and how it was come by."""

    name: str
    kwh: float
    kind: Literal["metered", "computed from nameplate", "estimated", "company's own"]
    source: str
    note: str = ""


LATER = (
    Later("GPT-3", 1_287_000, "estimated", "Patterson and others 2021, arXiv 2104.10350"),
    Later("BLOOM", 433_196, "computed from nameplate", "Luccioni and others 2022, arXiv 2211.02001"),
    Later(
        "LLaMA, the family of 2023", 2_638_000, "computed from nameplate", "Touvron and others 2023, arXiv 2302.13971"
    ),
    Later(
        "Llama 3.1 405B",
        30.84e6 * 0.7,
        "computed from nameplate",
        "Meta, model card 2024",
        "30.84 million hours of H100, as the card gives them, times 700 W: our multiplication, no overhead.",
    ),
    Later(
        "one text prompt to Gemini, median",
        0.24e-3,
        "company's own",
        "Elsworth and others 2025, arXiv 2508.15734",
        "Measured by the company; an answer, not a training. Water elsewhere and the local grid are left out.",
    ),
    Later(
        "BERT, MLPerf training v4.0, one node of 8 H100",
        0.65,
        "metered",
        "MLCommons training results v4.0",
        "It starts from a checkpoint: not to be compared with a full training.",
    ),
)

# BERT's own training: a million steps of 256 rows, nine in ten of 128 words and the last tenth of 512.
# Devlin and others 2019, arXiv 1810.04805, appendix A.2. The range: as said there, and all rows at 512.
BERT_STEPS, BERT_ROWS = 1_000_000, 256
BERT_TOKENS = (BERT_STEPS * BERT_ROWS * (0.9 * 128 + 0.1 * 512), float(BERT_STEPS * BERT_ROWS * 512))


@dataclass(frozen=True)
class Here:
    """What BERT base would take on this machine, by its own measured steps: from and to."""

    kwh: tuple[float, float]
    days: tuple[float, float]


def bert_here(joules_per_step: float, seconds_per_step: float, tokens_per_step: float) -> Here | None:
    """Scale a measured step up to BERT's own training; None without a reading.

    Args:
        joules_per_step: J within this meter's boundary, so without other parts of a data centre.
        seconds_per_step: s.
        tokens_per_step: words one step trains on.
    """
    if not all(math.isfinite(x) and x > 0 for x in (joules_per_step, seconds_per_step, tokens_per_step)):
        return None
    low, high = (tokens / tokens_per_step for tokens in BERT_TOKENS)
    kwh, days = joules_per_step / KWH, seconds_per_step / 86_400
    return Here((kwh * low, kwh * high), (days * low, days * high))
