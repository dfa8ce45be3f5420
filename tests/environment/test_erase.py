"""The ledger outlives `make clean`; erasing it has a name of its own and asks."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from environment import erase
from environment.sets import HOME


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    (folder / "log").mkdir(parents=True)
    (folder / "ledger.sqlite").write_bytes(b"x" * 2_500_000)
    return folder


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "no\n", "erase it\n"])
def test_without_the_word_nothing_is_erased(
    out: Path, typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert erase.main(str(out)) == 1
    assert (out / "ledger.sqlite").exists()
    said = capsys.readouterr().out
    assert "1 files, 2.5 MB" in said
    assert "Nothing was erased." in said


def test_with_the_word_it_is(out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("erase\n"))
    assert erase.main(str(out)) == 0
    assert not out.exists()
    assert erase.main(str(out)) == 0
    assert "holds nothing" in capsys.readouterr().out


@pytest.mark.skipif(not shutil.which("make"), reason="make is not here")
def test_make_clean_leaves_the_ledger(out: Path) -> None:
    shutil.copy(HOME / "Makefile", out.parent)
    for made in (".venv", "build"):
        (out.parent / made).mkdir()
    subprocess.run(["make", "clean"], cwd=out.parent, check=True, capture_output=True)
    assert sorted(p.name for p in out.parent.iterdir()) == ["Makefile", "out"]
    assert (out / "ledger.sqlite").exists()
