"""The page about the sound: its voice plays."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from installation.config import HOME

from .room import Room


def test_the_voice_on_the_page_plays(tmp_path: Path) -> None:
    page = (HOME / "docs" / "sound.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert found
    (tmp_path / "click.py").write_text(found[1])
    room = Room(tmp_path / "room", f'sound.voices=["{tmp_path / "click.py"}"]')
    sound = room.play(5.0, 60.0)
    assert np.count_nonzero(np.abs(sound[48_000 * 3 :]) > 0.15) > 80
    assert room.listener.given > 250
