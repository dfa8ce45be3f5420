"""Each state looks as it looked when a person last looked at it: pictures with a tolerance, kept 480 pixels wide.

After a change that is meant, look at the new pictures and keep them:
`UNDERFOOT_GOLDEN=keep .venv/bin/python -m pytest tests/screen/test_golden.py`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pygame
import pytest

from installation.command._staged import Staged, lay_down
from installation.config import Config, Piece, ScreenSettings, TextSettings
from installation.now import Provenance
from installation.screen.colours import GROUND
from installation.screen.layout import Boxes, Layout
from installation.screen.picture import Picture

HERE = Path(__file__).with_name("golden")
MEAN, PART = 1.0, 0.01  # code values over the whole picture; share of its pixels that may differ by more than 30
OF_INK, GRAIN = 0.25, 0.6  # of what stands in a box of the layout, and code values: what may differ in it on average
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
WORDS_OFF = "words_off"
CASES: list[tuple[str, tuple[int, int], dict[str, bool]]] = [
    *((state, LANDSCAPE, {}) for state in STATES),
    *((state, size, {}) for size in (PORTRAIT, SMALL) for state in ("resting", "fitting", "no-reading", "land")),
    *((state, LARGE, {}) for state in ("resting", "fitting", "settled", "no-reading")),
    ("fitting", (1024, 768), {}),
    ("resting", LANDSCAPE, {"large_print": True, "low_sensory": True}),
    ("resting", PORTRAIT, {"large_print": True}),
    *((state, LANDSCAPE, {"large_print": True}) for state in ("fitting", "land")),
    ("fitting", LANDSCAPE, {"low_sensory": True}),
    ("resting", LANDSCAPE, {"projector": True}),
    ("resting", LANDSCAPE, {WORDS_OFF: True}),
]


def drawn(state: str, size: tuple[int, int], modes: dict[str, bool], folder: Path) -> Picture:
    """The wall in a state, after a made-up hour."""
    language = "de" if modes else "en"
    screen = ScreenSettings(width_m=1.21, **{mode: on for mode, on in modes.items() if mode != WORDS_OFF})  # type: ignore[arg-type]
    words = TextSettings(enabled=not modes.get(WORDS_OFF))
    config = Config(screen=screen, piece=Piece(language=language), text=words)
    staged = Staged(folder, config, lambda t: 90 + 8 * math.sin(3 * t), Provenance.MEASURED)
    staged.describe("this graphics card, nothing else", 0.05)
    picture = Picture(config, size)
    staged.play(picture, 0.5)
    lay_down(picture, staged, 0.6)
    staged.play(picture, 5.0, 20)
    staged.become("settled" if state == "land" else state, picture)
    staged.play(picture, 75.0 if state == "land" else 3.0, 5 if state == "land" else 20)
    return picture


def name_of(state: str, size: tuple[int, int], modes: dict[str, bool]) -> str:
    return "-".join((state, f"{size[0]}x{size[1]}", *modes)) + ".png"


@pytest.mark.parametrize(("state", "size", "modes"), CASES, ids=[name_of(*case) for case in CASES])
def test_it_looks_as_it_did(state: str, size: tuple[int, int], modes: dict[str, bool], tmp_path: Path) -> None:
    wall = drawn(state, size, modes, tmp_path)
    picture = pygame.transform.smoothscale(wall.shown, (WIDTH, WIDTH * size[1] // size[0]))
    file = HERE / name_of(state, size, modes)
    if KEEP:
        HERE.mkdir(exist_ok=True)
        pygame.image.save(picture, str(file))
    kept = pygame.image.load(str(file))
    assert kept.get_size() == picture.get_size()
    if differs := "; ".join(differences(picture, kept, wall.board.at, WIDTH / size[0])):
        pygame.image.save(picture, str(tmp_path / file.name))
        pytest.fail(f"{file.name}: {differs}; compare {tmp_path / file.name}")


def differences(picture: pygame.Surface, kept: pygame.Surface, at: Layout, scale: float) -> Iterator[str]:
    """In what the two differ by more than they may: as a whole, and in each box of the layout."""
    a, b = (pygame.surfarray.array3d(s).astype(int) for s in (picture, kept))
    away, ink = np.abs(a - b), np.abs(b - np.array(GROUND))
    if away.mean() > MEAN or (away.max(axis=2) > 30).mean() > PART:
        yield f"the whole differs by {away.mean():.2f} on average"
    for name in [field.name for field in fields(Boxes)]:
        box = getattr(at, name)
        x, y, right, bottom = (round(scale * v) for v in (box.x, box.y, box.right, box.bottom))
        part = np.s_[x:right, y : max(bottom, y + 1)]
        if away[part].mean() > OF_INK * ink[part].mean() + GRAIN:
            yield f"{name} differs by {away[part].mean():.2f} where {ink[part].mean():.2f} stands"


def test_a_box_that_is_empty_is_seen(tmp_path: Path) -> None:
    """The tolerance may not be so wide that a scene could be missing."""
    wall = drawn("fitting", LANDSCAPE, {}, tmp_path)
    whole = pygame.transform.smoothscale(wall.shown, (WIDTH, WIDTH * 9 // 16))
    for name in ("code", "fall", "ground", "number", "column", "foot", "ages"):
        box = getattr(wall.board.at, name)
        less = wall.shown.copy()
        less.fill(GROUND, tuple(box))
        small = pygame.transform.smoothscale(less, whole.get_size())
        assert list(differences(small, whole, wall.board.at, WIDTH / 1920)), name
