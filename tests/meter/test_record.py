"""`underfoot record` follows a piece that runs; a gap is kept with its reason; a full disk is said."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from installation.__main__ import underfoot
from installation.config import ConfigError, MeterSettings, load
from installation.meter.check import refuse
from installation.meter.keep import Keeper, header
from installation.meter.recording import BadRecording, Header, Line, Recorder, read
from installation.meter.sources.replay import Meter
from installation.now import Doors, MeterState, Now, Phase, Provenance
from tests.meter import fake_nvml
from tests.meter.conftest import Room
from tests.waiting import PATIENCE, until


def test_a_performance_with_a_lost_card_is_kept_and_replays_with_its_gap(
    cards: fake_nvml.State, room: Callable[..., Room], tmp_path: Path
) -> None:
    piece = room("nvml")
    network = Now(piece.conductor.path, "network")
    piece.tick(5.0, lambda: piece.now.watts > 0)
    piece.open_doors()
    recorder, keeper = Recorder(tmp_path / "a.jsonl", header(piece.now)), Keeper(piece.now)

    def go_on(seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        piece.tick(seconds, until)
        for line in keeper.lines():
            recorder.add(line)

    go_on(0.5)
    network.phase, network.parameters = Phase.FITTING, 3265
    go_on(0.5)
    cards.set(ret_all=15)
    go_on(1.0)
    cards.set(ret_all=0)
    go_on(8.0, lambda: piece.now.meter_state == MeterState.OK)
    go_on(0.5)
    recorder.close()

    recording = read(tmp_path / "a.jsonl")
    assert recording.header.meter == "nvml"
    assert recording.header.provenance == "MEASURED"
    assert recording.header.boundary.startswith("this graphics card")
    assert recording.joules[-1] == pytest.approx(piece.now.joules, rel=1e-3)
    assert "fallen off" in (tmp_path / "a.jsonl").read_text()
    gap = float(np.diff(recording.times)[~recording.known[1:]].sum())
    assert gap > 1.0
    assert piece.now.gap_seconds == 0.0  # the card came back with its counter unharmed
    assert Phase.FITTING in recording.phases
    assert 3265 in recording.parameters

    replay = Meter(str(tmp_path / "a.jsonl"), MeterSettings())
    about = replay.open()
    assert about.provenance == Provenance.REPLAYED
    assert about.origin.startswith("MEASURED by nvml on 20")
    assert about.uncertainty == 0.05


def test_record_follows_a_piece_that_runs(tmp_path: Path) -> None:
    csv = tmp_path / "steady.csv"
    csv.write_text("t_s,watts\n0,100\n600,100\n")
    conductor = Now.open_doors(tmp_path / "now")
    conductor.opened_at, conductor.doors = time.monotonic(), Doors.OPEN
    command = [sys.executable, "-m", "installation", "player", "meter", "--now", str(tmp_path / "now")]
    process = subprocess.Popen([*command, "--set", f"meter.name=replay:{csv}"], stderr=subprocess.DEVNULL)
    try:
        until(lambda: conductor.joules > 0)
        out = tmp_path / "out.jsonl"
        arguments = ["record", str(out), "--seconds", "1.3", "--now", str(tmp_path / "now")]
        result = CliRunner().invoke(underfoot, arguments)
        assert result.exit_code == 0, (result.output, result.exception)
    finally:
        process.terminate()
        process.wait(PATIENCE)
    recording = read(out)
    assert recording.header.meter == "replay:steady.csv"
    assert recording.seconds > 0.5
    assert recording.joules[-1] == pytest.approx(100 * recording.seconds, rel=1e-4)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_a_sentence_with_what_is_kept(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.jsonl", Header())
    recorder.add(Line(t=0.0, watts=1.0))
    recorder.file.close()
    recorder.file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115  (closed by the recorder)
    with pytest.raises(BadRecording, match=r"No space left on device.*1 samples are kept"):
        recorder.add(Line(t=1.0, watts=1.0))
    recorder.close()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("meter.name=nvlm", "Did you mean 'nvml'"),
        ("meter.name=replay", "replay:bert-8xh100"),
        ("meter.name=replay:none.csv", "no such file"),
        ('meter.beside=["sheley:1"]', "Did you mean 'shelly'"),
        ('meter.non_overlapping=["replay:none.csv"]', "non_overlapping: none.csv"),
    ],
)
def test_what_could_only_fail_in_the_show_is_refused_before_it(change: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        refuse(load(changes=[change]))
    refuse(load())
