"""Each state looks as it looked when a person last looked at it: pictures with a tolerance, kept 480 pixels wide.

After a change that is meant, look at the new pictures and keep them:
`UNDERFOOT_GOLDEN=keep .venv/bin/python -m pytest tests/screen/test_golden.py`.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pygame
import pytest

from installation.command._staged import Staged, lay_down
from installation.config import Config, Piece, ScreenSettings
from installation.now import Provenance
from installation.screen.picture import Picture

HERE = Path(__file__).with_name("golden")
MEAN, PART = 1.0, 0.01  # code values over the whole picture; share of its pixels that may differ by more than 30
WIDTH = 480  # px of a picture that is kept
KEEP = os.environ.get("UNDERFOOT_GOLDEN") == "keep"
STATES = (
    "resting",
    "preparing",
    "fitting",
    "settled",
    "no-reading",
    "unable",
    "spent",
    "missing",
    "closed",
    "help",
    "land",
)
LANDSCAPE, PORTRAIT, SMALL, LARGE = (1920, 1080), (1080, 1920), (1280, 720), (3840, 2160)
CASES: list[tuple[str, tuple[int, int], dict[str, bool]]] = [
    *((state, LANDSCAPE, {}) for state in STATES),
    *((state, size, {}) for size in (PORTRAIT, SMALL) for state in ("resting", "fitting", "no-reading", "land")),
    ("fitting", LARGE, {}),
    ("fitting", (1024, 768), {}),
    ("resting", LANDSCAPE, {"large_print": True, "low_sensory": True}),
    ("resting", PORTRAIT, {"large_print": True}),
    ("resting", LANDSCAPE, {"projector": True}),
]


def drawn(state: str, size: tuple[int, int], modes: dict[str, bool], folder: Path) -> pygame.Surface:
    """The wall in a state, after a made-up hour."""
    language = "de" if modes else "en"
    config = Config(screen=ScreenSettings(**modes), piece=Piece(language=language))  # type: ignore[arg-type]
    staged = Staged(folder, config, lambda t: 90 + 8 * math.sin(3 * t), Provenance.MEASURED)
    staged.describe("this graphics card, nothing else", 0.05)
    picture = Picture(config, size)
    staged.play(picture, 0.5)
    lay_down(picture, staged, 0.6)
    staged.play(picture, 5.0, 20)
    staged.become("settled" if state == "land" else state, picture)
    staged.play(picture, 68.0 if state == "land" else 3.0, 10 if state == "land" else 20)
    return picture.shown


def name_of(state: str, size: tuple[int, int], modes: dict[str, bool]) -> str:
    return "-".join((state, f"{size[0]}x{size[1]}", *modes)) + ".png"


@pytest.mark.parametrize(("state", "size", "modes"), CASES, ids=[name_of(*case) for case in CASES])
def test_it_looks_as_it_did(state: str, size: tuple[int, int], modes: dict[str, bool], tmp_path: Path) -> None:
    picture = pygame.transform.smoothscale(drawn(state, size, modes, tmp_path), (WIDTH, WIDTH * size[1] // size[0]))
    file = HERE / name_of(state, size, modes)
    if KEEP:
        HERE.mkdir(exist_ok=True)
        pygame.image.save(picture, str(file))
    kept = pygame.image.load(str(file))
    assert kept.get_size() == picture.get_size()
    a, b = (pygame.surfarray.array3d(s).astype(int) for s in (picture, kept))
    away = np.abs(a - b)
    if away.mean() > MEAN or (away.max(axis=2) > 30).mean() > PART:
        pygame.image.save(picture, str(tmp_path / file.name))
        pytest.fail(f"{file.name} differs by {away.mean():.2f} on average; compare {tmp_path / file.name}")
