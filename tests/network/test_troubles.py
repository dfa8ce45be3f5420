"""Whatever a network's file does, the player goes on, says so in one sentence, and the next press tries again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from installation.network.listing import ListingError
from installation.network.troubles import NOT_A_NUMBER, OUT_OF_MEMORY, trouble
from installation.now import Phase

from .conftest import Room, small

FOREIGN = {
    "no Python": ("def network(:", "line 1: this is not Python"),
    "no fit": ("def network():\n    pass", "never calls fit"),
    "no network": (small(between="model = 3"), "'int' object has no attribute 'fit'"),
    "an error in the data": (small(between="data = data / nothing"), "name 'nothing' is not defined"),
    "leaves Python": (small(between="import sys; sys.exit(3)"), "leaves Python before it trains"),
    "ends its process": (small(between="import os; os._exit(3)"), "leaves Python before it trains"),
    "two networks": (small() + "\n\ndef network():\n    pass\n", "is defined a second time"),
    "is killed": (small(between="import os; os.kill(os.getpid(), 9)"), "memory ran out"),
    "takes all memory": (small(between="hog = [np.ones(10**7) for _ in range(10**5)]"), "not enough memory"),
}


@pytest.mark.parametrize("name", list(FOREIGN))
def test_a_file_that_cannot_be_fitted_is_told_on_the_wall(shared: Room, name: str) -> None:
    text, sentence = FOREIGN[name]
    fits = shared.now.fits
    shared.write(text)
    shared.press(until=Phase.UNABLE)
    note = shared.now["network_note"]
    assert sentence in note
    assert "\n" not in note
    assert shared.now.fits == fits
    assert shared.player.fitter is None


def test_after_all_this_the_next_press_fits(shared: Room) -> None:
    shared.write(small())
    shared.press()
    assert shared.now.fit_ended == "whole"
    assert shared.now["network_note"] == ""


def test_a_loss_that_is_no_number_ends_the_fit_and_the_next_starts_afresh(shared: Room) -> None:
    shared.write(
        small(outside="turn = [0]", between="turn[0] += 1; data[40] *= np.nan if turn[0] == 1 else 1", epochs=50)
    )
    shared.press(until=Phase.UNABLE)
    assert shared.now.fit_ended == "not a number"
    assert shared.now.fit_updates < 10
    assert "no number" in shared.now["network_note"]
    shared.press()
    assert shared.now.fit_ended == "whole"
    assert shared.now.fit_updates == 100


def test_prints_forks_and_another_folder_harm_nobody(shared: Room, capfd: pytest.CaptureFixture[str]) -> None:
    noise = "print('x' * 5_000_000); import os; os.fork(); os.chdir('/'); os.write(1, b'{\"is\": \"ready\"}\\n')"
    shared.write(small(between=noise))
    shared.press()
    assert shared.now.fit_ended == "whole"
    shared.press()
    assert shared.now.fit_updates == 6
    assert shared.player.fitter is not None
    fitter = psutil.Process(shared.player.fitter.process.pid)
    shared.play(lambda: all(child.status() == psutil.STATUS_ZOMBIE for child in fitter.children()))
    printed = capfd.readouterr().err
    assert "is not kept" in printed
    assert len(printed) < 1_500_000


def test_a_file_that_stands_still_is_ended_from_outside_and_told_with_its_line(shared: Room) -> None:
    shared.write(small(between="import time; time.sleep(10**6)"))
    fits = shared.now.fits
    shared.guest.press()
    line = shared.file.read_text().splitlines().index("    import time; time.sleep(10**6)") + 1
    shared.play(lambda: shared.player.at == line)
    shared.play(lambda: shared.phase is Phase.UNABLE, ahead=shared.config.network.stuck_seconds + 1)
    assert shared.now["network_note"].startswith(f"mine.py, line {line}: no batch for")
    assert shared.now.fits == fits


def test_what_follows_a_fit_ends_with_its_seconds(room: Callable[..., Room]) -> None:
    made = room("network.rung_seconds=[2]", text=small(after="import time; time.sleep(10**6)"))
    made.open()
    made.press()
    assert (made.now.fit_ended, made.now.fit_updates) == ("stopped", 6)


def test_errors_are_named_by_their_place_in_the_file() -> None:
    path = Path("mine.py")
    assert trouble(ListingError("One sentence."), path, False).sentence == "One sentence."
    assert trouble(RuntimeError("whatever"), path, True) == NOT_A_NUMBER
    assert trouble(MemoryError(), path, False) == OUT_OF_MEMORY
    for words in ("RESOURCE_EXHAUSTED: Out of memory", "DefaultCPUAllocator: can't allocate memory"):
        assert trouble(RuntimeError(words), path, False) == OUT_OF_MEMORY
    assert "install its backend" in trouble(ModuleNotFoundError("No module named 'jax'"), path, False).sentence
    with pytest.raises(ZeroDivisionError) as caught:
        exec(compile("\n\n1 / 0", "mine.py", "exec"))
    assert trouble(caught.value, path, False).sentence == (
        "mine.py, line 3: division by zero (ZeroDivisionError); mend that line and save the file."
    )
