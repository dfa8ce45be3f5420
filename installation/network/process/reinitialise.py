"""A network begins again as its listing left it: what its initializers drew is drawn anew, all else is put back.

Keras forgets an initializer once a variable is drawn, and no list of names is whole (an LSTM's forget bias, the scale
of a 16-bit optimizer, weights that a file loads). So every variable is noted as it is made, with its initializer and
what that drew; whatever differs from it later was set by the listing, and is kept.
"""

from __future__ import annotations

import contextlib
import math
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

SEEDS = "seed_generator_state"  # a stream of random numbers goes on: put back, it would repeat itself
SMALL = 20_000  # numbers; a larger array is added up where it lies


@dataclass
class Made:
    """A variable as it was made: its initializer, None where its first value was given; two sums of that value."""

    variable: weakref.ref[Any]
    initializer: Callable[..., Any] | None
    sums: tuple[float, float] | None = None


class Variables:
    """Every variable of Keras in this process; made before the first one is."""

    def __init__(self) -> None:
        self.made: dict[int, Made] = {}
        self.kept: list[tuple[weakref.ref[Any], Any]] = []
        self._listen()

    def _listen(self) -> None:
        """Be told of each variable that Keras makes."""
        kind, note, drawn = keras.Variable, self._note, self._drawn
        plain, deferred = kind.__init__, kind._deferred_initialize

        def made(variable: Any, initializer: Any, *args: Any, **more: Any) -> None:
            plain(variable, initializer, *args, **more)
            note(variable, initializer)

        def made_later(variable: Any) -> None:
            deferred(variable)
            drawn(variable)

        kind.__init__, kind._deferred_initialize = made, made_later

    def _note(self, variable: Any, initializer: Any) -> None:
        key = id(variable)
        forgotten = weakref.ref(variable, lambda _: self.made.pop(key, None))
        named = keras.initializers.get(initializer) if isinstance(initializer, str) else initializer
        self.made[key] = Made(forgotten, named if callable(named) else None)
        self._drawn(variable)

    def _drawn(self, variable: Any) -> None:
        if made := self.made.get(id(variable)):
            made.sums = _sums(variable)

    def _all(self) -> Iterator[tuple[Any, Made]]:
        for made in list(self.made.values()):
            variable = made.variable()
            if variable is not None and getattr(variable, "_value", None) is not None:
                yield variable, made

    def keep(self, drawn_too: bool) -> None:
        """Keep the values of all variables; without what initializers drew, if that is to be drawn anew."""
        self.kept = [
            (made.variable, None if not drawn_too and _is_drawn(variable, made) else np.array(_numbers(variable)))
            for variable, made in self._all()
        ]

    def put_back(self) -> None:
        """Give every variable its kept value; one that was made since gets what its initializer gives."""
        known = {id(variable): value for ref, value in self.kept if (variable := ref()) is not None}
        for variable, made in self._all():
            value = known.get(id(variable))
            if value is not None:
                variable.assign(value)
            elif id(variable) not in known and made.initializer is not None:
                variable.assign(made.initializer(variable.shape, dtype=variable.dtype))

    def begin_again(self) -> None:
        """Put every variable back; what its initializer drew is drawn anew, unless the listing chose the seed."""
        known = {id(variable): value for ref, value in self.kept if (variable := ref()) is not None}
        for variable, made in self._all():
            value = known.get(id(variable))
            if variable.path.endswith(SEEDS):
                continue
            if value is not None:
                variable.assign(value)
            elif made.initializer is not None:
                variable.assign(anew(made.initializer)(variable.shape, dtype=variable.dtype))


def anew(initializer: Callable[..., Any]) -> Callable[..., Any]:
    """The same initializer with a new seed, where nobody chose its seed: the very same would draw the same numbers."""
    if isinstance(initializer, keras.initializers.Initializer) and getattr(initializer, "_init_seed", 0) is None:
        fresh: Callable[..., Any] = type(initializer).from_config(initializer.get_config() | {"seed": None})
        return fresh
    return initializer


def _is_drawn(variable: Any, made: Made) -> bool:
    return made.initializer is not None and (made.sums is None or made.sums == _sums(variable))


def _sums(variable: Any) -> tuple[float, float] | None:
    """Two sums over a variable's numbers; None where it has none yet, or none that can be added up now."""
    with contextlib.suppress(AttributeError, NotImplementedError, TypeError, ValueError):
        if math.prod(variable.shape) > SMALL:
            wide = keras.ops.cast(variable, "float32")
            return float(keras.ops.sum(wide)), float(keras.ops.sum(keras.ops.abs(wide)))
        numbers = _numbers(variable).astype(np.float64)
        return float(numbers.sum()), float(np.abs(numbers).sum())
    return None


def _numbers(variable: Any) -> np.ndarray[Any, Any]:
    numbers: np.ndarray[Any, Any] = keras.ops.convert_to_numpy(variable)
    return numbers
