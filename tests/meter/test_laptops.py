"""Laptops and boards on fake trees of the kernel and fake programs; none of these was met on a real machine."""

from __future__ import annotations

import plistlib
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from installation.config import MeterSettings
from installation.meter.source import Fault, Source
from installation.meter.sources import apple as apple_module
from installation.meter.sources.amd import Meter as Amd
from installation.meter.sources.apple import Meter as Apple
from installation.meter.sources.intel import Meter as Intel
from installation.meter.sources.jetson import Meter as Jetson
from installation.meter.sources.raspberry import Meter as Raspberry
from tests.meter.test_sensors import device


def meter(kind: type[Source], argument: str = "") -> Source:
    return kind(argument, MeterSettings())


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts programs on the PATH that print what the test says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def make(name: str, output: bytes, code: int = 0) -> None:
        (folder / f"{name}.out").write_bytes(output)
        script = folder / name
        script.write_text(f'#!/bin/sh\ncat "{folder}/{name}.out"\nexit {code}\n')
        script.chmod(0o755)

    return make


def registry(**keys: Any) -> bytes:
    return plistlib.dumps([keys])


def test_a_mac_says_its_whole_load_and_holds_it(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_module, "_is_root", lambda: False)
    program("ioreg", registry(ExternalConnected=True, PowerTelemetryData={"SystemLoad": 17126}, UpdateTime=5))
    source = Apple("", MeterSettings())
    about = source.open()
    assert source.read().watts == 17.126
    assert about.boundary == "this whole Mac with its screen, by its battery’s telemetry"
    assert (about.held, about.device, about.period) == (True, "machine", source.unhurried)
    source.stamp_at -= 200
    with pytest.raises(Fault, match="not renewed") as old:
        source.read()
    assert old.value.gap


def test_an_older_mac_says_it_on_its_battery_only(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_module, "_is_root", lambda: False)
    program("ioreg", registry(ExternalConnected=False, Voltage=12000, InstantAmperage=(1 << 64) - 1000))
    source = meter(Apple)
    source.open()
    assert source.read().watts == pytest.approx(12.0)
    program("ioreg", registry(ExternalConnected=True, Voltage=12000, InstantAmperage=0))
    with pytest.raises(Fault, match="on the mains"):
        source.read()


def test_as_root_a_mac_says_its_chip(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_module, "_is_root", lambda: True)
    program("ioreg", b"")
    program("powermetrics", plistlib.dumps({"processor": {"combined_power": 8250.0}}) + b"\0")
    source = meter(Apple)
    assert source.open().device == "processor"
    assert source.read().watts == 8.25
    program("powermetrics", plistlib.dumps({"processor": {"cpu_power": 5000.0, "gpu_power": 250.5}}))
    assert source.read().watts == 5.2505
    with pytest.raises(Fault, match="no battery"):
        meter(Apple, "system").open()


@pytest.mark.parametrize(
    "answer", [b"", b"junk", b"<plist>", plistlib.dumps({}), plistlib.dumps([5]), registry(PowerTelemetryData=5)]
)
def test_whatever_a_program_of_a_mac_prints_is_watts_or_a_fault(
    answer: bytes, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apple_module, "_is_root", lambda: True)
    program("ioreg", answer)
    program("powermetrics", answer)
    for argument in ("chip", "system"):
        with pytest.raises(Fault):
            meter(Apple, argument).open()


def test_what_is_no_mac_and_what_fails_is_said(program: Any) -> None:
    with pytest.raises(Fault, match="no Mac"):
        meter(Apple).open()
    program("ioreg", b"", code=3)
    with pytest.raises(Fault, match="ended with 3"):
        meter(Apple, "system").open()
    with pytest.raises(Fault, match="write apple"):
        meter(Apple, "pie").open()


def test_a_raspberry_pi_adds_its_rails(program: Any) -> None:
    with pytest.raises(Fault, match="no program vcgencmd"):
        meter(Raspberry).open()
    program(
        "vcgencmd",
        b"    VDD_CORE_A current(7)=1.25000000A\n   3V3_SYS_A current(1)=0.10000000A\n"
        b"   VDD_CORE_V volt(15)=0.80000000V\n   3V3_SYS_V volt(9)=3.30000000V\n   EXT5V_V volt(24)=5.15V\n",
    )
    source = meter(Raspberry)
    assert "rails: 2" in source.open().detail
    assert source.read().watts == pytest.approx(1.33)
    program("vcgencmd", b'error=1 error_msg="Command not registered"\n')
    with pytest.raises(Fault, match="tells no rails"):
        source.read()


def board(root: Path, model: str) -> None:
    (root / "firmware/devicetree/base").mkdir(parents=True)
    (root / "firmware/devicetree/base/model").write_text(model + "\0")


