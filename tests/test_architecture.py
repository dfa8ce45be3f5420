"""Architecture: imports point down, players never meet, and each library stays in its room."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from installation.config import HOME, Config
from installation.now import PLAYERS
from installation.plug import COMMAND, KINDS, NETWORK, SCENE, SOURCE, STRIP, VOICE, Kind, find_file, names

HOUSE = HOME / "installation"
FILES = sorted(HOUSE.rglob("*.py"))
LAYERS: list[set[str]] = [
    {"players"},
    {"config", "finding"},
    {
        "now",
        "field",
        "fields",
        "guard",
        "score",
        "flash_limiter",
        "day",
        "coverage",
        "plug",
        "text",
        "published",
        "machine",
        "reading",
        "database",
    },
    {"player", "workshop"},
    set(PLAYERS),
    {"conductor", "check", "take", "paper"},
    {"command", "__main__"},
]
WALLS = {  # a library -> the rooms and files that may import it
    "pynvml": {"meter"},
    "keras": {"network"},
    "tensorflow": {"network"},
    "jax": {"network"},
    "torch": {"network"},
    "sounddevice": {"sound"},
    "serial": {"light"},
    "pygame": {"screen", "workshop", "command/sketch.py"},
}
BROAD = {  # around foreign code, and where a library would swallow the error
    "guard.py": "anybody's code",
    "sound/stream.py": "PortAudio swallows what its callback raises",
}
THERE = {  # some plug-ins of each kind that must be there
    SOURCE: {"nvml", "rapl", "battery", "estimate", "replay"},
    NETWORK: {"seed", "wide", "bert_base", "bert_large"},
    VOICE: {"rain", "hum"},
    SCENE: {"section", "code", "number", "passage", "captions"},
    STRIP: {"pretend", "adalight", "underfoot", "wled"},
    COMMAND: {"run", "doctor", "now", "fit", "player", "record", "sketch"},
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """A file as a dotted name: installation.meter.nvml."""
    parts = path.relative_to(HOME).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path) for path in FILES}


@cache
def imported(path: Path) -> frozenset[str]:
    """Every name a file imports, absolute, also inside functions and by importlib with a literal."""
    return frozenset(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    package = name_of(path).split(".") if path.stem == "__init__" else name_of(path).split(".")[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield whole if whole in MODULES or not base.startswith("installation") else base
        elif isinstance(node, ast.Call) and node.args and _imports(node.func):
            argument = node.args[0]
            if isinstance(argument, ast.Constant):
                yield str(argument.value)


def _imports(function: ast.expr) -> bool:
    return getattr(function, "attr", getattr(function, "id", "")) in ("import_module", "__import__")


def room(module: str) -> str:
    """The part of the house a module belongs to: a top-level module or a folder."""
    return module.split(".")[1] if "." in module else "installation"


def layer(part: str) -> int:
    for number, parts in enumerate(LAYERS):
        if part in parts:
            return number
    raise AssertionError(f"{part} stands in no layer; say in LAYERS where it belongs")


def ours() -> Iterator[tuple[str, str]]:
    """Each import of ours by ours: (from, to), by module."""
    for path in FILES:
        for target in imported(path):
            if target.startswith("installation.") and room(name_of(path)) != "installation":
                yield name_of(path), target


def test_imports_point_down() -> None:
    for source, target in ours():
        a, b = room(source), room(target)
        assert layer(b) <= layer(a), f"{source} imports {target}, which stands above it"


def test_players_meet_only_in_the_record() -> None:
    for source, target in ours():
        if room(source) in PLAYERS and room(target) in PLAYERS:
            assert room(source) == room(target), f"{source} imports {target}, another player's"


def test_the_conductor_knows_players_only_by_name() -> None:
    for source, target in ours():
        assert not (room(source) == "conductor" and room(target) in PLAYERS), target


def test_no_rooms_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for source, target in ours():
        if room(source) != room(target):
            graph.setdefault(room(source), set()).add(room(target))
    list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("library", WALLS)
def test_walls(library: str) -> None:
    for path in FILES:
        if any(name.split(".")[0] == library for name in imported(path)):
            place = path.relative_to(HOUSE)
            assert {place.parts[0], str(place)} & WALLS[library], f"{place} imports {library}"


def test_keras_is_keras_itself() -> None:
    for path in (*FILES, *(HOME / "sketches").rglob("*.py"), *(HOME / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import tensorflow\.keras|from tensorflow(\.keras\S*)? import .*)", text, re.M), path


def broad(node: ast.AST) -> bool:
    """Whether a node catches everything and keeps it; one that only tidies up and raises again does not."""
    if isinstance(node, ast.ExceptHandler):
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        last = node.body[-1]
        passed_on = isinstance(last, ast.Raise) and last.exc is None
        return not passed_on and any(kind is None or _is_all(kind) for kind in kinds)
    is_suppress = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "suppress"
    return isinstance(node, ast.Call) and is_suppress and any(map(_is_all, node.args))


def _is_all(kind: ast.expr) -> bool:
    return isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")


def test_errors_are_caught_by_name() -> None:
    found = {str(p.relative_to(HOUSE)) for p in FILES if any(broad(node) for node in ast.walk(tree(p)))}
    assert found == BROAD.keys()


@pytest.mark.parametrize(
    ("code", "is_broad"),
    [
        ("try: x\nexcept: pass", True),
        ("try: x\nexcept (OSError, Exception): pass", True),
        ("try: x\nexcept BaseException:\n    tidy()\n    raise", False),
        ("try: x\nexcept OSError: pass", False),
        ("contextlib.suppress(Exception)", True),
        ("contextlib.suppress(OSError)", False),
    ],
)
def test_the_look_for_broad_excepts_sees_them(code: str, is_broad: bool) -> None:
    assert any(broad(node) for node in ast.walk(ast.parse(code))) == is_broad


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.word)
def test_the_listing_of_a_folder_is_the_list_of_its_plug_ins(kind: Kind) -> None:
    assert THERE[kind] <= set(names(kind))
    for name in names(kind):
        defined = {getattr(node, "name", "") for node in tree(find_file(kind, name)).body}
        assert kind.agreed in defined, f"{name} lies among the {kind.word}s and defines no {kind.agreed}"


def test_what_config_names_is_there() -> None:
    config = Config()
    for scene in config.screen.scenes:
        find_file(SCENE, scene)
    for voice in config.sound.voices:
        assert voice in names(VOICE)
    assert config.light.device in names(STRIP)
    for network in (config.network.name, *config.network.ladder):
        assert network in names(NETWORK)


def test_every_player_has_its_class() -> None:
    for player in PLAYERS:
        classes = {n.name for n in tree(HOUSE / player / "player.py").body if isinstance(n, ast.ClassDef)}
        assert "Player" in classes, player


@pytest.mark.parametrize(
    "path",
    [
        *FILES,
        *(HOME / "environment").glob("*.py"),
        *(HOME / "benchmarks").glob("*.py"),
        *(HOME / "sketches").glob("*.py"),
    ],
    ids=lambda p: p.stem,
)
def test_every_module_says_what_it_is(path: Path) -> None:
    said = ast.get_docstring(tree(path)) or ""
    assert said, f"{path} has no docstring"
    first = said.split("\n\n")[0]
    assert first.rstrip().endswith((".", ":")), f"{path}: its first paragraph is no sentence: {first!r}"


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("installation.conductor", "tensorflow keras pygame numpy sounddevice serial pynvml"),
        ("installation.network.player", "tensorflow keras jax torch"),
        ("installation.command.run", "tensorflow keras pygame"),
    ],
)
def test_what_a_module_must_not_load(module: str, never: str) -> None:
    code = f"import sys, {module}; print(*sorted(set({never.split()!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []
