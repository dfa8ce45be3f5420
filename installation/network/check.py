"""The doctor's look at the networks: Keras, its backend, the file that is to be trained, the card."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

from ..config import Config, ConfigError
from ..finding import Finding
from ..plug import NETWORK, find_file
from .listing import REMOTE, ListingError, read

NVIDIA = Path("/proc/driver/nvidia/version")


def check(config: Config) -> list[Finding]:
    """What a fit needs, without importing Keras."""
    return [_keras(), _backend(config.network.backend), *_tensorflows(), _file(config.network.name)]


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
    here = [other for other in ("tensorflow", "jax", "torch") if other != name and importlib.util.find_spec(other)]
    return f" ({', '.join(here)})" if here else ""


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


def _file(name: str) -> Finding:
    if name.startswith(REMOTE):
        return Finding("network file", "ok", f"The fit is elsewhere: {name.removeprefix(REMOTE)}.")
    try:
        listing = read(find_file(NETWORK, name))
    except (ConfigError, ListingError) as error:
        return Finding("network file", "wrong", str(error), "Mend the file, or name another in [network] name.")
    return Finding("network file", "ok", f"{listing.path.name} fits with `{listing.fit_line}`.")
