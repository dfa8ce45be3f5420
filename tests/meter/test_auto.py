"""Auto takes the best meter that is there, also where the driver comes later than the piece."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from installation.meter.sources import auto
from installation.meter.sources.auto import ORDER
from installation.now import MeterState, Provenance
from installation.plug import SOURCE, names
from tests.meter import fake_nvml
from tests.meter.conftest import Room

Rooms = Callable[..., Room]


@pytest.fixture(autouse=True)
def two_meters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only these two, whatever the machine has that the tests run on."""
    monkeypatch.setattr(auto, "ORDER", ("nvml", "estimate"))
    monkeypatch.setattr(auto, "ASK_EVERY", 0.2)


@pytest.mark.parametrize("code", [9, 12])
def test_a_driver_that_comes_after_the_piece_is_taken(cards: fake_nvml.State, room: Rooms, code: int) -> None:
    cards.set(ret_init=code)
    piece = room("auto")
    piece.open_doors()
    piece.tick(8.0, lambda: piece.now.provenance == Provenance.ESTIMATED)
    piece.tick(0.5)
    assert piece.now.meter_name == "estimate"
    assert "better meters are asked again for 5 minutes" in piece.now.meter_detail
    estimated = piece.now.joules
    cards.set(ret_init=0)
    piece.tick(15.0, lambda: piece.now.provenance == Provenance.MEASURED)
    assert piece.now.meter_name == "nvml"
    assert piece.now.watts == 75.0
    assert piece.now.joules >= estimated
    assert piece.now.meter_device.startswith("GPU-")
    piece.tick(3.0, lambda: "is here now" in piece.now["meter_note"])
    assert "nvml is here now" in piece.now["meter_note"]
    assert piece.now.gap_seconds < 6
    cards.set(ret_all=9)
    piece.tick(1.0)
    assert piece.now.meter_name == "nvml"  # from here on it keeps to it


def test_where_none_comes_it_says_what_it_settled_for(
    cards: fake_nvml.State, room: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto, "ASK_FOR", 0.5)
    cards.set(ret_init=12)
    piece = room("auto")
    piece.tick(20.0, lambda: "settled for estimate" in piece.now["meter_note"])
    assert "No better meter came" in piece.now["meter_note"]
    cards.set(ret_init=0)
    piece.tick(0.8)
    assert piece.now.meter_name == "estimate"
    assert piece.now.meter_state in (MeterState.OK, MeterState.STALE)


def test_a_driver_that_hangs_while_it_loads_holds_up_nobody(cards: fake_nvml.State, room: Rooms) -> None:
    cards.set(ret_init=9)
    piece = room("auto")
    piece.tick(8.0, lambda: piece.now.provenance == Provenance.ESTIMATED)
    cards.set(ret_init=0, hang=1)
    piece.tick(1.5)
    assert piece.now.provenance == Provenance.ESTIMATED
    assert piece.now.sampled_at == 0.0 or time.monotonic() - piece.now.sampled_at < 5
    cards.set(hang=None)
    piece.tick(15.0, lambda: piece.now.provenance == Provenance.MEASURED)
    assert piece.now.meter_name == "nvml"


def test_every_meter_of_the_order_is_a_file() -> None:
    assert set(ORDER) <= set(names(SOURCE))
    assert ORDER[-1] == "estimate"
