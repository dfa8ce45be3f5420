"""Which card trains, whether the meter covers it, and why there is none: without a card, by real answers of tools."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from installation.coverage import covers
from installation.network.process import no_card
from installation.network.process.cards import OLDER, Card, parse, ran_on, visible
from installation.network.process.device import environment, sixteen_bits

from .conftest import QUICK
from .test_networks import told

A, B, C = "GPU-8f5a1c2e-0001", "GPU-8f5a1c2e-0002", "GPU-77000000-0003"
TOLD = f"""0, {A}, 00000000:01:00.0, 80000, 9.0, NVIDIA H100 80GB HBM3
1, {B}, 00000000:41:00.0, 24000, 8.9, NVIDIA GeForce RTX 4090
2, {C}, 00000000:81:00.0, [N/A], [N/A], NVIDIA GB10, shared
No devices were found
"""
CARDS = parse(TOLD)


def test_the_tools_lines_are_cards_and_what_is_none_is_left_out() -> None:
    assert [card.uuid for card in CARDS] == [A, B, C]
    assert CARDS[1].free == 24000 * 2**20
    assert math.isinf(CARDS[2].free)
    assert [card.capability for card in CARDS] == [9.0, 8.9, 0.0]
    assert parse(f"0, {A}, 00000000:01:00.0, 8000, Tesla P4", OLDER)[0].capability == 0.0
    assert CARDS[2].name == "NVIDIA GB10, shared"
    assert parse("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.") == []


@pytest.mark.parametrize(
    ("chosen", "uuids"),
    [
        (None, [A, B, C]), ("", []), ("-1", []), ("1", [B]), ("2,0", [C, A]), ("1,7,0", [B]),
        (B, [B]), ("GPU-77", [C]), (" 1 , 0 ", [B, A]), ("nonsense", []),
    ],
)  # fmt: skip
def test_cuda_sees_what_its_variable_leaves_in_that_order(chosen: str | None, uuids: list[str]) -> None:
    assert [card.uuid for card in visible(CARDS, chosen)] == uuids


def test_a_fit_runs_on_the_first_card_it_sees_on_all_where_its_file_spreads_it_and_else_on_the_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("installation.network.process.cards.listed", lambda: CARDS)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,0")
    assert ran_on(["gpu:0", "gpu:1"]) == B
    assert ran_on(["gpu:0", "gpu:1"], distributed=True) == f"{B} {A}"
    assert ran_on([]) == "processor"
    monkeypatch.setattr("installation.network.process.cards.listed", list[Card])
    assert ran_on(["gpu:0"]) == ""


@pytest.mark.parametrize(
    ("meter", "ran", "covered"),
    [
        (A, A, True), (A, B, False), (f"{A} {B}", B, True), (A, f"{A} {B}", False), (A, "processor", False),
        ("processor", "processor", True), ("processor", A, False), ("wall", A, True), ("machine", "processor", True),
        (f"{A} processor", "processor", True), ("", A, True), (A, "", True),
    ],
)  # fmt: skip
def test_joules_are_a_fits_only_where_the_meter_covers_what_it_ran_on(meter: str, ran: str, covered: bool) -> None:
    assert covers(meter, ran) is covered


def test_cards_have_one_order_for_meter_memory_and_fit() -> None:
    assert environment("tensorflow", 1, Path("/x"))["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"


REASONS = [
    ("tensorflow", "gpu_device.cc:2342] Cannot dlopen some GPU libraries. Please make sure the missing libraries"
     " mentioned above are installed properly if you would like to use GPU.\nSkipping registering GPU devices...",
     "library is missing"),
    ("tensorflow", "cuda_driver.cc:266] failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error", "has slept"),
    ("tensorflow", "failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)",
     "has slept"),
    ("tensorflow", "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected", "--gpus all"),
    ("tensorflow", "Could not find cuda drivers on your machine, GPU will not be used.", "compute,utility"),
    ("tensorflow", "cuda_diagnostics.cc:214] kernel version 535.1.0 does not match DSO version 550.2.0 -- cannot find"
     " working devices in this configuration", "upgraded while it ran"),
    ("tensorflow", "CUDA driver version is insufficient for CUDA runtime version", "older than this CUDA"),
    ("jax", "RuntimeError: Unknown backend: 'cuda' requested, but no platforms that are instances of cuda are present.",
     "without CUDA"),
    ("jax", "RuntimeError: Unable to initialize backend 'cuda': Backend 'cuda' is not in the list of known backends",
     "without CUDA"),
    ("torch", "RuntimeError: Found no NVIDIA driver on your system.", "compute,utility"),
    ("torch", "RuntimeError: The NVIDIA driver on your system is too old (found version 11040).",
     "older than this CUDA"),
    ("torch", "AssertionError: Torch not compiled with CUDA enabled", "without CUDA"),
    ("tensorflow", "nothing of use", "does not say why"),
]  # fmt: skip


@pytest.mark.parametrize(("backend", "log", "said"), REASONS)
def test_why_there_is_no_card_is_one_sentence_with_what_to_do(backend: str, log: str, said: str) -> None:
    sentence = no_card.reason(backend, log)
    assert said in sentence
    assert backend in sentence
    assert "\n" not in sentence
    assert len(sentence) < 300


def test_a_build_without_cuda_says_so_and_without_a_driver_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "built without CUDA" in no_card.reason("tensorflow", "", built_with_cuda=False)
    monkeypatch.setattr(no_card, "DRIVER", tmp_path / "none")
    assert no_card.why_none("tensorflow") == ""
    monkeypatch.setattr(no_card, "DRIVER", tmp_path)
    assert "built without CUDA" in no_card.why_none("jax")


@pytest.mark.parametrize(
    ("can", "policy"),
    [(12.0, "mixed_bfloat16"), (8.0, "mixed_bfloat16"), (7.5, "mixed_float16"), (7.0, "mixed_float16"),
     (6.1, "float32"), (0.0, "float32")],
)  # fmt: skip
def test_sixteen_bits_are_those_the_card_is_quick_with(can: float, policy: str) -> None:
    assert sixteen_bits(can) == policy


def test_thirty_two_bits_that_were_asked_for_are_not_rounded() -> None:
    found = told(
        f"import json, keras; from installation.network.process.device import exact, rounds; b={QUICK!r}; "
        "before = rounds(b); exact(b); print(json.dumps(dict(before=before, after=rounds(b))))"
    )
    assert found == {"before": True, "after": False}
