"""What the meters cost, and what they book through accidents, beside Zeus, CodeCarbon and nvitop.

The card is a small library that answers as NVIDIA's driver does; the processor's counter is a file that moves. The
other programs run where they are installed (`pip install "underfoot[compare]"`, 400 MB) or in the Python that
UNDERFOOT_COMPARE_PYTHON names; without them their columns are left out, and that is said.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from installation.config import MeterSettings
from installation.meter.sources import battery, estimate, hwmon, nvml, rapl
from installation.now import Doors, Now
from tests.meter import accidents, fake_nvml

WATCH = 8.0  # s of processor time
SIDE_LOOPS = {
    "nvidia-ml-py alone, power and counter": (
        "pynvml",
        "import pynvml as n; n.nvmlInit(); h = n.nvmlDeviceGetHandleByIndex(0)\n"
        "def look(): n.nvmlDeviceGetPowerUsage(h); n.nvmlDeviceGetTotalEnergyConsumption(h)\n",
    ),
    "nvitop, power": ("nvitop", "from nvitop import Device; d = Device(0)\ndef look(): d.power_usage()\n"),
    "Zeus, power and counter": (
        "zeus",
        "from zeus.device import get_gpus; g = get_gpus()\n"
        "def look(): g.get_instant_power_usage(0); g.get_total_energy_consumption(0)\n",
    ),
}
LOOP = """
import glob, os, time
if __name__ == "__main__":
    {setup}
    def spent():
        import psutil
        every = [os.getpid(), *(p.pid for p in psutil.Process().children(recursive=True))]
        files = [f for p in every for f in glob.glob(f"/proc/{{p}}/task/*/schedstat")]
        return sum(int(open(f).read().split()[0]) for f in files) / 1e9
    time.sleep(1.5); began, before = time.monotonic(), spent(); due = began
    while time.monotonic() - began < {seconds}:
        look(); due += 0.05; time.sleep(max(0.0, due - time.monotonic()))
    print((spent() - before) / (time.monotonic() - began), flush=True)
    os._exit(0)
"""


def main() -> None:
    """Print the three tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = fake_nvml.build(folder / "library")
        booked(folder, library)
        cost(folder, library)
        reads(folder, library)


def booked(folder: Path, library: Path) -> None:
    """Energy booked against energy true, through the same accidents at the same time."""
    programs = accidents.programs()
    for missing in sorted({"zeus", "codecarbon"} - set(programs)):
        print(f"{missing} is not installed: its column is left out (pip install 'underfoot[compare]').")
    print(f"{'energy booked, J (error), of what was true':44}" + "".join(f"{p:>24}" for p in programs))
    for number, accident in enumerate(accidents.ACCIDENTS):
        room = folder / f"accident{number}"
        room.mkdir()
        results = {r.program: r for r in accidents.run(accident, room, library, programs)}
        cells = "".join(f"{_cell(results[p]):>24}" for p in programs)
        print(f"{accident.name:44}{cells}   {results['ours'].said}", flush=True)
    print("gap: seconds ours says it did not see and left out. Others say nothing of the kind.\n")


def _cell(result: accidents.Result) -> str:
    if result.joules is None:
        return "nothing: it raised"
    gap = f", gap {result.gap:.2g} s" if result.gap else ""
    return f"{result.joules:.0f} ({result.error:+.1%}{gap})"


def cost(folder: Path, library: Path) -> None:
    """Processor time at 20 samples a second, as a share of one core."""
    state = fake_nvml.State(folder, step_ms=100)
    print(f"processor time at 20 Hz, share of one core ({WATCH:.0f} s each; the fake driver's own time included)")
    recording = folder / "replay.csv"
    recording.write_text("t_s,watts\n0,75\n600,700\n")
    for meter in ("nvml", "estimate", f"replay:{recording}"):
        what = meter.partition(":")[0]
        print(f"  ours, whole player with record and checks: {what:10} {_player(meter, folder, library, state):7.2%}")
    for name, (module, setup) in SIDE_LOOPS.items():
        python = accidents.interpreter(module)
        share = _loop(python, setup, folder, library, state) if python else "not installed"
        print(f"  {name:53} " + (f"{share:7.2%}" if isinstance(share, float) else share), flush=True)
    print()


def _player(meter: str, folder: Path, library: Path, state: fake_nvml.State) -> float:
    conductor = Now.open_doors(folder / "now")
    conductor.opened_at, conductor.doors = time.monotonic(), Doors.OPEN
    command = [sys.executable, "-m", "installation", "player", "meter", "--now", str(folder / "now")]
    child = subprocess.Popen(
        [*command, "--set", f"meter.name={meter}"], env=fake_nvml.environment(library, state), stderr=subprocess.DEVNULL
    )
    try:
        while conductor.joules == 0:
            time.sleep(0.05)
        time.sleep(1.0)
        began, before = time.monotonic(), _spent(child.pid)
        time.sleep(WATCH)
        return (_spent(child.pid) - before) / (time.monotonic() - began)
    finally:
        child.terminate()
        child.wait()


def _spent(pid: int) -> float:
    """s of processor time of a process, by the scheduler's own count in ns; on other systems in steps of 10 ms."""
    files = list(Path(f"/proc/{pid}/task").glob("*/schedstat"))
    if not files:
        return float(sum(psutil.Process(pid).cpu_times()[:2]))
    return sum(int(file.read_text().split()[0]) for file in files) / 1e9


def _loop(python: str, setup: str, folder: Path, library: Path, state: fake_nvml.State) -> float | str:
    """The share of a core, or why there is none."""
    script = folder / "loop.py"
    script.write_text(LOOP.format(setup=setup.replace("\n", "\n    "), seconds=WATCH))
    child = subprocess.run(
        [python, str(script)],
        env=fake_nvml.environment(library, state),
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
        check=False,
    )
    lines = child.stdout.split()
    return float(lines[-1]) if lines else child.stderr.strip().rpartition("\n")[2]


def reads(folder: Path, library: Path) -> None:
    """Time of a single reading, as the meters do it."""
    tree = folder / "tree"
    zone, cell, chip = tree / "intel-rapl:0", tree / "BAT0", tree / "hwmon0"
    files = {
        zone: {"name": "package-0", "max_energy_range_uj": "262143328850", "energy_uj": "1"},
        cell: {"type": "Battery", "status": "Discharging", "power_now": "12500000"},
        chip: {"name": "amdgpu", "power1_average": "31000000"},
    }
    for path, contents in files.items():
        path.mkdir(parents=True)
        for name, text in contents.items():
            (path / name).write_text(text)
    settings = MeterSettings()
    print("one reading, microseconds (files stand in for the kernel's; a real driver call takes longer)")
    for source in (rapl.Meter(str(tree), settings), battery.Meter(str(tree), settings), estimate.Meter("", settings)):
        source.open()
        print(f"  {source.covers:60} {_microseconds(source.read):8.1f}")
    sensor = hwmon.Meter(f"@{tree}", settings)
    sensor.open()
    print(f"  {sensor.covers:60} {_microseconds(sensor.read):8.1f}")
    state = fake_nvml.State(folder)
    with fake_nvml.use(library, state):
        card = nvml.Meter("", settings)
        card.period = 0.0
        card.open()
        print(f"  {card.covers + ', power and counter in one call':60} {_microseconds(card.read):8.1f}")


def _microseconds(read: Callable[[], object], times: int = 2000) -> float:
    began = time.perf_counter()
    for _ in range(times):
        read()
    return (time.perf_counter() - began) / times * 1e6
