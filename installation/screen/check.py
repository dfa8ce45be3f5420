"""What the doctor says of the picture: the library, the faces, the screens."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version

from installation.config import Config, ConfigError
from installation.finding import Finding
from installation.plug import SCENE, plug

LEAST = (2, 5, 8)


def check(config: Config) -> list[Finding]:
    """Lines for the doctor."""
    return [_library(), *_faces(), _screen(config), *_scenes(config), _words(config)]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _library() -> Finding:
    ours, other = _version("pygame-ce"), _version("pygame")
    if ours and other:
        return Finding(
            "screen library",
            "wrong",
            f"pygame {other} and pygame-ce {ours} lie over each other in one folder.",
            "Uninstall both, then install pygame-ce.",
        )
    if not ours:
        return Finding("screen library", "wrong", "pygame-ce is not installed.", "Run `make setup`.")
    return Finding("screen library", "ok", f"pygame-ce {ours}")


def _faces() -> list[Finding]:
    from installation.text.coverage import CODE_FACE, TITLE_FACE, WORDS_FACE, FaceError, letters

    findings = []
    for face in (WORDS_FACE, TITLE_FACE, CODE_FACE):
        try:
            count = len(letters(face))
            findings.append(Finding(f"face {face.stem}", "ok", f"{count} characters"))
        except FaceError as error:
            findings.append(Finding(f"face {face.stem}", "wrong", str(error), "Put the file back from the release."))
    return findings


def _screen(config: Config) -> Finding:
    screen = config.screen
    wide = f"{screen.width_m:g} m wide" if screen.width_m else "its width in metres not measured"
    size = f"{screen.width} x {screen.height}, {wide}, seen from {screen.distance_m:g} m"
    if screen.headless:
        return Finding("screen", "ok", f"headless: no window, {size}")
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return Finding("screen", "missing", "There is no screen here.", "Start from the desktop, or run --headless.")
    if not screen.width_m:
        remedy = "Measure the picture with a tape and write [screen] width_m; until then no land is drawn at true size."
        return Finding("screen", "missing", f"{size}.", remedy)
    return Finding("screen", "ok", size)


def _scenes(config: Config) -> list[Finding]:
    findings = []
    for name in config.screen.scenes:
        try:
            plug(SCENE, name)
        except ConfigError as error:
            findings.append(Finding(f"scene {name}", "wrong", str(error), "Correct [screen] scenes in config.toml."))
    return findings


def _words(config: Config) -> Finding:
    from installation.text.sentences import LanguageError, Sentences

    try:
        words = Sentences(config.piece.language)
    except LanguageError as error:
        return Finding("language", "wrong", str(error), "Correct [piece] language in config.toml.")
    if words.faults:
        return Finding("language", "missing", words.faults[0], "Complete the language's file.")
    return Finding("language", "ok", config.piece.language)
