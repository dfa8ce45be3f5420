"""The table of players: whoever is named has a room or is refused, and one's own brings its fields of the record."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from installation.check import running
from installation.command.now import lines, snapshot
from installation.config import ConfigError, load
from installation.now import FIELDS, SIZE, Doors, Now, State
from installation.players import GRAIN_PLAYERS, PLAYERS, ROLES, ROOMS, PlayerError, Role, cast, find

OWN = """
grains = "counted"
[fields.pace]
unit = "1/s"
meaning = "grains a second"
[fields.word]
text = 40
meaning = "what it says"
[fields.shape]
picture = [2, 3]
meaning = "what it draws"
[fields.presses]
meaning = "presses of its own button; only grows"
"""


def own(folder: Path, table: str | None = OWN, player: str | None = "class Player: ...\n") -> Path:
    folder.mkdir(parents=True)
    if table is not None:
        (folder / "player.toml").write_text(table, encoding="utf-8")
    if player is not None:
        (folder / "player.py").write_text(player, encoding="utf-8")
    return folder


def named(folder: Path, *players: object) -> str:
    """What is said of a config.toml that names these players."""
    path = folder / "config.toml"
    path.write_text(f"[piece]\nplayers = {json.dumps([str(p) for p in players])}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load(path)
    assert "\n" not in str(error.value)
    return str(error.value)


# -- the table
def test_every_player_of_the_table_has_its_room() -> None:
    assert all(role.player_file.is_file() and role.player_file.parent.parent == ROOMS for role in ROLES)
    assert [role.name for role in cast(PLAYERS)] == list(PLAYERS)
    assert GRAIN_PLAYERS == {"sound": "heard", "screen": "drawn", "light": "lit"}


def test_one_that_is_listed_and_has_no_room_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("installation.players.ROOMS", tmp_path)
    with pytest.raises(PlayerError, match=r"light: there is no player\.py in .*light; put one there"):
        find("light")


# -- one's own
@pytest.mark.parametrize("name", ["counter", "two words/counter", "a#b/counter", "Zähler/counter"])
def test_a_folder_anywhere_is_a_player(tmp_path: Path, name: str) -> None:
    folder = own(tmp_path / name)
    path = tmp_path / "config.toml"
    path.write_text(f"[piece]\nplayers = {json.dumps(['meter', str(folder)])}\n", encoding="utf-8")
    (role,) = load(path).own_roles
    assert (role.name, role.folder, role.grains) == ("counter", str(folder), "counted")


def test_a_folder_in_the_package_is_a_player_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.players.ROOMS", tmp_path)
    own(tmp_path / "counter")
    assert find("counter").folder == str(tmp_path / "counter")


@pytest.mark.parametrize(
    ("table", "player", "sentence"),
    [
        (None, None, "there is no player.py in"),
        ("grain = 1", "", "unknown field `grain`"),
        ("grains = [", "", "this is not TOML"),
        ('name = "Zähler"', "", "'Zähler' cannot be a player's name"),
        ('name = "meter"', "", "'meter' cannot be a player's name"),
        ('name = "guest"', "", "'guest' cannot be a player's name"),
        ('[fields."two words"]\nmeaning = "x"', "", "'two words' cannot be a field's name"),
        ("[fields.a]\nunit = 'J'", "", "missing required field `meaning`"),
        ("[fields.a]\nmeaning = 'x'\ntext = -1", "", "`int` >= 0"),
        ("starts = -1.0", "", ">= 0.0"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    tmp_path: Path, table: str | None, player: str | None, sentence: str
) -> None:
    said = named(tmp_path, own(tmp_path / "counter", table, player))
    assert said.startswith("config.toml: [piece] players: ")
    assert sentence in said


def test_what_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert "no such folder; write its path" in named(tmp_path, tmp_path / "nowhere")
    assert "names 'lihgt', which is no player. Did you mean 'light'?" in named(tmp_path, "lihgt")
    first, second = own(tmp_path / "a" / "counter"), own(tmp_path / "b" / "counter")
    assert "two players are called 'counter'" in named(tmp_path, first, second)


# -- its fields
def role(tmp_path: Path) -> Role:
    return find(str(own(tmp_path / "counter")))


def test_the_record_holds_its_fields_and_every_reader_finds_them(tmp_path: Path) -> None:
    conductor = Now.open_doors(tmp_path / "now", [role(tmp_path)])
    conductor.of("counter").process = State.PLAYING
    writer, reader = Now(tmp_path / "now", "counter"), Now(tmp_path / "now")
    writer["counter_pace"], writer["counter_word"], writer.mine.note = 2.5, "ʻokina", "Its button is stuck."
    writer["counter_shape"] = np.ones((2, 3))
    writer.mine.grains, writer.mine.beat = 7, 1.0
    assert (reader["counter_pace"], reader["counter_word"], reader.of("counter").grains) == (2.5, "ʻokina", 7)
    assert reader.counter_pace == 2.5  # type: ignore[attr-defined]
    assert reader["counter_shape"].sum() == 6
    assert reader.players == (*PLAYERS, "counter")
    assert reader.watts == 0.0
    with pytest.raises(PermissionError, match="counter_pace is written by counter alone"):
        reader["counter_pace"] = 1.0
    with pytest.raises(AttributeError):
        writer.counter_pase = 1.0  # type: ignore[attr-defined]
    shown = snapshot(reader)
    assert (shown["counter_pace"], shown["counter_shape"]) == (2.5, [[1.0] * 3] * 2)
    assert any(line.startswith("counter_pace") and "grains a second" in line for line in lines(reader))


def test_its_presses_ask_for_a_fit(tmp_path: Path) -> None:
    Now.open_doors(tmp_path / "now", [role(tmp_path)])
    Now(tmp_path / "now", "counter").press()
    assert Now(tmp_path / "now").presses == 1


def test_the_others_fields_stand_where_they_always_do(tmp_path: Path) -> None:
    Now.open_doors(tmp_path / "own", [role(tmp_path)])
    own_record = Now(tmp_path / "own")
    assert all(own_record.fields[name] is field for name, field in FIELDS.items())
    assert min(f.offset for n, f in own_record.fields.items() if n not in FIELDS) >= SIZE
    Now.open_doors(tmp_path / "plain")
    assert set(Now(tmp_path / "plain").fields) == set(FIELDS)


@pytest.mark.parametrize("where", [SIZE, SIZE + 30, 56, 57])
def test_a_spoiled_table_is_refused(tmp_path: Path, where: int) -> None:
    path = tmp_path / "now"
    Now.open_doors(path, [role(tmp_path)]).close()
    data = bytearray(path.read_bytes())
    data[where] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="not this version's record"):
        Now(path)


def test_a_field_that_everybody_has_is_refused(tmp_path: Path) -> None:
    folder = own(tmp_path / "fit", "[fields.joules]\nmeaning = 'x'")
    with pytest.raises(PlayerError, match="the record has a field 'fit_joules' already"):
        Now.open_doors(tmp_path / "now", [find(str(folder))])


def test_the_doctor_looks_at_it_too(tmp_path: Path) -> None:
    now = Now.open_doors(tmp_path / "now", [role(tmp_path)])
    now.doors, now.conductor_beat, now.opened_at = Doors.OPEN, 10.0, 1.0
    now.of("counter").process = State.BACKOFF
    (finding,) = [f for f in running(now, 10.0) if f.name == "piece, counter"]
    assert finding.state == "missing"


# -- its command
@pytest.mark.parametrize(
    ("code", "sentence"),
    [("", "player.py: it must define a class Player; see docs/a-player-of-your-own.md")],
)
def test_it_is_told_in_a_sentence_what_is_wrong(tmp_path: Path, code: str, sentence: str) -> None:
    folder = own(tmp_path / "counter", player=code)
    command = [sys.executable, "-m", "installation", "player", str(folder), "--now", str(tmp_path / "now")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ, check=False)
    assert done.returncode != 0
    assert sentence in done.stderr
