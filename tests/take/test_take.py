"""Takes of the worst recordings: what is due is given, nothing flashes, nothing is too loud; and twice the same."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from installation.__main__ import underfoot
from installation.command._take import fitted, tell_length
from installation.command.audit import lines
from installation.config import ConfigError, load
from installation.ledger.book import Book, Run
from installation.meter.recording import BadRecording, Recording
from installation.meter.replay_file import load as load_file
from installation.take.audit import Audit, Report
from installation.take.playable import GAP, part
from installation.take.playable import load as load_recording

KEYS = {
    "joules", "joules_per_grain", "grains_due", "grains_heard", "grains_lit", "grains_drawn", "grains_lost",
    "flashes_per_second_screen", "flashes_per_second_strip", "loudness_lufs", "true_peak_dbtp", "passages_intact",
    "seconds", "provenance", "gaps", "left_out", "speed",
}  # fmt: skip


def csv(path: Path, watts: Callable[[float], float | str], seconds: float = 3.0, step: float = 0.02) -> Path:
    rows = [f"{i * step:.3f},{watts(i * step)}" for i in range(int(seconds / step) + 1)]
    path.write_text("t_s,watts\n" + "\n".join(rows) + "\n")
    return path


def audit(path: Path, *changes: str, fps: float = 30.0) -> Report:
    (path.parent / "config.toml").write_text("")
    config = load(path.parent / "config.toml", ("screen.width=640", "screen.height=360", *changes))
    return Audit(load_file(str(path)).recording, path.name, config, fps).run()


WORST: dict[str, Callable[[float], float | str]] = {
    "square 10 Hz": lambda t: 700 if int(t * 20) % 2 else 0,
    "100 kW": lambda t: 100_000,
    "1 mW": lambda t: 0.001,
    "rest": lambda t: 18,
    "a gap": lambda t: "" if 1 < t < 2 else 120,
    "what cannot be": lambda t: {0: "nan", 1: "-40", 2: "inf"}.get(int(t * 50) % 7, "90"),
    "a step": lambda t: 0 if t < 1.5 else 7000,
}


@pytest.mark.parametrize("name", WORST)
def test_every_promise_is_kept_at_its_worst(tmp_path: Path, name: str) -> None:
    if name == "100 kW":
        report = audit(csv(tmp_path / "x.csv", WORST[name], 1.0), "piece.joules_per_grain=10")
    else:
        report = audit(csv(tmp_path / "x.csv", WORST[name]))
    assert report.broken == ()
    assert report.grains_heard == report.grains_lit == report.grains_drawn == report.grains_due
    assert report.grains_due == math.floor(report.joules / report.joules_per_grain)
    assert report.grains_lost == 0
    assert report.onset_error < 0.002 or report.lone_drops < 3  # one drop alone may lie beside a gap


def test_lone_drops_are_found_on_their_samples(tmp_path: Path) -> None:
    report = audit(csv(tmp_path / "x.csv", lambda t: 3.0, 8.0))
    assert report.lone_drops >= 0.7 * report.grains_due > 10
    assert report.lone_error < 0.0005


def test_light_and_points_are_counted_from_what_came_out(tmp_path: Path) -> None:
    report = audit(csv(tmp_path / "x.csv", lambda t: 40.0, 6.0), fps=60.0)
    assert report.points_settled == report.grains_due
    assert report.drops_by_energy == pytest.approx(report.grains_due, rel=0.15)
    assert report.sparks_by_light == pytest.approx(report.grains_due, rel=0.25)


def test_a_broken_promise_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.take.audit.FLASHES", -1)
    report = audit(csv(tmp_path / "x.csv", lambda t: 40.0, 1.0))
    assert [s.split(":")[0] for s in report.broken] == ["Flashes", "Flashes"]


def test_twice_the_same(tmp_path: Path) -> None:
    path = csv(tmp_path / "x.csv", WORST["square 10 Hz"], 1.0)
    pytest.importorskip("imageio_ffmpeg")
    said = [
        CliRunner().invoke(
            underfoot, ["film", str(path), "--out", str(tmp_path / name), "--size", "640x360", "--strip", "--fps", "10"]
        )
        for name in ("a.mp4", "b.mp4")
    ]
    assert [s.exit_code for s in said] == [0, 0]
    first, second = ([line for line in s.stdout.splitlines() if "sha256" in line] for s in said)
    assert first == second
    assert len(first) == 2
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_the_audit_as_json(tmp_path: Path) -> None:
    path = csv(tmp_path / "x.csv", WORST["rest"], 1.0)
    done = CliRunner().invoke(underfoot, ["audit", str(path), "--json", "--size", "640x360", "--fps", "10"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert set(said) == KEYS
    assert said["provenance"] == [{"from": 0.0, "to": 1.0, "word": "REPLAYED"}]
    assert said["passages_intact"] is True


@pytest.mark.parametrize("text", ["", "t_s,watts\n", "t_s,watts\n0,20\n", "time,value\n0,20\n1,20\n"])
@pytest.mark.parametrize("command", ["film", "audit"])
def test_what_cannot_be_played_is_one_sentence(tmp_path: Path, command: str, text: str) -> None:
    (tmp_path / "x.csv").write_text(text)
    done = CliRunner().invoke(underfoot, [command, str(tmp_path / "x.csv")])
    assert isinstance(done.exception, ConfigError)
    assert "x.csv" in str(done.exception)


def test_a_missing_encoder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    done = CliRunner().invoke(underfoot, ["film", str(csv(tmp_path / "x.csv", WORST["rest"]))])
    assert isinstance(done.exception, ConfigError)
    assert "pip install" in str(done.exception)


def test_a_film_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    path = csv(tmp_path / "x.csv", WORST["rest"])
    done = CliRunner().invoke(underfoot, ["film", str(path), "--out", str(path / "x.mp4")])
    assert isinstance(done.exception, ConfigError)
    assert "--out" in str(done.exception)


def test_a_faster_pace_keeps_the_joules_and_tells_gaps_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "smi.csv"
    rows = (f"2026/03/02 14:00:{t:02d}.000, {'[N/A]' if 10 < t < 30 else '40.00 W'}\n" for t in range(41))
    path.write_text("timestamp, power.draw [W]\n" + "".join(rows))
    report = audit(path, "meter.replay_speed=20")
    assert report.broken == ()
    assert report.seconds == pytest.approx(2.0)
    assert report.joules == pytest.approx(800.0)
    assert [(gap.at, gap.span, gap.reason) for gap in report.gaps] == [(10.0, 20.0, "the log says [N/A]")]
    assert report.left_out == {"without a reading": 19}
    told = "\n".join(lines(report))
    assert "2.0 s at 20 times its pace, 800.0 J" in told
    assert "gaps 1, 20 s of the recording" in told
    assert "20 s from 10 s on: the log says [N/A]" in told
    assert "lines left out: 19 without a reading" in told


def test_a_day_takes_a_day_unless_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = csv(tmp_path / "day.csv", lambda t: 40.0, 86_400.0, 3600.0)
    day = load_file(str(path)).recording
    tell_length("film", path, day, load(None, ()))
    assert "day.csv lasts 24 h, so the film takes 24 h. For less: --seconds, or --set meter.replay_speed=288." in (
        capsys.readouterr().err
    )
    tell_length("film", path, day, load(None, ("meter.replay_speed=288",)))
    assert "at 288 times its pace the film takes 5 min." in capsys.readouterr().err


def test_a_recording_chooses_its_grain_unless_somebody_did() -> None:
    header = load_file("bert-8xh100").recording.header
    assert fitted(load(None, ()), header, ()).piece.joules_per_grain == 10.0
    said = ("piece.joules_per_grain=1.0",)
    assert fitted(load(None, said), header, said).piece.joules_per_grain == 1.0
    assert fitted(load(None, ("piece.joules_per_grain=2",)), header, ()).piece.joules_per_grain == 2.0


def test_a_stretch_keeps_its_gaps_and_its_edges(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t_s,watts\n" + "".join(f"{2 * t},{'nan' if 2 < t < 6 else 100}\n" for t in range(11)))
    some = part(load_file(str(path)).recording, 1.0, 14.0, path)
    assert some.seconds == pytest.approx(14.0)
    assert float(some.joules[-1]) == pytest.approx(600.0)
    assert [(gap.at, gap.span) for gap in some.gaps] == [(pytest.approx(3.0), pytest.approx(8.0))]
    assert some.gaps[0].reason == "the log says nan"


def test_a_stretch_of_a_recording(tmp_path: Path) -> None:
    whole = load_file(str(csv(tmp_path / "x.csv", lambda t: 100.0, 5.0))).recording
    some = part(whole, 1.0, 2.0, tmp_path)
    assert some.seconds == pytest.approx(2.0)
    assert float(some.joules[-1]) == pytest.approx(200.0)
    with pytest.raises(BadRecording, match="choose another stretch"):
        part(whole, 100.0, 2.0, tmp_path)


def ledger(path: Path) -> Path:
    """Three seconds, a pause of ten, then two seconds without a reading and one with."""
    book = Book(path)
    columns = ("second", "provenance", "utc", "seconds", "joules", "phase", "parameters")
    rows = [(i, 1, 1e9 + i, 1.0, 50.0, 2, 3265) for i in range(3)]
    rows += [(13, 0, 1e9 + 13, 1.0, 0.0, 0, 0), (14, 0, 1e9 + 14, 1.0, 0.0, 0, 0), (15, 1, 1e9 + 15, 1.0, 30.0, 0, 0)]
    book.enter(Run(1e9, 5.0, 1.0))
    book.write(dict(zip(columns, row, strict=True)) for row in rows[:3])
    book.enter(Run(1e9 + 13, 18.0, 1.0))
    book.write(dict(zip(columns, row, strict=True)) for row in rows[3:])
    book.close()
    return path


def test_a_day_of_the_ledger_is_a_recording(tmp_path: Path) -> None:
    day: Recording = load_recording(ledger(tmp_path / "ledger.sqlite")).recording
    assert float(day.joules[-1]) == pytest.approx(180.0)
    assert day.seconds == pytest.approx(16.0, abs=0.01)
    assert day.at(1.5)[2]
    assert not day.at(8.0)[2]
    assert not day.at(13.5)[2]
    assert int(day.phases[np.searchsorted(day.times, 1.0)]) == 2


@pytest.mark.parametrize(("pause", "apart"), [(0.0, False), (GAP - 0.1, False), (GAP + 0.1, True), (60.0, True)])
def test_seconds_of_a_ledger_that_are_far_from_each_other_do_not_belong_together(
    tmp_path: Path, pause: float, apart: bool
) -> None:
    """A second that came late is bridged with its watts; where the piece did not run nothing is known."""
    book = Book(tmp_path / "ledger.sqlite")
    book.enter(Run(1e9, 5.0, 1.0))
    for second, utc in ((0, 1e9), (1, 1e9 + 1.0 + pause)):
        book.write([{"second": second, "provenance": 1, "utc": utc, "seconds": 1.0, "joules": 50.0}])
    book.close()
    day = load_recording(tmp_path / "ledger.sqlite").recording
    assert day.seconds == pytest.approx(2.0 + pause, abs=0.01)
    assert float(day.joules[-1]) == pytest.approx(100.0)
    if pause:
        assert day.at(1.0 + pause / 2)[2] is not apart


@pytest.mark.parametrize("content", [b"", b"no ledger"])
def test_what_is_no_ledger_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.sqlite").write_bytes(content)
    with pytest.raises(BadRecording, match=r"x\.sqlite"):
        load_recording(tmp_path / "x.sqlite")
