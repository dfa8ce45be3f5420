import numpy as np
import pytest

from installation.config import load
from installation.light import bringup, check
from tests.hardware.board import BoardOnPty, build_elf, require_avr

BAUD = 500_000


def words(port, *more):
    return load(changes=("light.device=underfoot", f"light.port={port}", f"light.baud={BAUD}", *more))


@pytest.mark.avr
def test_the_strip_is_lit_and_measured(monkeypatch):
    require_avr()
    monkeypatch.setattr(bringup, "MEASURE", 1.0)
    said = []
    with BoardOnPty(build_elf(60, BAUD), BAUD) as board:
        found = bringup.bringup(words(board.port, "light.leds=60"), said.append, look=1.5)
        _, lights = board.lights()
    states = {finding.name: finding.state for finding in found}
    assert states["strip"] == states["strip light"] == "ok"
    assert {"strip line", "strip answer"} <= set(states)
    assert "LED 1, LED 31, LED 60" in said[0]
    assert sorted(set(np.nonzero(lights.max(axis=(0, 2)) > 10)[0])) == [0, 30, 59]
    assert not lights[-1].any()


@pytest.mark.avr
def test_the_check_meets_the_board(monkeypatch):
    require_avr()
    with BoardOnPty(build_elf(60, BAUD), BAUD) as board:
        strip, power = check.check(words(board.port, "light.leds=60"))
        assert (strip.state, strip.detail[:24]) == ("ok", "underfoot board, 60 LEDs")
        assert power.detail.startswith("It draws 1.1 A")
    with BoardOnPty(build_elf(60, BAUD), BAUD) as board:
        strip, _ = check.check(words(board.port, "light.leds=144"))
        assert strip.state == "wrong"
        assert "built for 60 LEDs" in strip.remedy


def test_without_a_strip_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "WITHIN", 0.3)
    monkeypatch.setattr(bringup, "LINK_WITHIN", 0.3)
    [pretended] = check.check(load())
    assert (pretended.state, "hardware/README.md" in pretended.remedy) == ("missing", True)
    none = words(tmp_path / "none")
    assert "there is no such port" in check.check(none)[0].remedy
    assert "there is no such port" in bringup.bringup(none)[0].remedy
    assert check.check(load(changes=["light.device=adalihgt"]))[0].state == "wrong"
    assert bringup.bringup(load(changes=["light.device=adalihgt"]))[0].state == "wrong"
