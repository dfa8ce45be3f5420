"""Each log of a known kind gives its right joules, with its gaps told, or one sentence that says what to type."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from installation.meter.logs.curve import sampled
from installation.meter.logs.importer import read_log
from installation.meter.logs.wishes import Wishes
from installation.meter.recording import BadRecording, Header, recording

from .made import ALL, Made, at

UNWANTED = ("Counter(", "{'", "codec", "utf-8'", "Traceback", "None", "nan")


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.name)
def test_a_log_gives_its_joules_or_one_sentence(tmp_path: Path, made: Made) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(made.data)
    if isinstance(made.due, str):
        with pytest.raises(BadRecording) as refused:
            read_log(path, Wishes(**made.wishes))
        sentence = str(refused.value)
        assert made.due in sentence
        assert sentence.startswith(str(path)) or made.due.startswith("--")
        assert "\n" not in sentence
        assert not any(word in sentence for word in UNWANTED), sentence
        return
    log = read_log(path, Wishes(**made.wishes))
    assert log.curve.joules == pytest.approx(made.due, rel=1e-3)
    spans = np.diff(log.curve.edges)[log.curve.known == 0]
    assert (len(spans), spans.sum()) == pytest.approx(made.gaps, rel=1e-3)
    assert not any(word in line for line in log.lines for word in UNWANTED), log.lines
    assert len(log.lines) >= 2


@pytest.mark.parametrize("made", [made for made in ALL if not isinstance(made.due, str)], ids=lambda made: made.name)
def test_a_recording_of_it_has_the_same_joules_and_gaps(tmp_path: Path, made: Made) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(made.data)
    curve = read_log(path, Wishes(**made.wishes)).curve
    kept = recording(Header(), sampled(curve), path)
    assert kept.joules[-1] == pytest.approx(curve.joules, rel=1e-5)
    assert sum(gap.span for gap in kept.gaps) == pytest.approx(made.gaps[1], rel=1e-3)
    assert len(kept.gaps) == made.gaps[0]
    assert all(gap.reason for gap in kept.gaps)
    assert not kept.dropped


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia"])
def test_the_zone_of_this_machine_never_changes_the_joules(
    tmp_path: Path, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for made in ALL:
            if made.name in ("a clock that stood in spring", "the hour that comes twice, by word"):
                path = tmp_path / "log.csv"
                path.write_bytes(made.data)
                assert read_log(path, Wishes(**made.wishes)).curve.joules == pytest.approx(made.due)
    finally:
        monkeypatch.undo()
        time.tzset()


def log(path: Path, rows: str) -> Path:
    path.write_text(rows)
    return path


def test_two_lines_say_what_was_taken(tmp_path: Path) -> None:
    rows = "timestamp, name, power.draw [W], power.limit [W]\n"
    rows += "".join(f"{at(t)}, NVIDIA A100, {'[N/A]' if t == 5 else '75.00 W'}, 400.00 W\n" for t in range(11))
    taken = read_log(log(tmp_path / "smi.csv", rows))
    what, joules = taken.lines
    assert "nvidia-smi: 'power.draw [W]' in W, a value each 1 s; 'timestamp' as date and time, year first" in what
    assert joules == "600 J in 8 s; 1 gap of 2 s: the log says [N/A]; lines left out: 1 without a reading."
    assert (taken.machine, taken.started, taken.layout) == ("NVIDIA A100", "2026-03-02T14:00:00.000", "nvidia-smi")
    assert taken.left_out == {"without a reading": 1}


def test_a_clock_that_jumps_by_an_hour_is_doubted(tmp_path: Path) -> None:
    begin = datetime(2026, 3, 29, 1, 30)
    stamps = [begin + timedelta(seconds=10 * k + (3600 if k >= 180 else 0)) for k in range(360)]
    rows = "time,watts\n" + "".join(f"{stamp:%Y-%m-%d %H:%M:%S},100\n" for stamp in stamps)
    path = log(tmp_path / "smi.csv", rows)
    assert "The clock jumps by an hour (2026-03-29T01:59:50.000)" in read_log(path).lines[2]
    assert read_log(path, Wishes(zone="Europe/Berlin")).curve.joules == pytest.approx(359_000)
    assert len(read_log(path, Wishes(zone="Europe/Berlin")).lines) == 2


@pytest.mark.parametrize(
    ("header", "cells", "doubt"),
    [
        ("timestamp, power.draw [W], power.limit [W]", "900.00 W, 350.00 W", "over the limit of 350 W"),
        ("time,gpu_power", "75000", "no single graphics card draws that; is it mW (--unit mW)?"),
    ],
)
def test_watts_that_are_hard_to_believe_are_doubted_in_words(
    tmp_path: Path, header: str, cells: str, doubt: str
) -> None:
    rows = header + "\n" + "".join(f"{at(t)}, {cells}\n" for t in range(11))
    assert any(doubt in line for line in read_log(log(tmp_path / "smi.csv", rows)).lines[2:])
