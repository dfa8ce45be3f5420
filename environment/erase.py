"""Erasing `out/`: the ledger, logs, sound and pictures of every performance here; it asks first."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from .sets import HOME

WORD = "erase"


def main(folder: str = "") -> int:
    """Erase the folder when the word is typed; without a person who types, nothing happens."""
    out = Path(folder) if folder else HOME / "out"
    files = [file for file in out.rglob("*") if file.is_file()]
    if not files:
        print(f"{out} holds nothing.")
        return 0
    print(f"{out} holds {len(files)} files, {sum(f.stat().st_size for f in files) / 1e6:.1f} MB:")
    print("the ledger of every performance, logs, sound, pictures. Nothing can bring them back.")
    print(f"Type '{WORD}' to erase them: ", end="", flush=True)
    if sys.stdin.readline().strip() != WORD:
        print("\nNothing was erased.")
        return 1
    shutil.rmtree(out)
    print("Erased.")
    return 0
