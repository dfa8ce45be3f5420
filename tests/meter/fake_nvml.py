"""A fake NVIDIA driver for tests and benchmarks: `build` makes the library, `State` says what it answers.

Real nvidia-ml-py, and any other program, runs against it: in this process by `use`, in a child process by
`environment`. Where there is no C compiler `use` puts a Python object in the library's place.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pynvml

VARIABLE = "UNDERFOOT_FAKE_NVML"
NAME = "libnvidia-ml.so.1"


def build(folder: Path, *defines: str) -> Path:
    """Compile the library into a folder; a define such as "WITHOUT_FIELDS" leaves a symbol out.

    Raises:
        FileNotFoundError: there is no C compiler.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        raise FileNotFoundError("no C compiler, or not the system whose loader this library is for")
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / NAME
    source = Path(__file__).with_suffix(".c")
    options = ["-shared", "-fPIC", "-O1", f"-Wl,-soname,{NAME}", *(f"-D{d}" for d in defines)]
    subprocess.run([compiler, *options, "-o", str(library), str(source)], check=True)
    return library


class State:
    """What the fake cards answer, changed whole at each call.

    Args:
        folder: where the state's file lies.
        values: keys of fake_nvml.c, such as power_mw=75_000, limit_mw=700_000, count=1; `power_mw_1` is card 1's.
    """

    def __init__(self, folder: Path, **values: Any) -> None:
        self.path = folder / "nvml.state"
        self.values: dict[str, Any] = {"power_mw": 75_000, "limit_mw": 700_000, "energy_base_mj": 5_000_000.0}
        self.values["since_ns"] = time.monotonic_ns()
        self.set(**values)

    def set(self, **values: Any) -> int:
        """Change keys; None takes one away. A new power goes on from the energy counted so far.

        Returns:
            The monotonic time in ns from which a new power holds.
        """
        now = time.monotonic_ns()
        changed = {key.replace("_1", ".1") if key.endswith("_1") else key: value for key, value in values.items()}
        if (
            any(key.partition(".")[0] in ("power_mw", "counter_mw") for key in changed)
            and "energy_base_mj" not in changed
        ):
            self._carry_over(now)
        for key, value in changed.items():
            self.values[key] = value
        if {"energy_base_mj", "energy_base_mj.1"} & set(changed):
            self.values["since_ns"] = now
        self._write()
        return now

    def _carry_over(self, now: int) -> None:
        for suffix in ("", ".1"):
            if f"power_mw{suffix}" in self.values:
                self.values[f"energy_base_mj{suffix}"] = self.counter_mj(now, suffix)
        self.values["since_ns"] = now

    def counter_mj(self, now_ns: int, suffix: str = "") -> float:
        """What the counter says at a monotonic time."""
        base = self.values.get(f"energy_base_mj{suffix}", self.values["energy_base_mj"])
        since = int(self.values["since_ns"])
        power = self.values.get(f"counter_mw{suffix}") or self.values[f"power_mw{suffix}"]
        return float(base) + float(power) * (now_ns - since) / 1e9

    def _write(self) -> None:
        lines = (f"{key} {_plain(value)}" for key, value in self.values.items() if value is not None)
        new = self.path.with_suffix(".new")
        new.write_bytes(("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))
        os.replace(new, self.path)

    def get(self, key: str, card: int, otherwise: Any) -> Any:
        """A key's value for a card; the fallback object reads the same keys as the library."""
        for name in (f"{key}.{card}", key):
            if self.values.get(name) is not None:
                return self.values[name]
        return otherwise


def _plain(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)


def environment(library: Path, state: State) -> dict[str, str]:
    """The environment of a child process that is to see the fake cards; never give it to one that uses real CUDA."""
    return os.environ | {"LD_LIBRARY_PATH": str(library.parent), VARIABLE: str(state.path)}


@contextmanager
def use(library: Path | None, state: State) -> Iterator[None]:
    """Let pynvml of this process see the fake cards; None takes the Python object instead of a library."""
    os.environ[VARIABLE] = str(state.path)
    pynvml.nvmlLib = ctypes.CDLL(str(library)) if library else Fake(state)
    pynvml._nvmlGetFunctionPointer_cache.clear()
    try:
        yield
    finally:
        pynvml.nvmlLib = None
        pynvml._nvmlGetFunctionPointer_cache.clear()
        pynvml._nvmlLib_refcount = 0
        del os.environ[VARIABLE]


class Fake:
    """The same answers without a compiler: a Python object with the library's function names."""

    def __init__(self, state: State) -> None:
        self.state, self.started = state, 0
        self.nvmlErrorString = lambda code: b"a code the binding has no words for"  # the binding sets its restype

    def _code(self, ret: str, card: int = 0) -> int:
        while self.state.get("hang", card, 0):
            time.sleep(0.02)
        if not self.started:
            return 1
        return int(self.state.get("ret_all", card, 0) or self.state.get(ret, card, 0))

    def nvmlInitWithFlags(self, flags: Any) -> int:  # noqa: N802
        code = int(self.state.get("ret_init", 0, 0))
        self.started += not code
        return code

    def nvmlShutdown(self) -> int:  # noqa: N802
        if not self.started:
            return 1
        self.started -= 1
        return 0

    def nvmlSystemGetDriverVersion(self, out: Any, room: Any) -> int:  # noqa: N802
        out.value = str(self.state.get("driver", 0, "550.54.15")).encode()
        return self._code("")

    def nvmlDeviceGetCount_v2(self, out: Any) -> int:  # noqa: N802
        out._obj.value = self.state.get("count", 0, 1)
        return self._code("ret_count")

    def nvmlDeviceGetHandleByIndex_v2(self, index: Any, out: Any) -> int:  # noqa: N802
        card = getattr(index, "value", index)
        _point(out, card)
        return self._code("ret_handle") or (2 if card >= self.state.get("count", 0, 1) else 0)

    def nvmlDeviceGetHandleByUUID(self, uuid: Any, out: Any) -> int:  # noqa: N802
        text = (getattr(uuid, "value", uuid)).decode()
        for card in range(self.state.get("count", 0, 1)):
            if self._uuid(card) == text:
                _point(out, card)
                return self._code("ret_handle")
        return 6

    def _uuid(self, card: int) -> str:
        return str(self.state.get("uuid", card, f"GPU-00000000-0000-0000-0000-{card:012d}"))

    def nvmlDeviceGetVirtualizationMode(self, h: Any, out: Any) -> int:  # noqa: N802
        out._obj.value = int(self.state.get("virtualization", _card(h), 0))
        return self._code("")

    def nvmlDeviceGetMigMode(self, h: Any, current: Any, pending: Any) -> int:  # noqa: N802
        current._obj.value = pending._obj.value = int(self.state.get("mig", _card(h), 0))
        return self._code("") or (0 if "mig" in self.state.values else 3)

    def nvmlDeviceGetUUID(self, h: Any, out: Any, room: Any) -> int:  # noqa: N802
        out.value = self._uuid(_card(h)).encode("utf-8", "surrogateescape")
        return self._code("")

    def nvmlDeviceGetName(self, h: Any, out: Any, room: Any) -> int:  # noqa: N802
        out.value = str(self.state.get("name", _card(h), "NVIDIA H100 80GB HBM3")).encode("utf-8", "surrogateescape")
        return self._code("ret_name")

    def nvmlDeviceGetArchitecture(self, h: Any, out: Any) -> int:  # noqa: N802
        out._obj.value = self.state.get("arch", _card(h), 9)
        return self._code("ret_arch")

    def nvmlDeviceGetPowerUsage(self, h: Any, out: Any) -> int:  # noqa: N802
        out._obj.value = int(self.state.get("power_mw", _card(h), 0))
        return self._code("ret_power", _card(h))

    def nvmlDeviceGetEnforcedPowerLimit(self, h: Any, out: Any) -> int:  # noqa: N802
        out._obj.value = int(self.state.get("limit_mw", _card(h), 0))
        return self._code("ret_limit", _card(h))

    def nvmlDeviceGetTotalEnergyConsumption(self, h: Any, out: Any) -> int:  # noqa: N802
        out._obj.value = self._energy(_card(h))
        return self._code("ret_energy", _card(h))

    def _energy(self, card: int) -> int:
        fixed = self.state.get("energy_mj", card, None)
        suffix = f".{card}" if f"power_mw.{card}" in self.state.values else ""
        now, step = time.monotonic_ns(), int(self.state.get("step_ms", card, 0)) * 1_000_000
        now -= now % step if step else 0
        return int(fixed if fixed is not None else self.state.counter_mj(now, suffix))

    def nvmlDeviceGetFieldValues(self, h: Any, count: Any, out: Any) -> int:  # noqa: N802
        card = _card(h)
        for f in out._obj:
            f.nvmlReturn = int(self.state.get(f"ret_f{f.fieldId}", card, 0 if f.fieldId in (83, 185, 186) else 3))
            f.valueType = 3 if f.fieldId == 83 else 1
            good = self._energy(card) if f.fieldId == 83 else int(self.state.get("power_mw", card, 0))
            f.value.ullVal = 400_000 if f.nvmlReturn else good
        return self._code("ret_fields", card)


def _point(out: Any, card: int) -> None:
    """Write a handle for a card into the pointer that was passed by reference."""
    ctypes.c_void_p.from_address(ctypes.addressof(out._obj)).value = card + 1


def _card(handle: Any) -> int:
    return int(ctypes.cast(handle, ctypes.c_void_p).value or 1) - 1
