"""What a fit took, and what one batch lost: small sums that must be right."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.network.fit_energy import FitEnergy, joules_at, took
from installation.network.process.loss import BatchLoss
from installation.now import SAMPLES, Provenance

from .conftest import Room


def samples(*rows: tuple[float, float]) -> np.ndarray:
    ring = np.zeros((8, 7))
    for at, (time, joules) in enumerate(reversed(rows)):
        ring[7 - at, :2] = time, joules
    return ring


def test_joules_are_read_between_two_samples_and_not_beyond() -> None:
    ring = samples((10.0, 100.0), (10.1, 130.0), (10.2, 130.0))
    assert joules_at(ring, 10.05) == pytest.approx(115)
    assert joules_at(ring, 10.15) == 130
    assert math.isnan(joules_at(ring, 9.9))
    assert math.isnan(joules_at(ring, 10.3))
    assert math.isnan(joules_at(np.zeros((8, 7)), 0.0))


def test_an_account_waits_for_the_sample_after_the_end_but_not_for_a_meter_that_is_gone(
    room: Callable[..., Room],
) -> None:
    here = room()
    energy = FitEnergy(here.now, began=100.0)
    here.meter.sampled_at = 109.0
    assert not energy.closed(ended=110.0, seconds=110.1)
    assert energy.closed(ended=110.0, seconds=113.0)
    here.meter.sampled_at = 110.05
    assert energy.closed(ended=110.0, seconds=110.1)
    here.meter.sampled_at = 0.0
    assert energy.closed(ended=110.0, seconds=110.1)


@pytest.mark.parametrize(("ran_on", "joules"), [("processor", math.nan), ("GPU-1", 20.0), ("", 20.0)])
def test_joules_of_a_card_are_no_fits_that_ran_elsewhere(room: Callable[..., Room], ran_on: str, joules: float) -> None:
    here = room()
    here.meter.meter_device, here.meter.provenance, here.meter.sampled_at = "GPU-1", Provenance.MEASURED, 101.0
    here.meter.samples, here.now.ran_on = _ring((99.0, 0.0), (101.0, 40.0)), ran_on
    here.now.fit_began_at = 100.0
    energy = FitEnergy(here.now, began=100.0)
    energy.look()
    took(here.now, energy, 101.0)
    assert here.now.fit_joules == pytest.approx(joules, nan_ok=True)
    assert bool(here.now.fit_provenance) == math.isfinite(joules)


def test_a_fit_and_its_parts_cover_one_span_though_its_end_is_told_late(room: Callable[..., Room]) -> None:
    here = room()
    here.meter.provenance = Provenance.MEASURED
    here.now.fit_began_at = 100.0
    energy = FitEnergy(here.now, began=100.0)
    for began, ended in ((100.0, 101.0), (103.0, 104.0)):
        energy.parts.begin(began)
        here.meter.samples, here.meter.sampled_at = (
            _ring((began - 1, 40 * (began - 1)), (began + 0.5, 40 * (began + 0.5))),
            began + 0.5,
        )
        energy.look()
        energy.parts.add({"began": began, "ended": ended, "line": "model.fit(x)", "updates": 3})
        here.meter.samples, here.meter.sampled_at = (
            _ring((ended - 0.1, 40 * (ended - 0.1)), (ended + 1, 40 * (ended + 1))),
            ended + 1,
        )
        energy.look()
    here.meter.samples, here.meter.sampled_at = (
        _ring((200.0, 8000.0), (201.0, 8040.0)),
        201.0,
    )  # the ring has forgotten it
    here.meter.joules = 8040.0
    took(here.now, energy, 104.0)
    assert here.now.fit_joules == pytest.approx(160.0)
    parts = json.loads(energy.parts.text(here.now))
    assert [part["joules"] for part in parts] == pytest.approx([40.0, 40.0])
    assert [part["seconds"] for part in parts] == [1.0, 1.0]


def _ring(*rows: tuple[float, float]) -> np.ndarray:
    ring = np.zeros((SAMPLES, 7))
    ring[-len(rows) :, :2] = rows
    return ring


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=40),
    st.integers(1, 64),
    st.integers(0, 63),
)
def test_the_loss_of_each_batch_comes_back_out_of_the_mean(losses: list[float], size: int, short: int) -> None:
    rows = size * len(losses) - min(short, size - 1)
    batch_loss, seen, total = BatchLoss(rows, size), 0, 0.0
    for loss in losses:
        here = min(size, rows - seen)
        seen, total = seen + here, total + loss * here
        assert batch_loss.of(total / seen) == pytest.approx(loss, abs=1e-6)


def test_a_second_epoch_begins_at_nothing() -> None:
    batch_loss = BatchLoss(None, 32)
    assert [batch_loss.of(0.5), batch_loss.of(0.25)] == [0.5, 0.0]
    batch_loss.begin()
    assert batch_loss.of(2.0) == 2.0


def test_rest_counts_only_of_the_same_source_and_provenance(room: Callable[..., Room]) -> None:
    here = room()
    here.meter.rest_watts, here.meter.rest_provenance, here.meter.boundary = 12.0, Provenance.MEASURED, "this card"
    energy = FitEnergy(here.now, began=100.0)
    assert math.isnan(energy.rest_watts)  # nothing was read of the fit yet
    energy.provenance = Provenance.MEASURED
    assert energy.rest_watts == 12.0
    here.now.fit_seconds = 2.5
    took(here.now, energy, 102.5)
    assert here.now.fit_rest_joules == 30.0
    here.meter.boundary = "everything at the wall"
    assert math.isnan(energy.rest_watts)
    energy.provenance = Provenance.ESTIMATED
    took(here.now, energy, 102.5)
    assert math.isnan(here.now.fit_rest_joules)
