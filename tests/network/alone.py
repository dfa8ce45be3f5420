"""The process that fits, without a player: a test runs a network's file to its first training, or through a press."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from installation.network.process.fit import Process
from installation.network.process.manners import Over
from installation.now import Now


class Mute:
    """A pipe to nobody; it keeps the newest message of each kind."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, Any]] = {}

    def tell(self, word: str, **more: Any) -> None:
        self.told[word] = more


class Alone(Process):
    """One file in this very process.

    Args:
        path: the file.
        folder: for the record.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        Now.open_doors(folder / "now")
        order = {"file": str(path), "memory": math.inf, "precision": "float32", "xla": True}
        self.mute = Mute()
        super().__init__(Now(folder / "now", "network"), self.mute, order)  # type: ignore[arg-type]
        self.presses, self.seconds = 0, 60.0
        self.model: Any = None
        self.data: Any = None
        self.prepare()

    def gate(self, model: Any, data: Any) -> None:
        self.model, self.data = model, data
        super().gate(model, data)

    def _wait(self) -> None:
        if not self.presses:
            raise Over
        self.presses -= 1
        self.tally.ready(self.seconds)
        self.open = True

    def to_the_gate(self) -> None:
        """Run the file up to its first training."""
        self.presses = 0
        self.turn()

    def press(self) -> dict[str, Any]:
        """Run the file once, whole; returns how it ended."""
        self.presses = 1
        self.turn()
        return self.mute.told["ended"]
