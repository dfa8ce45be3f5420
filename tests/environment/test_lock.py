"""The pinned lists: whole, with hashes, one version of each package, no host, and what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from environment import lock
from environment.sets import DRIVER, HOME, SETS, Set, chosen

PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
NOT_PINNED = {"compare"}  # other programs, measured as they are published


@pytest.mark.parametrize("wanted", SETS.values(), ids=lambda each: each.name)
def test_every_dependency_is_pinned(wanted: Set) -> None:
    pins = lock.packages(wanted.pins)
    asked = [*PROJECT["project"]["dependencies"], *(r for extra in wanted.extras for r in EXTRAS[extra])]
    for requirement in map(Requirement, [*asked, *PROJECT["build-system"]["requires"]]):
        version = pins.get(canonicalize_name(requirement.name))
        if version is None and requirement.marker and "win32" in str(requirement.marker):
            continue
        assert version is not None, f"{wanted.pins.name} does not pin {requirement.name}; run `make lock`"
        assert requirement.specifier.contains(version), (
            f"{requirement.name} {version} is not {requirement}: `make lock`"
        )


def test_every_extra_is_in_a_set() -> None:
    assert {extra for wanted in SETS.values() for extra in wanted.extras} == EXTRAS.keys() - NOT_PINNED


@pytest.mark.parametrize("wanted", SETS.values(), ids=lambda each: each.name)
def test_every_pin_is_exact_and_has_hashes(wanted: Set) -> None:
    text = wanted.pins.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\w)", re.sub(r"^#.*\n", "", text).strip())
    assert len(entries) == len(lock.packages(wanted.pins)) > 40
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.+!-]+( ;[^\\]+)? \\\n( +--hash=sha256:[0-9a-f]{64}( \\\n)?)+\Z", entry), entry[
            :80
        ]


def test_the_sets_agree_and_the_tests_hold_the_performance() -> None:
    versions: dict[str, set[str]] = {}
    for wanted in SETS.values():
        for name, version in lock.packages(wanted.pins).items():
            versions.setdefault(name, set()).add(version)
    assert [name for name, found in versions.items() if len(found) > 1] == []
    for name in ("cpu", "cuda"):
        assert lock.packages(SETS[name].pins).keys() < lock.packages(SETS[f"test-{name}"].pins).keys()


def test_the_cards_libraries_are_pinned_too() -> None:
    names = [n for n in lock.packages(SETS["cuda"].pins) if n.startswith("nvidia-")]
    assert {"nvidia-cublas-cu12", "nvidia-cudnn-cu12", "nvidia-nccl-cu12"} < set(names)
    assert "tensorflow-cpu" not in lock.packages(SETS["cuda"].pins)


@pytest.mark.parametrize("file", [*(w.pins for w in SETS.values()), HOME / "pyproject.toml"], ids=lambda f: f.name)
def test_no_file_names_a_host(file: Path) -> None:
    assert "//" not in file.read_text(encoding="utf-8")
    assert "urls" not in PROJECT["project"]


def test_the_licences_are_named_with_their_texts() -> None:
    project = PROJECT["project"]
    assert project["license"] == "MIT AND OFL-1.1"
    texts = [file for pattern in project["license-files"] for file in HOME.glob(pattern)]
    faces = len({f.stem.partition("-")[0] for f in (HOME / "installation/fonts").glob("*.ttf")})
    recordings = len(list((HOME / "installation/meter/recordings/licences").glob("*.txt")))
    assert len(texts) == 1 + faces + recordings
    assert sum("SIL OPEN FONT LICENSE" in file.read_text(encoding="utf-8") for file in texts) == faces


def test_which_set_is_for_which_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "version").touch()
    for driver, machine, run, test in (
        (tmp_path / "version", ("linux", "x86_64"), "cuda", "test-cuda"),
        (tmp_path / "version", ("linux", "aarch64"), "cpu", "test-cpu"),
        (tmp_path / "none", ("linux", "x86_64"), "cpu", "test-cpu"),
        (tmp_path / "none", ("darwin", "arm64"), "cpu", "test-cpu"),
    ):
        monkeypatch.setattr("environment.sets.DRIVER", driver)
        monkeypatch.setattr("sys.platform", machine[0])
        monkeypatch.setattr("platform.machine", lambda machine=machine: machine[1])
        assert (chosen("run").name, chosen("test").name) == (run, test)
    assert DRIVER.is_absolute()


def test_what_uv_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = lock.arguments(SETS["test-cuda"], None, ["--upgrade"])
    assert {"--universal", "--generate-hashes", "--upgrade"} < set(asked)
    smaller = lock.arguments(SETS["cuda"], SETS["test-cuda"], ["--upgrade"])
    assert "--upgrade" not in smaller
    assert str(SETS["test-cuda"].pins) in smaller


@pytest.mark.slow
def test_the_lists_are_what_the_lock_gives() -> None:
    """Needs a package registry; pins that fit stay, so nothing changes until pyproject.toml does."""
    before = {name: wanted.pins.read_text(encoding="utf-8") for name, wanted in SETS.items()}
    try:
        assert lock.main() == 0
        assert {name: wanted.pins.read_text(encoding="utf-8") for name, wanted in SETS.items()} == before
    finally:
        for name, text in before.items():
            SETS[name].pins.write_text(text, encoding="utf-8")
