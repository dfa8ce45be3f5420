"""A meter by path: whatever its file does is a fault in one sentence, and the others go on."""

from pathlib import Path

import pytest

from installation.config import Config, ConfigError, MeterSettings
from installation.meter.player import Player
from installation.meter.source import About, Fault, Guarded, Reading, named
from installation.now import Now

FILE = """
import time
from installation.meter.source import About, Reading, Source
from installation.now import Provenance


class Meter(Source):
    def open(self):
        {open}

    def read(self):
        {read}
"""
OPEN = "return About('an invention', Provenance.ESTIMATED, 0.5)"
READ = "return Reading(time.monotonic(), 40.0)"


def meter(folder: Path, opening: str = OPEN, reading: str = READ, name: str = "own meter#1.py") -> str:
    path = folder / name
    path.write_text(FILE.format(open=opening, read=reading), encoding="utf-8")
    return str(path)


def test_a_good_one_reads(tmp_path: Path) -> None:
    source = named(meter(tmp_path), MeterSettings())
    assert isinstance(source.open(), About)
    assert source.read().watts == 40.0
    source.close()


@pytest.mark.parametrize(
    ("reading", "sentence"),
    [
        ("1 / 0", "own meter#1.py, line 12: a division by zero."),
        ("return 'many'", "own meter#1.py: it must give Reading, not str."),
        ("return Reading(0.0, 'many')", "own meter#1.py: could not convert string to float: 'many'."),
        ("return Reading(0.0, 1.0, counters=3)", "own meter#1.py: TypeError: 'int' object is not iterable."),
        ("raise SystemExit", "own meter#1.py, line 12: the file asks to leave Python; take that line out."),
    ],
)
def test_what_it_does_wrong_is_a_fault(tmp_path: Path, reading: str, sentence: str) -> None:
    source = named(meter(tmp_path, reading=reading), MeterSettings())
    assert isinstance(source, Guarded)
    with pytest.raises(Fault) as fault:
        source.read()
    assert str(fault.value).replace("TypeError: ", "") == sentence.replace("TypeError: ", "")
    assert fault.value.lost


def test_its_own_faults_pass(tmp_path: Path) -> None:
    path = meter(tmp_path, "from installation.meter.source import Fault; raise Fault('Not here.', again=False)")
    with pytest.raises(Fault, match="Not here") as fault:
        named(path, MeterSettings()).open()
    assert not fault.value.again


@pytest.mark.parametrize("code", ["class Meter:\n    def __init__(self, *_): ...", "", "raise OSError('no')"])
def test_one_that_is_none_is_refused(tmp_path: Path, code: str) -> None:
    path = tmp_path / "none.py"
    path.write_text(code)
    with pytest.raises(ConfigError, match=r"none\.py"):
        named(str(path), MeterSettings())


def test_one_beside_that_cannot_begin_is_left_out_and_the_meter_plays(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("1 / 0")
    now = Now.open_doors(tmp_path / "now")
    settings = MeterSettings(name=meter(tmp_path), beside=(str(bad),))
    player = Player(Config(meter=settings), Now(tmp_path / "now", "meter"))
    player.setup()
    for step in range(3):
        player.tick(player.started + step)
    assert player.beside == []
    assert "bad.py: NO READING (bad.py, line 1: a division by zero.)" in now.beside
    player.close()


def test_a_reading_is_in_plain_floats(tmp_path: Path) -> None:
    source = named(meter(tmp_path, reading="import numpy; return Reading(1, numpy.float32(2), [3])"), MeterSettings())
    assert source.read() == Reading(1.0, 2.0, (3.0,))
