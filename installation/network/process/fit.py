"""The process that fits: one network's file, run from top to bottom for each press, waiting at its first training.

It is a process of its own, child of the network player, because the file is anyone's. What the file prints, breaks,
forks, takes or never ends is this process's matter; the player hears of it, or of its end, and tells the wall.
"""

from __future__ import annotations

import json
import math
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from ...guard import attempt
from ...now import Now
from ..listing import Listing, ListingError, read
from ..pipe import RUNS, Message, Pipe
from ..troubles import NOT_A_NUMBER, Trouble, trouble
from .manners import Over, behave, bury, leave_for_good
from .memory import cap, need_of, room_for

if TYPE_CHECKING:
    from .data import Data
    from .learned import Question
    from .tally import Part

WORN = 300e6  # bytes by which this process may grow before it is renewed between two presses
SAY_WHERE = 2.0  # s between two words on where the file is
AGAIN = 5.0  # s until what goes on after its seconds is asked again to end


class Process:
    """What this process does when told: run one file up to its first training, fit when pressed, leave.

    Args:
        now: the record, opened by the network.
        pipe: to the player.
        order: which file, how much memory, how exact.
    """

    def __init__(self, now: Now, pipe: Pipe, order: Message) -> None:
        self.now, self.pipe, self.order = now, pipe, order
        self.path = Path(order["file"])
        self.leaving = self.open = self.cut_short = False
        self.needs = math.nan  # bytes, by the formula
        self.question: Question | None = None
        self.began = time.monotonic()
        self.sizes: list[int] = []  # of this process, each time it was ready
        self.ended_forks: list[int] = []

    # -- from the start to the first training
    def prepare(self) -> None:
        """Import Keras and read the file."""
        self.pipe.tell("doing", what="Importing Keras.")
        import keras

        from .device import may_have_card, precise, settle, without_xla
        from .reinitialise import Variables
        from .run import Runner
        from .stand import Stand
        from .tally import Tally

        keras.config.disable_interactive_logging()
        if not self.order["xla"]:
            without_xla()
        settle()
        self.variables = Variables()
        if not may_have_card():
            cap(room_for([], self.order["memory"]).bytes)
        self.listing = read(self.path)
        self._tell_text(self.listing, self.listing.fit_line)
        self.tally = Tally(self.now, lambda: self.leaving, self._tell_part)
        self.stand = Stand(self.listing, self.tally, self.gate)
        self.runner = Runner(self.listing)
        precise(self.order["precision"], self.listing.weights)
        self.stand.install()
        self.ended_forks = behave()
        signal.signal(signal.SIGALRM, self._end_the_file)
        self.pipe.tell("doing", what=RUNS)

    def _tell_text(self, listing: Listing, fit_line: str) -> None:
        self.pipe.tell("text", text=listing.text, fit_line=fit_line, about=listing.about)

    def _tell_part(self, part: Part) -> None:
        """A part began, or is over."""
        if part.ended:
            self.pipe.tell("part", **part.message())
        else:
            self.pipe.tell("begins", began=part.began)

    # -- the gate
    def gate(self, model: Any, data: Data | None) -> None:
        """Called before every training; the first one of a run waits here for its press."""
        if self.open:
            if self.tally.over:
                raise Over()
            return
        self._answer(data)
        self._get_ready(model, data)
        self._wait()

    def _wait(self) -> None:
        size = psutil.Process().memory_info().rss
        self.sizes.append(size)
        worn = len(self.sizes) > 2 and size - self.sizes[1] > WORN
        self.pipe.tell("ready", seconds=time.monotonic() - self.began, worn=worn, needs=self.needs)
        order = self.pipe.orders.get()
        if order["do"] != "fit":
            leave_for_good(0)
        self.tally.ready(float(order["seconds"]))
        self.open, self.cut_short = True, False
        signal.setitimer(signal.ITIMER_REAL, max(self.tally.seconds, 0.1), AGAIN)

    def _answer(self, data: Data | None) -> None:
        """Ask the network of the run before of the rows that this run made."""
        if self.question is not None and data is not None:
            self.question.ask_new(data)
        self._tell_learned()

    def _tell_learned(self) -> None:
        if self.question is not None:
            self.pipe.tell("learned", **self.question.message())
        self.question = None

    def _get_ready(self, model: Any, data: Data | None) -> None:
        """Compile what will be fitted, or let the network that is kept begin again."""
        if self.runner.keeps:
            self.variables.begin_again()
            return
        if model is None or data is None or not (data.are_arrays or data.first is not None):
            self._describe(model, data)
            return
        from .rehearse import rehearse

        self._refuse(model, data)
        if self.runner.runs == 1:
            self.pipe.tell("doing", what="Compiling: one batch is trained so that the next fit begins at once.")
        cut = self.listing.cut is not None
        rehearse(model, data, self.variables, self.stand.plain_fit, drawn_too=not cut)
        if cut:
            self.variables.begin_again()
        self._describe(model, data)

    def _describe(self, model: Any, data: Data | None) -> None:
        """Enter what the network is: its weights, operations, device."""
        from .device import detail, tell
        from .operations import operations
        from .watch import picture

        tell(self.now)
        if model is None or not model.built:
            return
        self.now.parameters = model.count_params()
        self.now.weights = picture(model)
        self.now.batch_rows = data.batch_rows if data else 0
        self.now.operations = operations(model, data.batch_rows) if data else 0
        self.now.detail = detail(model, self.listing.backend)

    def _refuse(self, model: Any, data: Data) -> None:
        """Refuse what will not fit, before it is compiled and the machine begins to swap."""
        if not model.built:
            return
        from .device import cards

        needed = need_of(model, data.batch_rows)
        self.needs = needed.total
        room = room_for(cards(), self.order["memory"])  # asked of Keras now: a file may join other machines first
        if needed.total > room.bytes:
            raise ListingError(needed.sentence(self.path.stem, room))

    # -- one run of the file
    def turn(self) -> bool:
        """Run the file once, from its first line to its last; returns whether this process can go on."""
        error = attempt(0, self.runner.run)
        fitted, self.open = self.open, False
        signal.setitimer(signal.ITIMER_REAL, 0)
        bury(self.ended_forks)
        return self._report(self._problem(error, fitted), fitted)

    def _problem(self, error: BaseException | None, fitted: bool) -> Trouble | None:
        """What was wrong with a run; nothing where it ended as the file or its seconds would have it."""
        self.cut_short = isinstance(error, Over)
        if error is None:
            return self._not_trained(fitted)
        if self.cut_short or (fitted and isinstance(error, SystemExit)):
            return None
        traceback.print_exception(error)
        return trouble(error, self.path, fitted and self.tally.broken)

    def _not_trained(self, fitted: bool) -> Trouble | None:
        if self.stand.fault:
            return trouble(self.stand.fault, self.path, False)
        if fitted:
            return None
        line = self.listing.line
        return Trouble("error", f"{self.path.name}, line {line}: `network` ended, and no network of Keras was trained.")

    def _report(self, problem: Trouble | None, fitted: bool) -> bool:
        """Tell the player how it ended; returns whether another run may follow."""
        if not fitted:
            self.pipe.tell("unable", sentence=problem.sentence if problem else "")
            return False
        self.tally.end()
        if problem is None and self.tally.broken:
            problem = NOT_A_NUMBER.at(self.path, self.tally.last)
        self.question = None if problem else self._ask()
        alive = problem is None or problem.how == NOT_A_NUMBER.how
        self.pipe.tell(
            "ended",
            how=problem.how if problem else self._how(),
            sentence=problem.sentence if problem else "",
            alive=alive,
            began=self.tally.began,
            ended=self.tally.ended,
            epochs=self.tally.epochs,
            **(self.question.message() if self.question else {}),
        )
        return alive

    def _how(self) -> str:
        return "stopped" if self.cut_short or self.tally.stopped or self.tally.timed_out else "whole"

    def _ask(self) -> Question | None:
        """Ask the network what it learned, as far as this run can say; the next run may have rows it never saw."""
        from .learned import Question

        tally = self.tally
        if not self.stand.fits or not tally.epochs or tally.last is None:
            return None
        model, data = self.stand.fits[0]
        step = (tally.ended - tally.began) / max(tally.updates, 1)
        question = Question(model, data, step, dict(tally.last.measures), alone=tally.calls == 1)
        with self.stand.quiet():
            question.ask_shown()
            self._describe(model, data)
        return question

    def play(self) -> None:
        """Do what is asked until told to leave."""
        if error := attempt(0, self.prepare):
            traceback.print_exception(error)
            self.pipe.tell("unable", sentence=trouble(error, self.path, False).sentence)
            return
        threading.Thread(target=self._say_where, daemon=True, name="where").start()
        while self.turn():
            pass

    # -- from outside
    def _say_where(self) -> None:
        """Tell at which line the file is, so that what stands still can be named."""
        from .stand import line_of

        while True:
            time.sleep(SAY_WHERE)
            frame = sys._current_frames().get(threading.main_thread().ident or 0)
            if line := line_of(frame, str(self.path)):
                self.pipe.tell("at", line=line)

    def leave(self, *_: Any) -> None:
        """Somebody wants this process to end."""
        self.leaving = True
        self._end_the_file()

    def _end_the_file(self, *_: Any) -> None:
        """End the file's own lines, but never Keras's: on JAX that destroys the network; there the watch ends it."""
        if self.open and not self.stand.inside:
            raise Over()


def main() -> None:
    """`python -m installation.network.process.fit RECORD ORDER`, started by the network player; ORDER is JSON."""
    pipe = Pipe(lambda: None)
    process = Process(Now(Path(sys.argv[1]), "network"), pipe, json.loads(sys.argv[2]))
    signal.signal(signal.SIGTERM, process.leave)
    signal.signal(signal.SIGINT, process.leave)
    pipe.gone = process.leave
    process.play()
    sys.stdout.flush()
    leave_for_good(0)  # without the seconds that TensorFlow takes to leave


if __name__ == "__main__":
    main()
