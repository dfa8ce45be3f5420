"""The doctor's look at the networks."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from installation.config import ConfigError, NetworkSettings, load
from installation.network import check
from installation.network.trial import Trial

from .conftest import small


@pytest.fixture(autouse=True)
def trials(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Nothing is trained here: test_trial does that."""
    asked: list[Path] = []

    def tried(path: Path, settings: NetworkSettings, within: float) -> Trial:
        asked.append(path)
        return Trial(settings.backend, str(path), problem="mine.py, line 3: no." if path.stem == "mine" else "")

    monkeypatch.setattr(check, "tried", tried)
    return asked


def states(*changes: str) -> dict[str, str]:
    return {finding.name: finding.state for finding in check.check(load(Path("config.toml"), changes))}


def test_here_all_is_well() -> None:
    found = check.check(load(Path("config.toml")))
    assert [finding.state for finding in found if finding.name in ("network keras", "network file")] == ["ok", "ok"]
    assert all(finding.remedy for finding in found if finding.state != "ok")


def test_a_backend_that_is_not_here_names_one_that_is(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"torch": None, "jax": "here", "tensorflow": "here"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: here[name])
    found = next(
        f for f in check.check(load(Path("config.toml"), ["network.backend=torch"])) if f.name == "network torch"
    )
    assert found.state == "wrong"
    assert "tensorflow, jax" in found.remedy


def test_a_file_that_is_not_there_or_wrong(tmp_path: Path) -> None:
    assert states("network.name=sed")["network file"] == "wrong"
    (tmp_path / "bad.py").write_text("def network(:")
    assert states(f"network.name={tmp_path}/bad.py")["network file"] == "wrong"


def test_the_first_network_is_tried_and_the_rungs_above_it_are_read(tmp_path: Path, trials: list[Path]) -> None:
    found = states()
    assert [path.stem for path in trials] == ["seed"]
    assert found["network tried"] == "ok"
    assert [found[f"network rung {i}"] for i in (2, 3, 4)] == ["ok"] * 3
    (tmp_path / "mine.py").write_text(small())
    assert states(f"network.name={tmp_path}/mine.py")["network tried"] == "wrong"
    assert states("network.ladder=['sed']")["network rung 2"] == "wrong"


def test_before_the_show_every_rung_must_be_there(tmp_path: Path) -> None:
    check.refuse(load(Path("config.toml")))
    check.refuse(load(Path("config.toml"), ["network.name=remote:broker/cloud"]))
    with pytest.raises(ConfigError, match="Did you mean 'wide'"):
        check.refuse(load(Path("config.toml"), ["network.ladder=['wid']"]))
    assert states("network.name=remote:broker/cloud")["network file"] == "ok"


def test_two_tensorflows_are_wrong_and_the_small_one_beside_a_card_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    versions: dict[str, str] = {"tensorflow": "2.21.0", "tensorflow-cpu": "2.21.0", "keras": "3.15.1"}

    def version(name: str) -> Any:
        if name in versions:
            return versions[name]
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert states()["network distributions"] == "wrong"
    del versions["tensorflow"]
    monkeypatch.setattr(check, "NVIDIA", tmp_path)
    assert states()["network card"] == "missing"
    assert "network distributions" not in states()
