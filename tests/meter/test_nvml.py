"""The real binding against a fake driver: what it reads, and every accident a card can have while a piece performs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from installation.config import MeterSettings
from installation.meter.source import Fault
from installation.meter.sources.nvml import Meter
from installation.now import MeterState, Provenance
from tests.meter import fake_nvml
from tests.meter.conftest import Room
from tests.waiting import until

Rooms = Callable[..., Room]


def meter(argument: str = "") -> Meter:
    source = Meter(argument, MeterSettings())
    source.period = 0.0  # do not watch the sensor
    return source


def test_watts_joules_and_what_they_are(cards: fake_nvml.State) -> None:
    source = meter()
    about = source.open()
    first = source.read()
    began = time.monotonic()
    cards.set(power_mw=275_000)
    time.sleep(0.2)
    second = source.read()
    assert second.watts == 275.0
    assert second.counters[0] - first.counters[0] == pytest.approx(275 * (second.time - began), rel=0.1)
    assert about.boundary == "this graphics card (NVIDIA H100 80GB HBM3), nothing else"
    assert about.provenance == Provenance.MEASURED
    assert about.power_limit == 700.0
    for part in ("Hopper", "driver 550.54.15", "instant power over 25 ms", "the card's counter", "GPU-0000"):
        assert part in about.detail


def test_the_sensor_s_own_period_is_measured(cards: fake_nvml.State) -> None:
    cards.set(step_ms=100, power_mw=300_000)
    about = Meter("", MeterSettings()).open()
    assert about.period == pytest.approx(0.1, rel=0.25)
    assert "changes every" in about.detail


def test_all_cards_are_summed_and_one_can_be_named(cards: fake_nvml.State) -> None:
    cards.set(count=2, power_mw=100_000, power_mw_1=50_000, limit_mw_1=300_000)
    both = meter("all")
    assert both.open().power_limit == 1000.0
    assert both.read().watts == 150.0
    assert len(both.read().counters) == 2
    one = meter("GPU-00000000-0000-0000-0000-000000000001")
    one.open()
    assert one.read().watts == 50.0
    with pytest.raises(Fault, match="no card 7; the driver sees 2"):
        meter("7").open()
    with pytest.raises(Fault, match="names no card"):
        meter("first").open()


def test_a_field_that_failed_inside_a_good_answer_is_not_believed(cards: fake_nvml.State) -> None:
    source = meter()
    source.open()
    cards.set(ret_f186=3, power_mw=300_000)
    assert source.read().watts == 300.0  # by the other call
    cards.set(ret_f83=3)
    assert source.read().counters[0] > 5000  # likewise
    assert source.cards[0].power == ["usage"]


def test_power_that_fails_for_once_leaves_the_counter(cards: fake_nvml.State) -> None:
    source = meter()
    source.open()
    cards.set(ret_f186=999)
    reading = source.read()
    assert reading.watts != reading.watts
    assert reading.counters[0] > 0


def test_a_card_without_counter_and_one_without_power(cards: fake_nvml.State) -> None:
    cards.set(ret_f83=3, ret_energy=3)
    source = meter()
    assert "area under the power" in source.open().detail
    assert source.read().counters == ()
    cards.set(ret_f83=0, ret_energy=0, ret_f186=3, ret_power=3)
    source = meter()
    assert "only energy" in source.open().detail
    assert len(source.read().counters) == 1
    cards.set(ret_f83=3, ret_energy=3)
    with pytest.raises(Fault, match="neither power nor energy"):
        meter().open()


@pytest.mark.parametrize(
    ("code", "lost", "says"),
    [
        (1, True, "code 1"),
        (4, False, "only root"),
        (9, True, "not loaded"),
        (10, False, "code 10"),
        (15, True, "fallen off"),
        (16, True, "restart the machine"),
        (18, True, "upgraded"),
        (21, False, "code 21"),
        (999, False, "code 999"),
        (777, False, "code 777"),
    ],
)
def test_each_return_code_has_its_sentence(cards: fake_nvml.State, code: int, lost: bool, says: str) -> None:
    source = meter()
    source.open()
    cards.set(ret_all=code)
    with pytest.raises(Fault, match=says) as raised:
        source.read()
    assert raised.value.lost is lost
    cards.set(ret_all=0)
    source.open()
    assert source.read().watts == 75.0


def test_no_driver_is_said_plainly(cards: fake_nvml.State) -> None:
    cards.set(ret_init=12)
    with pytest.raises(Fault, match="no NVIDIA driver on this machine"):
        meter().open()


def test_an_old_driver_without_fields_is_read_by_its_older_calls(tmp_path: Path) -> None:
    try:
        old = fake_nvml.build(tmp_path / "old", "WITHOUT_FIELDS")
    except FileNotFoundError:
        pytest.skip("no C compiler, and the Python object has all calls")
    state = fake_nvml.State(tmp_path, arch=7, name="NVIDIA GeForce RTX 3090", driver="530.30.02")
    with fake_nvml.use(old, state):
        source = meter()
        about = source.open()
        assert source.read().watts == 75.0
        assert len(source.read().counters) == 1
    assert about.uncertainty == 0.056
    assert "power over 100 ms" in about.detail


def test_the_python_object_answers_as_the_library_does(tmp_path: Path) -> None:
    state = fake_nvml.State(tmp_path, count=2, power_mw_1=50_000, ret_f186=3)
    with fake_nvml.use(None, state):
        source = meter()
        source.open()
        assert source.read().watts == 125.0
        state.set(ret_all=15)
        with pytest.raises(Fault, match="fallen off"):
            source.read()


def true_joules(cards: fake_nvml.State, began_mj: float) -> float:
    return (cards.counter_mj(time.monotonic_ns()) - began_mj) / 1000


def test_in_the_record_a_step_arrives_and_the_joules_are_the_counter_s(cards: fake_nvml.State, room: Rooms) -> None:
    piece = room("nvml")
    piece.tick(5.0, lambda: piece.now.provenance == Provenance.MEASURED)
    piece.open_doors()
    began = cards.counter_mj(int(piece.now.opened_at * 1e9))
    piece.tick(0.5)
    cards.set(power_mw=700_000)
    piece.tick(0.5)
    assert piece.now.watts == 700.0
    due = (cards.counter_mj(int(piece.now.sampled_at * 1e9)) - began) / 1000
    assert piece.now.joules == pytest.approx(due, rel=0.005)
    assert piece.now.samples[-1][1] == piece.now.joules
    assert piece.now.gap_seconds == 0.0
    assert piece.now.meter_state == MeterState.OK


def lose(cards: fake_nvml.State, piece: Room, code: int = 15) -> float:
    """Open the doors, lose the card, and say the joules until then."""
    piece.tick(5.0, lambda: piece.now.watts > 0)
    piece.open_doors()
    piece.tick(0.4)
    cards.set(ret_all=code)
    piece.tick(5.0, lambda: piece.now.provenance == Provenance.NO_READING)
    return float(piece.now.joules)


def test_a_card_lost_and_back_with_its_counter_unharmed_is_counted_across(cards: fake_nvml.State, room: Rooms) -> None:
    piece = room("nvml")
    held = lose(cards, piece)
    began = cards.counter_mj(int(piece.now.opened_at * 1e9))
    assert "fallen off" in piece.now["meter_note"]
    assert piece.now.watts == 0.0
    cards.set(ret_all=0)
    piece.tick(8.0, lambda: piece.now.meter_state == MeterState.OK)
    piece.tick(1.4)
    assert piece.now.joules > held + 75
    due = (cards.counter_mj(int(piece.now.sampled_at * 1e9)) - began) / 1000
    assert piece.now.joules == pytest.approx(due, rel=0.005)
    assert piece.now.gap_seconds == 0.0
    assert "fallen off" in piece.now.newest_gap
    assert "went on unharmed" in piece.now.newest_gap
    assert piece.now.segments == 2
    rows = piece.now.samples
    rows = rows[rows[:, 0] > 0]
    assert Provenance.NO_READING in rows[:, 3]
    steps = [b[1] - a[1] for a, b in pairwise(rows)]
    assert max(steps) < 75 * 4 * 0.3  # paid out over a second, not as one blow


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (9, {}),  # the driver was taken out
        (15, {"energy_base_mj": 100.0}),  # loaded anew: the counter fell
        (15, {"energy_base_mj": 5_900_000.0}),  # the counter jumped: more than was drawn around it
        (15, {"uuid": "GPU-another"}),  # another card in its place
    ],
)
def test_a_card_whose_counter_cannot_be_believed_is_a_gap(
    cards: fake_nvml.State, room: Rooms, code: int, change: dict[str, Any]
) -> None:
    piece = room("nvml:GPU-00000000-0000-0000-0000-000000000000" if "uuid" in change else "nvml")
    held = lose(cards, piece, code)
    cards.set(ret_all=0, **change)
    if "uuid" in change:
        piece.tick(2.5)
        assert piece.now.provenance == Provenance.NO_READING
        assert "sees no card GPU-0000" in piece.now["meter_note"]
        return
    piece.tick(8.0, lambda: piece.now.meter_state == MeterState.OK)
    assert piece.now.joules == pytest.approx(held, abs=20)
    assert piece.now.gap_seconds > 0.9
    assert piece.now.segments == 2
    piece.tick(0.4)
    assert piece.now.joules > held + 10


def test_a_call_that_hangs_holds_up_nobody(cards: fake_nvml.State, room: Rooms) -> None:
    piece = room("nvml")
    piece.tick(5.0, lambda: piece.now.watts > 0)
    piece.open_doors()
    piece.tick(0.3)
    cards.set(hang=1)
    states: list[int] = []  # one for each tick: none of them waits for the call, or there would be one at the end
    until(
        lambda: {MeterState.STALE, MeterState.LOST} <= set(states),
        meanwhile=lambda: (piece.player.tick(time.monotonic()), states.append(int(piece.now.meter_state))),
        every=0.02,
    )
    assert len(states) > 10
    cards.set(hang=None)
    piece.tick(5.0, lambda: piece.now.meter_state == MeterState.OK)
    assert piece.now.meter_state == MeterState.OK
    assert piece.now.gap_seconds > 2.0


def test_a_card_is_found_again_by_its_name_and_not_by_its_number(cards: fake_nvml.State) -> None:
    cards.set(count=2, power_mw=100_000, power_mw_1=50_000, **{"uuid.0": "GPU-left", "uuid.1": "GPU-right"})
    source = meter("1")
    source.open()
    assert source.read().watts == 50.0
    cards.set(**{"uuid.0": "GPU-right", "uuid.1": "GPU-left"})
    source.open()
    assert source.read().watts == 100.0
    assert source.uuids == ["GPU-right"]


def test_a_changed_power_limit_is_noticed(cards: fake_nvml.State) -> None:
    cards.set(limit_mw=300_000)
    source = meter()
    assert source.open().power_limit == 300.0
    cards.set(limit_mw=450_000)
    source.limits_at = 0.0
    assert source.read().limits == (450.0,)


def test_a_named_meter_is_never_replaced(cards: fake_nvml.State, room: Rooms) -> None:
    cards.set(ret_init=12)
    piece = room("nvml")
    piece.open_doors()
    piece.tick(0.5)
    assert piece.now.provenance == Provenance.NO_READING
    assert piece.now.joules == 0.0
    assert "no NVIDIA driver" in piece.now["meter_note"]
    assert piece.now.gap_seconds > 0.2


def test_auto_takes_the_card_and_keeps_to_it(cards: fake_nvml.State, room: Rooms) -> None:
    piece = room("auto")
    piece.tick(5.0, lambda: piece.now.watts > 0)
    assert piece.now.meter_name == "nvml"
    piece.open_doors()
    piece.tick(0.2)
    cards.set(ret_all=9)
    piece.tick(1.0)
    assert piece.now.meter_name == "nvml"
    assert piece.now.provenance == Provenance.NO_READING


def test_a_real_child_process_sees_the_fake_cards(tmp_path: Path, library: Path | None) -> None:
    if library is None:
        pytest.skip("no C compiler: a child process needs the library")
    state = fake_nvml.State(tmp_path, power_mw=123_000)
    code = "import pynvml as n; n.nvmlInit(); print(n.nvmlDeviceGetPowerUsage(n.nvmlDeviceGetHandleByIndex(0)))"
    environment = {**os.environ, **fake_nvml.environment(library, state)}
    out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=30)
    assert out.stdout.strip() == "123000", out.stderr


def test_a_name_and_a_uuid_that_are_not_utf_8_are_marked_and_read(cards: fake_nvml.State) -> None:
    bad = b"NVIDIA \xae T4 \xff".decode("utf-8", "surrogateescape")
    cards.set(name=bad, uuid=b"GPU-\xfe".decode("utf-8", "surrogateescape"))
    source = meter()
    assert source.open().boundary == "this graphics card (NVIDIA \ufffd T4 \ufffd), nothing else"
    assert source.read().watts == 75.0
    source.open()  # found again, though its UUID cannot be asked for
    assert source.read().watts == 75.0


def test_a_mute_card_beside_a_good_one_is_named_and_the_good_one_taken(cards: fake_nvml.State) -> None:
    mute = {f"{key}.0": 3 for key in ("ret_f83", "ret_f186", "ret_energy", "ret_power")}
    cards.set(count=2, power_mw_1=50_000, **mute, **{"name.0": "NVIDIA T400"})
    source = meter()
    about = source.open()
    assert source.read().watts == 50.0
    assert about.device == "GPU-00000000-0000-0000-0000-000000000001"
    assert "card 0: NVIDIA T400 reports neither power nor energy" in about.not_counted
    with pytest.raises(Fault, match="T400 reports neither"):
        meter("0").open()
    cards.set(**{f"{key}.1": 3 for key in ("ret_f83", "ret_f186", "ret_energy", "ret_power")})
    with pytest.raises(Fault, match="No card can be read; card 0"):
        meter().open()


def test_a_card_that_has_fallen_off_does_not_hide_the_other(cards: fake_nvml.State) -> None:
    cards.set(count=2, power_mw_1=50_000, **{"ret_handle.0": 15})
    source = meter()
    assert "card 0: The card has fallen off" in source.open().not_counted
    assert source.read().watts == 50.0


def test_a_driver_that_cannot_find_a_card_by_its_uuid_is_asked_for_each(tmp_path: Path) -> None:
    try:
        old = fake_nvml.build(tmp_path / "old", "WITHOUT_UUID")
    except FileNotFoundError:
        pytest.skip("no C compiler, and the Python object has all calls")
    state = fake_nvml.State(tmp_path, count=2, power_mw_1=50_000)
    with fake_nvml.use(old, state):
        source = meter("GPU-00000000-0000-0000-0000-000000000001")
        source.open()
        assert source.read().watts == 50.0
        source.open()
        assert source.read().watts == 50.0
        with pytest.raises(Fault, match="sees no card GPU-none"):
            meter("GPU-none").open()


def test_of_a_mig_part_the_whole_card_is_read_and_said(cards: fake_nvml.State, library: Path | None) -> None:
    if library is None:
        pytest.skip("no C compiler, and the Python object has no parts of cards")
    cards.set(mig=1)
    for name in ("", "MIG-11111111-0000"):
        source = meter(name)
        assert "with all its parts, whoever computes on them (MIG)" in source.open().boundary
        assert source.read().watts == 75.0


def test_a_virtual_card_is_mute_with_its_reason(cards: fake_nvml.State) -> None:
    cards.set(virtualization=2, ret_f83=3, ret_f186=3, ret_energy=3, ret_power=3)
    with pytest.raises(Fault, match="its host keeps the power to itself"):
        meter().open()


def test_under_wsl2_the_library_is_found_and_what_windows_keeps_is_said(tmp_path: Path, library: Path | None) -> None:
    if library is None:
        pytest.skip("no C compiler: a child process needs the library")
    state = fake_nvml.State(tmp_path, ret_f83=3, ret_energy=3, ret_f186=3, ret_power=3)
    code = (
        "import platform, pathlib, sys\n"
        "from installation.config import MeterSettings\n"
        "from installation.meter.sources import nvml\n"
        "platform.release = lambda: '5.15.90.1-microsoft-standard-WSL2'\n"
        "nvml.ELSEWHERE = (pathlib.Path(sys.argv[1]),)\n"
        "try: nvml.Meter('', MeterSettings()).open()\n"
        "except nvml.Fault as fault: print(fault)\n"
    )
    environment = {**os.environ, fake_nvml.VARIABLE: str(state.path)}
    out = subprocess.run(
        [sys.executable, "-c", code, str(library)], env=environment, capture_output=True, text=True, timeout=30
    )
    assert "under WSL2 Windows does not pass everything on" in out.stdout, out.stderr


GRACE = {"name": "NVIDIA GH200 480GB", "power_mw": 117_000, "counter_mw": 202_000, "module_mw": 202_000, "c2c": 1}


def test_on_a_module_whose_counter_covers_more_the_area_is_counted(cards: fake_nvml.State, room: Rooms) -> None:
    cards.set(step_ms=50, **GRACE)
    piece = room("nvml")
    piece.tick(8.0, lambda: piece.now.watts > 0)
    piece.open_doors()
    piece.tick(1.5)
    seconds = piece.now.sampled_at - piece.now.opened_at
    assert piece.now.boundary == "this graphics card (NVIDIA GH200 480GB), nothing else"
    assert piece.now.joules == pytest.approx(117 * seconds, rel=0.02)
    assert "the counter counts 1.7" in piece.now.meter_detail


def test_with_its_processor_a_module_is_counted_by_its_counter(cards: fake_nvml.State) -> None:
    cards.set(step_ms=50, **GRACE)
    source = Meter("0/module", MeterSettings())
    about = source.open()
    first = source.read()
    time.sleep(0.4)
    second = source.read()
    assert about.boundary == "this graphics card (NVIDIA GH200 480GB) and the processor on its module, nothing else"
    assert second.watts == 202.0
    assert second.counters[0] - first.counters[0] == pytest.approx(202 * (second.time - first.time), abs=202 * 0.11)


def test_a_module_s_counter_that_was_not_seen_to_agree_is_not_counted(cards: fake_nvml.State) -> None:
    cards.set(**{**GRACE, "counter_mw": None}, energy_mj=5_000_000)  # it stands still while it is watched
    source = Meter("", MeterSettings())
    assert "energy as the area under the power" in source.open().detail
    cards.set(name="NVIDIA H100 80GB HBM3", c2c=0)
    source = Meter("", MeterSettings())
    assert "energy by the card's counter" in source.open().detail


def test_a_module_that_tells_only_energy_has_the_module_s_boundary(cards: fake_nvml.State) -> None:
    cards.set(**GRACE, ret_f186=3, ret_power=3)
    assert "and the processor on its module" in meter().open().boundary
