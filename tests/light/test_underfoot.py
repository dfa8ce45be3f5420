"""The host's side of the protocol against the compiled firmware, step by step in simulated time."""

import numpy as np
import pytest

from installation.config import LightSettings
from installation.light.dither import Dither
from installation.light.line import LineError
from installation.light.slew import SlewLimiter
from installation.light.sparks import fit_in
from installation.light.strips import _ak as ak
from installation.light.strips import underfoot
from tests.hardware.board import Board, build_elf, require_avr

pytestmark = pytest.mark.avr
BAUD = 500_000


class Bench:
    """A strip's host side and a board on one line; time passes in steps of a millisecond."""

    def __init__(self, leds: int = 60, config_leds: int = 60, cap_ma: int = 1500, cap: float = 0.0) -> None:
        require_avr()
        self.board = Board(build_elf(leds, BAUD, cap_ma), BAUD)
        self.board.run(60_000)
        self.board.clear_frames()
        self.strip = underfoot.Strip(LightSettings(device="underfoot", port="bench", leds=config_leds, cap=cap))
        self.strip.port = "bench"
        self.number = 0
        self.garble = lambda data: data
        self.strip.begin(self.seconds)

    @property
    def seconds(self) -> float:
        return self.board.us / 1e6

    def run(self, seconds: float, pixels: np.ndarray | None = None) -> None:
        """Let time pass; give this picture whenever the strip is ready for one."""
        until = self.seconds + seconds
        while self.seconds < until:
            if pixels is not None and self.strip.ready(self.seconds):
                self.number += 1
                self.strip.give(self.number, pixels, self.seconds)
            self.board.write(self.strip.speak(self.seconds))
            self.board.run(1000)
            if data := self.garble(self.board.read()):
                self.strip.hear(data, self.seconds)

    def link(self) -> None:
        self.run(0.1)
        assert self.strip.linked
        self.run(0.1)


def dim(leds: int = 60) -> np.ndarray:
    """A picture within the board's free play, so that it is shown as it is."""
    return (np.arange(leds * 3) % 9).astype(np.uint8).reshape(leds, 3)


def test_it_meets_the_board():
    bench = Bench()
    bench.link()
    assert bench.strip.name == "underfoot board, 60 LEDs, cap 1500 mA, on bench"
    assert bench.strip.note == ""


@pytest.mark.parametrize("leds", [60, 144, 300])
def test_each_frame_is_shown_and_acknowledged(leds):
    bench = Bench(leds, leds)
    bench.link()
    bench.run(0.5, dim(leds))
    bench.run(0.05)
    frames = bench.board.frames()
    assert bench.strip.frames == bench.number == sum(len(f.pixels) == leds for f in frames[-bench.number :])
    assert (np.array(frames[-1].pixels) == dim(leds)).all()
    given = bench.strip.newest
    assert (given.number, given.scale, given.held) == (bench.number, 1.0, 0.0)
    assert (given.pixels == dim(leds)).all()
    assert (bench.strip.refused, bench.board.lost) == (0, 0)


def test_the_scale_is_what_the_board_says():
    bench = Bench(cap_ma=300)
    bench.link()
    bench.run(2.5, np.full((60, 3), 160, np.uint8))
    given = bench.strip.newest
    assert 0.05 < given.scale < 0.3
    assert 250 < given.milliamperes <= 300
    assert "cap of 300 mA holds the strip at 0." in bench.strip.note
    bench.run(6.5, np.zeros((60, 3), np.uint8))
    assert (bench.strip.note, bench.strip.newest.scale) == ("", 1.0)


def test_the_host_may_lower_the_cap_also_after_a_reset():
    bench = Bench(cap=0.3)
    bench.link()
    bench.board.reset()
    bench.run(2.5, np.full((60, 3), 160, np.uint8))
    assert "cap 300 mA" in bench.strip.name
    assert 250 < bench.strip.newest.milliamperes <= 300
    assert bench.strip.refused <= 1


def test_a_reset_board_is_met_again():
    bench = Bench()
    bench.link()
    bench.run(0.2, dim())
    bench.board.reset()
    bench.run(0.2, dim())
    bench.board.clear_frames()  # one may have been cut
    bench.run(0.5, dim())
    assert bench.strip.linked
    assert bench.strip.newest.number >= bench.number - 1
    assert (np.array(bench.board.frames()[-1].pixels) == dim()).all()


