"""Check: what all players share, each case with its remedy."""

import time
from pathlib import Path

import pytest

from installation import check as under_test
from installation.check import ROOM_NEEDED, ROOM_WANTED, check, disk, folder, python, record
from installation.config import Config
from installation.now import Doors, Now, State


def test_every_fault_has_a_remedy_and_every_line_is_a_sentence() -> None:
    for finding in check(Config()):
        assert finding.state == "ok" or finding.remedy
        assert finding.detail.endswith((".", ")"))


@pytest.mark.parametrize(
    ("version", "state"), [((3, 10), "wrong"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "wrong")]
)
def test_python(version: tuple[int, int], state: str) -> None:
    assert python(version).state == state


def test_folder_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    assert folder(tmp_path / "out" / "deep").state == "ok"
    assert list(tmp_path.iterdir()) == []
    assert folder(Path("/proc/out")).state == "wrong"


@pytest.mark.parametrize(("free", "state"), [(ROOM_NEEDED - 1, "wrong"), (ROOM_WANTED - 1, "missing"), (1e12, "ok")])
def test_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, state: str) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(under_test.shutil, "disk_usage", lambda where: usage)
    assert disk(tmp_path / "out").state == state


def test_no_piece(tmp_path: Path) -> None:
    where, piece = record(tmp_path / "now")
    assert where.name == "record"
    assert (piece.state, piece.detail) == ("ok", "None runs here.")


def test_a_record_of_another_version(tmp_path: Path) -> None:
    (tmp_path / "now").write_bytes(b"\0" * 4096)
    assert [f.state for f in record(tmp_path / "now")][1] == "missing"


def test_a_running_piece_names_who_is_missing(tmp_path: Path) -> None:
    now = Now.open_doors(tmp_path / "now")
    now.doors, now.conductor_beat, now.opened_at = Doors.OPEN, time.monotonic(), time.monotonic() - 5
    now["sound_process"], now["light_process"], now["light_restarts"] = State.PLAYING, State.BACKOFF, 3
    Now(tmp_path / "now", "light").light_note = "There is no serial port; connect the strip."
    found = {f.name: f for f in record(tmp_path / "now")}
    assert "doors open for 5 s" in found["piece"].detail
    assert found["piece, sound"].state == "ok"
    assert "piece, screen" not in found
    light = found["piece, light"]
    assert light.state == "missing"
    assert light.detail == "It is resting until its next try, brought back 3 times. It says: There is no serial port."
    assert light.remedy == "Connect the strip."


def test_a_piece_that_ended(tmp_path: Path) -> None:
    now = Now.open_doors(tmp_path / "now")
    now.doors, now.conductor_beat = Doors.OPEN, time.monotonic() - 60
    assert "ended" in [f.detail for f in record(tmp_path / "now")][1]
