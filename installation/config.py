"""The settings are config.toml, frozen and typed; what they do not know they refuse, and say what was meant.

Every choice of the piece stands in that one file, with its unit. A mistake is found before the show, in one sentence
that names the file, the key, what is wrong and what to write instead.
"""

from __future__ import annotations

import difflib
import math
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from .players import PLAYERS, PlayerError, Role, cast, is_folder, known

HOME = Path(__file__).resolve().parent.parent


class ConfigError(ValueError):
    """A mistake in the settings, as one sentence for a technician."""


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table of config.toml."""


Positive = Annotated[float, Meta(gt=0)]
Fraction = Annotated[float, Meta(ge=0, le=1)]


class Piece(Section, frozen=True):
    """What the piece is made of."""

    players: tuple[str, ...] = PLAYERS
    joules_per_grain: Annotated[float, Meta(ge=0.001, le=1e6)] = 1.0
    language: str = "en"
    out: str = "out"


class DoorsSettings(Section, frozen=True):
    """When the piece performs, and how much it may use."""

    allowance_joules: Annotated[float, Meta(ge=0)] = 7_200_000.0
    fit_every: Annotated[float, Meta(ge=0)] = 0.0


class MeterSettings(Section, frozen=True):
    """Where the watts come from."""

    name: str = "auto"
    rate_hz: Annotated[float, Meta(ge=0.2, le=50)] = 20.0
    replay_speed: Annotated[float, Meta(ge=0.01, le=1000)] = 1.0
    replay_loop: bool = False
    processor_watts: Annotated[float, Meta(ge=0, le=100_000)] = 0.0
    beside: tuple[str, ...] = ()
    non_overlapping: tuple[str, ...] = ()
    calibration: str = "out/calibration.json"


class NetworkSettings(Section, frozen=True):
    """What is trained."""

    name: str = "seed"
    backend: Annotated[str, Meta(pattern="^(tensorflow|jax|torch)$", description="tensorflow, jax or torch")] = (
        "tensorflow"
    )
    hold_seconds: Annotated[float, Meta(ge=1, le=600)] = 20.0
    ladder: tuple[str, ...] = ("wide", "bert_base", "bert_large")
    highest: Annotated[int, Meta(ge=0, le=100)] = 3
    again_within_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 60.0
    rung_seconds: Annotated[tuple[Annotated[float, Meta(ge=0.1, le=86_400)], ...], Meta(min_length=1)] = (
        20.0,
        30.0,
        60.0,
        90.0,
    )
    stuck_seconds: Annotated[float, Meta(ge=2, le=3600)] = 300.0
    threads: Annotated[int, Meta(ge=0, le=1024)] = 0
    publish: str = ""
    publish_place: str = ""
    memory_gb: Annotated[float, Meta(ge=0)] = 0.0
    precision: Annotated[
        str,
        Meta(
            pattern="^(auto|float32|mixed_bfloat16|mixed_float16)$",
            description="auto, float32, mixed_bfloat16 or mixed_float16",
        ),
    ] = "auto"


class SoundSettings(Section, frozen=True):
    """How it sounds."""

    device: str = ""
    channels: Annotated[int, Meta(ge=1, le=8)] = 2
    rate_hz: Annotated[int, Meta(ge=8000, le=192_000)] = 48_000
    block: Annotated[int, Meta(ge=64, le=4096)] = 480
    latency: Annotated[float, Meta(ge=0.005, le=1)] = 0.07
    voices: tuple[str, ...] = ("rain", "hum")
    file: str = ""
    level: Annotated[str, Meta(pattern="^(day|night|gentle)$", description="day, night or gentle")] = "day"
    target_lufs: Annotated[float, Meta(ge=-60, le=-16)] = -23.0
    loudest_lufs: Annotated[float, Meta(ge=-60, le=-14)] = -18.0
    ceiling_dbtp: Annotated[float, Meta(ge=-20, le=-1)] = -1.0
    full_watts: Annotated[float, Meta(ge=0)] = 0.0


class ScreenSettings(Section, frozen=True):
    """How it looks."""

    width: Annotated[int, Meta(ge=320, le=7680)] = 1920
    height: Annotated[int, Meta(ge=240, le=7680)] = 1080
    fullscreen: bool = False
    display: Annotated[int, Meta(ge=0, le=15)] = 0
    output: Annotated[str, Meta(pattern="^(auto|card|processor)$", description="auto, card or processor")] = "auto"
    headless: bool = False
    picture: str = ""
    width_m: Annotated[float, Meta(ge=0, le=100)] = 0.0
    distance_m: Annotated[float, Meta(ge=0, le=100)] = 3.0
    scenes: Annotated[tuple[str, ...], Meta(min_length=1)] = (
        "section",
        "ages",
        "fall",
        "code",
        "inside",
        "number",
        "passage",
        "land",
        "captions",
        "strip",
        "help",
    )
    opens: Annotated[str, Meta(pattern="^(always|second|never)$", description="always, second or never")] = "always"
    projector: bool = False
    large_print: bool = False
    low_sensory: bool = False
    change_per_second: Annotated[float, Meta(ge=0.02, le=0.6)] = 0.2


class LightSettings(Section, frozen=True):
    """The strip on the floor."""

    device: str = "pretend"
    port: str = "auto"
    baud: Annotated[int, Meta(ge=9600, le=2_000_000)] = 500_000
    leds: Annotated[int, Meta(ge=1, le=600)] = 144
    length: Positive = 2.4
    brightness: Annotated[float, Meta(ge=0.001, le=0.5)] = 0.2
    full_watts: Annotated[float, Meta(ge=0)] = 0.0
    flashes: Annotated[float, Meta(ge=0.1, le=3)] = 1.0
    cap: Annotated[float, Meta(ge=0, le=60)] = 0.0


class TextSettings(Section, frozen=True):
    """The words."""

    enabled: bool = True
    passages: str = ""


class LedgerSettings(Section, frozen=True):
    """What is kept."""

    file: str = "out/ledger.sqlite"
    keep_days: Annotated[int, Meta(ge=0, le=36_500)] = 14


class Place(Section, frozen=True):
    """Where the piece stands; the host fills it in, and what is empty is never shown."""

    mains_hz: Annotated[float, Meta(ge=50, le=60)] = 50.0
    grid: str = ""
    mix: dict[str, Fraction] = {}
    acknowledgement: str = ""
    action: str = ""
    asked: str = ""
    asked_on: str = ""
    source: str = ""
    reciprocity: str = ""


class Config(Section, frozen=True):
    """All settings of one performance."""

    piece: Piece = Piece()
    doors: DoorsSettings = DoorsSettings()
    meter: MeterSettings = MeterSettings()
    network: NetworkSettings = NetworkSettings()
    sound: SoundSettings = SoundSettings()
    screen: ScreenSettings = ScreenSettings()
    light: LightSettings = LightSettings()
    text: TextSettings = TextSettings()
    ledger: LedgerSettings = LedgerSettings()
    place: Place = Place()

    @property
    def cast(self) -> tuple[Role, ...]:
        """The players of this performance, as the table has them; read anew from the folders of one's own."""
        return cast(self.piece.players)

    @property
    def own_roles(self) -> tuple[Role, ...]:
        """Those of them that are somebody's own."""
        return tuple(role for role in self.cast if role.folder)


