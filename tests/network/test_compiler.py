"""A network whose process dies in the card's compiler: tried once without XLA, then not at each press."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from installation.now import Phase

from .conftest import Room, small

DIES = """
    from keras.src.trainers import trainer
    open({log!r}, "a").write("started\\n")
    if {when}:
        import os
        os.write(2, b"LLVM ERROR: PTX version 8.5 does not support target 'sm_120a'.\\n")
        os.abort()
"""


def dies(log: Path, when: str) -> str:
    return small(before=DIES.format(log=str(log), when=when).strip())


def test_what_dies_in_the_compiler_is_tried_once_without_it(room: Callable[..., Room], tmp_path: Path) -> None:
    log = tmp_path / "log"
    here = room(text=dies(log, 'trainer.model_supports_jit.__name__ != "never"'))
    here.open()
    assert here.phase is Phase.RESTING
    assert log.read_text().count("started") == 2


def test_what_dies_without_it_too_is_told_and_not_started_at_each_press(
    room: Callable[..., Room], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    here = room(text=dies(log, "True"))
    here.open()
    assert here.phase is Phase.UNABLE
    assert "does not know this card" in here.now["network_note"]
    started = log.read_text().count("started")
    here.press(until=Phase.UNABLE)
    assert log.read_text().count("started") == started == 2
    assert "save the file" in here.now["network_note"]
