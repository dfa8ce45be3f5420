"""The doctor names each meter found, what it covers, its rate, its resolution and its uncertainty."""

from __future__ import annotations

from pathlib import Path

from installation.config import load
from installation.finding import Finding
from installation.meter.check import check
from tests.meter import fake_nvml


def findings(*changes: str) -> dict[str, Finding]:
    return {finding.name: finding for finding in check(load(changes=changes))}


def test_a_card_is_described(cards: fake_nvml.State) -> None:
    cards.set(step_ms=100)
    found = findings("meter.name=nvml")["meter nvml"]
    assert found.state == "ok"
    for part in (
        "MEASURED, 75 W now",
        "this graphics card",
        "New every",
        "steps of 0.001 W",
        "within 5%",
        "driver 550",
    ):
        assert part in found.detail


def test_a_named_meter_that_fails_is_wrong_and_others_are_missing(cards: fake_nvml.State) -> None:
    cards.set(ret_init=9)
    found = findings("meter.name=nvml")
    assert found["meter nvml"].state == "wrong"
    assert found["meter nvml"].remedy == "Load it or restart the machine."
    assert found["meter estimate"].state == "ok"
    assert "within 40%" in found["meter estimate"].detail


def test_auto_says_what_it_takes(cards: fake_nvml.State) -> None:
    assert findings()["meter in force"].detail == "auto takes nvml."
    cards.set(ret_init=12)
    found = findings()
    if "estimate" in found["meter in force"].detail:
        assert "ESTIMATED" in found["meter in force"].detail
        assert found["meter in force"].remedy


def test_a_recording_says_when_and_where_it_was_made(cards: fake_nvml.State, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t_s,watts\n0,1\n1,1\n")
    found = findings(f"meter.name=replay:{path}")[f"meter replay:{path}"]
    assert found.state == "ok"
    assert "REPLAYED" in found.detail
    assert "Recorded: a.csv: the file does not say" in found.detail
    assert findings("meter.name=replay:none.csv")["meter replay:none.csv"].state == "wrong"
    assert findings("meter.name=nvlm")["meter nvlm"].state == "wrong"
