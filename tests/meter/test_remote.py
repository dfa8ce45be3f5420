"""What a machine elsewhere says of its own uncertainty is believed only where it is one."""

from __future__ import annotations

import pytest

from installation.meter.sources.remote import _share


@pytest.mark.parametrize(
    ("said", "share"),
    [(0.05, 0.05), (0, 0.0), (1, 0.0), (-0.1, 0.0), (True, 0.0), ("0.05", 0.0), (None, 0.0)]
    + [(float(word), 0.0) for word in ("inf", "-inf", "nan")],
)
def test_an_uncertainty_is_a_fraction_or_nothing(said: object, share: float) -> None:
    assert _share(said) == share
