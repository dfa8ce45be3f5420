"""A calibration finds the line between two meters, keeps it with its residual, and says when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from installation.__main__ import underfoot
from installation.config import ConfigError, MeterSettings
from installation.meter.calibration import Calibration, CalibrationProblem, fit, load, save
from installation.meter.source import About, Fault
from installation.meter.sources.calibrated import Meter
from installation.now import Provenance
from tests.meter import fake_nvml
from tests.meter.conftest import Room

WALL = About("everything plugged into shelly x, at the wall", Provenance.MEASURED, 0.02)


def line(x: list[float], y: list[float]) -> Calibration:
    return fit(x, y, meter="nvml", against="shelly:x", about=WALL, seconds=5.0)


def test_the_line_is_found_with_what_it_leaves() -> None:
    noise = np.random.default_rng(1).normal(0, 3, 60)
    x = np.linspace(75, 700, 60)
    found = line(x.tolist(), (41 + 1.12 * x + noise).tolist())
    assert found.offset_watts == pytest.approx(41, abs=3)
    assert found.gain == pytest.approx(1.12, abs=0.01)
    assert found.residual == pytest.approx(3 / (41 + 1.12 * x).mean(), rel=0.4)
    assert found.windows == 60


def test_too_few_windows_or_a_meter_that_hardly_moved() -> None:
    with pytest.raises(CalibrationProblem, match="calibrate longer"):
        line([75.0] * 5, [100.0] * 5)
    with pytest.raises(CalibrationProblem, match="rest and fit meanwhile"):
        line([75.0] * 20, [100.0] * 20)


def test_it_is_kept_and_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "calibration.json"
    found = line(np.linspace(75, 700, 20).tolist(), np.linspace(120, 830, 20).tolist())
    save(path, found)
    assert load(path) == found
    path.write_text("{}")
    with pytest.raises(CalibrationProblem, match="is no calibration"):
        load(path)
    with pytest.raises(Fault, match="underfoot calibrate"):
        Meter(str(tmp_path / "none.json"), MeterSettings()).open()


def test_the_wall_says_measured_calibrated_with_its_boundary(
    cards: fake_nvml.State, room: Callable[..., Room], tmp_path: Path
) -> None:
    path = tmp_path / "calibration.json"
    save(path, line([75.0 + i for i in range(40)], [41 + 1.12 * (75.0 + i) for i in range(40)]))
    piece = room(f"calibrated:{path}")
    piece.tick(5.0, lambda: piece.now.watts > 0)
    piece.open_doors()
    piece.tick(0.5)
    wall = 41 + 1.12 * 75
    assert piece.now.watts == pytest.approx(wall)
    assert piece.now.provenance == Provenance.MEASURED
    assert "calibrated 20" in piece.now.boundary
    assert piece.now.joules == pytest.approx(wall * (piece.now.sampled_at - piece.now.opened_at), rel=0.01)
    cards.set(ret_all=15)
    piece.tick(2.0, lambda: piece.now.provenance == Provenance.NO_READING)
    assert piece.now.provenance == Provenance.NO_READING


def test_a_counter_that_stands_still_is_seen_through_the_offset(cards: fake_nvml.State) -> None:
    meter = Meter("", MeterSettings())
    meter.calibration = line([75.0 + i for i in range(40)], [41 + 75.0 + i for i in range(40)])
    from installation.meter.source import Reading

    first = meter._through(Reading(1.0, 75.0, (500.0,)))
    second = meter._through(Reading(2.0, 75.0, (500.0,)))
    third = meter._through(Reading(3.0, 75.0, (650.0,)))
    assert first.counters == second.counters
    assert third.counters[0] - first.counters[0] == pytest.approx(150 + 2 * 41)


def test_the_command_holds_one_meter_against_another(tmp_path: Path) -> None:
    card, wall = tmp_path / "card.csv", tmp_path / "wall.csv"
    for file, rest, work in ((card, 100, 400), (wall, 160, 520)):  # a step after a second, without a hole
        rows = (f"{i / 5},{rest if i < 6 else work}" for i in range(300))
        file.write_text("\n".join(["t_s,watts", *rows]) + "\n")
    out = tmp_path / "calibration.json"
    arguments = ["calibrate", "--meter", f"replay:{card}", "--against", f"replay:{wall}", "--seconds", "2.6"]
    arguments += ["--window", "0.1", "--set", f"meter.calibration={out}"]
    result = CliRunner().invoke(underfoot, arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    found = load(out)
    assert found.gain == pytest.approx(1.2, abs=0.05)
    assert found.offset_watts == pytest.approx(40, abs=12)
    short = CliRunner().invoke(underfoot, [*arguments, "--seconds", "0.4"])
    assert isinstance(short.exception, ConfigError)
