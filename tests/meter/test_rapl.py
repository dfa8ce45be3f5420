"""A fake powercap tree: a wrap is counted exactly, nothing is added twice, and the permission has its remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import MeterSettings
from installation.meter.integrator import Integrator
from installation.meter.source import Fault
from installation.meter.sources.rapl import Meter
from installation.now import Provenance

RANGE = 262_143_328_850  # uJ, a typical range


def zone(root: Path, folder: str, name: str, energy: int, range_uj: int = RANGE, limit_w: int = 200) -> Path:
    path = root / folder
    path.mkdir(parents=True)
    (path / "name").write_text(name + "\n")
    (path / "energy_uj").write_text(f"{energy}\n")
    if range_uj:
        (path / "max_energy_range_uj").write_text(f"{range_uj}\n")
    (path / "constraint_0_max_power_uw").write_text(f"{limit_w * 1_000_000}\n")
    return path / "energy_uj"


def meter(root: Path) -> Meter:
    return Meter(str(root), MeterSettings())


def test_packages_and_memory_are_added_and_what_is_inside_them_is_not(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 1_000_000)
    zone(tmp_path, "intel-rapl:0:0", "core", 900_000)
    zone(tmp_path, "intel-rapl:0:1", "dram", 500_000)
    zone(tmp_path, "intel-rapl:1", "psys", 9_000_000)
    zone(tmp_path, "intel-rapl-mmio:0", "package-0", 1_000_000)
    source = meter(tmp_path)
    about = source.open()
    assert "package-0, dram" in about.detail
    assert about.boundary == "this machine’s processor and its memory, nothing else"
    assert about.limits == (200.0, 200.0)
    assert about.provenance == Provenance.MEASURED
    assert len(source.read().counters) == 2


def test_only_the_platform_is_taken_where_nothing_else_is_told(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:1", "psys", 9_000_000)
    assert meter(tmp_path).open().boundary == "this machine’s platform"


def test_a_zone_without_range_is_left_out(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 1, range_uj=0)
    with pytest.raises(Fault, match="No energy counter"):
        meter(tmp_path).open()


def test_a_die_that_mirrors_another_is_counted_once(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0-die-0", 77_000_000)
    zone(tmp_path, "intel-rapl:1", "package-0-die-1", 77_000_000)
    source = meter(tmp_path)
    source.open()
    assert len(source.zones) == 1
    source.close()


def test_a_wrap_is_exact(tmp_path: Path) -> None:
    file = zone(tmp_path, "intel-rapl:0", "package-0", RANGE - 1_000_000)
    source = meter(tmp_path)
    source.open()
    before = source.read().counters[0]
    file.write_text("4328850\n")
    assert source.read().counters[0] - before == pytest.approx(5.32885, abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, RANGE // 3), min_size=1, max_size=20))
def test_any_number_of_wraps_adds_up(tmp_path_factory: pytest.TempPathFactory, steps: list[int]) -> None:
    root = tmp_path_factory.mktemp("rapl")
    file = zone(root, "intel-rapl:0", "package-0", RANGE - 17)
    source = meter(root)
    source.open()
    raw, true = RANGE - 17, 0
    for step in steps:
        true += step
        raw = (raw + step) % RANGE
        file.write_text(f"{raw}\n")
        assert source.read().counters[0] == pytest.approx(true / 1e6, abs=1e-5)
    source.close()


def test_too_long_a_pause_is_a_gap_because_it_may_have_wrapped_unseen(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 5)
    source = meter(tmp_path)
    source.open()
    source.read()
    source.zones[0].at -= source.zones[0].safe + 1
    with pytest.raises(Fault, match="may have wrapped") as raised:
        source.read()
    assert raised.value.gap
    assert source.read().counters


def test_a_counter_that_is_set_to_nothing_is_no_wrap(tmp_path: Path) -> None:
    file = zone(tmp_path, "intel-rapl:0", "package-0", 50_000_000)
    (file.parent / "constraint_0_max_power_uw").unlink()
    source = meter(tmp_path)
    source.open()
    before = source.read().counters[0]
    file.write_text("5\n")
    with pytest.raises(Fault, match="without having wrapped") as raised:
        source.read()
    assert raised.value.gap
    assert source.read().counters[0] == before


def test_watts_come_from_the_counter(tmp_path: Path) -> None:
    file = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    source, integrator = meter(tmp_path), Integrator()
    integrator.opened(source.open())
    integrator.take(source.read())
    first = integrator.last
    file.write_text("2000000\n")
    integrator.take(source.read())
    assert first is not None
    assert integrator.last is not None
    assert integrator.watts in (0.0, pytest.approx(2.0 / (integrator.last.time - first.time)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_counter_only_root_may_read_is_named_with_its_remedy(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 5).chmod(0)
    with pytest.raises(Fault, match="root only"):
        meter(tmp_path).open()


def test_a_refused_counter_has_its_remedy_for_root_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 5)

    def refuse(path: object, flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("installation.meter.sources.rapl.os.open", refuse)
    with pytest.raises(Fault, match="root only"):
        meter(tmp_path).open()


def test_a_counter_that_disappears_is_lost(tmp_path: Path) -> None:
    file = zone(tmp_path, "intel-rapl:0", "package-0", 5)
    source = meter(tmp_path)
    source.open()
    file.write_text("")
    with pytest.raises(Fault) as raised:
        source.read()
    assert raised.value.lost
