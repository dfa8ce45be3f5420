"""Finding the board, and what can be wrong with a port; the board is the compiled firmware behind a pseudo-terminal."""

import errno
import time
from types import SimpleNamespace

import numpy as np
import pytest
import serial.tools.list_ports

from installation.config import LightSettings
from installation.light import line, ports
from installation.light.strips import underfoot
from tests.hardware.board import BoardOnPty, build_elf, require_avr

from ..waiting import until
from .pty_port import PtyPort

BAUD = 500_000


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(line, "PAUSES", (0.05,))
    monkeypatch.setattr(underfoot, "BOOT", 0.6)
    monkeypatch.setattr(underfoot, "STRANGER", 0.1)


def found(**settings) -> underfoot.Strip:
    strip = underfoot.Strip(LightSettings(device="underfoot", baud=BAUD, leds=60, **settings))
    strip.open()
    return strip


@pytest.mark.avr
def test_the_board_is_found_among_strangers_and_under_another_name(tmp_path, quick, monkeypatch):
    require_avr()
    monkeypatch.setattr(ports, "BY_ID", tmp_path)
    modem = PtyPort(tmp_path / "a-modem")
    with BoardOnPty(build_elf(60, BAUD), BAUD) as board:
        (tmp_path / "b-board").symlink_to(board.port)
        strip = found()
        until(lambda: strip.linked)
        assert strip.port == str(tmp_path / "b-board")
        assert set(modem.read()) <= set(b"Ak\x00h\x58\xd1v")
        (tmp_path / "b-board").unlink()
        board.unplug()
        until(lambda: not strip.linked)
    with BoardOnPty(build_elf(60, BAUD), BAUD) as board:
        (tmp_path / "c-board").symlink_to(board.port)
        until(lambda: strip.linked)
        assert strip.port == str(tmp_path / "c-board")
        assert strip.note == ""
        strip.give(1, np.zeros((60, 3), np.uint8), time.monotonic())
        until(lambda: strip.newest)
        strip.close()
    modem.pull_out()


@pytest.mark.parametrize(("says", "named"), [(b"Ada\n", "Adalight board"), (b"WLED 0.15", "WLED"), (b"\0\x80", "else")])
def test_another_device_is_named_and_left_in_peace(tmp_path, quick, says, named):
    stranger = PtyPort(tmp_path / "stranger")
    strip = found(port=str(stranger.name))
    until(lambda: stranger.write(says) or named in strip.note)
    strip.close()
    assert strip.frames == 0
    stranger.pull_out()


def test_a_named_board_that_moved_is_looked_for(tmp_path, monkeypatch):
    known = "USB VID:PID=2341:0043 SER=85 LOCATION=1-1"
    here = SimpleNamespace(device="/dev/ttyACM3", hwid=known.replace("1-1", "1-4"), vid=0x2341)
    other = SimpleNamespace(device="/dev/ttyUSB0", hwid="USB VID:PID=1A86:7523 LOCATION=1-2", vid=0x1A86)
    monkeypatch.setattr(serial.tools.list_ports, "comports", lambda: [other, here])
    assert ports.moved(known) == "/dev/ttyACM3"
    assert ports.identity("/dev/ttyUSB0") == other.hwid
    strip = underfoot.Strip(LightSettings(device="underfoot", port=str(tmp_path / "ttyACM0")))
    strip._known = known
    assert strip._names() == ["/dev/ttyACM3"]
    monkeypatch.setattr(serial.tools.list_ports, "comports", lambda: [here, here])
    assert ports.moved(known) == ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOENT, "none"), "there is no such port; plug in"),
        (OSError(errno.EACCES, "denied"), "group dialout"),
        (OSError(errno.EBUSY, "busy"), "close that program"),
        (ValueError("Invalid baud rate: 7"), "choose another baud"),
        (OSError(errno.EIO, "gone"), "check the cable"),
        (serial.SerialTimeoutException("Write timeout"), "check the cable"),
    ],
)
def test_each_error_of_a_port_has_its_remedy(error, words):
    assert words in line.why(error)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_in_the_thread_ends_the_player_and_is_not_hidden(tmp_path, quick, monkeypatch):
    """The conductor brings the player back; a strip that is silently never lit again would be worse."""
    monkeypatch.setattr(ports, "candidates", lambda: 1 / 0)
    strip = found()
    with pytest.raises(RuntimeError, match="has ended"):
        until(lambda: strip.linked)
