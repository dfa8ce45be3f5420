"""`underfoot sketch` as a real process: joined or with a meter of its own, ended in every way there is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pygame
import pytest

from installation.config import HOME
from installation.now import Now

from ..waiting import PATIENCE, until

OFFSCREEN = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy", "PYTHONPATH": str(HOME)}
DRAWS = "def draw(stage, now):\n    stage.background('pale')\n    stage.text(stage.reading, 0, 0)\n"
LOOPS = "import pathlib\n\n\ndef draw(stage, now):\n    pathlib.Path('loops').touch()\n    while True:\n        pass\n"


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "installation", "sketch", *arguments]
    line += ["--config", str(HOME / "config.toml"), "--now", str(folder / "now")]
    return subprocess.Popen(
        line,
        cwd=folder,
        env=os.environ | OFFSCREEN | {"UNDERFOOT_NOW": str(folder / "now")} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    process = start(folder, *arguments, **environment)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def meters(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(DRAWS)
    return path


def test_without_a_piece_it_reads_a_meter_of_its_own(tmp_path: Path, file: Path) -> None:
    picture = tmp_path / "out" / "mine.png"
    code, out, err = run(
        tmp_path, str(file), "--headless", "--frames", "20", "--out", str(picture), "--with-meter", "estimate",
        "--size", "320x180",
    )  # fmt: skip
    assert code == 0, err
    assert err.count("\n") == 1
    assert "a meter of its own (estimate)" in err
    assert out == f"picture: {picture}\n"
    assert pygame.image.load(picture).get_size() == (320, 180)
    assert not (tmp_path / "now").exists()


def test_where_a_piece_runs_it_joins_as_a_guest(tmp_path: Path, file: Path) -> None:
    line = [sys.executable, "-m", "installation", "player", "meter", "--now", str(tmp_path / "now")]
    line += ["--config", str(HOME / "config.toml"), "--set", "meter.name=estimate"]
    piece = subprocess.Popen(line, cwd=tmp_path, env=os.environ | OFFSCREEN, stdout=subprocess.DEVNULL)
    try:
        until(lambda: (tmp_path / "now").exists() and Now(tmp_path / "now")["meter_beat"])
        code, _, err = run(tmp_path, str(file), "--headless", "--frames", "3", "--out", str(tmp_path / "a.png"))
        assert (code, err) == (0, "")
    finally:
        piece.terminate()
        piece.wait(10)


def test_a_record_that_nobody_writes_any_more_is_no_piece(tmp_path: Path, file: Path) -> None:
    Now.open_doors(tmp_path / "now")
    code, _, err = run(tmp_path, str(file), "--headless", "--frames", "2", "--set", "meter.name=estimate")
    assert code == 0
    assert "No piece is joined" in err


REFUSED = [
    (["nothing.py"], "nothing.py: there is no such sketch."),
    (["01_wats.py"], "Did you mean '01_watts.py'?"),
    (["mine.py", "--with-meter", "estimte"], "Did you mean 'estimate'?"),
    (["mine.py", "--size", "1280"], "write it as 1280x720"),
    (["mine.py", "--size", "9999x100"], "each side from 160 to 7680"),
    (["mine.py", "--frames", "0"], "--frames"),
    (["mine.py", "--headless", "--with-meter", "replay:no.csv"], "no.csv"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_work_is_refused_in_one_sentence(
    tmp_path: Path, file: Path, arguments: list[str], said: str
) -> None:
    code, _, err = run(tmp_path, *arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_without_a_display_it_says_so(tmp_path: Path, file: Path) -> None:
    code, _, err = run(tmp_path, str(file), "--with-meter", "estimate", SDL_VIDEODRIVER="nosuchdriver")
    assert code == 2
    assert "No window can be opened here" in err
    assert "--headless" in err


def test_a_mistake_without_a_window_is_told_and_ends_with_one(tmp_path: Path, file: Path) -> None:
    file.write_text("def draw(stage, now):\n    stage.cirle(1, 2, 3)\n")
    code, _, err = run(tmp_path, str(file), "--headless", "--frames", "5", "--with-meter", "estimate")
    assert code == 1
    assert err.count("mine.py, line 2: the stage has no word 'cirle'. Did you mean 'circle'?") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_loop_without_end_is_left_at_once(tmp_path: Path, file: Path, number: signal.Signals) -> None:
    file.write_text(LOOPS)
    process = start(tmp_path, str(file), "--with-meter", "estimate")
    try:
        until((tmp_path / "loops").exists)
        (meter,) = meters(process)
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
        assert "Ended." in err
        assert "Traceback" not in err
        until(lambda: not meter.is_running())
    finally:
        process.kill()


def test_a_sketch_that_catches_even_that_is_ended_by_the_second_signal(tmp_path: Path, file: Path) -> None:
    stubborn = LOOPS.replace(
        "        pass\n", "        try:\n            while True: pass\n        except BaseException: pass\n"
    )
    file.write_text(stubborn)
    process = start(tmp_path, str(file), "--with-meter", "estimate")
    try:
        until((tmp_path / "loops").exists)
        (meter,) = meters(process)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        until(lambda: not meter.is_running())  # it notices that nobody reads it any more
    finally:
        process.kill()


def test_killed_it_takes_its_meter_along(tmp_path: Path, file: Path) -> None:
    process = start(tmp_path, str(file), "--with-meter", "estimate")
    until(lambda: meters(process))
    (meter,) = meters(process)
    process.kill()
    process.communicate()
    until(lambda: not meter.is_running())


def test_a_save_is_seen_in_the_running_process(tmp_path: Path, file: Path) -> None:
    process = start(tmp_path, str(file), "--with-meter", "estimate")
    try:
        until(lambda: meters(process))
        file.write_text(DRAWS + "    import pathlib\n    pathlib.Path('saved').touch()\n")
        until((tmp_path / "saved").exists)
        process.terminate()
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    finally:
        process.kill()
