"""The meter player in the record: doors, restarts, phases, meters beside, sums, what the piece itself draws."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from installation.config import load
from installation.now import Doors, MeterState, Now, Phase, Provenance
from installation.player import Unable
from installation.score.grains import DEPTH, JOULES, PARAMETERS, PHASE, PROVENANCE, TIME, WATTS
from tests.meter import fake_nvml
from tests.meter.conftest import Room
from tests.waiting import PATIENCE, until

Rooms = Callable[..., Room]


@pytest.fixture
def steady(tmp_path: Path) -> str:
    path = tmp_path / "steady.csv"
    path.write_text("t_s,watts\n0,100\n600,100\n")
    return f"replay:{path}"


def ring(now: Now) -> np.ndarray:
    rows = now.samples
    return rows[rows[:, TIME] > 0]


def test_watts_come_before_the_doors_and_joules_only_after(steady: str, room: Rooms) -> None:
    piece = room(steady)
    piece.tick(0.3)
    assert piece.now.watts == 100.0
    assert piece.now.joules == 0.0
    assert len(ring(piece.now)) == 0
    piece.open_doors()
    piece.tick(0.4)
    rows = ring(piece.now)
    assert rows[0][TIME] == piece.now.opened_at
    assert rows[0][JOULES] == 0.0
    assert (np.diff(rows[:, TIME]) > 0).all()
    assert rows[-1][JOULES] == pytest.approx((rows[-1][TIME] - piece.now.opened_at) * 100.0)
    assert (rows[:, PROVENANCE] == Provenance.REPLAYED).all()
    assert (rows[:, WATTS] == 100.0).all()
    assert piece.now.sampled_at == rows[-1][TIME]
    assert piece.now.origin.startswith("steady.csv")


def test_a_replay_begins_with_the_doors_also_if_the_meter_comes_late(steady: str, room: Rooms) -> None:
    piece = room(steady)
    piece.open_doors()
    time.sleep(2.5)
    piece.tick(PATIENCE, lambda: piece.now.sampled_at > piece.now.opened_at)
    rows = ring(piece.now)
    assert piece.now.gap_seconds == 0.0
    assert rows[0][TIME] == piece.now.opened_at
    assert rows[0][JOULES] == 0.0
    assert piece.now.joules == pytest.approx((piece.now.sampled_at - piece.now.opened_at) * 100.0)


def test_nothing_is_counted_once_the_doors_close(steady: str, room: Rooms) -> None:
    piece = room(steady)
    piece.open_doors()
    piece.tick(0.3)
    piece.conductor.doors = Doors.CLOSING
    held = piece.now.joules
    piece.tick(0.2)
    assert piece.now.joules == held


def test_a_restarted_meter_goes_on_and_the_ring_too(steady: str, room: Rooms) -> None:
    piece = room(steady)
    piece.open_doors()
    piece.tick(0.3)
    held, rows = piece.now.joules, len(ring(piece.now))
    piece.player.close()
    time.sleep(0.4)
    piece.conductor["meter_restarts"] = 1
    again = room(steady, conductor=piece.conductor)
    again.tick(0.3)
    assert again.now.gap_seconds > 0.3
    assert again.now.joules > held
    seconds = ring(again.now)[-1][TIME] - again.now.opened_at
    assert again.now.joules == pytest.approx((seconds - again.now.gap_seconds) * 100.0, rel=0.01)
    assert len(ring(again.now)) > rows
    assert Provenance.NO_READING in ring(again.now)[:, PROVENANCE]
    assert (np.diff(ring(again.now)[:, JOULES]) >= 0).all()


def test_each_sample_says_what_the_joules_were_spent_on(steady: str, room: Rooms) -> None:
    piece = room(steady)
    network = Now(piece.conductor.path, "network")
    piece.open_doors()
    piece.tick(0.1)
    network.phase, network.parameters = Phase.FITTING, 3265
    network.epochs, network.epoch, network.batches, network.batch = 10, 3, 32, 16
    piece.tick(0.1)
    newest = ring(piece.now)[-1]
    assert (newest[PHASE], newest[DEPTH], newest[PARAMETERS]) == (Phase.FITTING, pytest.approx(0.25), 3265)
    network.phase = Phase.RESTING
    piece.tick(0.1)
    assert ring(piece.now)[-1][DEPTH] == 0.0


def test_an_estimate_is_called_one(room: Rooms) -> None:
    piece = room("estimate", "meter.processor_watts=65")
    piece.open_doors()
    piece.tick(0.6)
    assert piece.now.provenance == Provenance.ESTIMATED
    assert piece.now.uncertainty == 0.4
    assert piece.now.watts >= 6.5
    assert piece.now.joules > 0
    assert "rated 65 W" in piece.now.meter_detail
    assert piece.now.meter_device == "processor"


def test_meters_beside_the_source_are_shown_and_never_added(cards: fake_nvml.State, steady: str, room: Rooms) -> None:
    piece = room("nvml", f'meter.beside=["{steady}", "shelly:127.0.0.1:9"]')
    piece.tick(5.0, lambda: piece.now.watts > 0)
    piece.open_doors()
    piece.tick(2.6)
    assert piece.now.watts == 75.0
    assert piece.now.beside_watts == 100.0
    assert piece.now.beside_provenance == Provenance.REPLAYED
    seconds = piece.now.sampled_at - piece.now.opened_at
    assert piece.now.joules == pytest.approx(75.0 * seconds, rel=0.03)
    assert 0 < piece.now.beside_joules <= 100.0 * seconds
    assert "replay:steady.csv: 100 W REPLAYED" in piece.now.beside
    assert "the source is 75% of it" in piece.now.beside
    assert "shelly:127.0.0.1:9: NO READING" in piece.now.beside


def test_meters_that_do_not_overlap_are_read_as_one(cards: fake_nvml.State, room: Rooms, tmp_path: Path) -> None:
    zone = tmp_path / "rapl" / "intel-rapl:0"
    zone.mkdir(parents=True)
    for name, text in {"name": "package-0", "energy_uj": "0", "max_energy_range_uj": "262143328850"}.items():
        (zone / name).write_text(text)
    piece = room("nvml", f'meter.non_overlapping=["rapl:{tmp_path / "rapl"}"]')
    piece.tick(5.0, lambda: piece.now.meter_state == MeterState.OK)
    piece.open_doors()
    began = time.monotonic()
    end = began + 1.0
    while time.monotonic() < end:
        with (zone / "energy_uj").open("r+b") as file:
            file.write(b"%15d" % int((time.monotonic() - began) * 40e6))
        piece.tick(0.04)
    assert piece.now.boundary.startswith("this graphics card (NVIDIA H100 80GB HBM3), plus this machine’s processor")
    assert piece.now.meter_name.startswith("nvml + rapl:")
    seconds = piece.now.sampled_at - piece.now.opened_at
    assert piece.now.joules == pytest.approx(75 * seconds + 40 * seconds, rel=0.15)


@pytest.mark.parametrize(
    ("name", "change"),
    [("estimate", 'meter.non_overlapping=["estimate"]'), ("estimate", 'meter.non_overlapping=["replay:none.csv"]')],
)
def test_a_sum_that_would_be_false_is_no_reading(room: Rooms, name: str, change: str) -> None:
    piece = room(name, change)
    piece.open_doors()
    piece.tick(0.4)
    assert piece.now.provenance == Provenance.NO_READING
    assert piece.now.joules == 0.0
    assert piece.now["meter_note"]


def test_a_meter_that_does_not_exist_is_unable_and_says_what_was_meant(room: Rooms) -> None:
    with pytest.raises(Unable, match="Did you mean 'nvml'"):
        room("nvlm")


def test_a_meter_may_be_a_file_of_one_s_own(room: Rooms, tmp_path: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(
        "import time\n"
        "from installation.meter.source import About, Reading, Source\n"
        "from installation.now import Provenance\n"
        "class Meter(Source):\n"
        "    def open(self): return About('mine', Provenance.MEASURED, 0.01)\n"
        "    def read(self): return Reading(time.monotonic(), 42.0)\n"
    )
    piece = room(str(own))
    piece.tick(1.0, lambda: piece.now.watts > 0)
    assert piece.now.watts == 42.0
    assert piece.now.boundary == "mine"


def test_an_error_in_a_meter_s_own_file_is_no_reading_and_is_said(room: Rooms, tmp_path: Path) -> None:
    own = tmp_path / "broken.py"
    own.write_text(
        "from installation.meter.source import Source\nclass Meter(Source):\n    def open(self): return 1 / 0\n"
    )
    piece = room(str(own))
    piece.tick(2.0)
    assert piece.now.of("meter").note == "broken.py, line 3: a division by zero."
    assert piece.now.provenance == Provenance.NO_READING


def test_a_meter_beside_the_source_never_ends_it(cards: fake_nvml.State, room: Rooms, tmp_path: Path) -> None:
    """Files with errors of their own: no Python, one that fails when it is opened, one at each reading."""
    (tmp_path / "torn.py").write_text("class Meter(\n")
    for name, opens in {"opens": "1 / 0", "reads": "About('it', Provenance.MEASURED, 0.01)"}.items():
        (tmp_path / f"{name}.py").write_text(
            "from installation.meter.source import About, Source\nfrom installation.now import Provenance\n"
            f"class Meter(Source):\n    def open(self): return {opens}\n    def read(self): return [][1]\n"
        )
    files = [str(tmp_path / f"{name}.py") for name in ("torn", "opens", "reads")]
    piece = room("nvml", f"meter.beside={files}")
    piece.tick(5.0, lambda: piece.now.watts > 0)
    piece.open_doors()
    piece.tick(3.0)
    assert piece.now.watts == 75.0
    assert piece.now.joules == pytest.approx(75.0 * (piece.now.sampled_at - piece.now.opened_at), rel=0.02)
    assert ["torn.py" in told for told in piece.player.unusable] == [True]
    reasons = [session.integrator.reason for session in piece.player.beside]
    assert reasons == [
        "opens.py, line 4: a division by zero.",
        "reads.py, line 5: IndexError: list index out of range.",
    ]
    assert "NO READING" in piece.now.beside


def test_what_the_strip_draws_is_named_and_what_no_meter_covers_too(steady: str, room: Rooms) -> None:
    piece = room(steady)
    light = Now(piece.conductor.path, "light")
    light.light_watts = 3.2
    piece.open_doors()
    piece.tick(1.5)
    assert "strip 3.2 W" in piece.now.own
    assert "no meter here covers the processor" in piece.now.own
    assert piece.now.own_watts == pytest.approx(3.2)


def test_a_real_process_publishes_and_leaves(tmp_path: Path, steady: str) -> None:
    conductor = Now.open_doors(tmp_path / "now")
    conductor.opened_at, conductor.doors = time.monotonic(), Doors.OPEN
    command = [sys.executable, "-m", "installation", "player", "meter", "--now", str(tmp_path / "now")]
    process = subprocess.Popen([*command, "--set", f"meter.name={steady}"], stderr=subprocess.PIPE)
    try:
        until(lambda: conductor.joules > 0)
        assert conductor["meter_beat"] > 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.communicate()


def test_settings_refuse_what_is_no_rate() -> None:
    from installation.config import ConfigError

    with pytest.raises(ConfigError, match="rate_hz"):
        load(changes=["meter.rate_hz=500"])
