"""How much memory a fit takes, by a stated formula, and how much there is: asked before a network is compiled.

    bytes = weights x (4 for the weight + 4 for its gradient + 4 for each array the optimizer keeps)
          + rows of a batch x what the layers give out for one row x 4 x KEPT

Every layer's output is kept for the way back; attention also keeps its queries, keys, values, context, and one number
for each pair of places, before and after the softmax. KEPT covers an output, its
gradient and a working copy; with it BERT comes within a tenth of what was measured (docs/networks.md).
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from .cards import training

FLOAT = 4  # bytes; mixed precision keeps its weights so too
SLOTS = {"SGD": 0, "RMSprop": 1, "Adagrad": 1, "Lion": 1, "Adam": 2, "AdamW": 2, "Nadam": 2, "Adamax": 2}
MOST_SLOTS = 3  # of an optimizer we do not know
KEPT = 3.0
FREE_SHARE = 0.9  # of the free memory that a fit may take
RESERVED = 2 * 10**9  # bytes of addresses
ALL = 1e15  # bytes, more than any machine has
CGROUP = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory.current"),
    Path("/sys/fs/cgroup/memory.stat"),
)


@dataclass(frozen=True)
class Room:
    """Memory that a fit may take, in bytes, and who says so."""

    bytes: float
    source: str

    def sentence(self) -> str:
        return f"{self.bytes / 1e9:.1f} GB are free, {self.source}"


@dataclass(frozen=True)
class Need:
    """Memory of one fit, in bytes."""

    weights: float
    gradients: float
    optimizer: float
    activations: float

    @property
    def total(self) -> float:
        return self.weights + self.gradients + self.optimizer + self.activations

    def sentence(self, name: str, room: Room) -> str:
        """Why a network is refused, with its arithmetic."""
        parts = (self.weights, self.gradients, self.optimizer, self.activations)
        weights, gradients, optimizer, activations = (f"{part / 1e9:.1f}" for part in parts)
        return (
            f"{name} needs {self.total / 1e9:.1f} GB ({weights} for its weights, {gradients} for gradients, "
            f"{optimizer} for the optimizer, {activations} for one batch); {room.sentence()}: not begun."
        )


def need(weights: float, slots: int, rows: int, given_out: float) -> Need:
    """The formula above.

    Args:
        weights: number of weights.
        slots: arrays the optimizer keeps for each array of weights.
        rows: rows of one batch.
        given_out: numbers that all layers together give out for one row.
    """
    return Need(weights * FLOAT, weights * FLOAT, weights * FLOAT * slots, rows * given_out * FLOAT * KEPT)


def need_of(model: Any, rows: int) -> Need:
    """The formula for a built and compiled network."""
    slots = SLOTS.get(type(model.optimizer).__name__, MOST_SLOTS)
    return need(model.count_params(), slots, rows, given_out(model))


def given_out(model: Any) -> float:
    """Numbers that the layers of a network give out for one row; 0 for a network whose layers do not say."""
    return math.fsum(_given_out(layer) for layer in getattr(model, "layers", []))


def _given_out(layer: Any) -> float:
    numbers = 0.0
    for node in getattr(layer, "_inbound_nodes", []):
        for tensor in node.output_tensors:
            numbers += elements(tensor.shape)
    if type(layer).__name__ == "MultiHeadAttention":
        places, width = layer.output.shape[1], layer.num_heads * layer.key_dim
        numbers += 4 * places * width + 2 * layer.num_heads * places**2
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return numbers * (1 if activation in ("linear", "relu") or numbers == 0 else 2)


def elements(shape: tuple[int | None, ...]) -> int:
    """Numbers in one row of a batch: the product of all sizes but the first."""
    return math.prod(size or 1 for size in shape[1:])


def room_for(cards: list[str], allowed: float) -> Room:
    """What a fit may take: the least of what the settings allow and nine tenths of what is free here.

    Args:
        cards: the graphics cards Keras can use.
        allowed: bytes, as [network] memory_gb says; infinite where it says nothing.
    """
    here = free(cards) * FREE_SHARE
    if allowed <= here:
        return Room(allowed, "as [network] memory_gb in config.toml says")
    if cards:
        return Room(here, "nine tenths of what the driver says of the card")
    container = _free_in_group() < psutil.virtual_memory().available
    return Room(here, f"nine tenths of what is free in this {'container' if container else 'machine'}")


def free(cards: list[str]) -> float:
    """Bytes that are free for a fit: on the card where there is one, else in this machine's memory."""
    return _free_on_card(cards) if cards else min(float(psutil.virtual_memory().available), _free_in_group())


def _free_on_card(seen: list[str]) -> float:
    """By the driver's own tool, of the card that trains; infinite where there is none, and we just try."""
    return min((card.free for card in training(seen)), default=math.inf)


def _free_in_group() -> float:
    """What a container's own limit leaves; memory it holds only as copies of files counts as free."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        limit, used, stat = (path.read_text() for path in CGROUP)
        files = next(float(line.split()[1]) for line in stat.splitlines() if line.startswith("inactive_file "))
        return float(limit) - float(used) + files
    return math.inf


def cap(more: float) -> None:
    """Let this process take so many bytes more and no more, where the system knows such a limit (not on a card).

    The limit counts addresses, not memory, and threads reserve more of them than they ever use: hence RESERVED.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        limit = psutil.Process().memory_info().vms + int(min(more, ALL)) + RESERVED
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))
