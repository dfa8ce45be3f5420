"""Who presses again soon climbs; who waits begins at the seed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.network.ladder import Ladder
from installation.now import Phase

from .conftest import Room, small

RUNGS = ("seed", "wide", "large")


def test_a_press_soon_after_a_fit_climbs_and_a_late_one_does_not() -> None:
    ladder = Ladder(RUNGS, [20, 30], 60)
    ladder.pressed(0, by_a_person=True)
    assert (ladder.name, ladder.longest) == ("seed", 20)
    ladder.ended(10)
    ladder.pressed(69, by_a_person=True)
    assert (ladder.name, ladder.longest) == ("wide", 30)
    ladder.ended(100)
    ladder.pressed(150, by_a_person=True)
    assert (ladder.name, ladder.longest) == ("large", 30)
    ladder.ended(200)
    ladder.pressed(210, by_a_person=True)
    assert ladder.name == "large"
    ladder.ended(220)
    ladder.pressed(281, by_a_person=True)
    assert ladder.name == "seed"


def test_the_clock_never_climbs() -> None:
    ladder = Ladder(RUNGS, [20], 60)
    for moment in range(0, 300, 30):
        ladder.pressed(moment, by_a_person=False)
        ladder.ended(moment + 1)
    assert ladder.name == "seed"


def test_what_was_refused_is_not_tried_again_before_a_rest() -> None:
    ladder = Ladder(RUNGS, [20], 60)
    ladder.ended(0)
    ladder.pressed(1, by_a_person=True)
    ladder.refused(2)
    for moment in range(3, 50, 10):
        ladder.pressed(moment, by_a_person=True)
        assert ladder.name == "seed"
        ladder.ended(moment)
    ladder.pressed(200, by_a_person=True)
    ladder.ended(201)
    ladder.pressed(202, by_a_person=True)
    assert ladder.name == "wide"


@given(
    st.lists(st.tuples(st.sampled_from(["press", "clock", "end", "refuse", "again"]), st.floats(0, 100)), max_size=60)
)
def test_it_never_leaves_the_ladder(steps: list[tuple[str, float]]) -> None:
    ladder, moment = Ladder(RUNGS, [1, 2], 60), 0.0
    for what, later in steps:
        moment += later
        before = ladder.rung
        if what in ("press", "clock"):
            ladder.pressed(moment, what == "press")
            assert ladder.rung <= before + 1
        else:
            {"end": ladder.ended, "refuse": ladder.refused, "again": ladder.again}[what](moment)
        assert 0 <= ladder.rung <= ladder.top < len(RUNGS)


@pytest.mark.slow
def test_climbing_being_refused_and_coming_back_to_the_seed(room: Callable[..., Room]) -> None:
    here = room("network.again_within_seconds=4", "network.memory_gb=1", "network.highest=2", text=small())
    second, third = here.file.with_name("second.py"), here.file.with_name("third.py")
    second.write_text(small(epochs=4))
    wide = "from keras.layers import Dense as D; model = Sequential([Input((4,)), D(300_000_000), D(1)])"
    third.write_text(small().replace("data =", f"{wide}\n    model.compile(loss='mse')\n    data ="))
    here.player.ladder.rungs = (str(here.file), str(second), str(third))
    here.open()
    here.press()
    assert (here.now.network, here.now.rung, here.now.rungs) == ("mine", 1, 3)
    here.press()
    assert (here.now.network, here.now.rung, here.now.fit_updates) == ("second", 2, 8)
    here.press(until=Phase.UNABLE)
    assert "memory" in here.now["network_note"] or "GB are free: not begun" in here.now["network_note"]
    here.press()
    assert here.now.network == "second"
    here.play(lambda: here.now.network == "mine" and here.phase is Phase.RESTING)
    assert here.now["network_note"] == ""
