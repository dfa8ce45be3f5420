"""One program that measures, as a child process: it begins at "go", ends at "stop", and says what it booked.

`python contestant.py NAME KIND [ROOT]`: NAME is ours, zeus or codecarbon; KIND card, cards, boot or rapl; ROOT a
powercap tree.
It prints "ready", then a JSON line when it has begun and one when it has ended. It may run in an interpreter that has
the other programs and not ours.
"""

from __future__ import annotations

import json
import logging
import os
import select
import sys
import time
from collections.abc import Callable
from typing import Any

Booked = dict[str, Any]
Program = Callable[[str, str], tuple[Callable[[], None], Callable[[], Booked]]]


def ours(kind: str, root: str) -> tuple[Callable[[], None], Callable[[], Booked]]:
    """A session at 20 Hz, ticked as the player does."""
    from installation.config import MeterSettings
    from installation.meter.session import Session

    name = {"rapl": f"rapl:{root}", "boot": "auto"}.get(kind, "nvml")
    session = Session(name, MeterSettings(name=name, rate_hz=20.0))
    while session.integrator.last is None:
        session.tick(time.monotonic())
        time.sleep(0.02)

    of_the_card: list[tuple[float, float]] = []  # monotonic s and J, as long as the card is the source

    def begin() -> None:
        session.begin(time.monotonic(), resumed=False)

    def look() -> None:
        session.tick(time.monotonic())
        rows = session.integrator.drain()
        if session.label == "nvml":
            of_the_card.extend((row.time, row.joules) for row in rows if row.provenance == 1)

    def end() -> Booked:
        look()
        integrator, now = session.integrator, time.monotonic()
        said = integrator.newest_gap or integrator.reason
        if kind != "boot":
            return {"joules": integrator.joules, "gap": integrator.gap_seconds(now), "said": said}
        first, last = (of_the_card or [(now, 0.0)])[0], (of_the_card or [(now, 0.0)])[-1]
        return {"joules": last[1] - first[1], "gap": now - session.opened_at - (last[0] - first[0]), "said": said}

    return begin, lambda: _ticked(look, end)


def _ticked(look: Callable[[], None], end: Callable[[], Booked]) -> Booked:
    """Go on looking until the parent says stop, then end."""
    while not _told():
        look()
        time.sleep(0.05)
    return end()


def zeus(kind: str, root: str) -> tuple[Callable[[], None], Callable[[], Booked]]:
    """Its monitor's window on the card, or the difference of its processor counter, as its monitor takes it."""
    if kind == "rapl":
        from zeus.device.cpu.rapl import RAPLCPU

        cpu = RAPLCPU(0, root)
        cpu.get_total_energy_consumption()  # starts its tracker of wraps
        time.sleep(1.5)
        before: list[float] = []
        return (
            lambda: before.append(cpu.get_total_energy_consumption().cpu_mj),
            lambda: {"joules": (cpu.get_total_energy_consumption().cpu_mj - before[0]) / 1000},
        )
    from zeus.monitor import ZeusMonitor

    monitor = ZeusMonitor(gpu_indices=None if kind == "cards" else [0], cpu_indices=[])
    return (
        lambda: monitor.begin_window("w", sync_execution=False),
        lambda: {"joules": sum(monitor.end_window("w", sync_execution=False).gpu_energy.values())},
    )


def codecarbon(kind: str, root: str) -> tuple[Callable[[], None], Callable[[], Booked]]:
    """Its tracker, looking once a second, or its reader of RAPL, called once a second as its scheduler does."""
    if kind == "rapl":
        return _codecarbon_rapl(root)
    from codecarbon import OfflineEmissionsTracker

    tracker = OfflineEmissionsTracker(
        country_iso_code="NOR", measure_power_secs=1, save_to_file=False, log_level="critical", allow_multiple_runs=True
    )

    def end() -> Booked:
        tracker.stop()
        return {"joules": tracker._total_gpu_energy.kWh * 3.6e6}

    return tracker.start, end


def _codecarbon_rapl(root: str) -> tuple[Callable[[], None], Callable[[], Booked]]:
    from codecarbon.core.cpu import IntelRAPL
    from codecarbon.core.units import Time

    rapl = IntelRAPL(rapl_dir=root)
    joules = 0.0

    def look() -> None:
        nonlocal joules
        details = rapl.get_cpu_details(Time.from_seconds(1.0))
        joules += sum(value for key, value in details.items() if "Energy" in key) * 3.6e6

    def end() -> Booked:
        while not _told(1.0):
            look()
        look()
        return {"joules": joules}

    return rapl.start, end


def _told(wait: float = 0.0) -> bool:
    return bool(select.select([sys.stdin], [], [], wait)[0])


def main() -> None:
    name, kind, root = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""
    logging.disable(logging.CRITICAL)
    said, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115  (what they print is not for us)
    begin, end, works = _begun({"ours": ours, "zeus": zeus, "codecarbon": codecarbon}[name], kind, root)
    print("ready", file=said, flush=True)
    sys.stdin.readline()
    began, refused = _between(begin)
    print(json.dumps({"began": began}), file=said, flush=True)
    waits = (
        works and not refused and (name == "ours" or (name == "codecarbon" and kind == "rapl"))
    )  # they look for the word themselves
    if not waits:
        sys.stdin.readline()
    before = time.monotonic()
    try:
        booked = refused or end()
    except Exception as error:  # noqa: BLE001  (other people's programs: how they fail is the result)
        booked = {"joules": None, "said": f"{type(error).__name__}: {error}"[:90]}
    after = time.monotonic()
    print(json.dumps(booked | {"ended": [after if waits else before, after]}), file=said, flush=True)
    os._exit(0)


def _begun(program: Program, kind: str, root: str) -> tuple[Callable[[], None], Callable[[], Booked], bool]:
    """A program set up, and whether it could be; one that cannot begin books nothing, and says why at the end."""
    try:
        return *program(kind, root), True
    except Exception as error:  # noqa: BLE001  (other people's programs: how they fail is the result)
        booked: Booked = {"joules": None, "said": f"{type(error).__name__}: {error}"[:90]}
        return (lambda: None), (lambda: booked), False


def _between(call: Callable[[], None]) -> tuple[tuple[float, float], Booked]:
    """Monotonic s before and after a call: it began somewhere between. And what is booked if it raised: nothing."""
    before = time.monotonic()
    refused: Booked = {}
    try:
        call()
    except Exception as error:  # noqa: BLE001  (as above)
        refused = {"joules": None, "said": f"{type(error).__name__}: {error}"[:90]}
    return (before, time.monotonic()), refused


if __name__ == "__main__":
    main()
