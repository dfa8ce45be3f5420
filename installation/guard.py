"""The guard runs anybody's code for at most so long, and says in one sentence what was wrong with it.

Plug-ins by path and sketches are begun and run inside it: whatever they raise, also when they ask to leave Python,
comes back as a value, and the others play on. A call that never returns is broken off, in the main thread; in another
thread nothing can do that, and whoever runs it there looks at it from outside.
"""

from __future__ import annotations

import builtins
import io
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TextIO

from .config import ConfigError, nearest
from .now import Now
from .players import ROOMS

LOG_A_MINUTE = 1_000_000  # letters a player may print a minute; what is more is not kept
AGAIN = 0.25  # s after which a hook that would not be broken off is broken off again
KEYBOARD = (signal.default_int_handler, signal.SIG_DFL)  # a sketch that is left has the second; players have their own


class Mistake(Exception):  # noqa: N818  (a sentence for whoever writes the sketch)
    """Something in the file that the piece cannot use.

    Args:
        what: half a sentence, or a sentence.
        line: where; 0 is the file as a whole.
    """

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.line = line


class Endless(BaseException):
    """A hook took too long. No Exception, so that a sketch that catches those does not catch this one."""


@contextmanager
def at_most(span: float) -> Iterator[None]:
    """Break off what takes longer, by raising Endless in it; only in the main thread, and not on Windows."""
    in_main = threading.current_thread() is threading.main_thread()
    if not span or not in_main or not hasattr(signal, "setitimer"):
        yield
        return

    def rang(number: int, frame: FrameType | None) -> None:
        raise Endless(f"this took longer than {span:g} s and was broken off; look for a loop that never ends")

    before = signal.signal(signal.SIGALRM, rang)
    signal.setitimer(signal.ITIMER_REAL, span, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def attempt(longest: float, call: Callable[[], object]) -> BaseException | None:
    """Run foreign code, for at most so many s (0 is as long as it takes); what it raised."""
    try:
        with at_most(longest):
            call()
    except BaseException as error:  # the one place: anybody's code may raise anything, and the show goes on
        if isinstance(error, KeyboardInterrupt) and signal.getsignal(signal.SIGINT) in KEYBOARD:
            raise  # somebody at the keyboard, and not the file
        return error
    return None


class Capped(io.TextIOBase):
    """A log that somebody's code cannot fill: what is printed faster than so many letters a minute is dropped."""

    def __init__(self, log: TextIO) -> None:
        self.log, self.left, self.since = log, LOG_A_MINUTE, time.monotonic()

    def write(self, text: str) -> int:
        if time.monotonic() - self.since > 60.0:
            self.left, self.since = LOG_A_MINUTE, time.monotonic()
        if self.left > 0:
            self.left -= len(text)
            self.log.write(text if self.left > 0 else "\nMore was printed and is not kept.\n")
        return len(text)

    def flush(self) -> None:
        self.log.flush()

    def fileno(self) -> int:
        return self.log.fileno()


def plain(error: BaseException, path: Path) -> str:
    """One sentence, or two: "01_watts.py, line 7: 'wats' is not known. Did you mean 'watts'?"."""
    if isinstance(error, ConfigError):
        return str(error)
    line = _line(error, path)
    where = f"{path.name}, line {line}" if line else path.name
    what = _what(error, path).replace("\n", " ").strip()
    return f"{where}: {what}{'' if what.endswith(('.', '?', '!')) else '.'}"


def foreign_file(error: BaseException) -> Path | None:
    """The file of somebody's own in which an error was raised; None where the way to it leads through none."""
    ours = tuple(map(str, (ROOMS, sys.prefix, sys.base_prefix, "<")))
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    return next((Path(file) for file in reversed(files) if not file.startswith(ours)), None)


def _is(filename: str | None, path: Path) -> bool:
    return filename is not None and Path(filename).resolve() == path.expanduser().resolve()


def _line(error: BaseException, path: Path) -> int:
    if isinstance(error, Mistake):
        return error.line
    if isinstance(error, SyntaxError) and _is(error.filename, path):
        return error.lineno or 0
    frames = [n for f, n in traceback.walk_tb(error.__traceback__) if _is(f.f_code.co_filename, path)]
    return frames[-1] if frames else 0


def _what(error: BaseException, path: Path) -> str:
    match error:
        case SyntaxError():
            return f"Python cannot read this: {error.msg}"
        case NameError() if error.name:
            return f"{error.name!r} is not known here. {_close(error.name, _known(error, path))}"
        case AttributeError() if isinstance(error.obj, Now):
            meant = nearest(error.name, error.obj.fields) if error.name else ""
            return f"now has no field {error.name!r}. {meant}"[:400]
        case AttributeError() if error.name and "Did you mean" not in str(error):
            return f"{error}. {_close(error.name, dir(error.obj))}"
        case SystemExit():
            return "the file asks to leave Python; take that line out"
        case ZeroDivisionError():
            return "a division by zero"
        case ModuleNotFoundError():
            return f"there is no module {error.name!r} on this machine"
        case KeyError():
            return f"there is no entry {error.args[0] if error.args else ''!r}"
        case Mistake() | Endless() | PermissionError() | AttributeError() | ValueError():
            return str(error)
    return f"{error}".replace("Stage.", "") if isinstance(error, TypeError) else f"{type(error).__name__}: {error}"


def _close(name: str, known: Iterable[str]) -> str:
    meant = nearest(name, [k for k in known if not k.startswith("_")])
    return meant if meant.startswith("Did you mean") else ""


def _known(error: BaseException, path: Path) -> set[str]:
    """Every name that could have been meant where the error was raised."""
    names = set(dir(builtins))
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if _is(frame.f_code.co_filename, path):
            names |= set(frame.f_locals) | set(frame.f_globals)
    return names
