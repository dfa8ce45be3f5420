"""One run of a network's file: from its first line to its last, as Python runs it, waiting at its first training.

A file that is plain is cut: its network is built by the first run, and the others begin it again.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import keras

from ...plug import NETWORK
from ..listing import Listing

PACKAGE = "installation.network.networks"


class Runner:
    """Runs a file, again and again.

    Args:
        listing: the file as it was read; exactly what was compiled from it is executed.
    """

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.ours = listing.path.parent == Path(__file__).parents[1] / "networks"
        self.names: dict[str, Any] = {}
        self.runs = 0

    @property
    def keeps(self) -> bool:
        """Whether this run goes on with the network of the run before."""
        return self.listing.cut is not None and self.runs > 1

    def run(self) -> None:
        """Run the file once."""
        self.runs += 1
        with self._at_home():
            if self.listing.cut is None:
                self._whole()
            else:
                self._parts()

    def _whole(self) -> None:
        self.names = {}
        if self.runs > 1:
            keras.backend.clear_session()
            gc.collect()
        self._module()
        exec(self.listing.whole, self.names)
        self.names[NETWORK.agreed]()

    def _parts(self) -> None:
        cut = self.listing.cut
        assert cut is not None
        if self.runs == 1:
            self._module()
            exec(cut.module, self.names)
            exec(cut.build, self.names)
        for part in (cut.data, cut.fit, cut.rest):
            exec(part, self.names)

    def _module(self) -> None:
        """A module of the file's own, so that its classes can be found by their names."""
        module = ModuleType(f"network_{self.listing.path.stem}")
        module.__dict__.update(__file__=str(self.listing.path))
        if self.ours:
            module.__package__ = PACKAGE
        sys.modules[module.__name__] = module
        self.names = module.__dict__

    @contextlib.contextmanager
    def _at_home(self) -> Iterator[None]:
        """Lines of a file of one's own run in its folder, as they would in Python; we stay where we were."""
        folder = os.getcwd()
        if not self.ours:
            os.chdir(self.listing.path.parent)
            sys.path[:0] = [str(self.listing.path.parent)]
        try:
            yield
        finally:
            os.chdir(folder)
            if not self.ours:
                sys.path.remove(str(self.listing.path.parent))
