"""The ledger player: real rows from the record, real faults of the disk, real kills."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from installation.config import Config, LedgerSettings
from installation.ledger import player as under_test
from installation.ledger.book import Book, Run
from installation.ledger.player import Player
from installation.ledger.totals import run_totals
from installation.now import Doors, Now, Phase, Provenance, State
from tests.ledger.test_book import strangers_database
from tests.waiting import until

WATTS = 200.0


class Room:
    """A record with its doors open, in which the test plays the other players."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "now"
        self.conductor = Now.open_doors(self.path)
        self.others = {name: Now(self.path, name) for name in ("meter", "network", "sound", "screen", "light")}
        self.config = Config(ledger=LedgerSettings(file=str(folder / "out" / "ledger.sqlite")))
        self.book = Path(self.config.ledger.file)
        self.opened_at = 100.0
        self.conductor.joules_per_grain = 1.0
        self.conductor.opened_at, self.conductor.opened_on = self.opened_at, time.time()
        self.conductor.doors = Doors.OPEN

    def meter(self, until: float, provenance: int = 1, phase: int = 0, rate: float = 20.0) -> None:
        """Samples up to a monotonic time, as a meter would leave them in the ring."""
        now = self.others["meter"]
        times = np.arange(np.floor((until - self.opened_at) * rate + 1e-9) + 1) / rate
        rows = [[self.opened_at + t, WATTS * t, WATTS, provenance, phase, 0, 3265] for t in times][-128:]
        ring = np.zeros((128, 7))
        ring[-len(rows) :] = rows
        now.samples = ring
        now.meter_period, now.sampled_at = 1 / rate, rows[-1][0]
        now.joules, now.provenance, now.meter_state = rows[-1][1], provenance, 1
        now.boundary, now.meter_name = "this graphics card, nothing else", "nvml"

    def player(self) -> Player:
        player = Player(self.config, Now(self.path, "ledger"))
        player.setup()
        return player

    @property
    def said(self) -> str:
        return self.conductor.ledger_note


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def play(room: Room, player: Player, begin: float, end: float) -> None:
    for seconds in np.arange(begin, end + 1e-9, 0.1):
        room.meter(room.opened_at + seconds)
        player.tick(room.opened_at + seconds)


def test_a_row_a_second_and_the_last_counts(room: Room) -> None:
    player = room.player()
    play(room, player, 0.0, 5.3)
    room.others["sound"].sound_grains = 1060
    room.others["light"].light_grains = 1050
    room.others["light"].light_lost = 10
    player.close()
    totals = run_totals(room.book)
    assert totals["joules"] == pytest.approx({"MEASURED": 1060.0})
    assert totals["seconds"]["MEASURED"] == pytest.approx(5.3)
    assert (totals["due"], totals["heard"], totals["lit"], totals["unlit"], totals["lost"]) == (
        1060,
        1060,
        1050,
        10,
        10,
    )
    assert totals["run"]["closed_on"] == pytest.approx(time.time(), abs=60)
    assert "tensorflow" in totals["run"]["config"]
    assert room.conductor.ledger_rows == len({*range(6)})


def test_nothing_is_written_before_the_doors_open(room: Room) -> None:
    room.conductor.opened_at = 0.0
    player = room.player()
    player.tick(101.0)
    player.close()
    assert not room.book.exists()


def test_a_fit_has_one_row_from_begin_to_what_it_learned(room: Room) -> None:
    network, player = room.others["network"], room.player()
    play(room, player, 0.0, 1.2)
    network.network, network.source, network.fit_line = "seed", "model.fit(x, y)", "model.fit(x, y)"
    network.parameters, network.epochs, network.fit_began_at = 3265, 10, 101.3
    network.phase, network.fits = Phase.FITTING, 1
    play(room, player, 1.3, 2.3)
    (begun,) = run_totals(room.book)["fits"]
    assert (begun["ended"], begun["joules"], begun["seen"]) == ("", None, None)
    network.fit_joules, network.fit_seconds, network.fit_ended = 140.0, 0.7, "whole"
    network.fit_provenance = Provenance.MEASURED
    network.loss, network.fit_updates, network.fit_ended_at = 0.69, 320, 102.4
    play(room, player, 2.4, 3.4)
    network.seen, network.unseen, network.phase = 0.6, 0.5, Phase.SETTLED
    play(room, player, 3.5, 4.5)
    player.close()
    (fit,) = run_totals(room.book)["fits"]
    assert (fit["ended"], fit["joules"], fit["seconds"], fit["updates"]) == ("whole", 140.0, 0.7, 320)
    assert (fit["seen"], fit["unseen"], fit["loss"]) == (0.6, 0.5, 0.69)
    assert (fit["source"], fit["provenance"]) == ("model.fit(x, y)", 1)


