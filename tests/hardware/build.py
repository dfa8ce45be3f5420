"""Builds what the board in simavr needs: the firmware's image as a maker would, and the harness around simavr.

Both are built on first use and kept in hardware/build by a hash of their sources, so tests start at once.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
HARDWARE = HERE.parents[1] / "hardware"
BUILD = HARDWARE / "build"


def missing_tools() -> str:
    """One line that says what is missing to build and simulate the firmware; empty if nothing is."""
    tools = [tool for tool in ("avr-g++", "make", "cc") if shutil.which(tool) is None]
    if not Path("/usr/include/simavr/sim_avr.h").exists():
        tools.append("simavr headers")
    if not tools:
        return ""
    return f"no {', '.join(tools)}: apt-get install gcc-avr avr-libc simavr libsimavr-dev libelf-dev make gcc"


def require_avr() -> None:
    """Skips the test if the AVR tools are missing; in CI (variable CI set) fails instead, so that CI never skips."""
    reason = missing_tools()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def _kept(name: str, sources: list[Path], command: list[str], result: str, **env: str) -> Path:
    """Runs `command` with `@` standing for a folder of its own, unless these sources were built with it before."""
    text = b"".join(path.read_bytes() for path in sorted(sources)) + repr((command, sorted(env.items()))).encode()
    folder = BUILD / f"{name}-{hashlib.sha256(text).hexdigest()[:16]}"
    if not (folder / result).exists():
        BUILD.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD) as out:
            made = subprocess.run([part.replace("@", out) for part in command], capture_output=True, text=True)
            if made.returncode:
                raise RuntimeError(f"{name}: {' '.join(command)} failed:\n{made.stdout}{made.stderr}")
            folder.mkdir(exist_ok=True)
            os.replace(Path(out) / result, folder / result)
    return folder / result


@functools.cache
def build_elf(leds: int = 60, baud: int = 500_000, cap_ma: int = 1500, extra: str = "", **settings: int) -> Path:
    """The image for these settings (`flashes`, `hold_ms` too), built with hardware/Makefile as a maker would."""
    sources = [*HARDWARE.glob("strip/*.h"), HARDWARE / "strip/strip.ino", HARDWARE / "Makefile"]
    words = [f"LEDS={leds}", f"BAUD={baud}", f"CAP_MA={cap_ma}", f"EXTRA={extra}"]
    words += [f"{name.upper()}={value}" for name, value in sorted(settings.items())]
    command = ["make", "-s", "-C", str(HARDWARE), "firmware", *words, "OUT=@"]
    return _kept(f"strip-{leds}-{baud}", sources, command, "strip.elf")


@functools.cache
def build_harness() -> Path:
    """board.c as a shared library."""
    source = HERE / "board.c"
    command = ["cc", "-O2", "-shared", "-fPIC", str(source), "-lsimavr", "-o", "@/board.so"]
    return _kept("board", [source], command, "board.so")
