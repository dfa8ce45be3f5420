"""A compiled network begins again: every layer draws new weights from its own initializer, the optimizer forgets.

TensorFlow never gives back the memory of a compiled network, and even building one anew without fitting it leaves some
0.2 MB behind at each press (measured). So one network is compiled in a process, and begun again for each press.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

ARRAYS = ("kernel", "bias", "gamma", "beta", "embeddings", "moving_mean", "moving_variance", "depthwise_kernel")


def begin_again(model: Any) -> None:
    """Give a network fresh random weights and its optimizer a fresh start.

    An array a layer names (kernel, gamma, ...) is drawn by that layer's own initializer with a new seed; any other by
    its shape: matrices by Glorot's uniform rule, which is Keras's default, the rest zero.
    """
    drawn = set()
    for variable, initializer in _named(model):
        variable.assign(_anew(initializer)(variable.shape, variable.dtype))
        drawn.add(id(variable))
    for variable in model.trainable_variables:
        if id(variable) not in drawn:
            plain = keras.initializers.GlorotUniform() if len(variable.shape) > 1 else keras.initializers.Zeros()
            variable.assign(plain(variable.shape, variable.dtype))
    _forget(model.optimizer)


def _named(model: Any) -> Iterator[tuple[Any, Any]]:
    for layer in model._flatten_layers():
        for name in ARRAYS:
            variable, initializer = getattr(layer, name, None), getattr(layer, f"{name}_initializer", None)
            if hasattr(variable, "assign") and callable(initializer):
                yield getattr(layer, f"_{name}", variable), initializer


def _anew(initializer: Any) -> Any:
    """The same initializer with a new seed: the very same object would draw the same numbers again."""
    if not isinstance(initializer, keras.initializers.Initializer):
        return initializer
    settings = initializer.get_config()
    if "seed" in settings:
        settings["seed"] = None
    return type(initializer).from_config(settings)


def _forget(optimizer: Any) -> None:
    """All that an optimizer remembers starts at zero in SGD, RMSprop, Adam and AdamW; its learning rate stays."""
    for variable in optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(keras.ops.zeros(variable.shape, variable.dtype))
