"""A listing is a network's file as the wall shows it and as it runs: one reading of one text serves both.

The body of the function `network` is the text on the wall. The same lines, compiled from the same reading, are what
is executed: first what builds the network (once in a process, because TensorFlow never gives back the memory of a
compiled network), then at each press what makes the data, what fits, and what follows. Nothing is altered or added.
"""

from __future__ import annotations

import ast
import hashlib
import textwrap
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from ..plug import NETWORK

LONGEST = 400  # bytes of the call of fit: as many as the record holds
REMOTE = "remote:"  # in [network] name, before the address of a machine elsewhere that has the file


class ListingError(ValueError):
    """What is wrong with a network's file, as one sentence for the wall."""


@dataclass(frozen=True)
class Listing:
    """A network's file, read once.

    Attributes:
        path: the file.
        about: its docstring: what the network is and where its shape comes from.
        text: the lines of the body of `network`, without their common indentation.
        fit_line: the statement that calls fit, on one line.
        model: the name that fit is called on.
        module: everything outside the function, compiled: its imports and helpers.
        build, data, fit, rest: the body, compiled in four parts, with the file's own line numbers.
        weights: how many weights the file says it has; 0 where it does not say.
        chance: share right that guessing gets, where the file says that its answers are random; else 0.
        environment: variables the file wants set before Keras is imported.
    """

    path: Path
    about: str
    text: str
    fit_line: str
    model: str
    module: CodeType
    build: CodeType
    data: CodeType
    fit: CodeType
    rest: CodeType
    weights: int
    chance: float
    environment: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of the text with a last line feed."""
        return hashlib.sha256(f"{self.text}\n".encode()).hexdigest()


def read(path: Path) -> Listing:
    """Read a network's file; nothing in it is executed.

    Raises:
        ListingError: it cannot be read, is not Python, or does not keep to what is agreed.
    """
    source = _source(path)
    tree = _parse(source, path)
    body = _body(tree, path)
    at, call = _fit(body, path)
    assert isinstance(call.func, ast.Attribute)
    model = _name(call.func.value, path)
    cut = max((i + 1 for i, line in enumerate(body[:at]) if _mentions(line, model)), default=0)
    outside = [node for node in tree.body if not _is_network(node)]
    parts = (outside, body[:cut], body[cut:at], body[at : at + 1], body[at + 1 :])
    module, build, data, fit, rest = (_compile(part, path) for part in parts)
    return Listing(
        path=path,
        about=" ".join((ast.get_docstring(tree) or "").split()),
        text=_text(source, tree, body),
        fit_line=_call(ast.get_source_segment(source, call) or "", call, path),
        model=model,
        module=module,
        build=build,
        data=data,
        fit=fit,
        rest=rest,
        weights=int(_number(tree, path, "weights", 1e15)),
        chance=_number(tree, path, "chance", 1.0),
        environment=_environment(tree, path),
    )


def _call(segment: str, call: ast.Call, path: Path) -> str:
    """The call as it is written, or on one line if it is written over several: the same call either way."""
    line = ast.unparse(call) if "\n" in segment else segment
    if len(line.encode()) > LONGEST:
        raise ListingError(f"{path.name}: the call of fit is longer than {LONGEST} bytes; name its options above it.")
    return line


def _source(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        odd = next((c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"), "")
        if odd:
            line = text.count("\n", 0, text.index(odd)) + 1
            what = f"the control character U+{ord(odd):04X}, which nobody can see"
            raise ListingError(f"{path.name}, line {line}: there is {what}; write it as an escape, or take it out.")
        return text
    except UnicodeDecodeError:
        raise ListingError(f"{path.name}: this is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise ListingError(f"{path.name}: cannot be read: {error.strerror}; check its permissions.") from None


def _parse(source: str, path: Path) -> ast.Module:
    try:
        return ast.parse(source, str(path))
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        what = getattr(error, "msg", str(error))
        place = f"{path.name}, line {line}" if line else path.name
        raise ListingError(f"{place}: this is not Python: {what}; mend that line and press again.") from None


def _is_network(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == NETWORK.agreed


def _body(tree: ast.Module, path: Path) -> list[ast.stmt]:
    found = [node for node in tree.body if _is_network(node)]
    if not found:
        raise ListingError(f"{path.name}: there is no `def network():` in it; put the lines of the network into one.")
    function = found[0]
    assert isinstance(function, ast.FunctionDef)
    if function.args.args or function.args.kwonlyargs or function.args.posonlyargs:
        raise ListingError(f"{path.name}: `network` takes arguments; write `def network():` and set them inside.")
    documented = ast.get_docstring(function) is not None
    return function.body[1:] if documented else function.body


def _fit(body: list[ast.stmt], path: Path) -> tuple[int, ast.Call]:
    for i, statement in enumerate(body):
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit":
                return i, node
    raise ListingError(f"{path.name}: `network` never calls fit; add a line such as `model.fit(data, labels)`.")


def _name(node: ast.expr, path: Path) -> str:
    if isinstance(node, ast.Name):
        return node.id
    raise ListingError(f"{path.name}: give the network a name before its fit, as in `model.fit(...)`.")


def _mentions(statement: ast.stmt, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(statement))


def _compile(statements: list[ast.stmt], path: Path) -> CodeType:
    try:
        return compile(ast.Module(statements, []), str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        raise ListingError(f"{path.name}, line {error.lineno}: {error.msg}; `network` is run line by line.") from None


def _text(source: str, tree: ast.Module, body: list[ast.stmt]) -> str:
    """The lines from below `def network():` to the end of its last statement, comments included."""
    function = next(node for node in tree.body if _is_network(node))
    assert isinstance(function, ast.FunctionDef)
    first = function.returns.end_lineno if function.returns else function.lineno
    if body is not function.body and function.body:
        first = function.body[0].end_lineno if len(body) < len(function.body) else first
    lines = source.split("\n")[first or function.lineno : body[-1].end_lineno]
    return textwrap.dedent("\n".join(lines)).strip("\n")


def _number(tree: ast.Module, path: Path, name: str, most: float) -> float:
    """A plain number outside the function, from 0 to `most`; 0 where the file does not say it."""
    value = _literal(tree, name, 0)
    if isinstance(value, (int, float)) and 0 <= value <= most:
        return float(value)
    raise ListingError(f"{path.name}: `{name}` is {value!r}; write a number from 0 to {most:g}, or leave the line out.")


def _environment(tree: ast.Module, path: Path) -> dict[str, str]:
    value = _literal(tree, "environment", {})
    if not isinstance(value, dict):
        raise ListingError(
            f'{path.name}: `environment` is {value!r}; write {{"NAME": "value"}}, or leave the line out.'
        )
    return {str(k): str(v) for k, v in value.items()}


def _literal(tree: ast.Module, name: str, default: Any) -> Any:
    """The value of a plain assignment outside the function, without executing anything."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == [name]:
            try:
                return ast.literal_eval(node.value)
            except ValueError:
                return default
    return default
