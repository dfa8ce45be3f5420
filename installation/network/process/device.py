"""Where Keras computes: its backend, its device, its precision, in words for the line of live counts."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from ...now import Now
from .cards import ran_on, training
from .no_card import why_none

DRIVERS = (Path("/proc/driver/nvidia"), Path("/dev/kfd"))
LARGE = 10_000_000  # weights
VOLTA, AMPERE = 7.0, 8.0  # compute capability
BEHIND = 10  # niceness of a fit; one that was started as nice as that steps back no further


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
        os.nice(max(0, BEHIND - os.nice(0)))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def precise(precision: str, weights: int) -> None:
    """Choose how exactly a network computes, before it is built.

    Args:
        precision: a Keras policy, or "auto": 16 bits on a card for a network that says it is large, else 32;
            32 bits that were asked for are not rounded to TF32.
        weights: how many weights the network's file says it has.
    """
    import keras

    matters = weights > LARGE if precision == "auto" else precision == "float32"
    seen = cards() if matters and may_have_card() else []  # else Keras stays untouched: a file may join others first
    if precision == "auto":
        precision = sixteen_bits(capability(seen)) if seen else "float32"
    elif precision == "float32" and seen:
        exact(keras.backend.backend())
    keras.config.set_dtype_policy(precision)


def capability(seen: list[str]) -> float:
    """What the card that trains can do, by CUDA's number; 0 where nobody says, or no card trains."""
    return min((card.capability for card in training(seen)), default=0.0)


def sixteen_bits(can: float) -> str:
    """The Keras policy of 16 bits a card is quick with: bfloat16 from Ampere on, float16 on Volta and Turing."""
    return "mixed_bfloat16" if can >= AMPERE else "mixed_float16" if can >= VOLTA else "float32"


def exact(backend: str) -> None:
    """Let products of 32-bit numbers keep their 24 bits: from Ampere on a card rounds them to 11, by TF32."""
    if backend == "tensorflow":
        import tensorflow

        tensorflow.config.experimental.enable_tensor_float_32_execution(False)
    elif backend == "jax":
        import jax

        jax.config.update("jax_default_matmul_precision", "highest")  # type: ignore[no-untyped-call]
    else:
        import torch

        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False


def rounds(backend: str) -> bool:
    """Whether products of 32-bit numbers are rounded by TF32, on a card that can."""
    if backend == "tensorflow":
        import tensorflow

        return bool(tensorflow.config.experimental.tensor_float_32_execution_enabled())
    if backend == "jax":
        import jax

        return getattr(jax.config, "jax_default_matmul_precision", None) not in ("highest", "float32")
    import torch

    return bool(torch.backends.cuda.matmul.allow_tf32)


def detail(model: Any, wanted: str = "") -> str:
    """How a fit runs: backend and version, device, precision, and whether XLA compiles it.

    Args:
        model: the network.
        wanted: the backend that its file chooses; "" where it chooses none.
    """
    import keras

    backend = keras.backend.backend()
    seen = cards()
    where = ", ".join(seen) or "processor"
    bits = model.dtype_policy.name
    if bits == "float32" and capability(seen) >= AMPERE and rounds(backend):
        bits = "float32 by TF32"
    compiled = "compiled by XLA" if backend == "jax" or getattr(model, "jit_compile", False) else "not compiled by XLA"
    other = f" (its file asks for {wanted}, which is not installed)" if wanted not in ("", backend) else ""
    return f"Keras {keras.__version__} on {backend}{other}, {where}, {bits}, {compiled}"


def without_xla() -> None:
    """Keep Keras from compiling by XLA, which it chooses by itself where a card is, or the file asks for."""
    from keras.src.trainers import trainer

    def never(model: Any) -> bool:
        return False

    trainer.model_supports_jit = never


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
