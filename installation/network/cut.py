"""A plain file is cut in four: what builds its network, what makes its data, its one call of fit, what follows.

Its network is built and compiled once in a process, and begins again at each press: TensorFlow never gives back the
memory of a compiled network, and a large one takes a minute to compile. Cutting is only right where the data do not
depend on the lines that build, and nothing afterwards changes the network; any other file runs whole at each press.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

HARMLESS = {"evaluate", "predict", "summary", "count_params", "get_weights", "name"}  # what may follow a fit
TRAINS = {"fit", "train_on_batch", "train_step", "apply", "apply_gradients", "stateless_apply", "compile_from_config"}


@dataclass(frozen=True)
class Cut:
    """A plain file, compiled in parts.

    Attributes:
        module: everything outside the function: its imports and helpers.
        build, data, fit, rest: the body, in four parts, with the file's own line numbers.
        model: the name that fit is called on.
    """

    module: CodeType
    build: CodeType
    data: CodeType
    fit: CodeType
    rest: CodeType
    model: str


def cut(tree: ast.Module, function: ast.FunctionDef, body: list[ast.stmt], path: Path) -> Cut | None:
    """The parts of a plain file; None for any other."""
    outside = [node for node in tree.body if node is not function]
    at = next((i for i, line in enumerate(body) if _fits(line)), None)
    if at is None or not _is_plain(tree, body):
        return None
    model = _fits(body[at])
    last = max((i + 1 for i, line in enumerate(body[:at]) if model in _names(line)), default=0)
    build, data, fit, rest = body[:last], body[last:at], [body[at]], body[at + 1 :]
    if not build or not _apart(build, [*data, *fit, *rest], model) or not _leaves_alone(rest, model):
        return None
    module, *parts = (
        compile(ast.Module(part, []), str(path), "exec", dont_inherit=True)
        for part in (outside, build, data, fit, rest)
    )
    return Cut(module, parts[0], parts[1], parts[2], parts[3], model)


def _fits(statement: ast.stmt) -> str:
    """The name on which a statement calls fit: `model.fit(...)`, or with what it gives assigned to a name."""
    value = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "fit":
        return value.func.value.id if isinstance(value.func.value, ast.Name) else ""
    return ""


def _is_plain(tree: ast.Module, body: list[ast.stmt]) -> bool:
    """One call that trains in the whole file; no classes, no seeds, nothing that only a function may."""
    calls = [n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    inside = [node for statement in body for node in ast.walk(statement)]
    return (
        sum(name in TRAINS for name in calls) == 1
        and not any(isinstance(node, ast.ClassDef) for node in ast.walk(tree))
        and not any("seed" in name for name in _called(inside))
        and not any(
            isinstance(n, ast.Return | ast.Yield | ast.Await | ast.Nonlocal | ast.Global | ast.Lambda) for n in inside
        )
    )


def _called(nodes: list[ast.AST]) -> list[str]:
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    return [f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in calls]


def _apart(build: list[ast.stmt], after: list[ast.stmt], model: str) -> bool:
    """Whether what follows the building uses nothing of it but the network, plain numbers and what is imported."""
    plain = {name for line in build if _is_constant(line) for name in _stored(line)}
    made = {name for line in build for name in _stored(line)} - plain - {model}
    used = {name for line in after for name in _names(line)}
    return not made & used and model not in {name for line in after for name in _stored(line)}


def _is_constant(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    return isinstance(statement, ast.Assign) and all(
        isinstance(node, ast.Constant | ast.Tuple | ast.UnaryOp | ast.BinOp | ast.operator | ast.unaryop | ast.Load)
        for node in ast.walk(statement.value)
    )


def _stored(statement: ast.stmt) -> set[str]:
    found = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        found |= {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    return found | {n.name for n in ast.walk(statement) if isinstance(n, ast.FunctionDef | ast.ClassDef)}


def _names(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _leaves_alone(rest: list[ast.stmt], model: str) -> bool:
    """Whether what follows a fit only looks at the network."""
    looks = [
        node.value.id
        for statement in rest
        for node in ast.walk(statement)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in HARMLESS
    ]
    named = [n.id for statement in rest for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id == model]
    return looks.count(model) == len(named)
