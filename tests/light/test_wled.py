"""A WLED is its protocol here: one that reads TPM2 as wled_serial.cpp does, and a socket that takes DDP."""

import os
import socket
import threading
import time

import numpy as np
import pytest

from installation.config import LightSettings
from installation.light import line
from installation.light.codec import TPM2_PING, TPM2_PONG, read_ddp, read_tpm2
from installation.light.strips import wled

from ..waiting import until
from .pty_port import PtyPort

PICTURE = np.arange(30, dtype=np.uint8).reshape(10, 3)


@pytest.mark.parametrize(
    ("port", "host"), [("auto", 0), ("/dev/ttyUSB0", 0), ("COM3", 0), ("wled.local", 1), ("192.168.4.1:4048", 1)]
)
def test_a_port_is_a_host_or_a_line(port, host):
    assert wled.is_host(port) == bool(host)


class Listener(threading.Thread):
    """Reads frames and answers pings, as a WLED on a serial port does."""

    def __init__(self, port: PtyPort) -> None:
        super().__init__(daemon=True)
        self.port, self.frames, self.deaf, self.ending = port, [], False, False
        self.start()

    def run(self) -> None:
        data = b""
        while not self.ending:
            data += self.port.read(0.02)
            while len(data) >= 2 and not self.deaf:
                if data.startswith(TPM2_PING):
                    self.port.write(TPM2_PONG)
                    data = data[2:]
                elif len(data) >= 35:
                    self.frames.append(read_tpm2(data[:35]))
                    data = data[35:]
                else:
                    break


@pytest.fixture
def far(tmp_path):
    if not hasattr(os, "openpty"):
        pytest.skip("This system has no pseudo-terminals.")
    listener = Listener(PtyPort(tmp_path / "wled"))
    yield listener
    listener.ending = True
    listener.join()


def test_over_serial_each_frame_is_answered(far):
    strip = wled.Strip(LightSettings(device="wled", port=str(far.port.name), leds=10))
    strip.open()
    for number in (1, 2, 3):
        until(lambda: strip.ready(time.monotonic()))
        strip.give(number, PICTURE, time.monotonic())
        until(lambda number=number: strip.newest and strip.newest.number == number)
    assert len(far.frames) == 3
    assert all((frame == PICTURE).all() for frame in far.frames)
    strip.close()


def test_over_serial_a_silent_one_is_a_sentence(far, monkeypatch):
    monkeypatch.setattr(line, "PAUSES", (0.05,))
    strip = wled.Strip(LightSettings(device="wled", port=str(far.port.name), leds=10))
    strip.open()
    until(lambda: strip.ready(time.monotonic()))
    far.deaf = True

    def stopped():
        if strip.ready(time.monotonic()):
            strip.give(1, PICTURE, time.monotonic())
        return "stopped answering" in strip.note

    until(stopped)
    assert strip.refused == wled.MISSES
    assert strip.frames == 0
    strip.close()


def test_over_the_network_frames_arrive():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.bind(("127.0.0.1", 0))
        far.settimeout(5)
        strip = wled.Strip(LightSettings(device="wled", port=f"127.0.0.1:{far.getsockname()[1]}", leds=10))
        strip.open()
        until(lambda: strip.ready(0.0))
        strip.give(1, PICTURE, 0.0)
        assert strip.newest is None
        assert (read_ddp([far.recv(2000)]) == PICTURE).all()
        assert strip.ready(1.0)
        assert strip.newest.number == 1
        strip.close()


def test_over_the_network_nobody_there_is_a_sentence():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    strip = wled.Strip(LightSettings(device="wled", port=f"127.0.0.1:{port}", leds=10))
    strip.open()
    until(lambda: strip.ready(0.0))
    strip.give(1, PICTURE, 0.0)
    until(lambda: not strip.ready(1.0))
    assert "refused; switch the WLED on" in strip.note
    assert (strip.frames, strip.linked) == (0, False)
    strip.close()
