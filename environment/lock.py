"""The lock: every package of every set, pinned by version and by the hashes of its files, for all our machines.

uv resolves once for Linux and macOS, x86_64 and arm64, Python 3.11 to 3.13. Pins that still fit stay as they are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from .sets import HOME, SETS, Set

UV = "uv==0.13.9"
TOOL = HOME / "build" / "lock"
ORDER = (("test-cpu", ""), ("test-cuda", "test-cpu"), ("cpu", "test-cpu"), ("cuda", "test-cuda"))
HEAD = "# The set '{name}', pinned; `make lock` writes it from pyproject.toml. ARGS='--upgrade' takes newer versions.\n"


def uv() -> Path:
    """The resolver, in an environment of its own."""
    program = TOOL / "bin" / "uv"
    if not program.exists() or f"uv {UV.partition('==')[2]}" not in _version(program):
        venv.create(TOOL, with_pip=True, clear=True)
        subprocess.run([TOOL / "bin" / "python", "-m", "pip", "install", "--quiet", UV], check=True)
    return program


def _version(program: Path) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout


def arguments(wanted: Set, larger: Set | None, options: list[str]) -> list[str]:
    """What uv is asked for one set.

    Args:
        larger: a set with a list already written that holds this one: its versions are taken.
    """
    asked = ["--universal", "--generate-hashes", "--python-version", "3.11", "--no-header", "--no-annotate", "--quiet"]
    asked += [part for extra in wanted.extras for part in ("--extra", extra)]
    asked += ["--constraint", str(larger.pins)] if larger else options
    return [*asked, "--output-file", str(wanted.pins), "pyproject.toml", "-"]


def write(wanted: Set, larger: Set | None, options: list[str]) -> None:
    """One list, with what builds underfoot itself."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    subprocess.run(
        [uv(), "pip", "compile", *arguments(wanted, larger, options)],
        input="\n".join(project["build-system"]["requires"]),
        env=os.environ | {"UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never"},
        cwd=HOME,
        check=True,
        text=True,
        stdout=subprocess.DEVNULL,
    )
    wanted.pins.write_text(HEAD.format(name=wanted.name) + wanted.pins.read_text(encoding="utf-8"), encoding="utf-8")


def packages(pins: Path) -> dict[str, str]:
    """The packages of a pinned list, with their versions."""
    lines = pins.read_text(encoding="utf-8").splitlines()
    return dict(line.split()[0].split("==") for line in lines if line[:1].isalnum())


def main(*options: str) -> int:
    """Write every pinned list; `--upgrade` and other options go to uv."""
    for name, larger in ORDER:
        write(SETS[name], SETS[larger] if larger else None, list(options))
        print(f"environment/{name}.txt: {len(packages(SETS[name].pins))} packages", flush=True)
    return 0
