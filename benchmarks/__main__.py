"""Runs the benchmarks one after the other, or those named on the command line; each is a file with `main()`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

ROOM = Path(__file__).parent


def main() -> None:
    """Run each benchmark and print its table under its first sentence."""
    names = sys.argv[1:] or sorted(f.stem for f in ROOM.glob("*.py") if not f.stem.startswith("_"))
    for name in names:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n== {name}: {(module.__doc__ or '').strip().splitlines()[0]}\n", flush=True)
        module.main()


if __name__ == "__main__":
    main()
