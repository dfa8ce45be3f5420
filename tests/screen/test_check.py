"""The doctor's lines about the picture."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from installation.config import Config, Piece, ScreenSettings
from installation.screen import check


def lines(config: Config) -> dict[str, str]:
    return {finding.name: finding.state for finding in check.check(config)}


def test_all_is_well() -> None:
    found = lines(Config(screen=ScreenSettings(headless=True)))
    assert set(found.values()) == {"ok"}
    assert "face GentiumPlus-Regular" in found


def test_a_scene_that_is_not_there() -> None:
    (finding,) = [f for f in check.check(Config(screen=ScreenSettings(scenes=("secton",)))) if f.name == "scene secton"]
    assert finding.state == "wrong"
    assert "section" in finding.detail


def test_a_language_that_is_not_there() -> None:
    assert lines(Config(piece=Piece(language="xx")))["language"] == "wrong"


def test_two_pygames_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "version", lambda _: "2.6.1")
    (finding,) = [f for f in check.check(Config()) if f.name == "screen library"]
    assert finding.state == "wrong"
    assert "Uninstall both" in finding.remedy


def test_no_pygame_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(check, "version", none)
    (finding,) = [f for f in check.check(Config()) if f.name == "screen library"]
    assert finding.state == "wrong"
