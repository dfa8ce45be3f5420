"""The pipe between the network player and the process that fits: one JSON object a line, both ways.

What a network's file prints must not reach the player's ear, nor may the file read what is meant for us. So the
process that fits takes its standard input and output for the pipe at once, and points the old numbers elsewhere.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Callable
from typing import IO, Any

Message = dict[str, Any]
leave_for_good = os._exit  # the real one: a network's file may find another in its place

RUNS = "Running the file up to its first fit."  # the one part of preparing in which the file itself can stand still


class Pipe:
    """The fitting process's end.

    Args:
        gone: called once when the player's end is closed; the process ends two seconds later.
    """

    def __init__(self, gone: Callable[[], None]) -> None:
        self.gone = gone
        self.lock = threading.Lock()
        self.out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
        stream = os.fdopen(os.dup(0), encoding="utf-8")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        self.orders: queue.SimpleQueue[Message] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(stream,), daemon=True, name="pipe").start()

    def _listen(self, stream: IO[str]) -> None:
        hear(stream, self.orders)
        self.gone()
        self.orders.put({"do": "leave"})
        time.sleep(2.0)
        leave_for_good(0)

    def tell(self, word: str, **more: Any) -> None:
        """Send one message; a player that is gone is no error."""
        try:
            with self.lock:
                self.out.write(json.dumps({"is": word, **more}) + "\n")
        except BrokenPipeError:
            self.gone()


def hear(stream: IO[str], messages: queue.SimpleQueue[Message]) -> None:
    """Put every message of a stream into a queue, until it ends; a line that is none is left out."""
    for line in stream:
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict):
            messages.put(message)
