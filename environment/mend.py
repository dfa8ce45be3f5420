"""Mending: what a moved folder, a killed setup or a vanished Python leave of an environment, and what helps."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
LOOK = "import sys, pip._internal; print(*sys.version_info[:2])"
PATH = rb"/[^\n\"]*/bin/python[0-9.]*"
HEAD = re.compile(
    rb"#!(?P<plain>" + PATH + rb")\n|#!/bin/sh\n'''exec' \"?(?P<quoted>" + PATH + rb")\"? \"\$0\" \"\$@\"\n' '''\n"
)
LONGEST = 124  # bytes of a path that every kernel takes in a first line


def python(venv: Path) -> Path:
    """The interpreter of an environment."""
    return venv / "bin" / "python"


def fault(venv: Path) -> str:
    """Why an environment cannot be used and must be made anew; empty when it can."""
    if not venv.exists():
        return "there is none yet"
    if not (venv / "bin" / "activate").exists():  # the last thing that Python makes
        return "it was never finished"
    try:
        seen = subprocess.run([python(venv), "-c", LOOK], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return "its Python is gone"
    except subprocess.TimeoutExpired:
        return "its Python does not answer"
    if seen.returncode:
        return "it has no working pip"
    version = tuple(map(int, seen.stdout.split()))
    if not OLDEST <= version <= NEWEST:
        return f"it is made of Python {'.'.join(map(str, version))}"
    return ""


def follow(venv: Path) -> int:
    """Lets the scripts of a moved or copied environment name the place where it is now.

    Returns:
        how many named another.
    """
    changed = 0
    for script in sorted((venv / "bin").iterdir()):
        text = script.read_bytes() if script.is_file() and not script.is_symlink() else b""
        if (head := HEAD.match(text)) is None:
            continue
        interpreter = Path(os.fsdecode(head["plain"] or head["quoted"]))
        if not _same(interpreter.parent.parent, venv):
            script.write_bytes(_first_lines(venv.absolute() / "bin" / interpreter.name) + text[head.end() :])
            changed += 1
    if changed:  # pyvenv.cfg and the scripts for a shell
        subprocess.run([python(venv), "-m", "venv", "--without-pip", str(venv)], check=True)
    return changed


def _first_lines(interpreter: Path) -> bytes:
    """A script's head; a path that a first line cannot hold is handed to a shell, as pip does."""
    path = os.fsencode(interpreter)
    plain = b" " not in path and len(path) <= LONGEST
    return b"#!" + path + b"\n" if plain else b"#!/bin/sh\n'''exec' \"" + path + b'" "$0" "$@"\n\' \'\'\'\n'


def _same(a: Path, b: Path) -> bool:
    try:
        return os.path.samefile(a, b)
    except OSError:
        return False


def site_packages(venv: Path) -> Path | None:
    """Where the packages lie; None before there are any."""
    return next(iter(sorted((venv / "lib").glob("python3.*/site-packages"))), None)


def broken(venv: Path) -> list[str]:
    """Takes the half-installed packages out of pip's sight, so that it installs them again.

    A package is whole when each file of its RECORD is there in its size. Returns their names.
    """
    packages = site_packages(venv)
    if packages is None:
        return []
    for left in packages.glob("~*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    found = [folder for folder in sorted(packages.glob("*.dist-info")) if not _whole(folder)]
    for folder in found:
        shutil.rmtree(folder)
    return [folder.name.partition("-")[0] for folder in found]


def _whole(folder: Path) -> bool:
    try:
        return (folder / "INSTALLER").exists() and all(path.stat().st_size == size for path, size in _listed(folder))
    except (OSError, ValueError):
        return False


def _listed(folder: Path) -> Iterator[tuple[Path, int]]:
    """The files of a package's RECORD that have a size there."""
    with (folder / "RECORD").open(encoding="utf-8", newline="") as file:
        for name, _, size in csv.reader(file):
            if size:
                yield folder.parent / name, int(size)
