"""One program that measures, as a child process: it begins at "go", ends at "stop", and says what it booked.

`python contestant.py NAME KIND [ROOT]`: NAME is ours, zeus or codecarbon; KIND card or rapl; ROOT a powercap tree.
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


def ours(kind: str, root: str) -> tuple[Callable[[], None], Callable[[], Booked]]:
    """A session at 20 Hz, ticked as the player does."""
    from installation.config import MeterSettings
    from installation.meter.session import Session

    name = "nvml" if kind == "card" else f"rapl:{root}"
    session = Session(name, MeterSettings(name=name, rate_hz=20.0))
    while session.integrator.last is None:
        session.tick(time.monotonic())
        time.sleep(0.02)

    def begin() -> None:
        session.begin(time.monotonic(), resumed=False)

    def end() -> Booked:
        session.tick(time.monotonic())
        integrator = session.integrator
        gap = integrator.gap_seconds(time.monotonic())
        return {"joules": integrator.joules, "gap": gap, "said": integrator.newest_gap or integrator.reason}

    return begin, lambda: _ticked(session, end)


def _ticked(session: Any, end: Callable[[], Booked]) -> Booked:
    """Go on ticking until the parent says stop, then end."""
    while not _told():
        session.tick(time.monotonic())
        session.integrator.drain()
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

    monitor = ZeusMonitor(gpu_indices=[0], cpu_indices=[])
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
    begin, end = {"ours": ours, "zeus": zeus, "codecarbon": codecarbon}[name](kind, root)
    print("ready", file=said, flush=True)
    sys.stdin.readline()
    began = _between(begin)
    print(json.dumps({"began": began}), file=said, flush=True)
    waits = name == "ours" or (name == "codecarbon" and kind == "rapl")  # they look for the word themselves
    if not waits:
        sys.stdin.readline()
    before = time.monotonic()
    try:
        booked = end()
    except Exception as error:  # noqa: BLE001  (other people's programs: how they fail is the result)
        booked = {"joules": None, "said": f"{type(error).__name__}: {error}"[:90]}
    after = time.monotonic()
    print(json.dumps(booked | {"ended": [after if waits else before, after]}), file=said, flush=True)
    os._exit(0)


def _between(call: Callable[[], None]) -> tuple[float, float]:
    """Monotonic s before and after a call: it began somewhere between."""
    before = time.monotonic()
    call()
    return before, time.monotonic()


if __name__ == "__main__":
    main()
