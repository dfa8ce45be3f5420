"""The doctor's look at the networks: Keras, its backend, the file that is to be trained, the card."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
from pathlib import Path

from ..config import Config, ConfigError, NetworkSettings
from ..finding import Finding
from ..plug import NETWORK, find_file
from .listing import REMOTE, ListingError, read
from .trial import tried

TRY_WITHIN = 80.0  # s
BACKENDS = ("tensorflow", "jax", "torch")
NVIDIA = Path("/proc/driver/nvidia/version")


def check(config: Config) -> list[Finding]:
    """What a fit needs: what is installed, the files of all rungs, and the first network trained for a moment."""
    settings = config.network
    found = [_keras(), _backend(settings.backend), *_tensorflows(), _file("network file", settings.name)]
    found += [_file(f"network rung {i}", name) for i, name in enumerate(settings.ladder[: settings.highest], 2)]
    if all(finding.state != "wrong" for finding in found) and not settings.name.startswith(REMOTE):
        found.append(_tried(settings))
    return found


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _keras() -> Finding:
    if version := _version("keras"):
        return Finding("network keras", "ok", f"Keras {version} is installed.")
    return Finding("network keras", "wrong", "Keras is not installed.", "Run `make setup`, or `pip install keras`.")


def _backend(name: str) -> Finding:
    if importlib.util.find_spec(name):
        return Finding(f"network {name}", "ok", f"The backend {name} is installed.")
    return Finding(
        f"network {name}",
        "wrong",
        f"The backend {name} is not installed, so no network can be fitted.",
        f"Install it, or set [network] backend to one that is here{_others(name)}.",
    )


def _others(name: str) -> str:
    here = [other for other in installed() if other != name]
    return f" ({', '.join(here)})" if here else ""


def installed() -> list[str]:
    """The backends of Keras that are installed here."""
    return [name for name in BACKENDS if importlib.util.find_spec(name)]


def _tensorflows() -> list[Finding]:
    """Two distributions share one folder; and the small one never sees a card, without a word."""
    plain, small = _version("tensorflow"), _version("tensorflow-cpu")
    found = []
    if plain and small:
        found.append(
            Finding(
                "network distributions",
                "wrong",
                "tensorflow and tensorflow-cpu are both installed and lie over one another.",
                "Delete the folder .venv and run `make setup` again.",
            )
        )
    if small and not plain and NVIDIA.exists():
        found.append(
            Finding(
                "network card",
                "missing",
                "There is an NVIDIA driver, but tensorflow-cpu trains on the processor and does not say so.",
                "Install with the extra `cuda`: delete the folder .venv and run `make setup` with the driver present.",
            )
        )
    return found


def refuse(config: Config) -> None:
    """Look before the show whether every network that may be fitted is there.

    Raises:
        ConfigError: one is not.
    """
    settings = config.network
    for name in (settings.name, *settings.ladder[: settings.highest]):
        if not name.startswith(REMOTE):
            find_file(NETWORK, name)


def _file(what: str, name: str) -> Finding:
    if name.startswith(REMOTE):
        return Finding(what, "ok", f"The fit is elsewhere: {name.removeprefix(REMOTE)}.")
    try:
        listing = read(find_file(NETWORK, name))
    except (ConfigError, ListingError) as error:
        key = "name" if what == "network file" else "ladder"
        return Finding(what, "wrong", str(error), f"Mend the file, or name another in [network] {key}.")
    return Finding(what, "ok", f"{listing.path.name} fits with `{listing.fit_line}`.")


def _tried(settings: NetworkSettings) -> Finding:
    """The network of the first press, trained for a moment; the rungs above it may take minutes."""
    trial = tried(find_file(NETWORK, settings.name), settings, TRY_WITHIN)
    if trial.problem:
        remedy = f"Mend it; `underfoot try {settings.name}` says more."
        return Finding("network tried", "wrong", trial.problem, remedy)
    step = f", {1e3 * trial.step:.3g} ms a step" if math.isfinite(trial.step) else ""
    detail = f"{settings.name} was ready after {trial.ready_after:.0f} s and trained{step}: {trial.detail}."
    return Finding("network tried", "ok", detail)
