"""The published table follows from its own formula, and its slips are shown."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.published import BERT, BERT_TOKENS, LATER, PRICES, TABLE, Row, bert_here


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.name}, {row.hardware}")
def test_each_row_agrees_or_says_why_not(row: Row) -> None:
    assert row.agrees or "printed" in row.note
    assert row.source


def test_the_two_slips_and_no_others() -> None:
    assert [(row.name, row.hours) for row in TABLE if not row.agrees] == [("BERT base", 79), ("NAS", 32_623)]


def test_cells_computed_at_full_precision() -> None:
    assert BERT.recomputed_kwh_pue == pytest.approx(1506.8264, abs=1e-3)
    assert BERT.recomputed_co2e_lb == pytest.approx(1437.5124, abs=1e-3)
    assert BERT.recomputed_cloud_usd == pytest.approx((3750.912, 12_570.624))
    assert TABLE[5].recomputed_kwh_pue is None


@given(st.sampled_from([row for row in TABLE if row.agrees]), st.sampled_from([-1.6, 1.6]))
def test_a_cell_that_is_off_by_more_than_half_a_unit_is_found(row: Row, off: float) -> None:
    low, high = row.cloud_usd
    changed = Row(row.name, row.hardware, row.watts, row.hours, row.kwh_pue, row.co2e_lb, (low, round(high + off)))
    assert not changed.agrees


def test_every_device_has_a_price_and_every_later_figure_a_kind() -> None:
    assert {row.hardware.partition("x")[0] for row in TABLE} == set(PRICES)
    assert all(later.kwh > 0 and later.source and later.kind for later in LATER)


def test_bert_here_by_hand() -> None:
    assert BERT_TOKENS == (256e6 * 166.4, 256e6 * 512)
    here = bert_here(joules_per_step=3.6, seconds_per_step=0.05, tokens_per_step=1024)
    assert here is not None
    assert here.kwh == pytest.approx((41.6, 128.0))
    assert here.days == pytest.approx((41.6e6 * 0.05 / 86_400, 128e6 * 0.05 / 86_400))


@given(st.sampled_from([0.0, -1.0, math.nan, math.inf]), st.integers(0, 2))
def test_without_a_reading_there_is_no_scale(bad: float, where: int) -> None:
    given_values = [1.0, 1.0, 1.0]
    given_values[where] = bad
    assert bert_here(*given_values) is None