def test_a_jetson_reads_the_rail_that_feeds_the_others(tmp_path: Path) -> None:
    board(tmp_path, "NVIDIA Jetson Orin NX")
    labels = {
        "in1_label": "VDD_IN",
        "in2_label": "VDD_CPU_GPU_CV",
        "in3_label": "VDD_SOC",
        "in7_label": "sum of shunt voltages",
    }
    numbers = {
        "in1_input": 19_000,
        "curr1_input": 500,
        "in2_input": 19_000,
        "curr2_input": 100,
        "in3_input": 19_000,
        "curr3_input": 90,
    }
    path = device(tmp_path / "class/hwmon", "hwmon3", name="ina3221", **labels, **numbers)
    source = meter(Jetson, str(tmp_path))
    assert source.open().boundary == "this whole board (NVIDIA Jetson Orin NX), nothing else"
    assert source.read().watts == 9.5
    (path / "curr1_input").unlink()
    with pytest.raises(Fault, match="says nothing"):
        source.read()


def test_a_jetson_without_such_a_rail_adds_them(tmp_path: Path) -> None:
    board(tmp_path, "Jetson AGX Orin Developer Kit")
    labels = {"in1_label": "VDD_GPU_SOC", "in2_label": "VDD_CPU_CV"}
    numbers = {"in1_input": 20_000, "curr1_input": 200, "in2_input": 20_000, "curr2_input": 50}
    device(tmp_path / "class/hwmon", "hwmon1", name="ina3221", **labels, **numbers)
    source = meter(Jetson, str(tmp_path))
    source.open()
    assert source.read().watts == 5.0


def test_an_older_jetson_says_it_by_iio(tmp_path: Path) -> None:
    board(tmp_path, "NVIDIA Jetson Nano Developer Kit")
    place = tmp_path / "bus/i2c/drivers/ina3221x/6-0040"
    names = {"rail_name_0": "POM_5V_IN", "rail_name_1": "POM_5V_GPU"}
    device(place, "iio:device0", **names, in_power0_input=2500, in_power1_input=40)
    source = meter(Jetson, str(tmp_path))
    source.open()
    assert source.read().watts == 2.5


def test_another_board_is_no_jetson(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="no Jetson"):
        meter(Jetson, str(tmp_path)).open()


def test_an_intel_card_is_counted_by_the_input_that_holds_the_other(tmp_path: Path) -> None:
    device(
        tmp_path,
        "hwmon2",
        name="xe",
        energy1_input=7_000_000,
        energy1_label="card",
        energy2_input=6_000_000,
        energy2_label="pkg",
    )
    source = meter(Intel, str(tmp_path))
    assert source.open().boundary == "this Intel graphics card, nothing else"
    assert source.read().counters == (7.0,)
    with pytest.raises(Fault, match="No power sensor"):
        meter(Intel, str(tmp_path / "none")).open()


class AmdSmi(types.ModuleType):
    """AMD's library as far as the meter calls it."""

    class AmdSmiException(Exception):  # noqa: N818
        pass

    power: Any = {"current_socket_power": 31, "average_socket_power": "N/A", "power_limit": 220}
    energy: Any = {"energy_accumulator": 1_000_000, "counter_resolution": 15.3}

    def __init__(self) -> None:
        super().__init__("amdsmi")
        self.amdsmi_init = self.amdsmi_shut_down = lambda: None
        self.amdsmi_get_processor_handles = lambda: ["card"]
        self.amdsmi_get_power_info = lambda card: self.power
        self.amdsmi_get_energy_count = lambda card: self.energy
        self.amdsmi_get_gpu_asic_info = lambda card: {"market_name": "Radeon Pro W7900"}
        self.amdsmi_get_gpu_device_bdf = lambda card: "0000:03:00.0"


def test_an_amd_card_by_its_own_library(monkeypatch: pytest.MonkeyPatch) -> None:
    smi = AmdSmi()
    monkeypatch.setitem(sys.modules, "amdsmi", smi)
    source = meter(Amd)
    about = source.open()
    assert about.boundary == "this AMD graphics card (Radeon Pro W7900), nothing else"
    assert (about.device, about.power_limit) == ("0000:03:00.0", 220.0)
    assert source.read().watts == 31.0
    assert source.read().counters == pytest.approx((15.3,))
    smi.energy = {"energy_accumulator": "N/A"}
    assert source.read().counters == ()
    smi.power = {"current_socket_power": "N/A"}
    with pytest.raises(Fault, match="neither power nor energy"):
        source.read()


def test_without_that_library_by_the_kernel(tmp_path: Path) -> None:
    device(tmp_path, "hwmon3", name="amdgpu", power1_average=31_000_000, power1_cap=220_000_000)
    source = meter(Amd, str(tmp_path))
    assert source.open().boundary == "this AMD graphics card, nothing else"
    assert source.read().watts == 31.0