def nearest(name: str, known: Iterable[str]) -> str:
    """The sentence that helps with a wrong name: the one meant, or the list."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, 1, 0.6)
    return f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(names)}."


def find() -> Path:
    """The settings file in force: ./config.toml, else the one beside the package.

    Raises:
        ConfigError: there is none.
    """
    for path in (Path("config.toml"), HOME / "config.toml"):
        if path.is_file():
            return path
    raise ConfigError("There is no config.toml here; run from the project's folder or name one with --config FILE.")


def load(path: Path | None = None, changes: Iterable[str] = ()) -> Config:
    """Read and check a settings file.

    Args:
        path: the file; None takes the one in force.
        changes: settings that go before it, each `section.key=value`, the value in TOML or a bare word.

    Raises:
        ConfigError: with one sentence that names the place and the remedy.
    """
    path = path or find()
    tables = _read(path)
    places = Places(path.name, {_change(tables, change): change for change in changes})
    _refuse_unknown(tables, Config, places, "")
    _refuse_strange(tables, places)
    try:
        config = msgspec.convert(tables, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(_sentence(str(error), places)) from None
    _refuse_players(config, places)
    return config


@dataclass(frozen=True)
class Places:
    """Where each setting comes from: the file's name, and by `section.key` what was changed on the command line."""

    file: str
    changes: Mapping[str, str]

    def of(self, section: str, key: str = "") -> str:
        """The place to name in a sentence about a setting, such as "config.toml: [meter] name"."""
        name = key.partition("[")[0]  # rung_seconds[0] is a part of rung_seconds
        wanted = f"{section}.{name}"
        said = [c for k, c in self.changes.items() if k == wanted or (not name and k.startswith(wanted))]
        setting = f"[{section}] {key}".strip() if section else "the file"
        return f"{f'--set {said[0]}' if said else self.file}: {setting}"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; name another with --config FILE.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: this is not TOML: {error}; mend that line.") from None
    except RecursionError:
        raise ConfigError(f"{path}: this is nested without end; put the original file back.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: this is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {os.strerror(error.errno or 0)}; check its permissions.") from None


