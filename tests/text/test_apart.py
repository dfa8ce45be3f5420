"""Watts never touch the letters: the folder of words cannot even reach the meter, the record or a clock."""

import ast
from pathlib import Path

import pytest

import installation.text

FOLDER = Path(installation.text.__file__).parent
ALLOWED = {"installation.config", "installation.finding", "installation.published", "installation.text"}
BARRED = {"time", "random", "datetime", "numpy", "pygame", "threading", "os", "socket", "subprocess"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
    return names


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_words_import_no_watts(path: Path) -> None:
    for name in imported(path):
        assert name.split(".")[0] not in BARRED
        if name.split(".")[0] == "installation":
            assert any(name == a or name.startswith(f"{a}.") for a in ALLOWED), f"{path.name} imports {name}"
