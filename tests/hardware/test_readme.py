"""hardware/README.md, the parts list and the drawings agree with each other, with arithmetic and with the firmware."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hardware.board import HARDWARE
from tests.hardware.wire import settings_of

README = (HARDWARE / "README.md").read_text()
DRAWN = {
    "wiring-power.svg": "wiring-power.yml",
    "wiring-board.svg": "wiring-board.yml",
    "schematic.svg": "schematic.py",
}


def table(*first: str) -> list[list[str]]:
    """The rows of the README's table whose head begins with these cells."""
    head = "| " + " | ".join(first)
    lines = README[README.index(head) :].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines[2:]]
    return rows[: next(i for i, line in enumerate(lines[2:]) if not line.startswith("|"))]


def parts() -> list[list[str]]:
    with (HARDWARE / "parts.tsv").open() as file:
        return list(csv.reader(file, delimiter="\t"))[1:]


def marks(designators: list[str]) -> set[str]:
    return {mark for cell in designators for mark in re.split(r"[, ]+", cell) if mark}


def bom() -> set[str]:
    cells = []
    for path in HARDWARE.glob("wiring-*.bom.tsv"):
        with path.open() as file:
            cells += [row["Designators"] for row in csv.DictReader(file, delimiter="\t")]
    return marks(cells)


def numbers(cell: str) -> list[float]:
    return [float(word) for word in re.findall(r"\d+(?:\.\d+)?", cell)]


def test_the_readme_prints_the_parts_list() -> None:
    assert table("marks", "part") == parts()


def test_every_part_drawn_is_listed_and_every_part_listed_is_drawn() -> None:
    listed = marks([row[0] for row in parts()])
    only_in_schematic = {"U1", "C2"}
    assert listed - only_in_schematic == bom()
    schematic = (HARDWARE / "schematic.svg").read_text()
    assert all(mark in schematic for mark in {*only_in_schematic, "R1", "BUTTON"})


@pytest.mark.parametrize("drawing", DRAWN)
def test_each_drawing_belongs_to_its_source(drawing: str) -> None:
    source = HARDWARE / DRAWN[drawing]
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert f"drawn from {source.name}, sha256 {digest}" in (HARDWARE / drawing).read_text(), "make -C hardware drawings"


def test_the_bill_of_materials_is_what_the_drawings_give(tmp_path: Path) -> None:
    for name in ("power", "board"):
        command = [sys.executable, "-m", "wireviz.wv_cli", "-f", "t", "-o", str(tmp_path)]
        subprocess.run([*command, str(HARDWARE / f"wiring-{name}.yml")], check=True, capture_output=True)
        kept = HARDWARE / f"wiring-{name}.bom.tsv"
        assert (tmp_path / kept.name).read_text() == kept.read_text()


def test_sizes_follow_the_rules_beside_them() -> None:
    rows = table("LEDs", "strip", "worst")
    assert [row[0] for row in rows] == ["60", "144", "300"]
    for leds, metres, worst, typical, supply, cap_ma, fuse, feeds in (map(numbers, row) for row in rows):
        assert metres[0] == leds[0] / 60
        assert worst[0] == pytest.approx(0.06 * leds[0], rel=0.01)
        assert worst[1] == pytest.approx(5 * 0.06 * leds[0], rel=0.01)
        assert typical[0] == pytest.approx(0.02 * leds[0], rel=0.01)
        assert cap_ma[0] <= 800 * supply[0]
        assert fuse[0] * feeds[0] > cap_ma[0] / 1000
        assert fuse[0] <= 7.5, "a strip's own copper carries no more"


def test_voltage_losses_are_computed_right() -> None:
    lines = [line.strip("| ").split(" | ") for line in README.splitlines() if re.match(r"\| \d.*mm², \d A", line)]
    assert len(lines) == 4
    for head, *losses in lines:
        area, current = numbers(head)
        for length, cell in zip((1, 2, 6), losses, strict=True):
            assert numbers(cell)[0] == pytest.approx(2 * length * current * 0.0172 / area, abs=0.006)


def test_settings_named_are_the_firmwares_own() -> None:
    settings = settings_of(HARDWARE / "strip/settings.h")
    for name, default, *_ in table("setting", "default"):
        assert settings[name.strip("`")] == int(default)
    assert settings["BUTTON_BIT"] == 2
    assert settings["DATA_BIT"] == 6


@pytest.mark.parametrize("pin", ["D6", "D2", "D3", "A0"])
def test_pins_are_drawn_where_the_firmware_has_them(pin: str) -> None:
    bits = settings_of(HARDWARE / "strip/settings.h")
    firmware = {f"D{bits[name]}" for name in ("DATA_BIT", "BUTTON_BIT", "PRESENCE_BIT")} | {f"A{bits['KNOB_CHANNEL']}"}
    assert pin in firmware
    assert f">{pin}<" in (HARDWARE / "wiring-board.svg").read_text()


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (HARDWARE / target).exists(), target
