"""Config: every setting stands in config.toml with its unit, and every mistake is one sentence with its remedy."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import HOME, Config, ConfigError, find, load, nearest

FILE = HOME / "config.toml"
UNITS = "J|s|W|A|m|Hz|GB|LUFS|dBTP|samples|times the pace|relative luminance|luminance|flashes a second"


def declared() -> Iterator[tuple[str, str, Any]]:
    """Section, key and default of every setting."""
    for section in msgspec.structs.fields(Config):
        for field in msgspec.structs.fields(type(section.default)):
            yield section.name, field.name, getattr(section.default, field.name)


def lines() -> Iterator[tuple[str, str, str]]:
    """Section, key and comment of each line of config.toml that sets something."""
    section = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"\[(\w+)\]", line):
            section = found[1]
        elif found := re.match(r"(\w+) = [^#]*(?:#\s*(.*))?$", line):
            yield section, found[1], found[2] or ""


def said(changes: list[str]) -> str:
    with pytest.raises(ConfigError) as caught:
        load(FILE, changes)
    return str(caught.value)


# -- the file
def test_the_file_says_every_setting_and_its_default() -> None:
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    told = {(section, key) for section, table in tables.items() for key in table}
    assert told == {(section, key) for section, key, _ in declared()}
    assert load(FILE) == Config()


@pytest.mark.parametrize(("section", "key", "comment"), [*lines()], ids=lambda v: v.split(" ")[0] if v else "-")
def test_every_setting_has_a_comment_and_every_quantity_its_unit(section: str, key: str, comment: str) -> None:
    assert comment, f"[{section}] {key} has no comment"
    default = getattr(getattr(Config(), section), key)
    if isinstance(default, float):
        assert re.match(rf"({UNITS})\b", comment), f"[{section}] {key}: begin the comment with its unit"


def test_defaults_keep_their_own_bounds() -> None:
    """A default outside of what its declaration allows could never be written down again."""
    assert msgspec.convert(msgspec.to_builtins(Config()), Config) == Config()


def test_settings_cannot_be_changed_during_the_show() -> None:
    with pytest.raises(AttributeError):
        load(FILE).meter.rate_hz = 1.0  # type: ignore[misc]


# -- changes
@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("meter.rate_hz=10", 10.0),
        ("meter.name=replay:a b.csv", "replay:a b.csv"),
        ('meter.name="nvml"', "nvml"),
        ("screen.fullscreen=true", True),
        ('sound.voices=["rain"]', ("rain",)),
        ("sound.device=USB Audio = 2", "USB Audio = 2"),
        (" ledger.file = out/x.sqlite", "out/x.sqlite"),
    ],
)
def test_changes_go_before_the_file(change: str, value: object) -> None:
    section, key = change.partition("=")[0].strip().split(".")
    loaded = getattr(getattr(load(FILE, [change]), section), key)
    assert (loaded.strip() if isinstance(loaded, str) else loaded) == value


def test_the_last_change_wins() -> None:
    assert load(FILE, ["meter.rate_hz=5", "meter.rate_hz=6"]).meter.rate_hz == 6.0


# -- mistakes
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("meter.nmae=x", "[meter] nmae is not a setting. Did you mean 'name'?"),
        ("mtr.name=x", "[mtr] is not a setting. Did you mean 'meter'?"),
        ("meter.qqqq=x", "[meter] qqqq is not a setting. Known are: "),
        ("meter.rate_hz=fast", "[meter] rate_hz must be a number, got a text; correct it"),
        ("meter.rate_hz=0.1", "[meter] rate_hz must be a number >= 0.2; correct it"),
        ("meter.rate_hz=51", "[meter] rate_hz must be a number <= 50.0; correct it"),
        ("meter.rate_hz=nan", "[meter] rate_hz must be a finite number"),
        ("doors.allowance_joules=inf", "[doors] allowance_joules must be a finite number"),
        ("sound.channels=2.5", "[sound] channels must be a whole number, got a number"),
        ("screen.fullscreen=1", "[screen] fullscreen must be true or false, got a whole number"),
        ("sound.level=loud", "[sound] level must be day, night or gentle; correct it"),
        ("network.backend=theano", "[network] backend must be tensorflow, jax or torch; correct it"),
        ("network.rung_seconds=[0.0]", "[network] rung_seconds[0] must be a number >= 0.1"),
        ("piece.players=sound", "[piece] players must be a list, got a text"),
        ('piece.players=["sond"]', "players names 'sond', which is no player. Did you mean 'sound'?"),
        ('piece.out="a\\u0000b"', "[piece] out holds a zero character"),
        ("meter", "write it as section.key=value"),
        ("meter=5", "write it as section.key=value"),
        ("meter.rate_hz", "write it as section.key=value"),
        ("=5", "write it as section.key=value"),
        ("meter.rate_hz=" + "[" * 100_000, "[meter] rate_hz must be a number, got a text"),
    ],
)
def test_a_mistake_on_the_command_line_names_it(change: str, sentence: str) -> None:
    told = said([change])
    assert sentence in told
    assert told.startswith(f"--set {change}")
    assert "\n" not in told


BROKEN = {
    "meter = 5": "[meter] must be a table, got a whole number",
    "[meter]\nrate_hz = 'fast'": "[meter] rate_hz must be a number, got a text",
    "[meter]\nname = 'a'\nname = 'b'": "this is not TOML",
    "[meter\n": "this is not TOML",
    "x = " + "[" * 5000: "nested without end",
    "[[meter]]\nname = 'auto'": "[meter] must be a table, got a list",
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "mine.toml")
    assert BROKEN[text] in str(caught.value)
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(ConfigError, match="not UTF-8 text; save it as UTF-8"):
        load(tmp_path / "config.toml")


def test_a_mark_at_the_begin_of_a_file_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xef\xbb\xbf[meter]\nrate_hz = 5\n")
    assert load(tmp_path / "config.toml").meter.rate_hz == 5.0


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    assert load(tmp_path / "config.toml") == Config()


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from([*declared(), ("meter", "unknown", None), ("unknown", "key", None)]),
    st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.integers()), st.just({"a": 1.0})),
)
def test_whatever_is_written_is_taken_or_refused_in_one_sentence(setting: tuple[str, str, Any], value: Any) -> None:
    written = f"{setting[0]}.{setting[1]}={_toml(value)}"
    told = refusal(written)
    assert not told or (f"[{setting[0]}]" in told and told.endswith((".", "?")))


def refusal(change: str) -> str:
    """The sentence a change is refused with; empty when it is taken."""
    try:
        load(FILE, [change])
    except ConfigError as error:
        return str(error)
    return ""


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(c):08x}" for c in value) + '"'
    if isinstance(value, dict):
        return "{ a = 1.0 }"
    return str(value).lower()


@pytest.mark.parametrize(("wrong", "right"), [("scren", "screen"), ("ledgr", "ledger"), ("zzz", "Known are: ")])
def test_nearest(wrong: str, right: str) -> None:
    assert right in nearest(wrong, ["screen", "ledger", "sound"])


def test_the_file_beside_goes_before_the_one_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find() == FILE
    (tmp_path / "config.toml").write_text("")
    assert find() == Path("config.toml")


# -- as a technician meets it
def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "installation", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", [["run"], ["player", "light"]])
@pytest.mark.parametrize(
    "mistake",
    [["--set", "meter.nmae=x"], ["--set", "light.leds=0"], ["--config", "nowhere.toml"], ["--config", "/"]],
    ids=["unknown", "out of range", "missing", "a folder"],
)
def test_on_the_command_line_it_is_one_sentence_and_exit_code_2(command: list[str], mistake: list[str]) -> None:
    done = run(*command, *mistake)
    assert done.returncode == 2
    assert done.stdout == ""
    told = [line for line in done.stderr.splitlines() if not line.startswith("No display here")]
    assert len(told) == 1
    assert told[0].startswith("underfoot: ")


@pytest.mark.parametrize(
    "arguments", [["--set", "meter.name=nvmll"], ["--set", "network.name=sead"], ["--meter", "replay:/nowhere.csv"]]
)
def test_what_can_only_fail_in_the_show_is_refused_before_it(arguments: list[str]) -> None:
    done = run("run", "--headless", *arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("wrong", "right"), [("rnu", "run"), ("docter", "doctor")])
def test_a_wrong_command_gets_the_nearest(wrong: str, right: str) -> None:
    done = run(wrong)
    assert (done.returncode, f"Did you mean {right!r}?" in done.stderr) == (2, True)
