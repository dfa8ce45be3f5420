"""Says how many of a fit's joules the machine would have drawn at rest, or that nobody can tell.

Rest is the mean of the latest 10 s without a fit, of the same source and the same word; the record and the ledger keep
it with each fit. A difference that is smaller than the meter's own uncertainty is none.
"""

from __future__ import annotations

import math


def in_words(joules: float, rest: float, uncertainty: float = 0.0) -> tuple[str, dict[str, float]]:
    """The key and the fields of the sentence about rest.

    Args:
        joules: J that a fit took.
        rest: J that the machine would have drawn at rest meanwhile; nan where not known.
        uncertainty: of the joules, as a fraction; 0 where nobody says.
    """
    if not (math.isfinite(joules) and math.isfinite(rest)) or rest < 0:
        return "took_rest_unknown", {}
    if joules - rest <= max(0.0, uncertainty) * joules:
        return "took_as_at_rest", {}
    return "took_above_rest", {"rest": rest}
