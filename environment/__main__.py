"""`python -m environment setup [run|test]`, `lock` or `erase`."""

import sys
from collections.abc import Callable

from . import erase, lock, setup

WORDS: dict[str, Callable[..., int]] = {"setup": setup.main, "lock": lock.main, "erase": erase.main}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in WORDS:
        sys.exit(f"Type python -m environment followed by one of: {', '.join(WORDS)}.")
    sys.exit(WORDS[sys.argv[1]](*sys.argv[2:]))
