"""The button, the motion sensor, the knob, and what the board does with no host at all."""

from __future__ import annotations

import numpy as np
import pytest

from tests.hardware.board import Board
from tests.hardware.conftest import NewBoard
from tests.hardware.wire import Answer, ak, answers, ask, picture

GLOW = [12, 8, 3]


def events(board: Board) -> list[tuple[int, int]]:
    return [(a.payload[0], a.payload[1]) for a in answers(board.read()) if a.type == "E"]


def bounce(board: Board, down: bool, times: int = 4) -> None:
    for _ in range(times):
        board.press(down)
        board.run(700)
        board.press(not down)
        board.run(500)
    board.press(down)


@pytest.mark.avr
def test_a_bouncing_button_gives_one_event_each_way(board: NewBoard) -> None:
    b = board()
    bounce(b, True)
    b.run(100_000)
    bounce(b, False)
    b.run(100_000)
    assert events(b) == [(0, 1), (0, 0)]


@pytest.mark.avr
def test_a_spike_on_a_long_cable_is_no_press(board: NewBoard) -> None:
    b = board()
    for _ in range(20):
        b.press(True)
        b.run(15_000)
        b.press(False)
        b.run(2_000)
    b.run(50_000)
    assert events(b) == []


@pytest.mark.avr
def test_a_press_arrives_within_25_ms_of_a_free_line(board: NewBoard) -> None:
    b = board()
    pressed = b.us
    b.press(True)
    b.run(100_000, stop_on_rx=True)
    assert 20_000 <= b.us - pressed <= 25_000


@pytest.mark.avr
def test_a_press_while_pictures_stream_in_is_not_lost(board: NewBoard) -> None:
    b = board(leds=300, cap_ma=7500)
    got: list[Answer] = []
    for seq in range(20):
        if seq in (5, 12):
            bounce(b, seq == 5)
        got += ask(b, picture(seq, [(9, 6, 3)] * 300))
    found = [(a.payload[0], a.payload[1]) for a in got if a.type == "E"]
    assert found == [(0, 1), (0, 0)]
    assert [a.seq for a in got if a.type == "K"] == list(range(20))


@pytest.mark.avr
def test_the_hello_repeats_all_states(board: NewBoard) -> None:
    b = board()
    b.pin("D", 3, 0)
    b.run(100_000)
    b.press(True)
    b.pin("D", 3, 1)
    b.knob(2.5)
    b.run(200_000)
    b.read()
    [hello] = ask(b, ak("h", 0))
    assert list(hello.payload[10:13]) == [1, 1, 127]


@pytest.mark.avr
def test_presence_is_told_both_ways(board: NewBoard) -> None:
    b = board()
    for level in (0, 1, 0):
        b.pin("D", 3, level)
        b.run(60_000)
    assert events(b) == [(1, 1), (1, 0)]


@pytest.mark.avr
def test_an_open_sensor_pin_claims_nobody(board: NewBoard) -> None:
    b = board()
    b.run(500_000)
    [hello] = [a for a in ask(b, ak("h", 0)) if a.type == "H"]
    assert hello.payload[11] == 0


@pytest.mark.avr
def test_the_knob_tells_turns_and_not_noise(board: NewBoard) -> None:
    b = board()
    rng = np.random.default_rng(2)
    for volts in (5.0, 1.0):
        b.knob(volts)
        b.run(200_000)
    assert events(b)[-1] == (2, 51)
    for _ in range(30):
        b.knob(1.0 + rng.uniform(-0.02, 0.02))
        b.run(20_000)
    assert events(b) == []
    began = b.us
    for step in range(50):
        b.knob(1.0 + step * 0.05)
        b.run(10_000)
    assert 3 <= len(events(b)) <= (b.us - began) / 50_000 + 1


@pytest.mark.avr
def test_with_no_host_ever_a_dim_steady_light(board: NewBoard) -> None:
    b = board()
    b.run(2_500_000)
    us, light = b.lights()
    assert (light[-1] == GLOW).all()
    assert us[0] > 0.9e6
    assert (np.diff(light.astype(int), axis=0) >= 0).all(), "it rises and stays"
    assert us[-1] < 2e6, "a steady light needs no more pictures"


@pytest.mark.avr
def test_with_no_host_the_button_switches_that_light(board: NewBoard) -> None:
    b = board()
    b.run(2_000_000)
    for lit in (False, True):
        b.press(True)
        b.run(100_000)
        b.press(False)
        b.run(1_500_000)
        assert (b.light_now() == (GLOW if lit else [0, 0, 0])).all()


@pytest.mark.avr
def test_a_host_takes_over_from_the_dim_light_and_the_button_is_its_own(board: NewBoard) -> None:
    b = board()
    b.run(2_000_000)
    b.read()
    [k] = ask(b, picture(1, [(5, 9, 13)] * 60))
    assert k.payload[4] == 0
    b.press(True)
    b.run(300_000)
    assert b.light_now().tolist() == [[5, 9, 13]] * 60
    b.run(2_500_000)
    assert not b.light_now().any(), "after a host has gone it is dark, not dimly lit"
