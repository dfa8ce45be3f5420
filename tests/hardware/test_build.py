"""Without the AVR tools a plain checkout skips these tests, with the remedy in one line; CI fails instead."""

from __future__ import annotations

import shutil

import pytest

from tests.hardware import build


def test_missing_tools_are_named_with_their_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None if tool == "avr-g++" else tool)
    assert "avr-g++" in build.missing_tools()
    assert "apt-get install" in build.missing_tools()
    assert "\n" not in build.missing_tools()


@pytest.mark.parametrize(("in_ci", "outcome"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_skips_at_home_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch, in_ci: bool, outcome: type[Exception]) -> None:
    monkeypatch.setattr(build, "missing_tools", lambda: "no avr-g++")
    monkeypatch.delenv("CI", raising=False)
    if in_ci:
        monkeypatch.setenv("CI", "true")
    with pytest.raises(outcome, match=r"no avr-g\+\+"):
        build.require_avr()


def test_a_build_that_fails_says_why() -> None:
    build.require_avr()
    with pytest.raises(RuntimeError, match="310 fit the memory"):
        build.build_elf(leds=999)
