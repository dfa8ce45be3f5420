"""A real pyserial port, a pseudo-terminal, and the firmware on the wall clock."""

from __future__ import annotations

import time

import pytest
import serial

from tests.hardware.board import BoardOnPty, build_elf, require_avr
from tests.hardware.wire import Answer, ak, answers, picture


def read(port: serial.Serial, most_s: float = 3.0) -> list[Answer]:
    got, until = b"", time.monotonic() + most_s
    while time.monotonic() < until and not answers(got, after_opening=True):
        got += port.read(1)
        got += port.read(port.in_waiting)
    return answers(got, after_opening=True)


@pytest.mark.avr
def test_pyserial_lights_the_strip_and_hears_the_button() -> None:
    require_avr()
    with BoardOnPty(build_elf(60), 500_000) as board, serial.Serial(board.port, 500_000, timeout=0.2) as port:
        port.write(ak("h", 0))
        assert "H" in [answer.type for answer in read(port)]
        for seq in range(20):
            pixels = [(seq % 14, (seq + i) % 6 + 4, 3) for i in range(60)]
            port.write(picture(seq, pixels))
            assert [(answer.type, answer.seq) for answer in read(port)] == [("K", seq)]
            assert board.frames()[-1].pixels == pixels
        board.press(True)
        [event] = read(port)
        assert (event.type, event.payload[:2]) == ("E", b"\x00\x01")


@pytest.mark.avr
def test_an_unplugged_board_is_gone_for_the_host() -> None:
    require_avr()
    with BoardOnPty(build_elf(60), 500_000) as board, serial.Serial(board.port, 500_000, timeout=0.2) as port:
        port.write(ak("h", 0))
        assert read(port)
        board.unplug()

        def use() -> None:
            for _ in range(10):
                port.write(ak("h", 0))
                port.read(1)

        with pytest.raises((serial.SerialException, OSError)):
            use()
