"""The watch rides along in a fit and writes its progress to the record, in step with training and without slowing it.

It writes from the hooks, in the thread that trains: on JAX nobody else may read the weights while a fit runs. It looks
for numbers that are no numbers at every batch, because a network full of them can show a healthy loss later.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...now import Now, Phase
from .loss import BatchLoss

PICTURE_EVERY = 1 / 30  # s: the screen's pace is enough; each look waits for the card
ROWS, COLUMNS = (100, 32)
SMALL = 20_000  # numbers


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Counts, loss, accuracy and first weights of a fit, into the record.

    Args:
        now: the record, opened by the network.
        stop: asked at each batch whether the fit shall end.
    """

    def __init__(self, now: Now, stop: Callable[[], bool]) -> None:
        super().__init__()
        self.now, self.stop = now, stop
        self.ready(None, 0, math.inf)

    def ready(self, rows: int | None, batch_size: int, seconds: float) -> None:
        """Get ready for one fit: how many rows an epoch has, if known, and how long the fit may last."""
        self.batch_loss, self.seconds = BatchLoss(rows, batch_size), seconds
        self.broken = self.stopped = self.timed_out = False
        self.updates = self.epochs_done = 0
        self.began = self.ended = self.looked = 0.0
        self.mean = math.nan

    # -- the hooks of Keras
    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        now = self.now
        now.epochs = float(self.params.get("epochs") or 1)
        now.batches = float(self.params.get("steps") or 0)
        now.epoch = now.batch = now.fit_updates = 0.0
        now.loss = now.accuracy = now.seen = now.unseen = now.fit_began_with = now.fit_joules = math.nan
        now.fit_rest_watts = now.fit_rest_joules = math.nan
        now.fit_rest_watts = now.fit_rest_joules = math.nan
        now.asked = 0.0
        now.fit_seconds = now.fit_ended_at = 0.0
        now.fit_ended = ""
        if not self.began:
            self.began = now.fit_began_at = time.monotonic()
            now.fits += 1
        now.phase = Phase.FITTING

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self.now.epoch = epoch + 1.0
        self.batch_loss.begin()

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self.now.batch = batch + 1.0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        now, logs = self.now, logs or {}
        self.updates += 1
        now.updates += 1
        now.fit_updates = self.updates
        self.mean = float(logs.get("loss", math.nan))
        now.loss = loss = self.batch_loss.of(self.mean)
        now.accuracy = accuracy(logs)
        self.broken |= not math.isfinite(loss)
        moment = time.monotonic()
        if moment - self.looked > PICTURE_EVERY:
            self.looked = moment
            now.weights = picture(self.model)
        self.timed_out |= moment - self.began > self.seconds
        self.stopped |= self.stop()
        if self.broken or self.stopped or self.timed_out:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if not (self.broken or self.stopped or self.timed_out):  # Keras also calls this in the middle of an epoch
            self.epochs_done += 1
        if not finite(self.model):
            self.broken = self.model.stop_training = True

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        self.ended = time.monotonic()
        self.now.loss = self.mean
        self.now.weights = picture(self.model)


def accuracy(logs: Mapping[str, float]) -> float:
    """The first of a network's metrics that is a share of right answers; nan where there is none."""
    return next((float(value) for name, value in logs.items() if "acc" in name and "val_" not in name), math.nan)


def finite(model: Any) -> bool:
    """Whether all weights are numbers: one sum for each array."""
    return all(math.isfinite(_sum(variable)) for variable in model.trainable_variables)


def _sum(variable: Any) -> float:
    """A small array is quicker copied than added up where it lies; a large one is added up there."""
    if math.prod(variable.shape) <= SMALL:
        return float(keras.ops.convert_to_numpy(variable).sum())
    return float(keras.ops.convert_to_numpy(keras.ops.sum(variable)))


def picture(model: Any) -> NDArray[np.float32]:
    """The first array of weights, (100, 32) float32: the part of it that fits, the rest zero."""
    found = np.zeros((ROWS, COLUMNS), np.float32)
    kernel = next((v for v in model.trainable_variables if len(v.shape) > 1), None)
    if kernel is not None:
        part = np.asarray(keras.ops.convert_to_numpy(_part(kernel)), np.float32)
        part = part.reshape(part.shape[0], -1)[:ROWS, :COLUMNS]
        found[: part.shape[0], : part.shape[1]] = part
    return found


def _part(kernel: Any) -> Any:
    if math.prod(kernel.shape) <= SMALL:
        return kernel
    sizes = [min(size, ROWS if i == 0 else COLUMNS) for i, size in enumerate(kernel.shape)]
    return keras.ops.slice(keras.ops.convert_to_tensor(kernel), [0] * len(sizes), sizes)
