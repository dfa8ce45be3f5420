"""The watch rides along in a call of fit and writes its progress to the record, in step with training.

It writes from the hooks, in the thread that trains: on JAX nobody else may read the weights while a fit runs. It looks
for numbers that are no numbers at every batch, because a network full of them can show a healthy loss later.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from .loss import BatchLoss
from .measures import accuracies, numbers
from .tally import Tally

PICTURE_EVERY = 1 / 30  # s: the screen's pace is enough; each look waits for the card
ROWS, COLUMNS = (100, 32)
SMALL = 20_000  # numbers


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Counts, loss, metrics and first weights of one call of fit.

    Args:
        tally: of the press.
        rows: rows of an epoch; None where nobody knows.
        batch_rows: rows of a batch.
    """

    def __init__(self, tally: Tally, rows: int | None, batch_rows: int) -> None:
        super().__init__()
        self.tally, self.now = tally, tally.now
        self.rows, self.batch_rows = rows, batch_rows
        self.batch_loss = BatchLoss(rows, batch_rows)
        self.first = self.done = 0  # of this epoch: the batch that began, rows done
        self.rows_before, self.counted = 0.0, False  # of the epochs before; whether this one is
        self.looked = 0.0
        self.accuracies: frozenset[str] = frozenset()

    # -- the hooks of Keras
    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        now = self.now
        now.epochs = float(self.params.get("epochs") or 1)
        now.batches = float(self.params.get("steps") or 0)
        now.batch_rows = float(self.batch_rows)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self.now.epoch = epoch + 1.0
        self.batch_loss.begin()
        self.done, self.counted = 0, False

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self.first = batch
        self.now.batch = batch + 1.0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        now, logs, steps = self.now, logs or {}, self._steps(batch)
        rows = steps * self.batch_rows
        if self.rows is not None:
            rows = min(rows, max(self.rows - self.done, 0))
        self.done += rows
        now.batch = self.first + float(steps)
        losses = {name: float(value) for name, value in logs.items() if name.endswith("loss")}
        now.loss = self.batch_loss.of(losses.get("loss", math.nan), steps)
        self.tally.broken |= any(math.isnan(loss) for loss in losses.values())
        self.tally.count(steps, rows, losses)
        moment = time.monotonic()
        if moment - self.looked > PICTURE_EVERY:
            self.looked = moment
            self._look(logs)
        if self.tally.over:
            self.model.stop_training = True

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self._count_rows()  # now, because the rows that are held out are counted by the same counter

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self.tally.over:
            self.model.stop_evaluating = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        part = self.tally.part
        assert part is not None
        if not self.counted:
            self._count_rows()
        if not self.now.batches:
            self.now.batches = self.now.batch  # nobody knew how many an epoch has, before the first was over
        if not finite(self.model):
            self.tally.broken = True
        if not self.tally.over:  # Keras also calls this in the middle of an epoch
            part.epochs += 1
        part.measures.update(numbers(logs or {}))
        self._look(logs or {})
        if self.tally.over:
            self.model.stop_training = True

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        part = self.tally.part
        assert part is not None
        self.now.loss = part.measures.get("loss", math.nan)
        self.now.weights = picture(self.model)
        self.tally.show()

    # -- what is counted and shown
    def _steps(self, last: int) -> int:
        """Batches since the hook before: more than one where the file sets steps_per_execution."""
        of = int(self.params.get("steps") or 0)
        end = min(last, of - 1) if of else last
        return max(end - self.first + 1, 1)

    def _count_rows(self) -> None:
        """Where the data did not say how many rows they have, Keras's own mean of the loss has counted them."""
        tracker = getattr(self.model, "_loss_tracker", None)
        counted = float(tracker.count) if self.rows is None and tracker is not None else 0.0
        self.counted = True
        self.rows_before += counted or float(self.done)
        self.tally.recount(self.rows_before)

    def _look(self, logs: Mapping[str, Any]) -> None:
        """Write what changes too often to be written at every batch."""
        part = self.tally.part
        assert part is not None
        found = numbers(logs)
        part.measures.update(found)
        self.accuracies = self.accuracies or accuracies(self.model)
        self.now.accuracy = next((found[name] for name in found if name in self.accuracies), math.nan)
        self.tally.show()
        self.now.weights = picture(self.model)


def finite(model: Any) -> bool:
    """Whether all weights are numbers."""
    return not any(_broken(variable) for variable in model.trainable_variables)


def _broken(variable: Any) -> bool:
    """A small array is quicker copied than looked through where it lies; a large one is looked through there."""
    if math.prod(variable.shape) <= SMALL:
        return bool(np.isnan(np.asarray(keras.ops.convert_to_numpy(variable), np.float32)).any())
    return bool(keras.ops.convert_to_numpy(keras.ops.any(keras.ops.isnan(variable))))


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
