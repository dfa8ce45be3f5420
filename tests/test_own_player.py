"""docs/a-player-of-your-own.md and docs/plugins.md in one real performance: everything by path, and conservation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from installation.config import HOME
from installation.now import Now, State

from .test_plugins import EXAMPLES
from .test_run import Piece, _nothing_outlives_its_test  # noqa: F401  (a fixture)
from .waiting import until

TEXT = (HOME / "docs" / "a-player-of-your-own.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```\w+\n# (player\.\w+)\n(.*?)```", TEXT, re.DOTALL))
PLAYERS = "meter sound screen light ledger"


def counter(folder: Path) -> Path:
    """The example's folder, at a path no shell would like."""
    path = folder / "Zähler & Co. #1" / "counter"
    path.mkdir(parents=True)
    for name, text in FILES.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def plugged(folder: Path, *names: str) -> dict[str, str]:
    """The examples of docs/plugins.md as files: name to path."""
    place = folder / "two words #2"
    place.mkdir(exist_ok=True)
    for name in names:
        (place / name).write_text(EXAMPLES[name], encoding="utf-8")
    (folder / "watts").write_text("80")
    return {name: str(place / name) for name in names}


def by_path(folder: Path, *more: str) -> tuple[str, ...]:
    """Settings that take every kind but the network by its path."""
    path = plugged(folder, "meter.py", "voice.py", "scene.py", "strip.py")
    scenes = ", ".join(f'"{s}"' for s in ("section", "fall", "number", "captions", path["scene.py"]))
    settings = (
        f'meter.name="{path["meter.py"]}:{folder / "watts"}"',
        f'sound.voices=["rain", "hum", "{path["voice.py"]}"]',
        f"screen.scenes=[{scenes}]",
        f'light.device="{path["strip.py"]}"',
    )
    return tuple(word for setting in (*settings, *more) for word in ("--set", setting))


def start(folder: Path, *options: str, players: str = PLAYERS) -> Piece:
    listed = ", ".join(f'"{p}"' for p in (*players.split(), counter(folder)))
    return Piece(folder, *options, "--set", f"piece.players=[{listed}]")


def log(folder: Path, player: str) -> str:
    return (folder / "out" / "log" / f"{player}.log").read_text(encoding="utf-8")


def test_every_kind_by_path_and_an_own_player_keep_conservation(tmp_path: Path) -> None:
    result = start(tmp_path, "--seconds", "6", *by_path(tmp_path)).end()
    due = result["grains_due"]
    assert due > 100
    assert result["grains_heard"] == result["grains_lit"] == result["grains_drawn"] == result["grains_counted"] == due
    assert (result["grains_lost"], result["restarts"], result["provenance"]) == (0, 0, "ESTIMATED")
    printed = [int(line.split()[0]) for line in log(tmp_path, "counter").splitlines() if line.endswith("grains")]
    assert 0 < sum(printed) <= due
    now = Now(tmp_path / "now")
    assert now.players[-1] == "counter"
    assert not any(now.of(player).note for player in ("sound", "screen", "light", "counter"))
    assert now.light_device == "letters on standard error"


def test_an_own_player_that_is_killed_comes_back_and_counts_what_it_missed(tmp_path: Path) -> None:
    piece = start(tmp_path, "--seconds", "120", *by_path(tmp_path))
    now = piece.wait_open()
    until(lambda: now.of("counter").grains > 50)
    piece.child("counter").kill()
    until(lambda: now.of("counter").restarts == 1 and now.of("counter").state is State.PLAYING)
    piece.leave_after(now, "counter")
    result = piece.end()
    counted, lost = now.of("counter").grains, now.of("counter").lost
    assert result["grains_counted"] == counted
    assert lost > 0
    assert counted + lost == result["grains_due"] == result["grains_heard"] == result["grains_lit"]
    assert (result["restarts"], result["grains_lost"]) == (1, lost)


BAD = {
    "raises.py": "class Voice:\n    def __init__(self, audio): ...\n    def play(self, context, out): 1 / 0\n",
    "endless.py": "class Voice:\n    def __init__(self, audio): self.n = 0\n    def play(self, context, out):\n"
    "        self.n += 1\n        while self.n > 200: pass\n",
    "imports.py": "import nowhere_at_all\n",
    "prints.py": "while True: print('again')\n",
    "draws.py": "class Scene:\n    def __init__(self, board): ...\n    def draw(self, now, at):\n"
    "        while True: pass\n",
}


def test_what_fails_is_left_out_and_named_and_the_rest_plays(tmp_path: Path) -> None:
    for name, text in BAD.items():
        (tmp_path / name).write_text(text)
    voices = ", ".join(f'"{v}"' for v in ("rain", *(tmp_path / n for n in ("raises.py", "endless.py", "imports.py"))))
    scenes = ", ".join(f'"{s}"' for s in ("section", "fall", "captions", tmp_path / "prints.py", tmp_path / "draws.py"))
    wishes = (f"sound.voices=[{voices}]", f"screen.scenes=[{scenes}]", f'meter.beside=["{tmp_path / "imports.py"}"]')
    piece = start(tmp_path, "--seconds", "120", *by_path(tmp_path, *wishes))
    now, notes = piece.wait_open(), set[str]()
    until((tmp_path / "out" / "log" / "screen.log").exists)
    expected = (
        "raises.py, line 3",
        "endless.py, line 5",
        "imports.py, line 1",
        "draws.py, line 4",
        "prints.py, line 1",
    )

    def missing() -> list[str]:
        notes.update(now.of(player).note for player in now.players)
        told = " ".join(notes) + log(tmp_path, "screen")
        return [name for name in expected if name not in told]

    until(lambda: not missing() or piece.process.poll() is not None, what=missing)
    piece.leave_after(now, "screen")
    result = piece.end()
    assert not missing(), notes
    due = result["grains_due"]
    assert due > 100
    given = [result[f"grains_{what}"] for what in ("heard", "lit", "drawn", "counted")]
    assert given == [due] * 4, (result, notes)
    assert result["restarts"] == 0
    assert (tmp_path / "out" / "log" / "screen.log").stat().st_size < 2_000_000


@pytest.mark.slow
def test_a_network_by_path_too(tmp_path: Path) -> None:
    network = plugged(tmp_path, "network.py")["network.py"]
    wishes = by_path(tmp_path, f'network.name="{network}"', "network.ladder=[]")
    piece = start(tmp_path, "--seconds", "60", "--fit-every", "20", *wishes, players=f"{PLAYERS} network")
    now = piece.wait_open()
    until(lambda: now.fit_ended_at > 0, 120.0)
    assert now.fit_ended == "whole"
    result = piece.end()
    assert result["fits"] >= 1
    assert result["grains_heard"] == result["grains_lit"] == result["grains_drawn"] == result["grains_counted"]
