"""A card's failures in their many spellings, as TensorFlow, JAX, torch and CUDA print them."""

from __future__ import annotations

import pytest

from installation.network.card_faults import of_card, of_compiler

MEMORY = "not enough memory"
SPELLINGS = [
    ("OOM when allocating tensor with shape[30522,1024] and type float on /job:localhost/replica:0/task:0/device:GPU:0"
     " by allocator GPU_0_bfc", MEMORY),
    ("Graph execution error:\n\nDetected at node 'StatefulPartitionedCall' defined at (most recent call last):\n"
     "Out of memory while trying to allocate 5368709120 bytes.\n\t [[{{node StatefulPartitionedCall}}]]", MEMORY),
    ("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 17179869184 bytes.", MEMORY),
    ("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1 GiB is free.",
     MEMORY),
    ("failed to allocate 21.50GiB (23085449216 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory", MEMORY),
    ("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", MEMORY),
    ("[enforce fail at alloc_cpu.cpp:119] . DefaultCPUAllocator: can't allocate memory: you tried", MEMORY),
    ("terminate called after throwing an instance of 'std::bad_alloc'", MEMORY),
    ("failed to create cublas handle: CUBLAS_STATUS_NOT_INITIALIZED", "no room left for cuBLAS"),
    ("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`", "no room left for cuBLAS"),
    ("Graph execution error:\n\nFailed to get convolution algorithm.\nCould not create cudnn handle:"
     " CUDNN_STATUS_INTERNAL_ERROR", "cuDNN could not start"),
    ("FAILED_PRECONDITION: DNN library initialization failed. Look at the errors above for more details.",
     "cuDNN could not start"),
    ("LLVM ERROR: PTX version 8.5 does not support target 'sm_120a'. Minimum required PTX version is 8.7.",
     "does not know this card"),
    ("CUDA error: no kernel image is available for execution on the device", "does not know this card"),
    ("libdevice not found at ./libdevice.10.bc", "does not know this card"),
    ("NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.",
     "does not know this card"),
    ("CUDA error: device-side assert triggered", "label beyond the last class"),
    ("CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered", "broke off"),
    ("CUDA_ERROR_ECC_UNCORRECTABLE: uncorrectable ECC error encountered", "memory has an error"),
    ("CUDA error: all CUDA-capable devices are busy or unavailable", "another program holds it"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "part"), SPELLINGS)
def test_each_spelling_has_its_word_and_its_sentence(said: str, part: str) -> None:
    how, sentence = of_card(said)
    assert part in sentence
    assert how == ("no memory" if part in (MEMORY, "no room left for cuBLAS") else "error")


@pytest.mark.parametrize(
    "said", ["", "ValueError: Shapes (None, 1) and (None, 3) are incompatible", "KeyError: 'loss'"]
)
def test_what_is_no_cards_failure_is_called_none(said: str) -> None:
    assert of_card(said) == ("", "")
    assert not of_compiler(said)


def test_a_death_in_the_compiler_is_known_by_its_last_words() -> None:
    assert of_compiler("LLVM ERROR: PTX version 8.5 does not support target 'sm_120a'.")
    assert not of_compiler("CUDA out of memory.")