def test_a_loss_that_is_not_a_number_is_kept_as_none(room: Room) -> None:
    network, player = room.others["network"], room.player()
    network.fits, network.fit_began_at, network.fit_ended_at = 1, 101.0, 101.5
    network.loss, network.fit_ended = float("nan"), "not a number"
    play(room, player, 0.0, 2.0)
    player.close()
    (fit,) = run_totals(room.book)["fits"]
    assert (fit["loss"], fit["ended"]) == (None, "not a number")


def test_brought_back_it_loses_no_joule(room: Room) -> None:
    player = room.player()
    play(room, player, 0.0, 4.4)
    assert player.book is not None
    player.book.db.close()  # as a crash does: nothing is written any more
    room.conductor.ledger_restarts = 1
    again = room.player()
    play(room, again, 30.0, 33.0)  # the ring reaches back 6.4 s
    again.close()
    totals = run_totals(room.book)
    assert totals["joules"] == pytest.approx({"MEASURED": 33.0 * WATTS})
    assert totals["seconds"]["MEASURED"] == pytest.approx(33.0)
    assert totals["run"]["restarts"] == 1


def test_what_is_wrong_is_kept_with_its_begin_and_its_end(room: Room) -> None:
    player, light = room.player(), room.others["light"]
    play(room, player, 0.0, 1.2)
    light["light_note"] = "There is no strip; connect it."
    room.others["meter"]["meter_note"] = "No reading for 3 s: the card was lost."
    play(room, player, 1.3, 2.2)
    light["light_note"] = ""
    play(room, player, 2.3, 3.2)
    player.close()
    said = [(n["player"], n["note"]) for n in run_totals(room.book)["notes"]]
    gap = ("meter", "No reading for 3 s: the card was lost.")
    assert sorted(said) == sorted([("light", "There is no strip; connect it."), gap, ("light", "")])


def test_a_second_in_which_the_word_changes_keeps_both_readings(room: Room) -> None:
    player, meter = room.player(), room.others["meter"]
    play(room, player, 0.0, 1.5)
    room.meter(room.opened_at + 2.0, provenance=2)
    meter.meter_name, meter.boundary = "estimate", "this processor"
    player.tick(room.opened_at + 2.7)
    player.close()
    found = {(r["provenance"], r["meter"], r["boundary"]) for r in run_totals(room.book)["readings"]}
    assert {(1, "nvml", "this graphics card, nothing else"), (2, "estimate", "this processor")} <= found
    assert not {(1, "estimate", "this processor"), (2, "nvml", "this graphics card, nothing else")} & found


def test_missing_players_are_named(room: Room) -> None:
    player = room.player()
    room.conductor.light_process = State.BACKOFF
    room.conductor.sound_process, room.conductor.sound_restarts = State.STARTING, 1
    room.conductor.network_process = State.STARTING
    play(room, player, 0.0, 1.2)
    player.close()
    with closing(sqlite3.connect(room.book)) as db:
        assert db.execute("SELECT missing FROM seconds WHERE second = 1").fetchone() == ("sound light",)


def test_earlier_joules_are_todays_of_the_same_word(room: Room) -> None:
    book = Book(room.book)
    for number, (ago, word) in enumerate([(3.0, 1), (2.0, 2), (86_400.0 * 1.5, 1)]):
        book.enter(Run(time.time() - ago, float(number), 1.0))
        row = {"second": 0, "provenance": word, "utc": time.time() - ago, "joules": 500.0}
        book.write([row])
    book.close()
    player = room.player()
    play(room, player, 0.0, 1.2)
    assert room.conductor.earlier_joules in (500.0, 0.0)  # 0 within three seconds of midnight
    player.close()


