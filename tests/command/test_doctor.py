"""Doctor: the whole command as a technician types it, and what hangs or crashes under it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from installation.command import doctor
from installation.command.doctor import SIGNS, examine, rooms, settings, show, verdict
from installation.finding import Finding


def run(*arguments: str, where: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "installation", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=where)


def test_json_is_a_list_of_name_state_detail_remedy() -> None:
    done = run("--json")
    findings = json.loads(done.stdout)
    assert {"settings", "python", "ledger file"} <= {f["name"] for f in findings}
    for finding in findings:
        assert list(finding) == ["name", "state", "detail", "remedy"]
        assert finding["state"] in SIGNS
    assert done.returncode == any(f["state"] == "wrong" for f in findings)


def test_the_page_for_people() -> None:
    done = run("--only", "piece")
    assert "python" in done.stdout
    assert "Traceback" not in done.stderr


def test_broken_settings_are_a_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[meter]\nnmae = 'auto'\n")
    done = run("--json", "--config", str(tmp_path / "config.toml"))
    findings = json.loads(done.stdout)
    assert done.returncode == 1
    assert findings[0]["state"] == "wrong"
    assert "Did you mean 'name'?" in findings[0]["detail"] + findings[0]["remedy"]
    assert "python" in {f["name"] for f in findings}


def test_a_wrong_room_gets_the_nearest() -> None:
    done = run("--only", "leger")
    assert (done.returncode, "Did you mean 'ledger'?" in done.stderr) == (2, True)


def test_every_room_with_a_check_is_looked_at() -> None:
    assert rooms()[0] == "piece"
    assert {"ledger", "text"} <= set(rooms())


BROKEN = {
    "hang": ("import time; time.sleep(60)", "did not end within"),
    "crash": ("import os; os.abort()", "broke off: exit code -6"),
    "raise": ("raise RuntimeError('the driver is upset')", "broke off: RuntimeError: the driver is upset"),
    "chatter": ("print('no list')", "broke off"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_check_that_breaks_is_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str) -> None:
    code, said = BROKEN[how]
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}"\n')
    python.chmod(0o755)
    monkeypatch.setattr(doctor.sys, "executable", str(python))
    (finding,) = examine(["sound"], [], within=1.0 if how == "hang" else 60.0)
    assert (finding.name, finding.state) == ("sound", "wrong")
    assert said in finding.detail
    assert finding.remedy


def test_settings_are_said_in_one_sentence_with_a_remedy(tmp_path: Path) -> None:
    found = settings(tmp_path / "nowhere.toml", ())
    assert (found.state, found.remedy) == ("wrong", "Name another with --config FILE.")
    assert settings(None, ["meter.rate_hz=10"]).state == "ok"


def test_the_page_shows_every_word(capsys: pytest.CaptureFixture[str]) -> None:
    findings = [Finding("light port", "missing", "There is no port.", "Connect it."), Finding("python", "ok", "It is.")]
    show(findings)
    said = capsys.readouterr().out
    for words in ("– missing", "light port", "There is no port.", "→ Connect it.", "✓ ok", "It does without 1"):
        assert words in said


@pytest.mark.parametrize(("states", "said"), [(["ok"], "All is there"), (["wrong", "missing"], "1 to mend")])
def test_verdict(states: list[Any], said: str) -> None:
    assert said in verdict(Finding("x", state, "") for state in states)
