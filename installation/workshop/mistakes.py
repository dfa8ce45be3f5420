"""What went wrong in a sketch, in plain words: file, line, what, and which name was meant."""

from __future__ import annotations

import builtins
import signal
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ..config import nearest
from ..now import Now

AGAIN = 0.25  # s after which a hook that would not be broken off is broken off again


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
def at_most(seconds: float) -> Iterator[None]:
    """Break off what takes longer, by raising Endless in it; only in the main thread, and not on Windows."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def rang(number: int, frame: FrameType | None) -> None:
        raise Endless(f"this took longer than {seconds:g} s and was broken off; look for a loop that never ends")

    before = signal.signal(signal.SIGALRM, rang)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def plain(error: BaseException, path: Path) -> str:
    """One sentence, or two: "01_watts.py, line 7: 'wats' is not known. Did you mean 'watts'?"."""
    line = _line(error, path)
    where = f"{path.name}, line {line}" if line else path.name
    what = _what(error, path).replace("\n", " ").strip()
    return f"{where}: {what}{'' if what.endswith(('.', '?', '!')) else '.'}"


def _line(error: BaseException, path: Path) -> int:
    if isinstance(error, Mistake):
        return error.line
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 0
    frames = [n for f, n in traceback.walk_tb(error.__traceback__) if f.f_code.co_filename == str(path)]
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
        if frame.f_code.co_filename == str(path):
            names |= set(frame.f_locals) | set(frame.f_globals)
    return names