def test_after_midnight_nothing_is_earlier(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book(room.book)
    book.enter(Run(1.0, 1.0, 1.0))
    book.write([{"second": 0, "provenance": 1, "utc": time.time(), "joules": 500.0}])
    book.close()
    player = room.player()
    play(room, player, 0.0, 1.2)
    monkeypatch.setattr(under_test, "date_of", lambda _: "2999-01-01")
    play(room, player, 1.3, 2.2)
    assert room.conductor.earlier_joules == 0.0
    player.close()


def test_when_the_closing_meter_falls_silent_no_gap_is_kept(room: Room) -> None:
    player = room.player()
    play(room, player, 0.0, 2.5)
    room.conductor.doors = Doors.CLOSING
    for seconds in np.arange(102.6, 106.0, 0.1):
        player.tick(float(seconds))
    player.close()
    assert run_totals(room.book)["seconds"] == pytest.approx({"MEASURED": 2.5})


def test_old_seconds_are_rolled_up(room: Room) -> None:
    book = Book(room.book)
    book.enter(Run(1.0, 1.0, 1.0))
    book.write([{"second": n, "provenance": 1, "utc": time.time() - 4 * 86_400 + n} for n in range(10)])
    book.write([{"second": 10, "provenance": 1, "utc": time.time() - 2 * 86_400}])
    book.close()
    room.config = Config(ledger=LedgerSettings(file=str(room.book), keep_days=2))
    player = room.player()
    play(room, player, 0.0, 2.2)
    player.close()
    with closing(sqlite3.connect(room.book)) as db:
        assert db.execute("SELECT count(*) FROM seconds WHERE run = 1").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM runs").fetchone() == (2,)


def lock(room: Room) -> Callable[[], None]:
    Book(room.book).close()
    other = sqlite3.connect(room.book, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other.close


def lock_later(room: Room) -> Callable[[], None]:
    player_has_begun(room)
    return lock(room)


def no_folder(room: Room) -> Callable[[], None]:
    room.book.parent.write_text("a file where the folder should be")
    return room.book.parent.unlink


def damage(room: Room) -> Callable[[], None]:
    room.book.parent.mkdir()
    room.book.write_bytes(b"\0garbage" * 1000)
    return lambda: None


def strangers(room: Room) -> Callable[[], None]:
    room.book.parent.mkdir()
    return strangers_database(room.book).unlink


def player_has_begun(room: Room) -> None:
    player = room.player()
    play(room, player, 0.0, 0.0)
    player.close()


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (lock, "another program holds it; close that program"),
        (lock_later, "another program holds it; close that program"),
        (no_folder, "name another file"),
        (damage, "a new one was begun"),
        (strangers, "database of another program"),
    ],
)
def test_trouble_is_said_and_costs_no_row(
    room: Room, trouble: Callable[[Room], Callable[[], None]], sentence: str
) -> None:
    mend = trouble(room)
    player = room.player()
    play(room, player, 0.0, 3.2)
    assert sentence in room.said
    assert room.said.count(". ") <= 1
    mend()
    play(room, player, 3.3, 14.0)
    if trouble is not damage:
        assert room.said == ""
    player.close()
    totals = run_totals(room.book)
    assert totals["joules"] == pytest.approx({"MEASURED": 14.0 * WATTS})
    with closing(sqlite3.connect(room.book)) as db:
        assert db.execute("SELECT count(DISTINCT second) FROM seconds").fetchone() == (14,)


def test_damage_during_the_show_begins_a_new_book(room: Room) -> None:
    player = room.player()
    play(room, player, 0.0, 3.2)
    assert player.book is not None
    player.book.close()
    room.book.write_bytes(b"\0garbage" * 1000)
    player.book = Book.__new__(Book)
    player.book.path, player.book.inode, player.book.run_id = room.book, room.book.stat().st_ino, 1
    player.book.db = sqlite3.connect(room.book, isolation_level=None)
    play(room, player, 3.3, 10.0)
    assert "a new one was begun" in room.said
    player.close()
    assert run_totals(room.book)["due"] == 2000


