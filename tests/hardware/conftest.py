"""A board for each test that asks for one: `board(leds=..., baud=...)`, started, its hello read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hardware.board import Board, build_elf, require_avr

NewBoard = Callable[..., Board]


@pytest.fixture
def board() -> NewBoard:
    require_avr()

    def new(leds: int = 60, baud: int = 500_000, cap_ma: int = 1500, extra: str = "", **settings: int) -> Board:
        made = Board(build_elf(leds, baud, cap_ma, extra, **settings), baud)
        made.run(60_000)
        made.read()
        made.clear_frames()
        made.set_variable("rest_ticks", 0, size=2)  # the rest after a start has its own test
        return made

    return new
