"""A sketch is a file of a workshop: it is read again at each save, and what worked plays on until the new text works.

Each text is compiled into a namespace of its own. A version that fails gives way to the last good one, and its mistake
is told in plain words: file, line, what. Values the old version had made are carried over where the line that makes
them stands unchanged, so that a save does not begin everything anew; `setup` runs again only when its own lines did
change.
"""

from __future__ import annotations

import ast
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

from ..config import nearest
from ..guard import Endless, Mistake, attempt, plain

HOOKS: dict[str, tuple[str, ...]] = {
    "setup": ("stage", "now"),
    "draw": ("stage", "now"),
    "key": ("stage", "now", "name"),
    "press": ("stage", "now", "x", "y"),
}
SETTING_UP, CALLING = 20.0, 2.0  # s a setup and any other hook may take; then it is broken off
Stamp = tuple[int, int, int]


class Version:
    """One text of the sketch.

    Args:
        path: its file, for what is said of it.
        text: what the file holds.

    Raises:
        SyntaxError, ValueError: Python cannot read it.

    Attributes:
        drawn: pictures it has drawn without a mistake.
    """

    def __init__(self, path: Path, text: bytes) -> None:
        tree = ast.parse(text, str(path))
        self.code = compile(tree, str(path), "exec")
        self.module = ModuleType("sketch")
        self.module.__file__ = str(path)
        self.lines = {s.name: s.lineno for s in tree.body if isinstance(s, ast.FunctionDef)}
        self.setup = next((ast.dump(s) for s in tree.body if isinstance(s, ast.FunctionDef) and s.name == "setup"), "")
        self.made = _made(tree)
        self.used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        self.hooks: dict[str, tuple[Callable[..., object], list[str]]] = {}
        self.drawn = 0

    def run(self, before: Version | None) -> None:
        """Run the file from top to bottom, carry over what `before` had made, and find the hooks."""
        sys.modules["sketch"] = self.module  # dataclasses look here
        names = vars(self.module)
        exec(self.code, names)
        if before is not None:
            old = vars(before.module)
            kept = [name for name, lines in self.made.items() if before.made.get(name) == lines and name in old]
            names.update({name: old[name] for name in kept})
        for name in HOOKS:
            if callable(names.get(name)):
                self.hooks[name] = names[name], self._arguments(name, names[name])
        self._refuse_misspelt()

    def _arguments(self, name: str, hook: Callable[..., object]) -> list[str]:
        """Which of the values that are offered the hook asks for, by name."""
        wanted = [
            p for p in inspect.signature(hook).parameters.values() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ]
        for p in wanted:
            if p.name not in HOOKS[name] and p.default is p.empty:
                known = nearest(p.name, HOOKS[name])
                raise Mistake(f"{name} asks for {p.name!r}, which nobody gives. {known}", self.lines.get(name, 0))
        return [p.name for p in wanted if p.name in HOOKS[name]]

    def _refuse_misspelt(self) -> None:
        free = set(HOOKS) - set(self.hooks)
        for name, line in self.lines.items():
            meant = nearest(name, free) if free and name not in HOOKS and name not in self.used else ""
            if meant.startswith("Did you mean"):
                raise Mistake(f"{name!r} is never called. {meant}", line)
        if "draw" not in self.hooks:
            raise Mistake("there is no `def draw(stage, now):`, so nothing is drawn; write one", 0)

    def call(self, hook: str, offered: Mapping[str, object]) -> None:
        """Call a hook with what it asks for."""
        function, wanted = self.hooks[hook]
        function(**{name: offered[name] for name in wanted})


class Sketch:
    """The file, the version that plays and the last good one.

    Args:
        path: the file; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stamp: Stamp | None = None
        self.version: Version | None = None
        self.good: Version | None = None
        self.refused = ""  # what is wrong with the text that was saved last
        self.stumbles: dict[str, str] = {}  # what is wrong with the version that plays, by hook
        self.halted = False  # its draw never came to an end; nothing is drawn until the next save

    @property
    def trouble(self) -> str:
        """What is wrong, in one sentence; empty when nothing is."""
        return self.refused or next(iter(self.stumbles.values()), "")

    def look(self, stage: object, now: object) -> bool:
        """Read the file if it was saved. One that is missing or empty for a moment is not saved yet."""
        try:
            status = os.stat(self.path)
            stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
            if stamp == self.stamp or not status.st_size:
                return False
            text = self.path.read_bytes()
        except FileNotFoundError:
            return False
        except OSError as error:
            self.refused = f"{self.path.name} cannot be read: {os.strerror(error.errno or 0)}; check its permissions."
            return False
        self.stamp = stamp
        self._take(text, stage, now)
        return True

    def _take(self, text: bytes, stage: object, now: object) -> None:
        """Let a new text play, if it can be begun."""
        fresh: list[Version] = []
        self.refused = self._guard(SETTING_UP, lambda: fresh.append(self._begin(text, stage, now)))
        if fresh:
            self.version, self.stumbles, self.halted = fresh[0], {}, False

    def _begin(self, text: bytes, stage: object, now: object) -> Version:
        version, before = Version(self.path, text), self.version
        version.run(before)
        if version.setup and (before is None or version.setup != before.setup):
            version.call("setup", {"stage": stage, "now": now})
        return version

    def draw(self, stage: object, now: object) -> bool:
        """Draw one picture; whether it is whole. A new version that cannot gives way to the last good one."""
        version = self.version
        if version is None or self.halted:
            return False
        if self.play("draw", {"stage": stage, "now": now}):
            version.drawn += 1
            self.good = version
            return True
        if not version.drawn and self.good is not None:
            self.refused, self.version, self.stumbles, self.halted = self.trouble, self.good, {}, False
        return False

    def play(self, hook: str, offered: Mapping[str, object]) -> bool:
        """Call a hook if there is one; whether nothing went wrong."""
        version = self.version
        if version is None or self.halted or hook not in version.hooks:
            return True
        wrong = self._guard(CALLING, lambda: version.call(hook, offered), hook)
        if wrong:
            self.stumbles[hook] = wrong
        else:
            self.stumbles.pop(hook, None)
        return not wrong

    def _guard(self, longest: float, call: Callable[[], object], hook: str = "") -> str:
        """Run foreign code; what went wrong, in one sentence."""
        error = attempt(longest, call)
        self.halted = self.halted or (isinstance(error, Endless) and hook == "draw")
        return plain(error, self.path) if error else ""


def _made(tree: ast.Module) -> dict[str, str]:
    """The names that lines at the top of a file make, each with those lines."""
    made: dict[str, str] = {}
    for line in tree.body:
        if isinstance(line, ast.Assign | ast.AnnAssign | ast.AugAssign):
            for node in ast.walk(line):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    made[node.id] = made.get(node.id, "") + ast.dump(line)
    return made
