"""How many floating-point operations one step takes, by the formula of each layer.

Forward, a layer with a kernel multiplies and adds each of its weights once for every place of its output: two
operations each. Backward it does the same twice, once for its weights and once for what came in; a layer that stands
first, on the data, needs no gradient of its input. Attention adds its two products over all pairs of places. What is
done number by number (activations, norms, the optimizer) is left out: it is under one per cent in these networks.
The rule "three times forward" and the form 6 N T + 12 L B S^2 H: Kaplan and others, arXiv 2001.08361, section 2.1.
"""

from __future__ import annotations

import math
from typing import Any

from .memory import elements

WITHOUT = ("Dropout", "LayerNormalization", "BatchNormalization", "Embedding", "Rescaling")  # no products


def operations(model: Any, rows: int) -> float:
    """Floating-point operations of one step of `rows` rows; 0 where a layer is of a kind we have no formula for."""
    counts = [_of(layer) for layer in getattr(model, "layers", [])]
    if not counts or any(math.isnan(count) for count in counts):
        return 0.0
    return rows * math.fsum(counts)


def _of(layer: Any) -> float:
    """Operations of one layer for one row, forward and backward; nan where we have no formula."""
    kind = type(layer).__name__
    if kind == "MultiHeadAttention":
        return 3 * _attention(layer)
    kernel = getattr(layer, "kernel", None)
    if kernel is None or kind in WITHOUT:
        known = kind in WITHOUT or not getattr(layer, "trainable_variables", [])
        return 0.0 if known else math.nan
    if kind != "Dense" and not kind.startswith("Conv"):
        return math.nan
    forward: float = 2.0 * math.prod(kernel.shape) * elements(layer.output.shape) / kernel.shape[-1]
    return forward * (2 if _on_data(layer) else 3)


def _attention(layer: Any) -> float:
    """Forward: four products with weights at each place, and two of each place with all others."""
    places, width = int(layer.output.shape[1]), int(layer.num_heads * layer.key_dim)
    kernels = (layer._query_dense, layer._key_dense, layer._value_dense, layer._output_dense)
    weights: int = sum(math.prod(dense.kernel.shape) for dense in kernels)
    return 2.0 * weights * places + 2 * 2.0 * places**2 * width


def _on_data(layer: Any) -> bool:
    """Whether nothing that learns stands before this layer."""
    return all(_only_data(tensor) for tensor in layer._inbound_nodes[0].input_tensors)


def _only_data(tensor: Any) -> bool:
    before = getattr(tensor, "_keras_history", None)
    if before is None or before.operation is None:
        return True
    if getattr(before.operation, "trainable_variables", []):
        return False
    nodes = getattr(before.operation, "_inbound_nodes", [])
    return all(_only_data(t) for t in nodes[before.node_index].input_tensors) if nodes else True
