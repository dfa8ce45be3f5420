"""The rehearsal trains one whole batch and the short last one before a press: all that is slow is done once.

Afterwards every variable and every stream of random numbers is as the file's lines left it, so that the fit that
follows is the one the file would have had.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from .data import Data
from .reinitialise import Variables


class Keep(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps all variables once Keras has built the network, and before it is trained."""

    def __init__(self, keep: Callable[[], None]) -> None:
        super().__init__()
        self.keep = keep

    def on_train_begin(self, logs: Any = None) -> None:
        self.keep()


def rehearse(model: Any, data: Data, variables: Variables, fit: Callable[..., Any], drawn_too: bool) -> None:
    """Rehearse one call of fit.

    Args:
        model, data: of the call.
        variables: of this process; afterwards they are as before.
        fit: Keras's own.
        drawn_too: whether the very numbers that initializers drew come back; else they are to be drawn anew.
    """
    few = data.few()
    with _same_luck():
        _build(model, few)
        history = getattr(model, "history", None)
        fit(model, **few, epochs=1, verbose=0, callbacks=[Keep(lambda: variables.keep(drawn_too))])
        if getattr(model, "_compile_loss", None) is not None:
            asked = {k: v for k, v in few.items() if k in ("x", "y", "batch_size")}
            model.evaluate(**asked, verbose=0)
        variables.put_back()
        model.history, model.stop_training = history, False


def _build(model: Any, few: dict[str, Any]) -> None:
    """TensorFlow would build a network only inside its first step, when it is too late to keep what was drawn."""
    if keras.backend.backend() == "tensorflow" and not all(layer.built for layer in model._flatten_layers()):
        batch = (few["x"], few.get("y"), few.get("sample_weight"))
        arrays = keras.tree.map_structure(lambda part: None if part is None else _as_keras(part), batch)
        with contextlib.suppress(RuntimeError):  # a network that is never called as a whole builds in its own step
            model._symbolic_build(data_batch=arrays)


def _as_keras(array: Any) -> Any:
    made = keras.ops.convert_to_tensor(np.asarray(array)[:2])
    return keras.ops.cast(made, keras.config.floatx()) if "float" in str(made.dtype) else made


@contextlib.contextmanager
def _same_luck() -> Iterator[None]:
    """Leave every stream of random numbers where it was."""
    python, numpy, backend = random.getstate(), np.random.get_state(), _tensorflow_luck()
    state = backend.getstate() if backend else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        if backend and state:
            backend.setstate(state)


def _tensorflow_luck() -> random.Random | None:
    """From which TensorFlow draws the seeds of its operations, once a file has set a seed."""
    if keras.backend.backend() != "tensorflow":
        return None
    from tensorflow.python.eager import context

    return getattr(context.context(), "_rng", None)
