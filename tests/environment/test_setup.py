"""Setting up, with a pip that only writes down what it is asked: what is done, told, repeated, and refused."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from environment import mend, setup
from environment.sets import HOME, SETS, chosen
from environment.setup import STATE, Setup, SetupError

from ..waiting import until

PIP = """
import json, os, pathlib, sys, time
home = pathlib.Path(sys.prefix).parent
with (home / "asked").open("a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] == "install":
    print("Collecting numpy==2.4.6 (from -r cpu.txt (line 1))")
    print("  Downloading numpy-2.4.6-cp311-cp311-manylinux.whl (17.1 MB)")
    print("  Using cached tensorflow_cpu-2.21.0-cp311.whl (260.4 MB)")
    print("  Downloading six-1.17.0-py2.py3-none-any.whl (11 kB)", flush=True)
    while (home / "hang").exists():
        time.sleep(0.01)
    print("Installing collected packages: a, b, c")
if (home / "fail").exists():
    print("ERROR: no answer")
    sys.exit(1)
"""


class House:
    """A folder with what a setup reads, and an environment whose pip is ours."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "house"
        (self.home / ".ci").mkdir(parents=True)
        shutil.copy(HOME / "pyproject.toml", self.home)
        self.system("exit 0")
        self.venv = self.home / ".venv"

    def system(self, line: str) -> None:
        (self.home / ".ci" / "system").write_text(f"#!/bin/sh\n{line}\n")
        (self.home / ".ci" / "system").chmod(0o755)

    def begin(self) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", self.venv], check=True)
        packages = mend.site_packages(self.venv)
        assert packages is not None
        (packages / "pip").mkdir()
        for name, text in {"__init__": "", "_internal": "", "__main__": PIP}.items():
            (packages / "pip" / f"{name}.py").write_text(text)

    def run(self, name: str = "cpu", purpose: str = "run") -> None:
        Setup(SETS[name], self.home).run(purpose)

    @property
    def asked(self) -> list[list[str]]:
        lines = (self.home / "asked").read_text().splitlines() if (self.home / "asked").exists() else []
        return [json.loads(line) for line in lines]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path)
    monkeypatch.setattr(Setup, "_begin", lambda self, fault: (print(f"Making .venv: {fault}."), made.begin())[1])
    return made


