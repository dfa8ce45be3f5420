"""`underfoot now` and `underfoot fit`: the whole record as a machine may read it, and a press that arrives."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from installation.command.now import lines, performs, snapshot
from installation.now import FIELDS, Doors, Now


@pytest.fixture
def piece(tmp_path: Path) -> Now:
    """The record of a piece that runs."""
    now = Now.open_doors(tmp_path / "now")
    now.doors, now.opened_at, now.conductor_beat = Doors.OPEN, time.monotonic(), time.monotonic() + 60
    return now


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "installation", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def strict(text: str) -> dict[str, object]:
    """JSON as the standard has it: NaN and Infinity are none."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    return json.loads(text, parse_constant=refuse)  # type: ignore[no-any-return]


def test_json_holds_every_field_and_is_json_whatever_is_in_it(piece: Now) -> None:
    meter, network = Now(piece.path, "meter"), Now(piece.path, "network")
    samples = np.zeros((128, 7))
    samples[-1, 2] = np.nan
    meter.samples, meter.watts, meter.provenance = samples, float("inf"), 3
    network.loss, network.source = float("nan"), 'model.fit("ʻ")\n'
    done = run("now", "--json", "--now", str(piece.path))
    record = strict(done.stdout)
    assert record.keys() == FIELDS.keys() | {"provenance_word"}
    assert (record["watts"], record["loss"], record["provenance_word"]) == (None, None, "REPLAYED")
    assert record["source"] == 'model.fit("ʻ")\n'
    assert record["samples"][-1][2] is None  # type: ignore[index]


def test_the_page_has_a_line_a_field(piece: Now) -> None:
    assert [line.split()[0] for line in lines(piece)] == list(FIELDS)
    done = run("now", "--now", str(piece.path))
    assert (done.returncode, len(done.stdout.splitlines())) == (0, len(FIELDS))


def test_a_snapshot_names_the_word(piece: Now) -> None:
    assert snapshot(piece)["provenance_word"] == "NO READING"


@pytest.mark.parametrize("command", ["now", "fit"])
def test_no_piece_is_one_sentence(tmp_path: Path, command: str) -> None:
    done = run(command, "--now", str(tmp_path / "now"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("underfoot: No piece runs here")
    assert len(done.stderr.splitlines()) == 1


def test_another_versions_record_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "now").write_bytes(b"\0" * 100)
    done = run("now", "--now", str(tmp_path / "now"))
    assert (done.returncode, "not this version's record" in done.stderr) == (2, True)


def test_presses_of_several_shells_all_arrive(piece: Now) -> None:
    command = [sys.executable, "-m", "installation", "fit", "--now", str(piece.path)]
    shells = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [shell.wait(60) for shell in shells] == [0] * 4
    assert piece.presses == 4


def test_a_piece_that_ended_is_not_pressed(piece: Now) -> None:
    piece.conductor_beat = time.monotonic() - 10  # killed: its doors still stand open
    done = run("fit", "--now", str(piece.path))
    assert (done.returncode, "of one that ended" in done.stderr) == (2, True)
    assert piece.presses == 0


def test_who_performs(piece: Now) -> None:
    assert performs(piece)
    piece.conductor_beat = 0.0  # a player alone
    assert performs(piece)
    piece.doors = Doors.SHUT
    assert not performs(piece)
