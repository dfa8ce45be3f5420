"""Batteries and hardware monitors on fake trees of the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.config import MeterSettings
from installation.meter.source import Fault, Source
from installation.meter.sources.battery import Meter as Battery
from installation.meter.sources.hwmon import Meter as Hwmon
from installation.now import Provenance


def device(root: Path, folder: str, **files: object) -> Path:
    path = root / folder
    path.mkdir(parents=True)
    for file, value in files.items():
        (path / file).write_text(f"{value}\n")
    return path


def opened(kind: type[Source], argument: str) -> Source:
    source = kind(argument, MeterSettings())
    source.open()
    return source


def test_a_battery_that_discharges_says_what_the_laptop_draws(tmp_path: Path) -> None:
    device(tmp_path, "AC", type="Mains", online=0)
    device(tmp_path, "mouse", type="Battery", scope="Device", status="Discharging", power_now=1)
    device(tmp_path, "BAT0", type="Battery", status="Discharging", power_now=12_500_000)
    device(tmp_path, "BAT1", type="Battery", status="Discharging", voltage_now=11_000_000, current_now=-1_000_000)
    source = opened(Battery, str(tmp_path))
    assert source.read().watts == pytest.approx(23.5)
    assert source.open().provenance == Provenance.MEASURED


def test_a_battery_on_the_mains_is_a_gap_and_not_a_zero(tmp_path: Path) -> None:
    path = device(tmp_path, "BAT0", type="Battery", status="Discharging", power_now=12_500_000)
    source = opened(Battery, str(tmp_path))
    (path / "status").write_text("Charging\n")
    with pytest.raises(Fault, match="not discharging") as raised:
        source.read()
    assert raised.value.gap
    assert not raised.value.lost


def test_no_battery_and_a_battery_without_numbers(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="no battery"):
        opened(Battery, str(tmp_path))
    device(tmp_path, "BAT0", type="Battery", status="Discharging")
    with pytest.raises(Fault, match="neither power nor current"):
        opened(Battery, str(tmp_path))


def test_an_amd_card_is_found_by_its_name_and_not_by_its_number(tmp_path: Path) -> None:
    device(tmp_path, "hwmon0", name="nvme", temp1_input=40_000)
    device(tmp_path, "hwmon3", name="amdgpu", power1_average=31_000_000, power1_cap=220_000_000)
    device(tmp_path, "hwmon4", name="power_meter", power1_average=90_000_000)
    source = opened(Hwmon, f"@{tmp_path}")
    about = source.open()
    assert about.boundary == "this AMD graphics card, nothing else"
    assert about.power_limit == 220.0
    assert source.read().watts == 31.0
    assert source.read().counters == ()
    whole = opened(Hwmon, f"power_meter@{tmp_path}")
    assert whole.open().boundary == "this machine, by its ACPI power meter, nothing else"
    assert whole.read().watts == 90.0


def test_an_intel_card_has_a_counter(tmp_path: Path) -> None:
    path = device(tmp_path, "hwmon1", name="xe", energy1_input=5_000_000, power1_cap=150_000_000)
    source = opened(Hwmon, f"@{tmp_path}")
    assert source.read().counters == (5.0,)
    assert source.read().watts != source.read().watts
    (path / "energy1_input").unlink()
    with pytest.raises(Fault) as raised:
        source.read()
    assert raised.value.lost


def test_no_sensor_is_said_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="called 'amdgpu'"):
        opened(Hwmon, f"amdgpu@{tmp_path}")
