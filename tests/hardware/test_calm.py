"""No pictures, however chosen, make the compiled firmware flash; soft light passes as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.hardware.board import Board, Pixel
from tests.hardware.conftest import NewBoard
from tests.hardware.flashes import WEIGHTS, changes, groups, luminance, worst
from tests.hardware.wire import ak, answers, picture, whole

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
Attack = Callable[[int, float], list[Pixel]]


def play(board: Board, pictures: Iterator[list[Pixel]], period_us: float = 0) -> list[list[int]]:
    """Sends pictures one in flight, at most one in `period_us`; returns the payload of each K."""
    told = []
    for seq, pixels in enumerate(pictures):
        began = board.us
        board.write(picture(seq % 256, pixels))
        got = b""
        while not whole(got):
            board.run(100_000, stop_on_rx=True)
            got += board.read()
        [answer] = answers(got)
        assert answer.type == "K"
        assert answer.seq == seq % 256
        told.append(list(answer.payload))
        board.run(max(1.0, period_us - (board.us - began)))
    return told


def blink(hertz: float, one: Pixel = WHITE, other: Pixel = BLACK) -> Attack:
    return lambda leds, s: [one if s * hertz % 1 < 0.5 else other] * leds


def halves(hertz: float) -> Attack:
    def attack(leds: int, s: float) -> list[Pixel]:
        first = s * hertz % 1 < 0.5
        return [WHITE if (i % 16 < 8) == first else BLACK for i in range(leds)]

    return attack


def comb(leds: int, s: float) -> list[Pixel]:
    """Every second LED, changing sides seven times a second."""
    return [WHITE if (i + int(s * 14)) % 2 else BLACK for i in range(leds)]


def bright_sparks(leds: int, s: float) -> list[Pixel]:
    return [WHITE if (i - int(72 * s)) % 8 == 0 else BLACK for i in range(leds)]


ATTACKS: dict[str, Attack] = {
    "white at 1 Hz": blink(1),
    "white at 3 Hz": blink(3),
    "white at 10 Hz": blink(10),
    "red and cyan": blink(2, (255, 0, 0), (0, 255, 255)),
    "red and green": blink(1.5, (255, 0, 0), (0, 255, 0)),
    "blue and yellow": blink(2, (0, 0, 255), (255, 255, 0)),
    "halves of tiles": halves(4),
    "comb": comb,
    "bright sparks": bright_sparks,
    "near the middle": blink(2, (160, 160, 160), (90, 90, 90)),
}


@pytest.mark.avr
@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_flashes(board: NewBoard, name: str) -> None:
    b = board(leds=48, baud=1_000_000, cap_ma=3700)
    play(b, (ATTACKS[name](48, b.us / 1e6) for _ in range(250)), 14_000)
    us, light = b.lights()
    assert len(us) == 250
    assert worst(us, light) <= 3, "more than one flash in a second"


@pytest.mark.avr
def test_flashes_in_the_long_run_stay_under_the_bound(board: NewBoard) -> None:
    """The hardest attack: turn round as soon as 10 % has been reached."""
    b = board(leds=4, baud=1_000_000, cap_ma=3000)
    play(b, (blink(0.01)(4, 0) for _ in range(100)), 20_000)
    b.clear_frames()
    toward, turned, low, high = 0, 0, 1.0, 0.0
    for _ in range(1300):
        play(b, iter([[(toward, toward, toward)] * 4]), 5_000)
        now = float((b.light_now() @ WEIGHTS).mean())
        low, high = min(low, now), max(high, now)
        if (toward and now - low >= 0.1) or (not toward and high - now >= 0.1):
            toward, turned, low, high = 255 - toward, turned + 1, now, now
    us, light = b.lights()
    seconds = (us[-1] - us[0]) / 1e6
    found = changes(us, luminance(light, groups(4)))
    assert turned / 2 / seconds > 0.8, "the attack comes near the bound, or this test shows nothing"
    assert max(len(times) for times in found) / 2 / seconds <= 1.0
    assert worst(us, light) <= 3


@pytest.mark.avr
@pytest.mark.parametrize("flashes", [2, 3])
def test_a_livelier_build_keeps_its_own_bound(board: NewBoard, flashes: int) -> None:
    b = board(leds=12, baud=1_000_000, cap_ma=3000, flashes=flashes)
    for hertz in (1.2, 2, 3, 5):
        play(b, (blink(hertz)(12, b.us / 1e6) for _ in range(120)), 12_000)
    us, light = b.lights()
    assert worst(us, light) <= 2 * flashes + 1


@pytest.mark.avr
def test_saturated_red_is_never_lit(board: NewBoard) -> None:
    b = board(leds=24, baud=1_000_000, cap_ma=3000)
    rng = np.random.default_rng(3)
    colours = [
        (255, 0, 0),
        (255, 255, 255),
        (0, 0, 255),
        (0, 255, 0),
        (255, 0, 85),
        (200, 10, 60),
        (3, 1, 0),
        (1, 0, 0),
    ]
    steps = [[colours[i] for i in rng.integers(0, len(colours), 24)] for _ in range(40)]
    play(b, (step for step in steps for _ in range(8)), 10_000)
    light = b.lights()[1].astype(int)
    red, rest = light[..., 0], light[..., 1] + light[..., 2]
    assert red.max() > 60
    saturated = red >= 4 * rest
    assert ((red - rest)[saturated] * 320 <= 20 * 255).all()
    assert (red <= 3 * (rest + 1)).all()


def spark_light(seconds: float, born: np.ndarray, rate: int, glow: int, leds: int = 60) -> list[Pixel]:
    """Gaussian sparks at 1.2 m/s along 60 LEDs a metre, together up to (14, 10, 5) above the glow."""
    where = (seconds - born[born < seconds]) * 72
    shape = np.exp(-0.5 * ((np.arange(leds)[:, None] - where[None]) / 1.4) ** 2).sum(axis=1)
    shape *= min(1.0, 72 / (rate * 1.4 * 4))  # where many lie on one LED, each is fainter
    return [(glow + round(14 * x), glow + round(10 * x), glow + round(5 * x)) for x in np.minimum(shape, 1.0)]


@pytest.mark.avr
@pytest.mark.parametrize(("rate", "glow"), [(3, 0), (20, 0), (120, 6), (700, 12)])
def test_soft_sparks_pass_as_they_are(board: NewBoard, rate: int, glow: int) -> None:
    """At every rate of grains: once the glow under them is reached, each picture shows exactly what was sent."""
    b = board(leds=60, cap_ma=3000)
    born = np.cumsum(np.random.default_rng(5).exponential(1 / rate, 1500)) - 1.0
    start = b.us
    sent: list[list[Pixel]] = []

    def pictures() -> Iterator[list[Pixel]]:
        for _ in range(180):
            sent.append(spark_light((b.us - start) / 1e6, born, rate, glow))
            yield sent[-1]

    told = play(b, pictures(), 20_000)
    assert len({tuple(pixels) for pixels in sent}) > 20
    assert [frame.pixels for frame in b.frames()][160:] == sent[160:]
    assert all(k[4] == 0 for k in told[160:])


@pytest.mark.avr
def test_a_glow_reaches_what_was_asked_in_the_time_the_protocol_states(board: NewBoard) -> None:
    b = board(leds=60, cap_ma=3700)
    red = [(128, 36, 13)] * 60
    began = b.us
    told = play(b, (red for _ in range(110)), 20_000)
    first = next(i for i, k in enumerate(told) if k[4] == 0)
    frame = b.frames()[first]
    assert frame.pixels == red
    assert 1.9e6 <= frame.us - began <= 2.3e6
    assert told[0][4] == 255


@pytest.mark.avr
def test_channels_never_outrun_the_stated_speed(board: NewBoard) -> None:
    """Over any stretch of time: at most twice the play, what was saved, and the speed times the stretch."""
    b = board(leds=30, baud=1_000_000, cap_ma=3000)
    rng = np.random.default_rng(7)
    play(b, ([tuple(map(int, rng.integers(0, 2, 3) * 255)) for _ in range(30)] for _ in range(150)))  # type: ignore[misc]
    play(b, (blink(0.4)(30, b.us / 1e6) for _ in range(300)), 10_000)
    us, light = b.lights()
    light = light.astype(int)
    for back in (1, 2, 5, 20, 60, 200):
        moved = np.abs(light[back:] - light[:-back]).max(axis=1)
        seconds = (us[back:] - us[:-back]) / 1e6
        for channel, play_units, saved, speed in ((0, 7, 9, 54.26), (1, 5, 3, 18.09), (2, 7, 9, 54.26)):
            assert (moved[:, channel] <= 2 * play_units + saved + 1 + speed * seconds).all()


@pytest.mark.avr
def test_pure_red_is_lit_as_orange(board: NewBoard) -> None:
    b = board(leds=4, baud=1_000_000, cap_ma=3000)
    told = play(b, ([(255, 0, 0)] * 4 for _ in range(260)), 20_000)
    assert b.light_now().tolist() == [[255, 84, 0]] * 4
    assert told[-1][4] == 255, "the host is told that this is not what it asked for"


@pytest.mark.avr
@pytest.mark.parametrize(("flashes", "pictures"), [(1, 27), (3, 10)])
def test_a_host_that_lowers_its_cap_again_and_again_cannot_flash(board: NewBoard, flashes: int, pictures: int) -> None:
    """Each turn long enough to gain 10 %, if gaining were allowed right after a fall."""
    b = board(leds=12, baud=1_000_000, cap_ma=1000, flashes=flashes)
    play(b, (blink(0.01)(12, 0) for _ in range(60)), 20_000)
    for _ in range(10):
        for cap in (bytes([0, 12]), bytes([0xFF, 0xFF])):
            b.write(ak("c", 1, cap + bytes([0x07, 0xD0])))
            b.run(3_000)
            b.read()
        play(b, (blink(0.01)(12, 0) for _ in range(pictures)), 20_000)
    us, light = b.lights()
    bright = luminance(light, groups(12))
    assert bright.max() > 0.1
    assert worst(us, light) <= 3


@pytest.mark.avr
def test_a_board_reset_again_and_again_does_not_flash_either(board: NewBoard) -> None:
    """Without a boot loader, and with the liveliest build: a start is followed by a second without growth."""
    b = board(leds=12, baud=1_000_000, cap_ma=3000, flashes=3)
    for _ in range(8):
        b.reset()
        b.run(10_000)
        b.read()
        play(b, (blink(0.01)(12, 0) for _ in range(16)), 20_000)
    us, light = b.lights()
    assert luminance(light, groups(12)).max() < 0.1
    b.run(900_000)
    b.read()
    play(b, (blink(0.01)(12, 0) for _ in range(16)), 20_000)
    assert luminance(b.light_now()[None], groups(12)).max() > 0.1
    assert worst(us, light) == 0
