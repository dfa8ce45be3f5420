"""The loss of one batch, from the running mean of the epoch that Keras hands out."""

from __future__ import annotations


class BatchLoss:
    """Undoes the mean over the rows of an epoch so far; batches weigh by their rows, as the last one may be shorter.

    Args:
        rows: rows of an epoch; None where they are not known, and then all batches weigh alike.
        batch_size: rows of a whole batch.
    """

    def __init__(self, rows: int | None, batch_size: int) -> None:
        self.rows, self.batch_size = rows, max(batch_size, 1)
        self.begin()

    def begin(self) -> None:
        """An epoch begins."""
        self.done, self.total = 0, 0.0

    def of(self, mean: float, batches: int = 1) -> float:
        """The loss of the batch, or the mean of so many, after which the epoch's mean is this."""
        rows = self.batch_size * batches
        if self.rows is not None:
            rows = max(1, min(rows, self.rows - self.done))
        total = mean * (self.done + rows)
        loss = (total - self.total) / rows
        self.done, self.total = self.done + rows, total
        return loss
