"""Sets this machine's power beside one published figure, so that a scale is felt that needs no world total.

Strubell, Ganesh and McCallum, Energy and Policy Considerations for Deep Learning in NLP, ACL 2019 (arXiv 1906.02243),
table 3, row BERT base on 64 V100: 12,041.51 W for 79.2 h (printed as 79), times 1.58 for the hall, gives the printed
1507 kWh. The watts were read on one card of another type and multiplied, so it is an estimate. Whether the run it
describes was the base or the large network is not known: say "published for BERT base", and no more.
"""

from __future__ import annotations

import math

from installation.published import BERT, HOURS_A_YEAR

BERT_KWH = float(BERT.kwh_pue or 0)
DAYS_A_YEAR = HOURS_A_YEAR / 24


def years_for_bert(watts: float) -> float | None:
    """Years for which `watts` must flow to reach BERT_KWH; None without a reading (not finite, or not above 0)."""
    if not math.isfinite(watts) or watts <= 0:
        return None
    return BERT_KWH * 1000 / watts / HOURS_A_YEAR


def in_words(watts: float) -> tuple[str, dict[str, float]] | None:
    """The key and the fields of the sentence that says it: in years, below one year in days; None without a reading."""
    years = years_for_bert(watts)
    if years is None:
        return None
    if years < 1:
        return "scale_days", {"days": years * DAYS_A_YEAR, "kwh": BERT_KWH}
    return "scale_years", {"years": years, "kwh": BERT_KWH}
