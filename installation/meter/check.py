"""What the doctor says about meters: each that is here, what it covers, how often it changes, how fine and how sure."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ..config import Config, ConfigError
from ..finding import Finding
from ..now import Provenance
from ..plug import SOURCE, find_file
from .source import About, Fault, Source, named, split

HERE = ("nvml", "rapl", "battery", "hwmon", "estimate")  # those that need no address
BOARDS = ("jetson", "apple", "raspberry", "amd", "intel")  # the same, told only where they are
WAIT = 3.0  # s for the first reading of a meter that others must feed


def check(config: Config) -> list[Finding]:
    """The meters this machine has, and those config.toml names."""
    return [*_findings(config)]


def refuse(config: Config) -> None:
    """Refuse before the show a meter that does not exist and a recording that is none.

    Raises:
        ConfigError: with one sentence that names the key and the remedy.
    """
    settings = config.meter
    for key in ("name", "beside", "non_overlapping"):
        value = getattr(settings, key)
        for name in (value,) if isinstance(value, str) else value:
            _refuse(key, name)


def _refuse(key: str, name: str) -> None:
    kind, argument = split(name)
    find_file(SOURCE, kind)
    if kind != "replay":
        return
    from .recording import BadRecording
    from .replay_file import load, shipped_in_words

    if not argument:
        raise ConfigError(f"[meter] {key}: name a recording, replay:FILE, or one that ships:\n{shipped_in_words()}")
    try:
        load(argument)
    except BadRecording as problem:
        how = " Give that to `underfoot import`, and replay what it makes." if " --" in str(problem) else ""
        raise ConfigError(f"[meter] {key}: {problem}{how}") from None


def _findings(config: Config) -> Iterator[Finding]:
    settings = config.meter
    asked = [settings.name, *settings.beside, *settings.non_overlapping]
    for name in dict.fromkeys([*HERE, *(name for name in asked if name != "auto")]):
        yield _finding(name, config, wanted=name in asked)
    boards = (_finding(name, config, wanted=False) for name in BOARDS if name not in asked)
    yield from (finding for finding in boards if finding.state == "ok")
    if settings.name == "auto":
        yield _auto(config)


def _finding(name: str, config: Config, *, wanted: bool) -> Finding:
    try:
        source = named(name, config.meter)
        detail = _tried(source)
    except (Fault, ConfigError) as problem:
        what, _, remedy = str(problem).partition("; ")
        remedy = remedy[:1].upper() + remedy[1:] or ("Mend it, or name another meter." if wanted else "")
        return Finding(f"meter {name}", "wrong" if wanted else "missing", what.rstrip(".") + ".", remedy)
    return Finding(f"meter {name}", "ok", detail)


def _tried(source: Source) -> str:
    """Open it, read it, let go of it; what it then says of itself."""
    try:
        about = source.open()
        reading = _first(source)
        return told(about, reading, source.unhurried)
    finally:
        source.close()


def _first(source: Source) -> float:
    """W of the first reading; not a number where it takes two."""
    end = time.monotonic() + WAIT
    while True:
        try:
            return source.read().watts
        except Fault:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def told(about: About, watts: float, unhurried: float = 0.0) -> str:
    """A meter in a sentence: word, boundary, watts, how often, how fine, how sure."""
    word = about.provenance.name.replace("_", " ")
    now = f", {watts:.4g} W now" if watts == watts else ", counts joules"
    period = max(about.period, unhurried)
    often = f"new every {period * 1000:.3g} ms" if period else "as often as it is asked"
    fine = f"steps of {about.resolution:g} W" if about.resolution else "steps not stated"
    sure = f"within {about.uncertainty:.0%}" if about.uncertainty else "uncertainty not stated"
    from_where = f" Recorded: {about.origin}." if about.provenance == Provenance.REPLAYED else ""
    sensor = f"{often[0].upper()}{often[1:]}, {fine}, {sure}."
    return f"{word}{now}: {about.boundary}. {sensor} {about.detail.rstrip('.')}.{from_where}"


def _auto(config: Config) -> Finding:
    source = named("auto", config.meter)
    try:
        about = source.open()
        source.close()
    except Fault as fault:
        return Finding("meter in force", "wrong", str(fault), "Name a meter in [meter] name.")
    name = str(getattr(source, "name", "auto"))
    if about.provenance == Provenance.ESTIMATED:
        remedy = "For a measured number plug the machine into a Shelly or Tasmota plug, or mend the meters above."
        return Finding(
            "meter in force", "ok", f"auto takes {name}: every number on the wall will say ESTIMATED.", remedy
        )
    return Finding("meter in force", "ok", f"auto takes {name}.")
