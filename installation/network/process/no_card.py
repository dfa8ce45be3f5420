"""Why Keras does not see a graphics card that is here: the backend's own words, and what to do, in one sentence.

TensorFlow and JAX train on the processor and raise nothing; what hinders them stands in their log alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

DRIVER = Path("/proc/driver/nvidia/version")
ASK_WITHIN = 60.0  # s
ASKED = {
    "tensorflow": "import tensorflow as t; print(t.test.is_built_with_cuda()); t.config.list_physical_devices('GPU')",
    "jax": "import jax; print(True); jax.devices('cuda')",
    "torch": "import torch; print(torch.version.cuda is not None); torch.zeros(1).cuda()",
}
WHY = {  # patterns in the log, most telling first
    r"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH|version mismatch|kernel version \S+ does not match": (
        "the driver was upgraded while it ran; restart the machine"
    ),
    r"CUDA_ERROR_NO_DEVICE|no CUDA-capable device": (
        "CUDA finds no card; look at CUDA_VISIBLE_DEVICES, or start the container with `--gpus all`"
    ),
    r"driver version is insufficient|INSUFFICIENT_DRIVER|driver (on your system )?is too old": (
        "the driver is older than this CUDA needs; install driver 525 or newer"
    ),
    r"failed call to cuInit.*(CUDA_ERROR_UNKNOWN|UNKNOWN ERROR)|CUDA_ERROR_UNKNOWN|unknown error": (
        "CUDA does not start, as after the machine has slept; reload it with `sudo modprobe -r nvidia_uvm && "
        "sudo modprobe nvidia_uvm`, or restart the machine"
    ),
    r"CUDA_ERROR_COMPAT_NOT_SUPPORTED|forward compatibility": (
        "this card does not take the CUDA libraries laid over its driver; remove the package cuda-compat"
    ),
    r"libcuda\.so\.1.*(cannot open|not found)|Could not find cuda drivers|error libcuda|Found no NVIDIA driver": (
        "the container or system lacks the driver's compute part, libcuda.so.1; start the container with "
        "`NVIDIA_DRIVER_CAPABILITIES=compute,utility`"
    ),
    r"Cannot dlopen some GPU libraries|Could not load dynamic library|cuDNN.*(not found|cannot|could not)": (
        "a CUDA library is missing; install with the extra `cuda`"
    ),
    r"No visible GPU|Unknown backend:? '?cuda|no devices? found for platform cuda|cuda.*plugin.*not installed|"
    r"Unable to initialize backend 'cuda'|not compiled with CUDA": (
        "this {backend} is built without CUDA; install its build with CUDA, or another backend"
    ),
}


def reason(backend: str, log: str, built_with_cuda: bool = True) -> str:
    """One sentence for the wall out of what a backend printed; it says so where that names no cause."""
    head = f"There is an NVIDIA driver, but {backend} computes on the processor: "
    if not built_with_cuda:
        return f"{head}it is built without CUDA; install it with the extra `cuda`."
    for pattern, why in WHY.items():
        if re.search(pattern, log, re.IGNORECASE | re.DOTALL):
            return f"{head}{why.format(backend=backend)}."
    return f"{head}it does not say why; see `underfoot doctor`."


def why_none(backend: str) -> str:
    """Ask a backend, in a process of its own, why it sees no card; empty where no driver is here."""
    if not DRIVER.exists() or backend not in ASKED:
        return ""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "0", "JAX_PLATFORMS": ""}
    try:
        done = subprocess.run(
            [sys.executable, "-c", ASKED[backend]], env=environment, capture_output=True, text=True, timeout=ASK_WITHIN
        )
    except (OSError, subprocess.TimeoutExpired):
        return reason(backend, "")
    return reason(backend, done.stderr, built_with_cuda="False" not in done.stdout)
