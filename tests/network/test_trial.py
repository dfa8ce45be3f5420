"""`underfoot try`: a file is run as a press would run it, and what the wall would say is told, with lines."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from installation.config import NetworkSettings
from installation.network.trial import Trial, on, tried

from .conftest import QUICK, small

command = import_module("installation.command.try")
SETTINGS = on(NetworkSettings(threads=1), QUICK)
FOUND = Trial(
    "jax", "mine.py", fit_line="model.fit(x, y)", weights=2_500_000, operations=5e9, epochs=10, batches=20, updates=50,
    seconds=2.0, ended="stopped", ready_after=4.0,
    learned=[{"name": "mae", "kind": "value", "seen": 0.5, "unseen": None}],
)  # fmt: skip


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    path = tmp_path_factory.mktemp("try") / "mine.py"
    path.write_text(small())
    return tried(path, SETTINGS)


def test_a_file_is_built_trained_and_asked(trial: Trial) -> None:
    assert trial.problem == ""
    assert (trial.weights, trial.epochs, trial.batches, trial.updates) == (19, 3, 2, 6)
    assert trial.ended == "whole"
    assert 0 < trial.step < trial.whole == trial.seconds
    assert trial.ready_after > 0
    assert trial.held > 1e8
    assert {m["name"] for m in trial.learned} == {"accuracy", "loss"}
    assert "model.compile" in trial.text


def test_a_problem_is_told_with_its_line_and_what_is_no_network_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(small(between="labels = labels[:10]"))
    found = tried(path, SETTINGS)
    assert "mine.py, line " in found.problem
    path.write_text("def network(:")
    assert "line 1" in tried(path, SETTINGS).problem


def test_what_takes_too_long_is_given_up_with_what_it_did(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(small(before="import time; time.sleep(600)"))
    assert "given up" in tried(path, SETTINGS, within=1.0).problem


def test_a_whole_fit_is_reckoned_from_its_pace_only_where_its_length_is_known() -> None:
    assert FOUND.step == pytest.approx(0.04)
    assert FOUND.whole == pytest.approx(8.0)
    assert math.isnan(replace(FOUND, calls=3).whole)
    assert math.isnan(replace(FOUND, updates=math.nan).step)


def test_the_lines_say_what_can_and_cannot_be_told() -> None:
    told = "\n".join(command.lines(FOUND, SETTINGS))
    for part in ("2.5 million", "5 000 million a step", "40 ms", "8 s at this pace", "mae", "no new rows were asked"):
        assert part in told
    assert "cannot be told" in "\n".join(command.lines(replace(FOUND, updates=math.nan, calls=2), SETTINGS))
    assert "✗ line 3" in "\n".join(command.lines(Trial("jax", "a.py", problem="line 3"), SETTINGS))


def test_every_backend_that_is_here_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.network.check.installed", lambda: ["tensorflow", "jax"])
    monkeypatch.setattr(
        "installation.network.trial.tried", lambda path, settings: replace(FOUND, backend=settings.backend)
    )
    done = CliRunner().invoke(command.command, ["seed", "--backend", "all", "--json"])
    assert [json.loads(line)["backend"] for line in done.stdout.splitlines()] == ["tensorflow", "jax"]
    assert done.exit_code == 0
    refused = CliRunner().invoke(command.command, ["seed", "--backend", "torch"])
    assert "installed are: tensorflow, jax" in refused.output
