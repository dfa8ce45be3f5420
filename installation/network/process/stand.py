"""What stands where Keras trains: fit, train_on_batch and the optimizers' apply, for every network a file makes.

So that no line of a file needs `callbacks=`, and none is overlooked: in a helper, in a loop, on a second network. The
first of these calls is where a run waits for its press; each hands its very arguments to Keras.
"""

from __future__ import annotations

import functools
import inspect
import math
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import keras

from ..listing import APPLIES, TRAINS, Listing, ListingError
from . import data
from .data import Data
from .measures import numbers
from .tally import BATCHES, FIT, LOOP, Tally
from .watch import Watch


class Stand:
    """Stands in for Keras's own training calls, from `install` on.

    Args:
        listing: the file.
        tally: of what the press trains.
        gate: called before every training; waits at the first one of a run. It hears the model and its data, if known.
    """

    def __init__(self, listing: Listing, tally: Tally, gate: Callable[[Any, Data | None], None]) -> None:
        self.listing, self.tally, self.gate = listing, tally, gate
        self.inside = False  # a call that is watched: what Keras calls within it is its own matter
        self.fits: list[tuple[Any, Data]] = []  # the last call of fit
        self.plain_fit = keras.Model.fit
        self.main = threading.main_thread()
        self.fault: ListingError | None = None  # of a thread, which cannot raise it here

    def install(self) -> None:
        """Take the places."""
        keras.Model.fit = self._in_place(keras.Model.fit, self._fit)
        keras.Model.train_on_batch = self._in_place(keras.Model.train_on_batch, self._train_on_batch)
        kinds = [_base(keras.optimizers.Optimizer), keras.optimizers.LossScaleOptimizer]
        for kind in kinds:
            kind.apply = self._in_place(kind.apply, self._apply)

    def _in_place(self, plain: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(plain)
        def call(model: Any, *args: Any, **more: Any) -> Any:
            if self.inside:
                return plain(model, *args, **more)
            with self.quiet():
                return ours(plain, model, args, more)

        return call

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """While our own lines or Keras's run: what trains within is not the file's, and no signal may end it."""
        before, self.inside = self.inside, True
        try:
            yield
        finally:
            self.inside = before

    # -- the three calls
    def _fit(self, plain: Callable[..., Any], model: Any, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
        try:
            bound = inspect.signature(plain).bind(model, *args, **more)
        except TypeError:
            return plain(model, *args, **more)  # Keras says what is wrong with it
        line, at = self._place(TRAINS)
        found = data.look(dict(list(bound.arguments.items())[1:]))
        self.gate(model, found)
        self.tally.begin(FIT, model.name, line, at)
        watch = Watch(self.tally, found.rows, found.batch_rows)
        self.fits = [(model, found)]
        try:
            return plain(model, **_watched(found.arguments, watch))
        finally:
            self.tally.end()

    def _train_on_batch(
        self, plain: Callable[..., Any], model: Any, args: tuple[Any, ...], more: Mapping[str, Any]
    ) -> Any:
        line, at = self._place(TRAINS)
        self.gate(model, None)
        self.tally.begin(BATCHES, model.name, line, at)
        self.fits = []
        by_name = bool(more.get("return_dict"))
        logs = plain(model, *args, **{**more, "return_dict": True})
        rows = data.count(args[0] if args else more.get("x"))
        self._count(rows, logs, model.name)
        return logs if by_name else model._flatten_metrics_in_order(logs)

    def _apply(self, plain: Callable[..., Any], optimizer: Any, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
        if threading.current_thread() is not self.main:
            return plain(optimizer, *args, **more)
        line, at = self._place(APPLIES)
        self.gate(None, None)
        self.tally.begin(LOOP, self.listing.path.stem, line, at)
        self.fits = []
        result = plain(optimizer, *args, **more)
        self._count(None, {}, "", told=_at_once(args[0] if args else more.get("grads")))
        return result

    def _count(self, rows: int | None, logs: Mapping[str, Any], network: str, told: bool = True) -> None:
        part = self.tally.part
        assert part is not None
        measures = {(f"{network} {name}" if len(part.networks) > 1 else name): v for name, v in numbers(logs).items()}
        self.tally.broken |= any(math.isnan(v) for name, v in measures.items() if name.endswith("loss"))
        self.tally.count(1 if told else math.nan, math.nan if rows is None else rows, measures)
        self.tally.now.loss = measures.get("loss", math.nan)
        self.tally.now.batch = part.updates if math.isfinite(part.updates) else 0.0
        self.tally.show()

    # -- where it is
    def _place(self, names: tuple[str, ...]) -> tuple[str, int]:
        """The call in the file that led here, and its line.

        Raises:
            ListingError: it was led here in a thread of its own.
        """
        line = line_of(sys._getframe(3), str(self.listing.path))
        if threading.current_thread() is not self.main:
            where = f"{self.listing.path.name}, line {line}" if line else self.listing.path.name
            self.fault = ListingError(f"{where}: fit runs in a thread of its own; call it in `network` itself.")
            raise self.fault
        return self.listing.call_at(line, names), line


def line_of(frame: FrameType | None, path: str) -> int:
    """The line of a file that runs in a frame or called it; 0 where none did."""
    while frame is not None and frame.f_code.co_filename != path:
        frame = frame.f_back
    return frame.f_lineno if frame else 0


def _watched(arguments: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
    """The call's own arguments, and the watch among its callbacks; Keras's progress bar is not drawn."""
    own = arguments.get("callbacks")
    if isinstance(own, keras.callbacks.CallbackList):
        own.append(watch)
        return dict(arguments)
    several = own if isinstance(own, list | tuple) else [own] if own is not None else []
    verbose = arguments.get("verbose", "auto")
    return dict(arguments) | {"callbacks": [*several, watch], "verbose": 0 if verbose == "auto" else verbose}


def _base(kind: type) -> type:
    """The class in which all optimizers have their apply."""
    return next(k for k in reversed(kind.__mro__) if "apply" in vars(k))


def _at_once(grads: Any) -> bool:
    """Whether an update happens now, and not only when the compiled loop runs."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return bool(tf.executing_eagerly())
    if keras.backend.backend() == "jax":
        import jax

        return not any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree_util.tree_leaves(grads))
    return True