def test_a_removed_file_is_begun_anew(room: Room) -> None:
    player = room.player()
    play(room, player, 0.0, 2.2)
    shutil.rmtree(room.book.parent)
    play(room, player, 2.3, 3.2)
    assert "moved away" in room.said
    play(room, player, 3.3, 8.0)
    player.close()
    assert run_totals(room.book)["due"] == 1600


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte, where root may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no right to mount here; test_book fills a disk by its limit instead")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_a_full_disk_is_said_and_its_rows_come_when_there_is_room(room: Room, small_disk: Path) -> None:
    room.config = Config(ledger=LedgerSettings(file=str(small_disk / "ledger.sqlite")))
    ballast = small_disk / "ballast"
    player = room.player()
    play(room, player, 0.0, 2.2)
    with pytest.raises(OSError, match="No space left"):
        fill(ballast)
    for seconds in range(3, 120):
        room.meter(room.opened_at + seconds)
        player.tick(room.opened_at + seconds)
    assert "the disk" in room.said
    assert "wait in memory" in room.said
    ballast.unlink()
    play(room, player, 120.0, 130.0)
    assert room.said == ""
    player.close()
    assert run_totals(small_disk / "ledger.sqlite")["joules"] == pytest.approx({"MEASURED": 130.0 * WATTS})


def test_a_read_only_disk_is_said(room: Room, small_disk: Path) -> None:
    file = small_disk / "ledger.sqlite"
    room.config = Config(ledger=LedgerSettings(file=str(file)))
    Book(file).close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    player = room.player()
    play(room, player, 0.0, 2.2)
    assert "The ledger cannot write" in room.said
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    play(room, player, 2.3, 13.0)
    assert room.said == ""
    player.close()
    assert run_totals(file)["due"] == 2600


METER = """
import sys, time
from pathlib import Path
import numpy as np
from installation.now import Now
now = Now(Path(sys.argv[1]), "meter")
now.boundary, now.meter_period, now.provenance = "a test", 0.05, 1
ring = np.zeros((128, 7))
while True:
    t = time.monotonic()
    ring = np.roll(ring, -1, 0)
    ring[-1] = [t, 200.0 * (t - now.opened_at), 200.0, 1, 0, 0, 0]
    now.samples = ring
    now.joules, now.sampled_at = ring[-1, 1], t
    time.sleep(0.05)
"""


def test_killed_at_any_moment_at_most_two_seconds_are_missing(room: Room) -> None:
    """Everything ends by kill -9, again and again; the file always opens clean and goes on."""
    room.conductor.opened_at, room.conductor.opened_on = time.monotonic(), time.time()
    setting = f"ledger.file={room.book}"
    command = [sys.executable, "-m", "installation", "player", "ledger", "--now", str(room.path), "--set", setting]
    chance = random.Random()
    for round_ in range(3):
        room.conductor.ledger_restarts = round_
        meter = subprocess.Popen([sys.executable, "-c", METER, str(room.path)])
        ledger = subprocess.Popen(command, start_new_session=True)
        until(lambda: room.conductor.ledger_rows)
        time.sleep(chance.uniform(1.0, 2.5))
        for process in (ledger, meter):
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        with closing(sqlite3.connect(room.book)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            end, joules, total = db.execute(
                "SELECT max(at + seconds), sum(joules), max(joules_total) FROM seconds"
            ).fetchone()
        assert room.conductor.ledger_beat - end <= 2.0  # by its own last look, however long the machine kept it waiting
        assert joules == pytest.approx(total)
        samples = room.conductor.samples
        said = samples[(samples[:, 0] > 0) & (samples[:, 0] <= end)]  # a meter that starts late has said nothing yet
        assert total >= (said[-1, 1] if len(said) else 0.0) * 0.95
        assert total <= 200.0 * (end - room.conductor.opened_at) * 1.0001
        Now(room.path, "ledger").ledger_rows = 0
