"""Batteries and hardware monitors on fake trees of the kernel."""

from __future__ import annotations

import shutil
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
    assert not raised.value.lost
    shutil.rmtree(path)
    with pytest.raises(Fault) as raised:
        source.read()
    assert raised.value.lost


def test_no_sensor_is_said_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="called 'amdgpu'"):
        opened(Hwmon, f"amdgpu@{tmp_path}")


def metrics(path: Path, revision: int) -> None:
    (path / "device").mkdir()
    (path / "device" / "gpu_metrics").write_bytes(bytes([120, 0, revision, 3]) + b"\0" * 116)


def test_an_apu_is_told_from_a_card_and_not_added_to_it(tmp_path: Path) -> None:
    part = device(tmp_path, "hwmon1", name="amdgpu", power1_average=12_000_000)
    metrics(part, 2)
    source = opened(Hwmon, f"@{tmp_path}")
    about = source.open()
    assert about.boundary == "this processor with its graphics (AMD APU), nothing else"
    assert about.device == "processor"
    card = device(tmp_path, "hwmon4", name="amdgpu", power1_average=90_000_000)
    metrics(card, 1)
    source = opened(Hwmon, f"@{tmp_path}")
    assert source.open().boundary == "this AMD graphics card, nothing else"
    assert source.read().watts == 90.0


def test_amd_graphics_of_which_the_kernel_does_not_say_what_they_are(tmp_path: Path) -> None:
    device(tmp_path, "hwmon1", name="amdgpu", power1_input=12_000_000)
    assert "the kernel does not say" in opened(Hwmon, f"@{tmp_path}").open().boundary


def test_acpi_meters_that_may_lie_inside_each_other_are_never_added(tmp_path: Path) -> None:
    device(tmp_path, "hwmon1", name="power_meter", power1_average=60_000_000)
    device(tmp_path, "hwmon2", name="power_meter", power1_average=210_000_000)
    source = opened(Hwmon, f"@{tmp_path}")
    assert source.read().watts == 210.0
    assert "not taken: hwmon1" in source.open().detail


def test_an_input_that_cannot_be_read_gives_way_to_the_next(tmp_path: Path) -> None:
    path = device(tmp_path, "hwmon1", name="amdgpu", power1_input=31_000_000, power1_cap=220_000_000)
    (path / "power1_average").mkdir()  # reading it is an error of the kernel's
    device(tmp_path, "hwmon2", name="amdgpu", power1_average="", power1_cap=220_000_000)
    source = opened(Hwmon, f"@{tmp_path}")
    assert source.read().watts == 31.0
    assert "not taken: hwmon2" in source.open().detail


def test_rails_are_volts_times_amperes(tmp_path: Path) -> None:
    device(tmp_path, "hwmon1", name="ina3221", in1_input=12_000, curr1_input=1_500, in2_input=5_000, curr2_input=200)
    source = opened(Hwmon, f"ina3221@{tmp_path}")
    assert source.read().watts == 19.0
    assert "volts times amperes" in source.open().detail


def test_a_battery_beside_a_charger_that_feeds_too_is_no_reading(tmp_path: Path) -> None:
    cell = device(tmp_path, "BAT0", type="Battery", status="Discharging", power_now=12_500_000)
    usb = device(tmp_path, "ucsi-source", type="USB", online=0)
    source = opened(Battery, str(tmp_path))
    (usb / "online").write_text("1\n")
    with pytest.raises(Fault, match="ucsi-source feeds the machine too") as raised:
        source.read()
    assert raised.value.gap
    (usb / "online").write_text("0\n")
    (cell / "power_now").write_text("0\n")
    with pytest.raises(Fault, match="0 W while it discharges"):
        source.read()
    (cell / "voltage_now").write_text("11000000\n")
    (cell / "current_now").write_text("1000000\n")
    assert source.read().watts == pytest.approx(11.0)
