"""Where Keras computes: its backend, its device, its precision, in words for the line of live counts."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from ...now import Now
from .cards import ran_on
from .no_card import why_none

DRIVERS = (Path("/proc/driver/nvidia"), Path("/dev/kfd"))
LARGE = 10_000_000  # weights


def cards() -> list[str]:
    """The graphics cards Keras can use on this backend, by its own names."""
    import keras

    with contextlib.suppress(ValueError, NotImplementedError, AttributeError):
        return [name for name in keras.distribution.list_devices() if not name.startswith("cpu")]
    return []


def spreads() -> bool:
    """Whether the file spreads its work over all cards."""
    import keras

    return keras.distribution.distribution() is not None


def may_have_card() -> bool:
    """Whether a driver of a graphics card is loaded, asked without Keras: it may not be touched this early."""
    return any(sign.exists() for sign in DRIVERS)


def settle() -> None:
    """Step back behind sound and picture: a lower priority, and first in line when memory runs out."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def precise(precision: str, weights: int) -> None:
    """Choose how exactly a network computes, before it is built.

    Args:
        precision: a Keras policy, or "auto": 16 bits on a card for a network that says it is large, else 32.
        weights: how many weights the network's file says it has.
    """
    import keras

    if precision == "auto":
        precision = "mixed_bfloat16" if cards() and weights > LARGE else "float32"
    keras.config.set_dtype_policy(precision)


def detail(model: Any) -> str:
    """How a fit runs: backend and version, device, precision, and whether XLA compiles it."""
    import keras

    backend = keras.backend.backend()
    where = ", ".join(cards()) or "processor"
    compiled = "compiled by XLA" if backend == "jax" or getattr(model, "jit_compile", False) else "not compiled by XLA"
    return f"Keras {keras.__version__} on {backend}, {where}, {model.dtype_policy.name}, {compiled}"


def tell(now: Now) -> None:
    """Enter what a fit computes on, and why no card does where one is here."""
    import keras

    seen = cards()
    now.ran_on = ran_on(seen, spreads())
    now.no_card = "" if seen else why_none(keras.backend.backend())


def environment(backend: str, threads: int, home: Path) -> dict[str, str]:
    """What must stand in the environment before Keras is imported.

    Without KERAS_BACKEND Keras asks a file in the home folder; it also writes one there, unless KERAS_HOME says where.
    """
    few = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), str(threads))
    return few | {
        "KERAS_BACKEND": backend,
        "KERAS_HOME": str(home),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "PYTHONUNBUFFERED": "1",
    }
