"""The kernel's hardware monitor as sources read it: one sensor a device, its best input, nothing added that is nested.

Units as in the kernel's hwmon interface: power in microwatts, energy in microjoules, voltage in mV, current in mA.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..source import UNKNOWN, Fault
from ._sysfs import folders, number, text

ROOT = Path("/sys/class/hwmon")
WHOLE = ("total", "card", "vdd_in", "pom_5v_in", "vin_sys_5v0_total")  # labels of the input that holds the others
SUMS = ("sum of shunt voltages",)  # labels of inputs that are no rail


@dataclass(frozen=True)
class Sensor:
    """One device.

    Attributes:
        name: the driver. folder: of the kernel.
        power: files of the same power, best first. energy: the counter's file.
        rails: pairs of voltage and current, whose products add up; where there is no power.
        limit: W it may draw; infinite if it does not say.
    """

    name: str
    folder: Path
    power: tuple[Path, ...] = ()
    energy: Path | None = None
    rails: tuple[tuple[Path, Path], ...] = ()
    limit: float = UNKNOWN

    @property
    def device(self) -> str:
        """The device's address on its bus, such as 0000:03:00.0; the folder's name where it has none."""
        device = self.folder / "device"
        return device.resolve().name if device.exists() else self.folder.name

    def watts(self) -> float:
        """W by the first input that can be read; not a number where none can."""
        microwatts = next((v for path in self.power if (v := read(path)) is not None), None)
        if microwatts is not None:
            return microwatts / 1e6
        products = [(read(volts), read(amperes)) for volts, amperes in self.rails]
        if not products or any(v is None or a is None for v, a in products):
            return float("nan")
        return sum((v or 0.0) * (a or 0.0) for v, a in products) / 1e6

    def joules(self) -> float | None:
        """J since the counter began."""
        microjoules = read(self.energy) if self.energy else None
        return None if microjoules is None else microjoules / 1e6

    @property
    def speaks(self) -> bool:
        """Whether it says anything now."""
        return self.watts() == self.watts() or self.joules() is not None


def read(path: Path) -> float | None:
    """A file's number; None also where it cannot be read at the moment, so that the next input is asked."""
    try:
        return number(path)
    except Fault:
        return None


def sensors(root: Path, *drivers: str) -> list[Sensor]:
    """The devices of these drivers, or of all, that have a power sensor."""
    found = (sensor(path) for path in folders(root, "hwmon*"))
    return [s for s in found if s is not None and (not drivers or s.name in drivers)]


def sensor(path: Path) -> Sensor | None:
    """The sensor of one device; None where it measures no power."""
    name = read_text(path / "name")
    index = _index(path, "power")
    power = tuple(p for n in ("average", "input") if (p := path / f"power{index}_{n}").exists())
    counter = path / f"energy{_index(path, 'energy')}_input"
    energy = counter if counter.exists() else None
    rails = () if power or energy else _rails(path)
    if not (power or energy or rails):
        return None
    limit = (read(path / f"power{index}_cap") or read(path / f"power{index}_max") or 0.0) / 1e6
    return Sensor(name, path, power, energy, rails, limit or UNKNOWN)


def read_text(path: Path) -> str:
    """A file's text; empty also where it cannot be read."""
    try:
        return text(path)
    except Fault:
        return ""


def _index(path: Path, kind: str) -> int:
    """Which input of a kind holds the others: the one whose label says so, else the first that is there."""
    numbers = sorted(
        {int(n) for p in path.glob(f"{kind}[0-9]*_*") if (n := p.name[len(kind) :].partition("_")[0]).isdigit()}
    )
    whole = [n for n in numbers if any(word in read_text(path / f"{kind}{n}_label").lower() for word in WHOLE)]
    return (whole or numbers or [1])[0]


def _rails(path: Path) -> tuple[tuple[Path, Path], ...]:
    """Voltage and current of each rail of an INA3221; only the one that feeds the others, where a label says so."""
    pairs: dict[str, tuple[Path, Path]] = {}
    for current in sorted(path.glob("curr[0-9]*_input")):
        number_ = current.name.removeprefix("curr").removesuffix("_input")
        label = read_text(path / f"in{number_}_label")
        volts = path / f"in{number_}_input"
        if volts.exists() and label.lower() not in SUMS:
            pairs[label or f"rail {number_}"] = (volts, current)
    whole = next((pair for label, pair in pairs.items() if label.lower() in WHOLE), None)
    return (whole,) if whole else tuple(pairs.values())


def is_apu(sensor: Sensor) -> bool | None:
    """Whether an AMD graphics device is a part of a processor; None where the kernel does not say.

    Source: the kernel's kgd_pp_interface.h: tables gpu_metrics v1.x are of cards, v2.x and v3.x of APUs.
    """
    try:
        with (sensor.folder / "device" / "gpu_metrics").open("rb") as file:
            head = file.read(4)
    except OSError:
        head = b""
    if len(head) == 4:
        return head[2] >= 2
    return False if sensor.limit < UNKNOWN else None  # only cards have a power cap
