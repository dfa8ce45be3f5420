"""How many floating-point operations one step takes, by the formula of each layer, at each place where it is called.

Forward, a layer with a kernel multiplies and adds each of its weights once for every place it is laid on: two
operations each. Backward it does the same twice, once for its weights and once for what came in; a frozen layer needs
none for its weights, and where nothing before it learns, none for its input. Attention adds its two products over all
pairs of places; a recurrent layer multiplies its two kernels at each step. What is done number by number (activations,
norms, the optimizer) is left out: it is under one per cent in these networks. A network with a layer for which we have
no formula is not counted.
The rule "three times forward" and the form 6 N T + 12 L B S^2 H: Kaplan and others, arXiv 2001.08361, section 2.1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers as k

from .memory import elements

UNKNOWN = math.nan
DENSE = (k.Dense, k.EinsumDense)
TRANSPOSED = (k.Conv1DTranspose, k.Conv2DTranspose, k.Conv3DTranspose)
DEPTHWISE = (k.DepthwiseConv1D, k.DepthwiseConv2D)
SEPARABLE = (k.SeparableConv1D, k.SeparableConv2D)
CONVOLVED = (k.Conv1D, k.Conv2D, k.Conv3D)
GATES = {k.LSTM: 4, k.GRU: 3, k.SimpleRNN: 1}  # kernels of a cell, side by side in one array
NUMBER_BY_NUMBER = (
    *(k.Embedding, k.LayerNormalization, k.BatchNormalization, k.GroupNormalization, k.UnitNormalization),
    *(k.RMSNormalization, k.PReLU, k.Normalization, k.Rescaling),
)  # they may have weights, and no products


@dataclass(frozen=True)
class Call:
    """One place where a layer is called: its inputs and outputs, for one row, and whether it learns."""

    layer: Any
    inputs: list[Any]
    outputs: list[Any]
    learns: bool
    before: bool  # whether anything that learns stands before it


def operations(model: Any, rows: int) -> float:
    """Floating-point operations of one step of `rows` rows; 0 where it is not counted."""
    if not rows:
        return 0.0
    total = math.fsum(_of(call) for call in _calls(model, model.trainable, set()))
    return 0.0 if math.isnan(total) else rows * total


def _calls(model: Any, learns: bool, learned: set[int]) -> Iterator[Call]:
    """Every call of every layer, those of networks within it too, in the order in which they run.

    Args:
        model: a network.
        learns: whether it is trained as a whole.
        learned: ids of tensors before which something learns; those that come out are added.
    """
    graph = getattr(model, "_functional", None) or model
    if not getattr(graph, "_nodes_by_depth", None):
        yield Call(model, [], [], learns, False)  # a class of its own: its calls are not known
        return
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            if not node.is_input:
                yield from _node(node, learns, learned)


def _node(node: Any, learns: bool, learned: set[int]) -> Iterator[Call]:
    layer, inputs, outputs = node.operation, list(node.input_tensors), list(node.outputs)
    trained = learns and bool(getattr(layer, "trainable_variables", []))
    before = any(id(tensor) in learned for tensor in inputs)
    if isinstance(layer, keras.Model) and _like_itself(layer, inputs):
        inner = getattr(layer, "_functional", None) or layer
        within = {id(own) for own, given in zip(inner.inputs, inputs, strict=True) if id(given) in learned}
        yield from _calls(layer, learns and layer.trainable, within)
    else:
        yield Call(layer, inputs, outputs, trained, before)
    if trained or before:
        learned.update(id(tensor) for tensor in outputs)


def _like_itself(model: Any, inputs: list[Any]) -> bool:
    """Whether a network is called on the shapes it was made for: then its own graph says what happens in it."""
    inner = getattr(model, "_functional", None) or model
    own = getattr(inner, "inputs", None)
    return own is not None and [tuple(t.shape[1:]) for t in own] == [tuple(t.shape[1:]) for t in inputs]


def _of(call: Call) -> float:
    """Operations of one call for one row, forward and backward; nan where we have no formula."""
    if isinstance(call.layer, k.MultiHeadAttention | k.GroupQueryAttention):
        return _attention(call)
    if isinstance(call.layer, k.Bidirectional):
        halves = (call.layer.forward_layer, call.layer.backward_layer)
        return math.fsum(_of(Call(half, call.inputs, call.outputs, call.learns, call.before)) for half in halves)
    forward = _forward(call)
    return forward * (1 + call.learns + call.before)


def _forward(call: Call) -> float:
    layer = call.layer
    wrapped = layer.layer if isinstance(layer, k.TimeDistributed) else layer
    if isinstance(wrapped, NUMBER_BY_NUMBER) or not (getattr(layer, "weights", []) or isinstance(layer, keras.Model)):
        return _product(call)
    if isinstance(wrapped, SEPARABLE):
        places = 2.0 * _places(wrapped, call.outputs[0])
        return places * float(math.prod(wrapped.depthwise_kernel.shape) + math.prod(wrapped.pointwise_kernel.shape))
    kernel = getattr(wrapped, "kernel", None)
    for kind, gates in GATES.items():
        if isinstance(wrapped, kind):
            cell = wrapped.cell
            assert gates * cell.units == cell.kernel.shape[-1]
            steps = 2.0 * (call.inputs[0].shape[1] or UNKNOWN)
            return steps * float(math.prod(cell.kernel.shape) + math.prod(cell.recurrent_kernel.shape))
    if kernel is None or type(wrapped).call not in _KNOWN_CALLS:
        return UNKNOWN
    if isinstance(wrapped, TRANSPOSED):  # laid on every place of what comes in
        return 2.0 * float(math.prod(kernel.shape)) * _places(wrapped, call.inputs[0])
    if isinstance(wrapped, k.EinsumDense):
        return _einsum(wrapped.equation, call.inputs[0].shape, kernel.shape)
    if isinstance(wrapped, k.Dense):
        return 2.0 * float(math.prod(kernel.shape)) * elements(call.outputs[0].shape) / int(kernel.shape[-1])
    return 2.0 * float(math.prod(kernel.shape)) * _places(wrapped, call.outputs[0])


_KNOWN_CALLS = {kind.call for kind in (*DENSE, *TRANSPOSED, *DEPTHWISE, *CONVOLVED)}


def _places(layer: Any, tensor: Any) -> float:
    """On how many places of a tensor a kernel is laid: the product of its sizes but rows and channels."""
    last = layer.data_format == "channels_last"
    sizes = tensor.shape[1:-1] if last else tensor.shape[2:]
    return UNKNOWN if None in sizes else float(math.prod(sizes))


def _einsum(equation: str, shape: tuple[int | None, ...], kernel: tuple[int, ...]) -> float:
    """Two operations for each combination of all letters of an equation, for one row."""
    left, _, _ = equation.partition("->")
    first, second = left.replace("...", "").split(",")
    sizes = dict(zip(second, kernel, strict=False)) | dict(zip(reversed(first), reversed(shape), strict=False))
    sizes[first[0]] = 1
    return UNKNOWN if None in sizes.values() else 2.0 * math.prod(size or 1 for size in sizes.values())


def _product(call: Call) -> float:
    """Of a layer without a kernel: nothing, unless it multiplies two tensors that come in."""
    name = type(call.layer).__name__
    if name in ("Matmul", "Dot", "Einsum", "Tensordot", "Inner", "Attention", "AdditiveAttention"):
        return UNKNOWN
    return UNKNOWN if isinstance(call.layer, k.Lambda | k.RNN) else 0.0


def _attention(call: Call) -> float:
    """Forward: four products with weights at each place, and two of each place with all others."""
    layer, (asked, *rest) = call.layer, [t.shape for t in call.inputs]
    if isinstance(layer, k.GroupQueryAttention):
        return UNKNOWN
    keys = rest[-1] if len(rest) > 1 else (rest[0] if rest else asked)
    places, others = asked[1] or UNKNOWN, keys[1] or UNKNOWN
    size = {
        name: math.prod(getattr(layer, f"_{name}_dense").kernel.shape) for name in ("query", "key", "value", "output")
    }
    weights = 2.0 * (places * (size["query"] + size["output"]) + others * (size["key"] + size["value"]))
    width = layer.num_heads * (layer.key_dim + (layer.value_dim or layer.key_dim))
    pairs = 2.0 * places * others * width
    return float(weights * (1 + call.learns + call.before) + pairs * (1 + 2 * (call.learns or call.before)))
