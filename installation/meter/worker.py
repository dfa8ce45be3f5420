"""A worker does one thing at a time in a thread of its own, so that a call that hangs holds up nobody.

A call into a driver cannot be taken back. It can only be left alone: the integrator hears that nothing comes, and what
the call brings at last is looked at when it comes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from .source import Fault

T = TypeVar("T")


class OwnError(RuntimeError):
    """A meter's file made an error that no meter may raise."""


class Worker(Generic[T]):
    """A thread that runs what it is given and keeps the result.

    Attributes:
        began_at: monotonic s at which the call under way began; 0 while it is idle.
    """

    def __init__(self, name: str) -> None:
        self.job: Callable[[], T] | None = None
        self.result: T | Fault | None = None
        self.began_at = 0.0
        self.asked, self.done = threading.Semaphore(0), threading.Semaphore(0)
        threading.Thread(target=self._work, daemon=True, name=name).start()

    def begin(self, job: Callable[[], T]) -> None:
        """Begin a call; only while idle."""
        assert not self.began_at, "a worker does one thing at a time"
        self.job, self.result, self.began_at = job, None, time.monotonic()
        self.asked.release()

    def take(self, wait: float = 0.0) -> T | Fault | None:
        """The result, once; None while there is none. Waits for it no longer than `wait` seconds.

        Raises:
            OwnError: the call ended with an error no meter may raise; the thread's traceback is in the log.
        """
        if not self.began_at or not self.done.acquire(blocking=wait > 0, timeout=wait or None):
            return None
        result, self.result, self.began_at = self.result, None, 0.0
        if result is None:
            raise OwnError("the meter's file made an error of its own; its traceback is in out/log/meter.log")
        return result

    def _work(self) -> None:
        while True:
            self.asked.acquire()
            job = self.job
            assert job is not None
            try:
                self.result = job()
            except Fault as fault:
                self.result = fault
            finally:
                self.done.release()
