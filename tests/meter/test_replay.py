"""A replay's joules are exactly the recording's, and never more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import MeterSettings
from installation.meter.integrator import Integrator
from installation.meter.source import Fault
from installation.meter.sources.replay import Meter
from installation.now import MeterState, Provenance


def meter(path: Path, **keys: object) -> Meter:
    source = Meter(str(path), MeterSettings(name=f"replay:{path}", **keys))  # type: ignore[arg-type]
    source.open()
    return source


def play(source: Meter, seconds: float, step: float = 0.05) -> Integrator:
    """Play a recording from monotonic 100 s on, sampled every step."""
    integrator = Integrator()
    integrator.opened(source.open())
    integrator.count_from(100.0, source.begin(100.0))
    for t in np.arange(100.0 + step / 3, 100.0 + seconds, step):
        try:
            integrator.take(source.read_at(float(t)))
        except Fault as fault:
            integrator.fault(fault, float(t))
        integrator.silence(float(t))
    return integrator


def kept(path: Path, times: list[float], watts: list[float]) -> Path:
    lines = [f'{{"t":{t},"watts":{w}}}\n' for t, w in zip(times, watts, strict=True)]
    path.write_text('{"underfoot_recording":1}\n' + "".join(lines))
    return path


def test_the_whole_file_is_its_trapezoid_and_not_a_joule_more(tmp_path: Path) -> None:
    times, watts = [0.0, 1.0, 2.5, 4.0], [100.0, 300.0, 50.0, 50.0]
    integrator = play(meter(kept(tmp_path / "a.csv", times, watts)), 6.0)
    assert integrator.joules == pytest.approx(np.trapezoid(watts, times), rel=1e-12)
    assert integrator.rows[-1].provenance == Provenance.NO_READING
    assert integrator.state == MeterState.ENDED
    assert "has ended after 4 s" in integrator.reason
    assert integrator.gap_seconds(106.0) == pytest.approx(2.0)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(0.05, 3.0), min_size=1, max_size=12),
    st.lists(st.floats(0.0, 9000.0), min_size=13, max_size=13),
    st.floats(0.05, 0.9),
)
def test_any_stretch_is_exact(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[float], w: list[float], part: float
) -> None:
    times = [0.0, *np.cumsum(gaps).tolist()]
    watts = w[: len(times)]
    source = meter(kept(tmp_path_factory.mktemp("r") / "a.csv", times, watts))
    end = times[-1] * part
    inner = [t for t in times if t < end] + [end]
    due = np.trapezoid(np.interp(inner, times, watts), inner)
    source.begin(100.0)
    assert source.read_at(100.0 + end).counters[0] == pytest.approx(due, rel=1e-9, abs=1e-9)


def test_it_begins_when_the_doors_open(tmp_path: Path) -> None:
    source = meter(kept(tmp_path / "a.csv", [0, 10], [100, 100]))
    assert source.read_at(50.0).counters == (0.0,)
    assert source.begin(100.0) is not None
    assert source.read_at(101.0).counters[0] == pytest.approx(100.0)


def test_a_loop_goes_on_and_twice_the_pace_takes_half_the_time(tmp_path: Path) -> None:
    path = kept(tmp_path / "a.csv", [0, 2], [100, 300])
    looped = meter(path, replay_loop=True)
    looped.begin(100.0)
    assert looped.read_at(105.0).counters[0] == pytest.approx(2 * 400 + 150.0)
    fast = meter(path, replay_speed=2.0)
    assert "at 2 times its pace" in fast.open().origin
    fast.begin(100.0)
    assert fast.read_at(100.5).counters[0] == pytest.approx(150.0)


def test_what_was_left_out_of_a_log_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t_s,watts,event,value\n0,100,,\n0.5,,run_start,\n1,100,,\nx,7,,\n2,-5,,\n3,100,,\n0.2,oh,,\n")
    detail = meter(path).open().detail
    assert (
        "1 without a value, 1 without a time, 1 not possible, 1 not readable lines of the file were left out" in detail
    )


def test_a_gap_in_the_recording_is_a_gap_in_the_replay(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = ['{"underfoot_recording":1,"provenance":"MEASURED","meter":"nvml","machine":"here","started":"2026-01-02"}']
    lines += [f'{{"t":{t},"watts":100,"joules":{j}}}' for t, j in ((0, 0), (1, 100))]
    lines += [
        '{"t":1.5,"gap":"lost","joules":100}',
        '{"t":4,"watts":100,"joules":100}',
        '{"t":5,"watts":100,"joules":200}',
    ]
    path.write_text("\n".join(lines) + "\n")
    source = meter(path)
    assert source.open().origin == "MEASURED by nvml on 2026-01-02, here"
    integrator = play(source, 5.5)
    assert integrator.joules == pytest.approx(200.0)
    assert integrator.gap_seconds(105.0) == pytest.approx(3.0)
    assert "The recording has a gap of 3 s here: lost." in integrator.newest_gap


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n", "--time COLUMN"),
        ("t_s,watts\n1,2\n", "only one reading"),
        ('{"underfoot_recording":7}\n{"t":0,"watts":1}\n', "version 7"),
        ('{"underfoot_recording":"x"}\n', "not a header"),
        ("\xff\xfe", "is empty"),
    ],
)
def test_what_is_no_recording_is_refused_in_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Fault, match=says):
        meter(path)


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="there is no such file"):
        meter(tmp_path / "none.csv")


@pytest.mark.parametrize("speed", [0.5, 1.0, 7.0])
def test_at_any_pace_a_gap_costs_no_joule_of_what_is_known(tmp_path: Path, speed: float) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t_s,watts\n" + "".join(f"{t},{'nan' if 10 < t < 20 else 200}\n" for t in range(31)))
    integrator = play(meter(path, replay_speed=speed), 30 / speed + 1)
    assert integrator.joules == pytest.approx(4000.0)
    assert integrator.gap_seconds(100 + 30 / speed) == pytest.approx(10 / speed)


def test_a_faster_pace_has_a_higher_full_power(tmp_path: Path) -> None:
    path = kept(tmp_path / "a.jsonl", [0, 10], [100, 100])
    assert meter(path).open().power_limit == 0.0
    assert meter(path, replay_speed=8.0).open().power_limit == 8 * 350.0
    shipped = Meter("bert-8xh100", MeterSettings(name="replay:bert-8xh100"))
    assert shipped.open().power_limit == 7000.0
    assert shipped.name == "replay:bert-8xh100"


def test_a_replay_without_a_name_lists_what_ships() -> None:
    with pytest.raises(Fault, match="replay:bert-8xh100"):
        Meter("", MeterSettings(name="replay")).open()
