"""A program of the system asked for its numbers: found or not, within a time limit, its output or a fault."""

from __future__ import annotations

import shutil
import subprocess

from ..source import Fault

TIMEOUT = 5.0  # s


def found(name: str) -> bool:
    """Whether there is such a program."""
    return shutil.which(name) is not None


def output(*command: str, timeout: float = TIMEOUT) -> bytes:
    """What a program prints.

    Raises:
        Fault: it is not there, fails, or takes too long.
    """
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise Fault(f"There is no program {command[0]} on this machine.") from None
    except subprocess.TimeoutExpired:
        raise Fault(f"{command[0]} did not answer within {timeout:g} s.") from None
    except OSError as error:
        raise Fault(f"{command[0]} cannot be started ({error.strerror}).") from None
    if done.returncode:
        raise Fault(f"{command[0]} ended with {done.returncode}; run it by hand to see why.")
    return done.stdout