def _change(tables: dict[str, Any], change: str) -> str:
    """Put a change into the tables; returns its `section.key`."""
    key, separator, value = change.partition("=")
    section, dot, name = key.strip().partition(".")
    if not (separator and dot and section and name):
        raise ConfigError(f"--set {change}: write it as section.key=value, for example meter.rate_hz=10.")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        parsed = value
    table = tables.setdefault(section, {})
    if not isinstance(table, dict):
        raise ConfigError(f"--set {change}: [{section}] is not a table of settings.")
    table[name] = parsed
    return f"{section}.{name}"


def _refuse_unknown(table: Any, struct: type[Struct], places: Places, section: str) -> None:
    if not isinstance(table, dict):
        return
    fields = {f.encode_name: f.type for f in msgspec.structs.fields(struct)}
    for key, value in table.items():
        if key not in fields:
            place = places.of(section, key) if section else places.of(key)
            raise ConfigError(f"{place} is not a setting. {nearest(key, fields)}")
        inner = fields[key]
        if isinstance(inner, type) and issubclass(inner, Struct):
            _refuse_unknown(value, inner, places, key)


def _refuse_strange(tables: dict[str, Any], places: Places) -> None:
    """Refuse what TOML can say and no setting can mean: inf, nan, a text with a zero character."""
    for section, table in tables.items():
        for key, value in table.items() if isinstance(table, dict) else ():
            if isinstance(value, float) and not math.isfinite(value):
                raise ConfigError(f"{places.of(section, key)} must be a finite number; correct it.")
            if isinstance(value, str) and "\0" in value:
                raise ConfigError(f"{places.of(section, key)} holds a zero character; take it out.")


WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def _sentence(message: str, places: Places) -> str:
    """Turn "Expected `float` >= 1 - at `$.meter.rate_hz`" into a sentence with a remedy."""
    what, _, where = message.partition(" - at `$.")
    section, _, key = where.rstrip("`").partition(".")
    what = re.sub(r"`(\w+)`", lambda found: WORDS.get(found[1], found[1]), what.replace("Expected", "must be", 1))
    if (allowed := _allowed(section, key)) and "regex" in what:
        what = f"must be {allowed}"
    return f"{places.of(section, key)} {what}; correct it, or leave it out to use the default."


def _allowed(section: str, key: str) -> str:
    """What a key with a closed list of values allows, if its declaration says so."""
    owner = next((f.type for f in msgspec.structs.fields(Config) if f.name == section), None)
    if not (isinstance(owner, type) and issubclass(owner, Struct)):
        return ""
    for field in msgspec.structs.fields(owner):
        meta = getattr(field.type, "__metadata__", ())
        if field.name == key and meta and meta[0].description:
            return str(meta[0].description)
    return ""


def _refuse_players(config: Config, places: Places) -> None:
    place, names = places.of("piece", "players"), known()
    for entry in config.piece.players:
        if not is_folder(entry) and entry not in names:
            raise ConfigError(f"{place} names {entry!r}, which is no player. {nearest(entry, names)}")
    try:
        cast(config.piece.players)
    except PlayerError as error:
        raise ConfigError(f"{place}: {error}") from None
