"""`underfoot look`: any scene, any state, and sentences for what cannot be."""

from __future__ import annotations

from pathlib import Path

import pygame
import pytest
from click.testing import CliRunner, Result

from installation.command.look import command
from installation.config import HOME, ConfigError
from installation.screen.colours import GROUND

TRACE = "t_s,watts\n" + "".join(f"{i / 10},{70 + (i % 30) * 5}\n" for i in range(300))


def look(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["--config", str(HOME / "config.toml"), *arguments], catch_exceptions=False)


def test_a_state_without_a_recording_is_no_reading(tmp_path: Path) -> None:
    out = tmp_path / "look.png"
    done = look("--state", "resting", "--size", "480x270", "--seconds", "2", "--out", str(out))
    assert done.exit_code == 0
    assert "0 grains" in done.output
    assert pygame.image.load(str(out)).get_size() == (480, 270)


def test_a_recording_gives_grains(tmp_path: Path) -> None:
    trace, out = tmp_path / "trace.csv", tmp_path / "look.png"
    trace.write_text(TRACE)
    done = look(
        "--state", "fitting", "--size", "480x270", "--seconds", "3", "--meter", f"replay:{trace}", "--out", str(out)
    )
    assert done.exit_code == 0
    drawn = int(done.output.split(", ")[1].split()[0])
    assert 150 < drawn < 500


def test_one_scene_alone(tmp_path: Path) -> None:
    out = tmp_path / "number.png"
    assert look("--scene", "number", "--size", "480x270", "--seconds", "2", "--out", str(out)).exit_code == 0
    picture = pygame.image.load(str(out))
    assert picture.get_at((100, 200))[:3] == GROUND


@pytest.mark.parametrize(("scene", "state"), [("land", "settled"), ("inside", "fitting")])
def test_a_scene_that_needs_another_is_seen_all_the_same(scene: str, state: str, tmp_path: Path) -> None:
    out = tmp_path / "scene.png"
    assert look("--scene", scene, "--state", state, "--size", "640x360", "--out", str(out)).exit_code == 0
    picture = pygame.surfarray.array3d(pygame.image.load(str(out)))
    below = picture[:, 40:]  # the line above says that it is staged
    assert (below.max(axis=2) > 100).sum() > 500


def test_what_is_staged_says_so_on_the_picture(tmp_path: Path) -> None:
    out = tmp_path / "staged.png"
    look("--scene", "strip", "--size", "1280x720", "--seconds", "1", "--out", str(out))
    picture = pygame.surfarray.array3d(pygame.image.load(str(out)))
    assert (picture[:, :40].max(axis=2) > 100).sum() > 500


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--state", "resing"), "resting"),
        (("--size", "wide"), "WIDTHxHEIGHT"),
        (("--size", "10x10"), "WIDTHxHEIGHT"),
        (("--size", "\u00b2\u00b2\u00b2x\u00b2\u00b2\u00b2"), "WIDTHxHEIGHT"),
        (("--scene", "number", "--day", "1"), "--scene section"),
        (("--meter", "nvml"), "replay:FILE"),
        (("--meter", "replay:/nowhere/at/all.csv"), "no such file"),
        (("--scene", "numbr"), "number"),
    ],
)
def test_mistakes_get_one_sentence(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=says):
        look(*arguments, "--out", str(tmp_path / "x.png"))
