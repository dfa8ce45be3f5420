"""The process that fits: one network's file, one compiled network, begun again for each press.

It is a process of its own, child of the network player, because the file is anyone's. What the file prints, breaks,
forks, takes or never ends is this process's matter; the player hears of it, or of its end, and tells the wall.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from ...guard import attempt
from ...now import Now
from ..listing import Listing, ListingError, read
from ..pipe import Message, Pipe
from ..troubles import NOT_A_NUMBER, Trouble, trouble
from .memory import cap, free, need_of
from .stand import ASK, FIT, REHEARSE, Stand

FREE_SHARE = 0.9  # of the free memory that a fit may take
MOST_ASKED = 1000  # rows each of the two numbers rests on, at most
ASK_WITHIN = 2.0  # s the asking may take, as judged by the fit's own pace


class Network:
    """One network's file, built and compiled in this process.

    Args:
        listing: the file as it was read; exactly its compiled parts are executed.
        watch: the callback that rides along.
    """

    def __init__(self, listing: Listing, watch: Any) -> None:
        self.listing, self.watch = listing, watch
        module = ModuleType(f"network_{listing.path.stem}")
        module.__dict__.update(__file__=str(listing.path), __package__="installation.network.networks")
        sys.modules[module.__name__] = module
        self.names = module.__dict__
        self.model: Any = None

    def open(self) -> None:
        """Run what stands outside the function: imports, helpers; it may choose how Keras distributes its work."""
        with _at_home():
            exec(self.listing.module, self.names)

    def build(self) -> None:
        """Run the lines that build the network; they run once in a process."""
        with _at_home():
            exec(self.listing.build, self.names)
        self.model = self.names.get(self.listing.model)
        if not callable(getattr(self.model, "fit", None)):
            raise ListingError(f"{self.listing.path.name}: `{self.listing.model}` is no Keras network before its fit.")
        self.stand = Stand(self.model, self.watch)
        self.model.fit = self.stand

    def batch_size(self) -> int:
        """Rows of one batch, as the line that fits says; it is asked without fitting."""
        self._play(ASK)
        return self.stand.batch_size

    def rehearse(self) -> None:
        """Run the lines that make the data and the line that fits, on a few rows: all that is slow is done once."""
        self._play(REHEARSE)

    def press(self, seconds: float) -> None:
        """Begin again and run the lines that make the data, fit, and follow.

        Args:
            seconds: how long the fit may last; it ends with the batch that runs then.
        """
        from .reinitialise import begin_again

        begin_again(self.model)
        self.stand.seconds = seconds
        self._play(FIT)
        with _at_home():
            exec(self.listing.rest, self.names)

    def learned(self) -> dict[str, float]:
        """Share right on the rows it was shown, and on as many fresh rows; nan where no epoch was whole."""
        watch = self.watch
        if not watch.epochs_done or watch.broken:
            return {"seen": float("nan"), "unseen": float("nan"), "asked": 0}
        step = (watch.ended - watch.began) / watch.updates
        most = max(1, int(ASK_WITHIN / max(step, 1e-6))) * self.stand.batch_size
        seen, asked = self.stand.right(min(most, MOST_ASKED))
        self._play(ASK)
        unseen, _ = self.stand.right(asked)
        return {"seen": seen, "unseen": unseen, "asked": asked}

    def _play(self, mode: str) -> None:
        self.stand.mode = mode
        with _at_home():
            exec(self.listing.data, self.names)
            exec(self.listing.fit, self.names)


@contextlib.contextmanager
def _at_home() -> Iterator[None]:
    """Foreign lines may change the folder, or leave processes behind: we stay where we were, and bury the dead."""
    folder = os.getcwd()
    try:
        yield
    finally:
        os.chdir(folder)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


class Process:
    """What this process does when told: prepare one network, fit it, leave."""

    def __init__(self, now: Now, pipe: Pipe, order: Message, asked: Callable[[], bool]) -> None:
        self.now, self.pipe, self.order, self.asked = now, pipe, order, asked
        self.path = Path(order["file"])
        self.network: Network | None = None
        self.learned: dict[str, Any] = {}

    def prepare(self) -> None:
        """Import Keras, build and rehearse; the wall is told what is being done."""
        began = time.monotonic()
        self.pipe.tell("doing", what="Importing Keras.")
        import keras

        from .device import cards, detail, may_have_card, precise, settle, tell
        from .operations import operations
        from .watch import Watch, picture

        keras.config.disable_interactive_logging()
        settle()
        if not may_have_card():
            cap(min(FREE_SHARE * free([]), float(self.order["memory"])))
        listing = read(self.path)
        self.pipe.tell("text", text=listing.text, fit_line=listing.fit_line, about=listing.about)
        self.network = Network(listing, Watch(self.now, self.asked))
        self.network.open()
        room = min(FREE_SHARE * free(cards()), float(self.order["memory"]))
        precise(self.order["precision"], listing.weights)
        self.pipe.tell("doing", what="Building the network: every weight is drawn at random.")
        self.network.build()
        self.now.parameters = self.network.model.count_params()
        self._refuse(listing, room)
        self.pipe.tell("doing", what="Compiling: one batch is trained so that the next fit begins at once.")
        self.network.rehearse()
        self.now.weights = picture(self.network.model)
        self.now.operations = operations(self.network.model, self.network.stand.batch_size)
        self.now.detail = detail(self.network.model)
        tell(self.now)
        self.pipe.tell("ready", seconds=time.monotonic() - began)

    def _refuse(self, listing: Listing, room: float) -> None:
        """Refuse what will not fit, before it is compiled and the machine begins to swap."""
        assert self.network is not None
        needed = need_of(self.network.model, self.network.batch_size())
        if needed.total > room:
            raise ListingError(needed.sentence(listing.path.stem, room))

    def fit(self, order: Message) -> None:
        """One fit, from data to what was learned."""
        assert self.network is not None
        watch = self.network.watch
        watch.ready(None, 0, float(order["seconds"]))
        error = attempt(0, lambda: self._press(float(order["seconds"])))
        problem = trouble(error, self.path, watch.broken) if error else NOT_A_NUMBER if watch.broken else None
        if error:
            traceback.print_exception(error)
        self._report(watch, problem, self.learned if problem is None else {})

    def _press(self, longest: float) -> None:
        assert self.network is not None
        self.network.press(longest)
        self.learned = self.network.learned()

    def _report(self, watch: Any, problem: Trouble | None, learned: dict[str, float]) -> None:
        self.pipe.tell(
            "ended",
            how=problem.how if problem else "stopped" if watch.stopped or watch.timed_out else "whole",
            sentence=problem.sentence if problem else "",
            alive=problem is None or problem is NOT_A_NUMBER,
            began=watch.began,
            ended=watch.ended or time.monotonic(),
            **learned,
        )

    def play(self) -> None:
        """Do what is asked until told to leave."""
        if error := attempt(0, self.prepare):
            traceback.print_exception(error)
            self.pipe.tell("unable", sentence=trouble(error, self.path, False).sentence)
            return
        while (order := self.pipe.orders.get())["do"] == "fit":
            self.fit(order)


def main() -> None:
    """`python -m installation.network.process.fit RECORD ORDER`, started by the network player; ORDER is JSON."""
    leaving = False

    def leave(*_: Any) -> None:
        nonlocal leaving
        leaving = True

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    os.register_at_fork(after_in_child=lambda: os._exit(0))  # a second self of a fit would hang, or fit as well
    pipe = Pipe(leave)
    Process(Now(Path(sys.argv[1]), "network"), pipe, json.loads(sys.argv[2]), lambda: leaving).play()
    sys.stdout.flush()
    os._exit(0)  # without the seconds that TensorFlow takes to leave


if __name__ == "__main__":
    main()
