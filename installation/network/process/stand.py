"""What stands where `model.fit` was, so that the line on the wall needs no `callbacks=`.

It hands the very arguments of the line to Keras and brings the watch along. In rehearsal it takes one whole batch and
the short last one, so that all that Keras compiles is compiled; when asking it only keeps the rows.
"""

from __future__ import annotations

from typing import Any

REHEARSE, FIT, ASK = "rehearse", "fit", "ask"


class Stand:
    """Called as `model.fit(...)` by the lines of a network's file.

    Args:
        model: the compiled network.
        watch: the callback that rides along in a fit.
    """

    def __init__(self, model: Any, watch: Any) -> None:
        self.model, self.watch, self.plain = model, watch, model.fit
        self.mode, self.seconds = REHEARSE, 0.0
        self.rows: Any = None
        self.batch_size = 32

    def __call__(self, x: Any = None, y: Any = None, batch_size: int | None = None, **others: Any) -> Any:
        self.rows, self.batch_size = (x, y), batch_size or 32
        if self.mode == ASK:
            return None
        if self.mode == REHEARSE:
            return self._rehearse(x, y, batch_size)
        self.watch.ready(_rows(x), self.batch_size, self.seconds)
        own = others.pop("callbacks", None) or []
        others.setdefault("verbose", 0)
        return self.plain(x, y, batch_size, callbacks=[*own, self.watch], **others)

    def _rehearse(self, x: Any, y: Any, batch_size: int | None) -> Any:
        rows = _rows(x)
        if rows is None:
            return self.plain(x, y, batch_size, epochs=1, steps_per_epoch=1, verbose=0)
        few = min(rows, self.batch_size + rows % self.batch_size)
        x, y = _first(x, few), _first(y, few)
        history = self.plain(x, y, batch_size, epochs=1, verbose=0)
        self.model.evaluate(x, y, batch_size=batch_size, verbose=0)
        return history

    def right(self, most: int) -> tuple[float, int]:
        """Share right on the rows at hand, and how many were asked."""
        from .watch import accuracy

        x, y = self.rows
        rows = _rows(x)
        if rows is None or most < 1:
            return float("nan"), 0
        asked = min(rows, most)
        logs = self.model.evaluate(
            _first(x, asked), _first(y, asked), batch_size=self.batch_size, verbose=0, return_dict=True
        )
        return accuracy(logs), asked


def _rows(x: Any) -> int | None:
    """How many rows an input has; None for a stream of unknown length."""
    import keras

    first = keras.tree.flatten(x)[0] if x is not None else None
    shape = getattr(first, "shape", None)
    return int(shape[0]) if shape is not None and len(shape) else None


def _first(x: Any, rows: int) -> Any:
    import keras

    return None if x is None else keras.tree.map_structure(lambda array: array[:rows], x)
