"""What a graphics card's failure is called: the many spellings of few causes, each one sentence with what to do.

The libraries hang the cause far behind "Graph execution error" or a stack of C++ frames; so it is looked for in all
that an error says, and in a process that died without one, in the last it printed. Spellings: see its test.
"""

from __future__ import annotations

import re

NO_MEMORY, ERROR = "no memory", "error"
WORDS = {  # patterns, most telling first -> word for the ledger, sentence for the wall
    r"PTX version .{0,40}does not support|Unsupported PTX|ptxas (fatal|exited|returned)|no kernel image is available|"
    r"libdevice|LLVM ERROR|Cannot select|sm_\d+.{0,60}is not (supported|compatible)": (
        ERROR,
        "the compiler of this backend does not know this card; install a newer backend, built for its CUDA",
    ),
    r"RESOURCE_EXHAUSTED|ResourceExhausted|[Oo]ut of memory|\bOOM\b|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|"
    r"failed to allocate|NVML_SUCCESS == r INTERNAL ASSERT|CUDNN_STATUS_ALLOC_FAILED|CUBLAS_STATUS_ALLOC_FAILED|"
    r"DefaultCPUAllocator|[Cc]annot allocate|bad_alloc": (
        NO_MEMORY,
        "there was not enough memory for this network; a smaller one or a press may do",
    ),
    r"CUBLAS_STATUS_NOT_INITIALIZED|[Ff]ailed to create cublas handle|cublasCreate|cuBLAS handle": (
        NO_MEMORY,
        "the card had no room left for cuBLAS; end what else computes on it, or fit a smaller network",
    ),
    r"CUDNN_STATUS_(NOT_INITIALIZED|INTERNAL_ERROR)|[Cc]ould not create cudnn handle|DNN library (is not found|"
    r"initialization failed)|CUDNN_STATUS_(SUBLIBRARY_)?VERSION_MISMATCH|CUDNN_STATUS_(NOT_SUPPORTED|ARCH_MISMATCH)": (
        ERROR,
        "cuDNN could not start: the card has no room left, or this cuDNN is not made for it; see `underfoot doctor`",
    ),
    r"device-side assert|CUDA_ERROR_ASSERT": (
        ERROR,
        "a kernel found a number out of its bounds, such as a label beyond the last class; look at the data",
    ),
    r"CUDA_ERROR_ILLEGAL_ADDRESS|illegal memory access|CUDA_ERROR_LAUNCH_FAILED|unspecified launch failure|"
    r"misaligned address": (ERROR, "the card's program broke off; a press tries again"),
    r"CUDA_ERROR_ECC_UNCORRECTABLE|uncorrectable ECC": (ERROR, "the card's memory has an error; restart the machine"),
    r"GPU is lost|fallen off the bus|CUDA_ERROR_(UNKNOWN|SYSTEM_NOT_READY|DEVICE_UNAVAILABLE)|busy or unavailable": (
        ERROR,
        "the card is away or another program holds it alone; restart the machine if it does not come back",
    ),
}
COMPILER = next(iter(WORDS))


def of_card(said: str) -> tuple[str, str]:
    """Word and sentence for what an error or a dying process said; both empty where it is no card's failure."""
    for pattern, words in WORDS.items():
        if re.search(pattern, said):
            return words
    return "", ""


def of_compiler(said: str) -> bool:
    """Whether the compiler for the card failed: without XLA the same network may do."""
    return re.search(COMPILER, said) is not None