def test_a_board_of_other_length_rules_and_is_said():
    bench = Bench(leds=60, config_leds=144)
    bench.link()
    assert bench.strip.leds == 60
    assert "60 LEDs and config.toml says 144" in bench.strip.note
    bench.run(0.1, dim(144))
    assert bench.strip.frames == 0
    bench.run(0.2, dim(60))
    assert bench.strip.frames > 3


def test_a_button_is_one_press_and_its_state():
    bench = Bench()
    bench.link()
    for _ in range(2):
        bench.board.press(True)
        bench.run(0.1, dim())
        bench.board.press(False)
        bench.run(0.1, dim())
    assert bench.strip.presses == 2


def test_a_button_held_while_the_host_comes_is_no_press():
    bench = Bench()
    bench.board.press(True)
    bench.board.run(200_000)
    bench.run(0.2)
    assert bench.strip.button
    assert bench.strip.presses == 0


def test_answers_that_never_come_end_in_a_sentence():
    bench = Bench()
    bench.link()
    bench.garble = lambda data: b""
    with pytest.raises(LineError, match="stopped answering"):
        bench.run(2.0, dim())
    assert bench.strip.refused == 3


def test_answers_that_come_twice_or_late_count_once():
    bench = Bench()
    bench.link()
    old = []

    def twice(data: bytes) -> bytes:
        old.append(data)
        return data + data + (old[-20] if len(old) > 20 else b"")

    bench.garble = twice
    bench.run(0.5, dim())
    bench.run(0.1)
    assert bench.strip.frames == bench.number
    assert bench.strip.refused == 0


def test_random_damage_on_the_way_to_the_host_loses_answers_and_nothing_else():
    bench, random = Bench(), np.random.default_rng(1)
    bench.link()

    def damage(data: bytes) -> bytes:
        hurt = bytearray(data)
        if hurt and random.random() < 0.1:
            hurt[random.integers(len(hurt))] ^= 1 << random.integers(8)
        return bytes(hurt)

    bench.garble = damage
    bench.run(3.0, dim())
    bench.garble = lambda data: data
    bench.run(0.5, dim())
    shown = [f for f in bench.board.frames() if f.pixels[1][0]]
    assert bench.strip.linked
    assert bench.strip.frames + bench.strip.refused >= bench.number - 1
    assert 0 < bench.strip.refused < 60
    assert all((np.array(f.pixels) == dim()).all() for f in shown)


def test_garbage_from_a_stranger_is_named():
    for noise, word in ((b"Ada\n", "Adalight"), (b"WLED 0.15", "WLED"), (b"\x00\x91", "something"), (b"", "nothing")):
        bench = Bench()
        bench.garble = lambda data, noise=noise: noise
        with pytest.raises(LineError, match=word):
            bench.run(4.0)


def test_the_last_word_is_a_fade_to_black():
    bench = Bench()
    bench.link()
    bench.run(2.0, np.full((60, 3), [90, 40, 30], np.uint8))
    bench.board.write(bench.strip.farewell())
    bench.board.run(3_000_000)
    lights = np.array([f.pixels for f in bench.board.frames()])
    assert lights[:-1].max() >= 60
    assert not lights[-1].any()


def test_what_the_host_calls_calm_the_board_hardly_holds_back():
    """The host's limits lie inside the board's. What is left is the dither: two steps of 255, for a frame or two."""
    bench, slew, dither, random = Bench(), SlewLimiter(60), Dither(60), np.random.default_rng(3)
    bench.link()
    bench.run(1.2)  # the board's second of rest after its start
    apart, drawn, wanted = [], bench.seconds, np.zeros((60, 3))
    for step in range(400):
        if step % 25 == 0:
            wanted = np.tile(random.random(3) ** 2 * [1.0, 0.6, 0.4] * random.choice([0.05, 0.3]), (60, 1))
        while not bench.strip.ready(bench.seconds):
            bench.run(0.001)
        pixels = dither.bytes(slew.step(fit_in(wanted), bench.seconds - drawn))
        drawn = bench.seconds
        bench.strip.give(step, pixels, bench.seconds)
        bench.run(0.015)
        apart.append(np.array(bench.board.frames()[-1].pixels).astype(int) - bench.strip.newest.pixels)
        bench.board.clear_frames()
    assert np.abs(apart).max() <= 3
    assert np.abs(np.mean(apart)) < 0.1


def test_a_later_board_may_say_more():
    assert ak.Hello.read(bytes([1, 2, 0, 0, 60, 0, 100, 0, 100, 0, 1, 0, 9, 9, 9, 9])).leds == 60
