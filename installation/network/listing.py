"""A listing is a network's file as the wall shows it and as it runs: one reading of one text serves both.

The body of the function `network` is the text on the wall. What is executed is compiled from the same reading, with
the file's own line numbers; nothing is altered or added. A file runs from its first line to its last at each press,
as Python runs it; one that is plain enough (cut.py) is cut, so that its network is built once and begins again.
"""

from __future__ import annotations

import ast
import hashlib
import textwrap
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Any

from ..plug import NETWORK
from .cut import Cut, cut

LONGEST = 800  # bytes of a call: as many as the record holds
LARGEST = 65_536  # bytes of the text: as many as the record holds
REMOTE = "remote:"  # in [network] name, before the address of a machine elsewhere that has the file
TRAINS = ("fit", "train_on_batch", "train_step", "fit_generator")  # a listing without any of these is looked at twice
APPLIES = ("apply", "apply_gradients", "stateless_apply", "update", "minimize", "step")  # in loops of the file's own
BACKENDS = ("tensorflow", "jax", "torch")


class ListingError(ValueError):
    """What is wrong with a network's file, as one sentence for the wall."""


@dataclass(frozen=True)
class Listing:
    """A network's file, read once.

    Attributes:
        path: the file.
        tree: what Python reads in it.
        source: its text.
        about: its docstring: what the network is and where its shape comes from.
        text: the lines of the body of `network`, without their common indentation; those of helpers where they train.
        line: where the function `network` begins.
        fit_line: the statement that calls fit, on one line, as far as the text alone can say; "" where it can not.
        whole: the file, compiled.
        cut: the file in parts, where it is plain enough; else None.
        weights: how many weights the file says it has; 0 where it does not say.
        chance: share right that guessing gets, where the file says that its answers are random; else 0.
        environment: variables the file wants set before Keras is imported.
        backend: the backend it chooses by KERAS_BACKEND; "" where it chooses none.
    """

    path: Path
    tree: ast.Module
    source: str
    about: str
    text: str
    line: int
    fit_line: str
    whole: CodeType
    cut: Cut | None
    weights: int
    chance: float
    environment: dict[str, str]
    backend: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text with a last line feed."""
        return hashlib.sha256(f"{self.text}\n".encode()).hexdigest()

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    def call_at(self, line: int, names: tuple[str, ...]) -> str:
        """The call that stands at a line of the file, of a method with one of these names; else the whole line."""
        here = [c for c in self.calls if c.lineno <= line <= (c.end_lineno or line) and _method(c) in names]
        if here:
            call = max(here, key=lambda c: c.lineno)
            return one_line(ast.get_source_segment(self.source, call) or "", call)
        return self.source.split("\n")[line - 1].strip()[:LONGEST] if line else ""


def read(path: Path) -> Listing:
    """Read a network's file; nothing in it is executed.

    Raises:
        ListingError: it cannot be read, is not Python, or does not keep to what is agreed.
    """
    source = _source(path)
    tree = _parse(source, path)
    function = _function(tree, path)
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        raise ListingError(f"{path.name}, line {function.lineno}: `network` is empty; write the network's lines in it.")
    call = _call(tree, function, path)
    return Listing(
        path=path,
        tree=tree,
        source=source,
        about=" ".join((ast.get_docstring(tree) or "").split()),
        text=_text(source, tree, function, body, path),
        line=function.lineno,
        fit_line=_fit_line(source, call, path),
        whole=_compile(tree, path),
        cut=cut(tree, function, body, path),
        weights=int(_number(tree, path, "weights", 1e15)),
        chance=_number(tree, path, "chance", 1.0),
        environment=_environment(tree, path),
        backend=_backend(tree),
    )


def one_line(segment: str, call: ast.AST) -> str:
    """A call as it is written, or on one line if it is written over several: the same call either way."""
    return ast.unparse(call) if "\n" in segment or not segment else segment


def _fit_line(source: str, call: ast.Call | None, path: Path) -> str:
    line = one_line(ast.get_source_segment(source, call) or "", call) if call else ""
    if call and len(line.encode()) > LONGEST:
        place = f"{path.name}, line {call.lineno}"
        raise ListingError(f"{place}: the call of fit is longer than {LONGEST} bytes; name its options above it.")
    return line


def _source(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ListingError(f"{path.name}: this is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise ListingError(f"{path.name}: cannot be read: {error.strerror}; check its permissions.") from None
    odd = next((c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"), "")
    if odd:
        line = text.count("\n", 0, text.index(odd)) + 1
        what = f"the control character U+{ord(odd):04X}, which nobody can see"
        raise ListingError(f"{path.name}, line {line}: there is {what}; write it as an escape, or take it out.")
    return text


def _parse(source: str, path: Path) -> ast.Module:
    try:
        return ast.parse(source, str(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        what = getattr(error, "msg", str(error))
        place = f"{path.name}, line {line}" if line else path.name
        raise ListingError(f"{place}: this is not Python: {what}; mend that line and save the file.") from None


def _function(tree: ast.Module, path: Path) -> ast.FunctionDef:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in tree.body if isinstance(node, kinds) and node.name == NETWORK.agreed]
    if not found:
        raise ListingError(_without(tree, path))
    if len(found) > 1:
        second = f"{path.name}, line {found[1].lineno}: `network` is defined a second time"
        raise ListingError(f"{second} (first in line {found[0].lineno}); give one of the two another name.")
    function = found[0]
    place = f"{path.name}, line {function.lineno}"
    if isinstance(function, ast.AsyncFunctionDef):
        raise ListingError(f"{place}: `network` is `async`; write `def network():`.")
    arguments = function.args
    asked = len(arguments.args) + len(arguments.posonlyargs) - len(arguments.defaults)
    if asked or None in arguments.kw_defaults:
        raise ListingError(f"{place}: `network` takes arguments; write `def network():` and set them inside.")
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own_nodes(function)):
        raise ListingError(f"{place}: `network` yields, so calling it runs nothing; take the `yield` out.")
    return function


def _own_nodes(function: ast.FunctionDef) -> list[ast.AST]:
    """The nodes of a function that are not those of functions in it."""
    found: list[ast.AST] = []
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            todo += ast.iter_child_nodes(node)
    return found


def _without(tree: ast.Module, path: Path) -> str:
    """What to do with a file that has no function `network`: it names the line that should stand in it."""
    remedy = "put the lines that build and fit the network into `def network():`"
    call = next((c for c in _training(tree) if _method(c) == "fit"), None)
    if call is None:
        return f"{path.name}: there is no `def network():` in it; {remedy}."
    return f"{path.name}, line {call.lineno}: fit is called outside of a function `network`; {remedy}."


def _call(tree: ast.Module, function: ast.FunctionDef, path: Path) -> ast.Call | None:
    """The call that trains first, as far as the text can say."""
    found = _training(function) or _training(tree)
    likely = [c for c in found if _method(c) == "fit" and (len(c.args) + len(c.keywords) > 1 or _says_epochs(c))]
    if call := next(iter(likely or found), None):
        return call
    if not any(_method(c) in APPLIES for c in ast.walk(tree) if isinstance(c, ast.Call)):
        place = f"{path.name}, line {function.lineno}"
        raise ListingError(f"{place}: `network` never calls fit; add a line such as `model.fit(data, labels)`.")
    return None


def _says_epochs(call: ast.Call) -> bool:
    return any(keyword.arg in ("epochs", "batch_size", "steps_per_epoch", None) for keyword in call.keywords)


def _training(node: ast.AST) -> list[ast.Call]:
    found = [c for c in ast.walk(node) if isinstance(c, ast.Call) and _method(c) in TRAINS]
    return sorted(found, key=lambda call: (call.lineno, call.col_offset))


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _compile(tree: ast.Module, path: Path) -> CodeType:
    try:
        return compile(tree, str(path), "exec", dont_inherit=True)
    except (SyntaxError, RecursionError) as error:
        place = f"{path.name}, line {getattr(error, 'lineno', 1)}"
        raise ListingError(f"{place}: {getattr(error, 'msg', error)}; mend that line and save the file.") from None


def _text(source: str, tree: ast.Module, function: ast.FunctionDef, body: list[ast.stmt], path: Path) -> str:
    """The lines from below `def network():` to the end of its last statement, comments included.

    Where the training is called in other functions of the file, these stand above it: they run as well.
    """
    first = function.returns.end_lineno if function.returns else function.lineno
    if body is not function.body:
        first = function.body[0].end_lineno
    lines = source.split("\n")
    text = textwrap.dedent("\n".join(lines[first or function.lineno : body[-1].end_lineno])).strip("\n")
    if function.body[0].lineno == function.lineno:  # all on one line
        text = ast.get_source_segment(source, function.body[0]) or text
    helpers = [node for node in tree.body if node is not function and _is_helper(node)]
    if helpers and not _training(function):
        text = "\n\n".join([*("\n".join(lines[h.lineno - 1 : h.end_lineno]) for h in helpers), text])
    if len(text.encode()) > LARGEST:
        last = function.end_lineno
        place = f"{path.name}, line {function.lineno}"
        raise ListingError(
            f"{place}: `network` goes on to line {last}, and the wall holds {LARGEST} bytes of it; move helpers out."
        )
    return text


def _is_helper(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and bool(_training(node))


def _number(tree: ast.Module, path: Path, name: str, most: float) -> float:
    """A plain number outside the function, from 0 to `most`; 0 where the file does not say it.

    A file may use the name for something else: then it does not say it.
    """
    value, line = _literal(tree, name)
    if value is None:
        return 0.0
    if isinstance(value, (int, float)) and 0 <= value <= most:
        return float(value)
    place = f"{path.name}, line {line}"
    raise ListingError(f"{place}: `{name}` is {value!r}; write a number from 0 to {most:g}, or leave the line out.")


def _environment(tree: ast.Module, path: Path) -> dict[str, str]:
    value, line = _literal(tree, "environment")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ListingError(
            f'{path.name}, line {line}: `environment` is {value!r}; write {{"NAME": "value"}}, or leave the line out.'
        )
    return {str(k): str(v) for k, v in value.items()}


def _literal(tree: ast.Module, name: str) -> tuple[Any, int]:
    """The value of a plain assignment outside the function, and its line, without executing anything."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == [name]:
            try:
                return ast.literal_eval(node.value), node.lineno
            except ValueError:
                return None, 0
    return None, 0


def _backend(tree: ast.Module) -> str:
    """The backend of a line such as `os.environ["KERAS_BACKEND"] = "jax"`, or of setdefault or %env's putenv."""
    for node in ast.walk(tree):
        text = ast.unparse(node) if isinstance(node, ast.Assign | ast.Expr) else ""
        if "KERAS_BACKEND" in text and "environ" in text:
            words = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
            if chosen := [word for word in words if word in BACKENDS]:
                return str(chosen[0])
    return ""
