"""A held value stays what it was until the next one comes, for at most so long; then there is no reading.

The word is the one signal processing uses: a zero-order hold.
"""

from __future__ import annotations

from ..source import Fault, Reading


class Held:
    """The newest value of a source that speaks when it likes.

    Args:
        every: s a value holds at most.
        patience: times that within which the next value may come late without a gap.
        who: the source, as it stands in the middle of a sentence.
    """

    def __init__(self, every: float = 10.0, patience: float = 1.5, who: str = "the source") -> None:
        self.every, self.patience, self.who = every, patience, who
        self.forget()

    def forget(self) -> None:
        """Begin anew, with no value."""
        self.newest: Reading | None = None
        self.told = self.ended = False
        self.trouble: Fault | None = None  # told once; the value before it still holds
        self.absent: Fault | None = None  # told until a value comes

    def put(self, result: Reading | Fault) -> None:
        """Something came: a value, or why it is none."""
        if isinstance(result, Reading):
            self.forget()
            self.newest = result
        elif result.gap or self.newest is None:
            self.newest, self.absent = None, result
        else:
            self.trouble = result

    def reading(self, seconds: float) -> Reading:
        """The value at this moment: first as it came, then as it holds.

        Raises:
            Fault: there is none, or it has held for too long.
        """
        trouble, self.trouble = self.trouble, None
        if fault := trouble or self.absent:
            raise fault.with_traceback(None)  # the same one may be told for hours
        if self.newest is None:
            raise Fault(f"Nothing came from {self.who} yet.")
        if not self.told:
            self.told = True
            return self.newest
        return self._held(self.newest, seconds)

    def _held(self, newest: Reading, seconds: float) -> Reading:
        end, watts = newest.time + self.every, newest.watts
        if seconds <= end:
            return Reading(seconds, watts)
        if not self.ended:
            self.ended = True
            return Reading(end, watts)
        late = seconds > newest.time + self.every * self.patience
        raise Fault(f"Nothing came from {self.who} for {seconds - newest.time:.3g} s.", gap=late)
