"""JSON in a log: an object a line, after whatever stands before it, or one list of objects, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from .table import Table

BEFORE = "before"  # the column of what stands before an object on its line, such as a stamp


def mlperf(text: str) -> tuple[list[Table], int]:
    """The readings among MLPerf's lines; its events are outside."""
    table, outside = Table(["time_ms", "power_reading"]), 0
    for number, line in enumerate(text.splitlines(), 1):
        row = _decoded(line.partition(" ")[2])
        if isinstance(row, dict) and row.get("key") == "power_reading":
            table.rows.append([_text(row.get("time_ms")), _text(row.get("value"))])
            table.lines.append(number)
        else:
            outside += bool(line.strip())
    return [table], outside


def json_table(text: str) -> tuple[list[Table], int]:
    """Objects as rows; names of what is in objects are joined by dots: ENERGY.Power."""
    found: list[tuple[int, dict[str, str]]] = []
    outside = 0
    whole = _decoded(text)
    for number, row in _objects(whole) if isinstance(whole, list | dict) else _by_line(text):
        if row is None:
            outside += 1
        else:
            found.append((number, dict(_flat(row, ""))))
    names = list(dict.fromkeys(name for _, row in found for name in row))
    table = Table(names)
    table.lines = [number for number, _ in found]
    table.rows = [[row.get(name, "") for name in names] for _, row in found]
    return [table], outside


def _objects(whole: Any) -> Iterator[tuple[int, dict[str, Any] | None]]:
    if isinstance(whole, dict):
        yield 1, whole
    elif isinstance(whole, list):
        for part in whole:
            yield from _objects(part)


def _by_line(text: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    for number, line in enumerate(text.splitlines(), 1):
        before, brace, rest = line.partition("{")
        row = _decoded(brace + rest)
        if isinstance(row, dict):
            yield number, {BEFORE: before.strip(), **row} if before.strip() else row
        elif line.strip():
            yield number, None


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _flat(row: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif not isinstance(value, list):
            yield f"{prefix}{name}", _text(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
