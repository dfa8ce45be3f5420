"""The data of one call of fit: how many rows came, a few of them to rehearse on, those shown, those held out.

Keras takes arrays of many libraries, datasets that can be gone through again, and generators that can not. What can
not be looked at without being used up is left alone.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

import keras
import numpy as np

KERAS_ROWS = 32  # of a batch, where the call does not say
NEW = 0.9  # share of rows that must not have been shown for the others to be called new
COMPARED = 20_000  # rows that are compared at most
Rows = dict[str, Any]  # arguments of fit or evaluate


@dataclass
class Data:
    """What a call of fit brings.

    Attributes:
        arguments: of the call, by name; a generator that was looked into is replaced by one that gives all.
        rows: of an epoch, without those held out; None where nobody knows.
        batch_rows: rows of a batch; 0 where nobody knows.
        first: the first batch as arrays (x, y, weights), of data that are no arrays; None where there is none.
    """

    arguments: dict[str, Any]
    rows: int | None
    batch_rows: int
    first: tuple[Any, ...] | None = None

    @property
    def are_arrays(self) -> bool:
        return self.rows is not None

    # -- for the rehearsal
    def few(self) -> Rows:
        """Arguments of a fit on one whole batch and the short last one, so that all that Keras compiles is compiled."""
        own = self.arguments
        kept = {k: own[k] for k in ("class_weight", "shuffle") if own.get(k) is not None}
        if self.first is not None:
            x, y, weights = keras.utils.unpack_x_y_sample_weight(self.first)
            kept.pop("class_weight", None)
            return kept | {"x": x, "y": y, "sample_weight": weights, "batch_size": self.batch_rows}
        assert self.rows is not None
        few = min(self.rows, self.batch_rows + self.rows % max(self.batch_rows, 1))
        arrays = {k: head(own[k], few) for k in ("x", "y", "sample_weight") if own.get(k) is not None}
        return kept | arrays | {"batch_size": self.batch_rows}

    # -- for the two numbers
    def shown(self, most: int) -> tuple[Rows, int] | None:
        """Arguments of evaluate for rows that were trained on, and how many; None where nobody can ask."""
        own = self.arguments
        if self.rows is not None:
            asked = self._whole_batches(min(self.rows, most))
            return self._arrays(own["x"], own.get("y"), asked), asked
        return self._again(own["x"], most)

    def _again(self, x: Any, most: int) -> tuple[Rows, int] | None:
        """The same of a dataset; one without length, or one that is used up, is not asked."""
        steps = max(1, most // max(self.batch_rows, 1))
        if _is_dataset(x):
            return {"x": x.take(steps), "y": None}, steps * self.batch_rows
        if isinstance(x, keras.utils.PyDataset) and isinstance(x.num_batches, int):
            return {"x": x, "y": None, "steps": min(steps, x.num_batches)}, steps * self.batch_rows
        return None

    def held_out(self, most: int) -> tuple[Rows, int] | None:
        """The same for rows that the file holds out of its training; None where it holds out none."""
        own = self.arguments
        if (given := own.get("validation_data")) is not None:
            if not isinstance(given, tuple | list):
                return self._again(given, most)
            x, y, _ = keras.utils.unpack_x_y_sample_weight(tuple(given))
            if (rows := count(x)) is None:
                return self._again(x, most)
            return self._arrays(x, y, min(rows, most)), min(rows, most)
        if self.rows is not None and own.get("validation_split"):
            x, y = (tail(own.get(name), self.rows) for name in ("x", "y"))
            asked = min(count(x) or 0, most)
            return (self._arrays(x, y, asked), asked) if asked else None
        return None

    def _arrays(self, x: Any, y: Any, rows: int) -> Rows:
        return {"x": head(x, rows), "y": head(y, rows), "batch_size": self.batch_rows}

    def _whole_batches(self, rows: int) -> int:
        """Sizes that were rehearsed: another would be compiled for the question alone."""
        return rows if rows == self.rows or rows < self.batch_rows else rows - rows % self.batch_rows

    def new_to(self, shown: frozenset[bytes], most: int) -> tuple[Rows, int] | None:
        """Arguments of evaluate for rows none of which is among those shown; None if these are the same rows again."""
        own = self.arguments
        if self.rows is None or not shown:
            return None
        told = _digests(own["x"], min(self.rows, COMPARED))
        new = np.array([digest not in shown for digest in told], bool)
        if new.mean() < NEW:
            return None
        chosen = np.flatnonzero(new)[: self._whole_batches(min(most, int(new.sum())))]
        x, y = (None if own.get(name) is None else pick(own[name], chosen) for name in ("x", "y"))
        return {"x": x, "y": y, "batch_size": self.batch_rows}, len(chosen)

    def digests(self) -> frozenset[bytes]:
        """All rows of the call, those held out too, each as a short digest; none where there are too many."""
        total = count(self.arguments["x"])
        if self.rows is None or not total or total > COMPARED:
            return frozenset()
        return frozenset(_digests(self.arguments["x"], total))


def look(arguments: Mapping[str, Any]) -> Data:
    """See what a call of fit brings, without using anything up."""
    own, x = dict(arguments), arguments.get("x")
    size = own.get("batch_size")
    if (rows := count(x)) is not None:
        if split := own.get("validation_split") and own.get("validation_data") is None and own["validation_split"]:
            rows = math.floor(rows * (1.0 - split))
        return Data(own, rows, min(int(size or KERAS_ROWS), max(rows, 1)))
    first: tuple[Any, ...] | None = None
    if isinstance(x, keras.utils.PyDataset):
        first = _as_tuple(x[0])
    elif _is_dataset(x):
        first = next((_as_tuple(batch) for batch in x.take(1)), None)
    elif isinstance(x, types.GeneratorType):
        head_of = list(itertools.islice(x, 1))
        own["x"] = _all(head_of, x)
        first = _as_tuple(head_of[0]) if head_of else None
    return Data(own, None, (count(first[0]) or 0) if first else 0, first)


def _all(first: list[Any], rest: Iterator[Any]) -> Iterator[Any]:
    yield from first
    yield from rest


def _as_tuple(batch: Any) -> tuple[Any, ...]:
    return tuple(batch) if isinstance(batch, tuple | list) else (batch,)


def _is_dataset(x: Any) -> TypeGuard[Any]:
    return hasattr(x, "element_spec") and hasattr(x, "take")


def count(x: Any) -> int | None:
    """How many rows an input has; None for what is no array."""
    if x is None or isinstance(x, keras.utils.PyDataset) or _is_dataset(x) or isinstance(x, types.GeneratorType):
        return None
    first = next(iter(keras.tree.flatten(x)), None)
    shape = getattr(first, "shape", None)
    return int(shape[0]) if shape is not None and len(shape) and shape[0] is not None else None


def head(x: Any, rows: int) -> Any:
    """The first rows of an input."""
    return None if x is None else keras.tree.map_structure(lambda array: array[:rows], x)


def tail(x: Any, rows: int) -> Any:
    """All but the first rows."""
    return None if x is None else keras.tree.map_structure(lambda array: array[rows:], x)


def pick(x: Any, rows: Any) -> Any:
    """Chosen rows."""
    return keras.tree.map_structure(lambda array: np.asarray(array)[rows], x)


def _digests(x: Any, rows: int) -> list[bytes]:
    arrays = [np.ascontiguousarray(np.asarray(head(array, rows))).reshape(rows, -1) for array in keras.tree.flatten(x)]
    return [hashlib.blake2b(b"".join(a[i].tobytes() for a in arrays), digest_size=8).digest() for i in range(rows)]
