"""A wall without a window, and records that are staged for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"

from installation.command._staged import Staged
from installation.config import Config
from installation.now import Provenance
from installation.screen.picture import Picture, prepare

Stage = Callable[..., Staged]
Make = Callable[..., Picture]


@pytest.fixture(autouse=True, scope="session")
def _pygame() -> None:
    prepare()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Makes a staged record: stage(watts, provenance, config)."""

    def make(
        watts: float | Callable[[float], float | None] = 76.0,
        provenance: Provenance = Provenance.MEASURED,
        config: Config | None = None,
    ) -> Staged:
        power = watts if callable(watts) else lambda _: watts
        staged = Staged(tmp_path, config or Config(), power, provenance)
        staged.describe("this graphics card, nothing else", 0.05)
        return staged

    return make


@pytest.fixture
def picture() -> Callable[..., Picture]:
    """Makes a small picture: picture(config=..., size=..., scenes=...)."""

    def make(config: Config | None = None, size: tuple[int, int] = (960, 540), **more: object) -> Picture:
        return Picture(config or Config(), size, **more)  # type: ignore[arg-type]

    return make


# -- the land
def settled(staged: Staged, wall: Picture) -> None:
    """A fit that is just over, with the staged watts for all its time."""
    staged.play(wall, 2.0, rate=20)
    staged.become("settled", wall)
