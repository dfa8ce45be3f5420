"""Recordings: written and read again to the joule, mended line by line, imported from other people's logs."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.__main__ import underfoot
from installation.config import ConfigError
from installation.config import load as load_config
from installation.meter.check import refuse
from installation.meter.recording import BadRecording, Gap, Header, Line, Recorder, read
from installation.meter.replay_file import load, rounded_up, shipped

HEADER = Header(
    underfoot_recording=1,
    meter="nvml",
    provenance="MEASURED",
    machine="here",
    boundary="this card",
    started="2026-01-02T03:04:05",
)


def written(path: Path, lines: list[Line]) -> Path:
    recorder = Recorder(path, HEADER)
    for line in lines:
        recorder.add(line)
    recorder.close()
    return path


@pytest.mark.parametrize("uncertainty", [-0.1, 1.5, 1e308])
def test_an_uncertainty_that_is_no_fraction_is_refused(tmp_path: Path, uncertainty: float) -> None:
    path = written(tmp_path / "a.jsonl", [Line(t=i, watts=75.5) for i in range(3)])
    first, rest = path.read_text().split("\n", 1)
    path.write_text(json.dumps(json.loads(first) | {"uncertainty": uncertainty}) + "\n" + rest)
    with pytest.raises(BadRecording, match="as a fraction from 0 to 1"):
        read(path)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    lines = [
        Line(t=i * 0.05, watts=75.5, joules=i * 3.0, phase=2.0, depth=i / 10, parameters=3265.0) for i in range(10)
    ]
    recording = read(written(tmp_path / "a.jsonl", lines))
    assert recording.header == HEADER
    assert recording.counted
    assert recording.joules[-1] == pytest.approx(27.0)
    assert recording.at(0.125)[:2] == pytest.approx((75.5, 7.5))
    assert recording.depths[-1] == pytest.approx(0.9)
    assert not recording.losses


def test_each_line_is_there_at_once_and_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    recorder = Recorder(path, HEADER)
    recorder.add(Line(t=0.0, watts=1.0))
    recorder.add(Line(t=1.0, watts=1.0))
    assert len(path.read_text().splitlines()) == 3
    assert read(path).seconds == 1.0
    recorder.close()
    with pytest.raises(BadRecording, match="never overwritten"):
        Recorder(path, HEADER)
    with pytest.raises(BadRecording, match="cannot be written"):
        Recorder(path / "under a file" / "b.jsonl", HEADER)


def test_a_cut_file_loses_its_last_line_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", [Line(t=float(i), watts=100.0, joules=100.0 * i) for i in range(10)])
    path.write_bytes(path.read_bytes()[:-15])
    recording = read(path)
    assert len(recording.times) == 9
    assert recording.losses == "1 not readable"


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=200), at=st.integers(0, 400))
def test_bytes_from_elsewhere_are_dropped_or_refused_and_never_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, at: int
) -> None:
    path = written(tmp_path_factory.mktemp("r") / "a.jsonl", [Line(t=float(i), watts=100.0) for i in range(8)])
    good = path.read_bytes()
    path.write_bytes(good[:at] + data + good[at:])
    recording = None
    with contextlib.suppress(BadRecording):
        recording = read(path)
    if recording is not None:
        assert np.isfinite(recording.watts).all()
        assert (np.diff(recording.times) > 0).all()
        assert (np.diff(recording.joules) >= 0).all()


def test_lines_out_of_order_or_not_finite_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", [Line(t=0.0, watts=1.0), Line(t=1.0, watts=1.0)])
    more = ['{"t":0.5,"watts":1}', '{"t":2,"watts":1e400}', '{"t":3,"watts":NaN}', '{"t":4,"watts":-1}', '{"watts":4}']
    path.write_text(path.read_text() + "\n".join(more) + '\n{"t":5,"watts":1}\n')
    recording = read(path)
    assert recording.times.tolist() == [0.0, 1.0, 5.0]
    assert sum(recording.dropped.values()) == 5
    assert recording.dropped["out of order"] == 1


NVIDIA_SMI = """timestamp, pstate, power.draw [W]
2023/07/08 19:28:27.236, P0, 126.96 W
2023/07/08 19:28:28.236, P0, 128.00 W
2023/07/08 19:28:29.236, P0, [N/A]
2023/07/08 19:28:30.236, P0, 130.00 W
2023/07/08 19:28:31.236, P0, 130.00 W
"""


def run(*arguments: str) -> str:
    result = CliRunner().invoke(underfoot, list(arguments))
    if isinstance(result.exception, ConfigError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_log_of_nvidia_smi_becomes_a_recording(tmp_path: Path) -> None:
    log, out = tmp_path / "smi.csv", tmp_path / "out.jsonl"
    log.write_text(NVIDIA_SMI)
    told = run("import", str(log), str(out), "--machine", "A 3090", "--licence", "MIT", "--unsaid", "the room")
    assert "nvidia-smi: 'power.draw [W]' in W" in told
    assert "1 gap of 2 s: the log says [N/A]; lines left out: 1 without a reading" in told
    recording = read(out)
    header = recording.header
    assert recording.seconds == pytest.approx(4.0)
    assert recording.joules[-1] == pytest.approx(127.48 + 130)
    assert [(gap.span, gap.reason) for gap in recording.gaps] == [(pytest.approx(2.0), "the log says [N/A]")]
    assert header.started == "2023-07-08T19:28:27.236"  # the log names no zone
    assert (header.machine, header.meter, header.boundary) == ("A 3090", "nvidia-smi", "")
    assert (header.licence, header.unsaid, header.origin) == ("MIT", "the room", "imported from smi.csv")
    assert header.left_out == {"without a reading": 1}
    assert recording.losses == "1 without a reading"
    assert "gap_seconds" in out.read_text()


def test_import_names_its_file_after_the_log_and_asks_in_one_sentence(tmp_path: Path) -> None:
    log = tmp_path / "two.csv"
    log.write_text(
        "time,host,watts\n" + "".join(f"{t},{host},{w}\n" for t in range(5) for host, w in (("a", 1), ("b", 2)))
    )
    assert "say --card a, or --sum to add all." in run("import", str(log))
    assert not (tmp_path / "two.jsonl").exists()
    assert "12 J in 4 s" in run("import", str(log), "--sum")
    assert read(tmp_path / "two.jsonl").joules[-1] == pytest.approx(12)
    assert "never overwritten" in run("import", str(log), "--sum")
    assert "4 J in 4 s" in run("import", str(log), str(tmp_path / "a.jsonl"), "--card", "a")


def test_a_replay_of_a_log_that_must_be_asked_about_names_import(tmp_path: Path) -> None:
    log = tmp_path / "two.csv"
    log.write_text("time,host,watts\n" + "".join(f"{t},{host},5\n" for t in range(5) for host in "ab"))
    with pytest.raises(ConfigError, match=r"say --card a, or --sum to add all. Give that to `underfoot import`"):
        refuse(load_config(None, (f"meter.name='replay:{log}'",)))


def test_each_way_to_play_a_log_recognises_it(tmp_path: Path) -> None:
    log = tmp_path / "smi.csv"
    log.write_text(NVIDIA_SMI)
    played = load(str(log))
    assert played.recording.joules[-1] == pytest.approx(257.48)
    assert played.name == "smi.csv"
    assert "nvidia-smi" in played.lines[0]
    assert played.recording.gaps == (Gap(1.0, 2.0, "the log says [N/A]"),)


def test_what_draws_more_than_a_card_names_its_own_full_power_and_grain(tmp_path: Path) -> None:
    log = tmp_path / "server.csv"
    log.write_text("t_s,watts\n" + "".join(f"{t},{2400 + 45 * t}\n" for t in range(100)))
    header = load(str(log)).recording.header
    assert (header.full_watts, header.joules_per_grain) == (6900.0, 10.0)
    log.write_text("t_s,watts\n0,50\n1,300\n")
    header = load(str(log)).recording.header
    assert (header.full_watts, header.joules_per_grain) == (0.0, 0.0)
    assert rounded_up(351) == 360


def test_record_reads_a_meter_of_its_own_and_the_file_replays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERFOOT_NOW", str(tmp_path / "none" / "now"))
    csv = tmp_path / "a.csv"
    csv.write_text("t_s,watts\n0,100\n60,160\n")
    out = tmp_path / "b.jsonl"
    arguments = ["record", str(out), "--seconds", "1.2", "--meter", f"replay:{csv}", "--set", "meter.rate_hz=20"]
    result = CliRunner().invoke(underfoot, arguments)
    assert result.exit_code == 0, result.output
    recording = read(out)
    assert recording.header.provenance == "REPLAYED"
    assert recording.header.origin == "a.csv: the file does not say when and on what machine"
    assert {"underfoot", "python"} <= set(recording.header.versions)
    assert recording.counted
    assert 0.5 < recording.seconds < 1.6
    assert recording.joules[-1] == pytest.approx(
        np.interp(recording.seconds / 2, [0, 60], [100, 160]) * recording.seconds, rel=0.01
    )
    assert json.loads(out.read_text().splitlines()[0])["underfoot_recording"] == 1
    again = CliRunner().invoke(underfoot, arguments)
    assert isinstance(again.exception, ConfigError)


def test_blank_watts_in_a_csv_are_a_gap_and_an_event_is_none(tmp_path: Path) -> None:
    blank, event = tmp_path / "blank.csv", tmp_path / "event.csv"
    blank.write_text("t_s,watts\n0,80\n1,80\n2,\n3,\n4,80\n5,80\n", encoding="utf-8")
    event.write_text("t_s,watts,event\n0,80,\n1,80,\n2,,begin\n3,80,\n4,80,\n", encoding="utf-8")
    assert load(str(blank)).recording.joules[-1] == pytest.approx(160)
    assert load(str(event)).recording.joules[-1] == pytest.approx(320)
    assert load(str(event)).recording.left_out == {"without a value": 1}


@pytest.mark.parametrize("name", shipped())
def test_a_recording_that_ships_says_what_it_is(name: str) -> None:
    header = load(name).recording.header
    for key in ("started", "machine", "boundary", "origin", "licence", "unsaid"):
        assert getattr(header, key), f"{name}: {key} is not said"
    recording = load(name).recording
    assert header.full_watts >= recording.watts.max()
    assert 20 <= recording.watts.max() / header.joules_per_grain <= 1000  # grains a second
    assert not recording.gaps


def test_a_wrong_name_gets_the_nearest_that_ships() -> None:
    with pytest.raises(BadRecording, match="Did you mean 'bert-8xh100'"):
        load("bert-8h100")
