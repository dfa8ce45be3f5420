"""`make card` in parts: its eyes on a fake card, its arithmetic, its table, a child that fails, a whole fit."""

from __future__ import annotations

import importlib.util
import json
import math
import time
from pathlib import Path

import pytest

from benchmarks import card
from benchmarks.card import Eyes, Result, table
from installation.meter.recording import read
from tests.meter import fake_nvml


def test_eyes_keep_the_joules_of_any_stretch_and_a_recording(cards: fake_nvml.State, tmp_path: Path) -> None:
    eyes = Eyes(tmp_path / "card.jsonl")
    time.sleep(0.3)
    began = time.monotonic()
    time.sleep(0.6)
    ended = time.monotonic()
    time.sleep(0.2)
    assert eyes.joules(began, ended) == pytest.approx(75 * (ended - began), rel=0.01)
    assert math.isnan(eyes.joules(began - 100, ended))
    assert eyes.memory() > 0
    eyes.close()
    recording = read(tmp_path / "card.jsonl")
    assert recording.header.provenance == "MEASURED"
    assert recording.joules[-1] == pytest.approx(75 * recording.seconds, rel=0.01)


def test_no_card_is_said_and_is_the_end(
    cards: fake_nvml.State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cards.set(ret_init=12)
    card.main(["--out", str(tmp_path)])
    assert "no NVIDIA driver" in capsys.readouterr().out


def test_the_table_says_what_failed_and_what_it_took() -> None:
    good = Result("seed", "jax", 3265, "float32", seconds=8.0, steps=4000, joules=1000.0, watts=125.0, first_step=1.04)
    good.memory_gb, good.observed = 0.93, {"bare": 1.0, "meter": 1.004}
    text = table("this card", "Hopper", 81.2, [good, Result("wide", "jax", failed="out of memory")])
    assert "| seed | 3 265 | jax, float32 | 125 | 0.25 | 500 | 0.93 | 1.0 |" in text
    assert "| wide | | jax | out of memory |" in text
    assert "At rest 81.2 W" in text
    assert "meter 1.004" in text


def test_a_network_that_cannot_run_is_a_row_with_its_reason(cards: fake_nvml.State) -> None:
    eyes = Eyes()
    result = card.fitted(eyes, "no_such_network", "jax", 60.0)
    eyes.close()
    assert "no_such_network" in result.failed or "jax" in result.failed.lower()
    assert math.isnan(result.watts)


@pytest.mark.slow
def test_a_whole_run_on_the_processor_beside_a_fake_card(
    cards: fake_nvml.State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if importlib.util.find_spec("jax") is None:
        pytest.skip("JAX is not installed")
    monkeypatch.setattr(card, "REST", 2.0)
    monkeypatch.setattr(card, "PLAN", {"seed": (1.0, 1)})
    card.main(["--networks", "seed", "--backend", "jax", "--seconds", "300", "--out", str(tmp_path)])
    told = json.loads((tmp_path / "card.json").read_text())
    [result] = told["results"]
    assert result["failed"] == ""
    assert result["joules"] == pytest.approx(75 * result["seconds"], rel=0.01)
    assert set(result["observed"]) == {"bare", "meter", "meter and watch"}
    assert told["rest_watts"] == pytest.approx(75, rel=0.02)
