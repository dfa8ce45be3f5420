"""What the piece itself draws: real processes, their share of the processor, and the words for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installation.meter.own import Own, words
from installation.now import Now

BUSY = "print(flush=True)\nwhile True: pass"
IDLE = "import time; print(flush=True); time.sleep(1000)"


def test_a_player_that_works_is_seen_by_its_share(tmp_path: Path) -> None:
    now = Now.open_doors(tmp_path / "now")
    parts = (BUSY, "player", "sound"), (IDLE, "player", "screen"), (IDLE, "painter")
    processes = [subprocess.Popen([sys.executable, "-c", *part], stdout=subprocess.PIPE) for part in parts]
    try:
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
        own = Own(now, parent=os.getpid())
        assert own.look(0.0)
        assert not own.look(1.0)
        time.sleep(0.6)
        assert own.look(10.0)
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert set(own.players) == {"sound", "screen"}
    assert 0.02 < own.shares["sound"] <= 1.2
    assert own.shares["screen"] < own.shares["sound"] / 3
    watts = own.watts(100.0)
    assert watts["sound"] == pytest.approx(min(1.0, own.shares["sound"]) * 100.0)
    own.look(20.0)  # they are gone
    assert own.watts(100.0).get("sound", 0.0) <= 100.0


def test_without_a_meter_of_the_processor_only_the_strip_is_told(tmp_path: Path) -> None:
    conductor = Now.open_doors(tmp_path / "now")
    Now(conductor.path, "light").light_watts = 2.5
    own = Own(conductor, parent=os.getpid())
    own.shares = {"sound": 0.5}
    assert own.watts(None) == {"strip": 2.5}
    assert (
        words(own.watts(None), "")
        == "strip 2.5 W; estimated; no meter here covers the processor that plays sound and picture"
    )
    assert words(own.watts(10.0), "rapl") == "sound 5.0 W, strip 2.5 W; estimated from processor time and rapl"
