"""An environment that was moved, copied, killed half-way or left by its Python is seen and mended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from environment import mend


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A real environment, without pip."""
    made = tmp_path / "first" / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made], check=True)
    return made


def pip(venv: Path, version: str = "") -> None:
    """A pip that does nothing; with a version, in an interpreter that says it is of that version."""
    packages = mend.site_packages(venv)
    assert packages is not None
    (packages / "pip").mkdir()
    (packages / "pip" / "__init__.py").touch()
    (packages / "pip" / "_internal.py").write_text(f"import sys\nsys.version_info = {version}" if version else "")


def test_a_whole_one_has_no_fault(venv: Path) -> None:
    pip(venv)
    assert mend.fault(venv) == ""


def test_what_makes_one_useless_is_said(venv: Path, tmp_path: Path) -> None:
    assert mend.fault(tmp_path / "none") == "there is none yet"
    assert mend.fault(venv) == "it has no working pip"
    pip(venv, "(3, 9, 1)")
    assert mend.fault(venv) == "it is made of Python 3.9"
    (venv / "bin" / "activate").rename(tmp_path / "activate")
    assert mend.fault(venv) == "it was never finished"
    (tmp_path / "activate").rename(venv / "bin" / "activate")
    mend.python(venv).unlink()
    mend.python(venv).symlink_to(tmp_path / "a Python that was removed")
    assert mend.fault(venv) == "its Python is gone"


def command(venv: Path, name: str = "greet", interpreter: Path | None = None) -> Path:
    """A script as pip writes it."""
    path = interpreter or mend.python(venv)
    head = f"#!{path}" if " " not in str(path) else f"#!/bin/sh\n'''exec' \"{path}\" \"$0\" \"$@\"\n' '''"
    script = venv / "bin" / name
    script.write_text(f"{head}\nimport sys\nprint(sys.prefix, sys.argv[1:])\n")
    script.chmod(0o755)
    return script


def said(script: Path) -> str:
    return subprocess.run([script, "a b"], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("name", ["second", "with a space", "größer", "long" * 40])
def test_a_moved_one_works_in_its_new_place(venv: Path, tmp_path: Path, name: str) -> None:
    command(venv)
    other = command(venv, "foreign", Path("/usr/bin/python3")).read_text()
    (venv / "bin" / "shell").write_text("#!/bin/sh\necho python\n")
    (venv / "bin" / "program").write_bytes(b"\x7fELF\0/x/bin/python")
    (tmp_path / "first").rename(tmp_path / name)
    moved = tmp_path / name / ".venv"
    assert mend.follow(moved) == 2  # the foreign one too: in an environment each script is its own
    assert said(moved / "bin" / "greet") == f"{moved} ['a b']"
    assert "/usr/bin/python3" in other
    assert str(moved) in (moved / "bin" / "activate").read_text(encoding="utf-8")
    assert str(moved) in (moved / "pyvenv.cfg").read_text(encoding="utf-8")
    assert (moved / "bin" / "shell").read_text() == "#!/bin/sh\necho python\n"
    assert (moved / "bin" / "program").read_bytes() == b"\x7fELF\0/x/bin/python"
    assert mend.follow(moved) == 0


def test_and_back_again(venv: Path, tmp_path: Path) -> None:
    before = command(venv).read_bytes()
    for a, b in (("first", "in between"), ("in between", "first")):
        (tmp_path / a).rename(tmp_path / b)
        assert mend.follow(tmp_path / b / ".venv") == 1
    assert (venv / "bin" / "greet").read_bytes() == before


def test_a_copy_does_not_run_the_first_one(venv: Path, tmp_path: Path) -> None:
    command(venv)
    shutil.copytree(tmp_path / "first", tmp_path / "copy", symlinks=True)
    copy = tmp_path / "copy" / ".venv"
    assert said(copy / "bin" / "greet").startswith(str(venv))
    assert mend.follow(copy) == 1
    assert said(copy / "bin" / "greet").startswith(str(copy))
    assert mend.follow(venv) == 0


def test_another_way_to_the_same_place_is_no_move(venv: Path, tmp_path: Path) -> None:
    command(venv)
    (tmp_path / "link").symlink_to(tmp_path / "first")
    assert mend.follow(tmp_path / "link" / ".venv") == 0


def package(venv: Path, name: str, size: int = 5, listed: int = 5) -> Path:
    """An installed package of one file."""
    packages = mend.site_packages(venv)
    assert packages is not None
    info = packages / f"{name}-1.0.dist-info"
    info.mkdir()
    (packages / f"{name}.py").write_bytes(b"x" * size)
    (info / "INSTALLER").write_text("pip\n")
    (info / "RECORD").write_text(f"{name}.py,sha256=abc,{listed}\n{info.name}/RECORD,,\n")
    return info


def test_a_package_that_was_left_half_is_forgotten_so_that_it_comes_again(venv: Path) -> None:
    whole = package(venv, "whole")
    package(venv, "cut", size=3)
    missing = package(venv, "missing")
    (missing.parent / "missing.py").unlink()
    early = package(venv, "early")
    (early / "INSTALLER").unlink()
    bare = package(venv, "bare")
    (bare / "RECORD").unlink()
    (whole.parent / "~ld").mkdir()
    assert mend.broken(venv) == ["bare", "cut", "early", "missing"]
    assert [p.name for p in whole.parent.glob("*.dist-info")] == [whole.name]
    assert not (whole.parent / "~ld").exists()
    assert mend.broken(venv) == []


def test_without_packages_none_is_broken(tmp_path: Path) -> None:
    os.mkdir(tmp_path / ".venv")
    assert mend.broken(tmp_path / ".venv") == []