def test_the_first_time_everything_is_made_and_told(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    house.run()
    pins, own = house.asked
    assert pins[:2] == ["install", "--no-deps"]
    assert {"--require-hashes", "--only-binary"} < set(pins)
    assert pins[-1] == str(SETS["cpu"].pins)
    assert own[-2:] == ["--editable", str(house.home)]
    assert "--no-build-isolation" in own  # else what builds it would come without a hash
    told = capfd.readouterr().out
    assert f"about {SETS['cpu'].fetched_mb} MB to fetch" in told
    assert f"{SETS['cpu'].disk_mb} MB on disk" in told
    assert "MB are free" in told
    assert "numpy 2.4.6: 17.1 MB\n" in told
    assert "tensorflow-cpu 2.21.0: 260.4 MB, kept from before" in told
    assert "six" not in told
    assert "unpacking 3 packages" in told
    assert "Ready after" in told


def test_what_is_whole_is_left_alone_and_nothing_is_said(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    house.run()
    capfd.readouterr()
    house.system("echo asked; exit 1")
    house.run()
    assert len(house.asked) == 2
    assert capfd.readouterr() == ("", "")


def test_the_tests_set_holds_the_performance(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "chosen", lambda _: SETS["cpu"])
    house.run("test-cpu", "test")
    house.run("cpu")
    assert len(house.asked) == 2
    house.run("cuda")
    assert ["uninstall", "--yes", "tensorflow", "tensorflow-cpu"] in house.asked


def test_a_new_dependency_is_installed(house: House) -> None:
    house.run()
    with (house.home / "pyproject.toml").open("a") as file:
        file.write("# another\n")
    house.run()
    assert len(house.asked) == 4


def test_a_moved_house_is_installed_in_its_new_place(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    house.run()
    script = house.venv / "bin" / "underfoot"
    script.write_text(f"#!{mend.python(house.venv)}\n")
    house.home = house.home.rename(house.home.with_name("moved"))
    Setup(SETS["cpu"], house.home).run("run")
    assert "moved or copied" in capfd.readouterr().out
    assert house.asked[-1][-1] == str(house.home)
    assert str(house.home) in (house.home / ".venv" / "bin" / "underfoot").read_text()


def test_too_small_a_disk_is_a_sentence_before_anything_is_fetched(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.shutil, "disk_usage", lambda _: SimpleNamespace(free=500e6))
    with pytest.raises(SetupError, match=r"500 MB free and \d+ MB are needed; make room"):
        house.run()
    assert not house.asked
    assert not house.venv.exists()


def test_a_pip_that_fails_is_told_and_begun_again(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    (house.home / "fail").touch()
    with pytest.raises(SetupError, match="Is this machine online"):
        house.run()
    assert "ERROR: no answer" in capfd.readouterr().err
    assert not (house.venv / STATE).exists()
    (house.home / "fail").unlink()
    house.run()
    assert len(house.asked) == 3


def test_system_packages_that_must_be_there_end_it(house: House) -> None:
    house.system("echo 'Type this once'; exit 1")
    with pytest.raises(SetupError, match="system packages"):
        house.run()
    assert not house.asked


SET_UP = """
import sys
from pathlib import Path
from environment.sets import SETS
from environment.setup import Setup
Setup(SETS["cpu"], Path(sys.argv[1])).run("run")
"""


@pytest.fixture
def started(house: House) -> Iterator[subprocess.Popen[bytes]]:
    """A setup in a process of its own, whose pip hangs."""
    house.begin()
    (house.home / "hang").touch()
    process = subprocess.Popen([sys.executable, "-c", SET_UP, house.home], stdout=subprocess.DEVNULL)
    yield process
    (house.home / "hang").unlink(missing_ok=True)
    process.kill()
    process.wait()


def test_killed_in_the_middle_the_next_one_mends(
    house: House, started: subprocess.Popen[bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    until(lambda: house.asked)
    packages = mend.site_packages(house.venv)
    assert packages is not None
    info = packages / "half-1.0.dist-info"
    info.mkdir()  # what pip had unpacked so far
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    (house.home / "hang").unlink()
    house.run()
    assert "installed again: half." in capfd.readouterr().out
    assert not info.exists()
    assert json.loads((house.venv / STATE).read_text())["set"] == "cpu"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("make") or not shutil.which("git"), reason="make or git is not here")
def test_a_fresh_copy_is_killed_set_up_moved_and_performs(tmp_path: Path) -> None:
    """All of it, for real: some 450 MB are fetched, 1.8 GB unpacked; minutes."""
    house = tmp_path / "a house"
    subprocess.run(["git", "clone", "--quiet", HOME, house], check=True)
    first = subprocess.Popen(["make", "setup"], cwd=house, start_new_session=True, stdout=subprocess.DEVNULL)
    until(lambda: len(list((house / ".venv").glob("lib/python3*/site-packages/*.dist-info"))) > 4, within=900)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    subprocess.run(["make", "setup"], cwd=house, check=True)
    check = [house / ".venv/bin/python", "-m", "pip", "check"]
    subprocess.run(check, check=True)
    held = setup._size(house / ".venv") / 1e6
    assert chosen("run").disk_mb * 0.8 < held <= chosen("run").disk_mb * 1.05
    moved = house.rename(tmp_path / "another house")
    subprocess.run(["make", "run", "ARGS=--headless --seconds 5"], cwd=moved, check=True)
    assert (moved / "out" / "summary.txt").exists()
    assert (moved / ".venv/bin/underfoot").read_text().count(str(moved)) == 1
