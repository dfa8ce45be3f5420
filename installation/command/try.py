# ruff: noqa: N999  (a command's file has the command's name)
"""`underfoot try FILE` runs a network's file for a moment, as a press would, and says what the wall would say."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..config import NetworkSettings, load
from ..plug import NETWORK, find_file

if TYPE_CHECKING:
    from ..network.trial import Trial

LABEL = 17  # characters before a line's text
LARGE = ((1e12, "million million"), (1e6, "million"))


@click.command(short_help="A network's file, tried: what the wall would say.")
@click.argument("file")
@click.option("--backend", default="", help="tensorflow, jax, torch, or all that are installed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a backend.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option("--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting before the file's.")
def command(file: str, backend: str, as_json: bool, path: Path | None, changes: tuple[str, ...]) -> None:
    """Build a network, train it for two seconds, and tell its listing, counts, memory, operations and pace.

    FILE is a path, or the name of one of the piece's own. Nothing is written, no meter is asked, and no piece need run.
    What the file prints goes to the standard error. The exit code is 1 where something is wrong.
    """
    from ..network.check import installed
    from ..network.trial import on, tried

    settings = load(path, changes).network
    network = find_file(NETWORK, file)
    chosen = [backend or settings.backend] if backend != "all" else installed()
    well = True
    for i, name in enumerate(chosen):
        if name not in installed():
            here = ", ".join(installed()) or "none"
            raise click.UsageError(f"The backend {name} is not installed; installed are: {here}.")
        trial = tried(network, on(settings, name))
        well = well and not trial.problem
        if as_json:
            click.echo(json.dumps(_plain(asdict(trial))))
        else:
            click.echo("\n".join(([] if i else list(listing(trial))) + list(lines(trial, settings))))
    sys.exit(not well)


def listing(trial: Trial) -> Iterator[str]:
    """The text as the wall shows it, with its own line numbers."""
    rows = trial.text.split("\n") if trial.text else []
    for number, row in enumerate(rows, 1):
        yield f"{number:4}  {row}".rstrip()


def lines(trial: Trial, settings: NetworkSettings) -> Iterator[str]:
    """What the wall would say of it on one backend."""
    yield f"\n{Path(trial.file).name} on {trial.backend}"
    for label, text in _facts(trial, settings):
        yield f"  {label:{LABEL}}{text}"
    yield f"  ✗ {trial.problem}" if trial.problem else "  ✓ It can be pressed."


def _facts(trial: Trial, settings: NetworkSettings) -> Iterator[tuple[str, str]]:
    if trial.about:
        yield "it is", trial.about
    if trial.fit_line:
        yield "fit is", trial.fit_line
    if trial.detail:
        yield "it runs on", trial.detail
    if trial.weights:
        yield "weights", number(trial.weights)
        yield "memory", _memory(trial)
        yield "operations", f"{number(trial.operations)} a step, by the formula" if trial.operations else "not counted"
    if math.isfinite(trial.ready_after):
        yield "ready after", f"{trial.ready_after:.1f} s"
    if trial.ended:
        yield from _pace(trial, settings)
        yield from _learned(trial)


def _memory(trial: Trial) -> str:
    held = f"its process held {trial.held / 1e9:.2f} GB, Keras included" if trial.held else ""
    needs = f"{trial.needs / 1e9:.2f} GB by the formula" if math.isfinite(trial.needs) else ""
    return "; ".join(filter(None, (needs, held))) or "not known"


def _pace(trial: Trial, settings: NetworkSettings) -> Iterator[tuple[str, str]]:
    counts = trial.epochs * trial.batches > 0
    rows = f" of {trial.batch_rows:.0f} rows" if trial.batch_rows else ""
    yield (
        "a fit",
        f"{trial.epochs:.0f} epochs, {trial.batches:.0f} batches{rows} each" if counts else "of unknown length",
    )
    if trial.calls > 1:
        yield (
            "",
            f"{trial.calls:.0f} calls of fit were begun in the time it was tried; the counts are those of the newest",
        )
    if math.isfinite(trial.step):
        yield "a step", f"{trial.step * 1e3:.3g} ms, the mean of {trial.updates:.0f} in {trial.seconds:.2f} s"
    else:
        yield "a step", "cannot be told: its file trains in a loop of its own"
    longest = settings.rung_seconds[0]
    ends = f"; it would be ended after {longest:g} s, by [network] rung_seconds" if trial.whole > longest else ""
    yield "one fit takes", f"{trial.whole:.3g} s at this pace{ends}" if math.isfinite(trial.whole) else "cannot be told"


def _learned(trial: Trial) -> Iterator[tuple[str, str]]:
    """Each measure on the rows it was shown and on new ones, after the short training of this trial."""
    label = "what can be told"
    for measure in trial.learned:
        seen, unseen = (_of(measure, rows) for rows in ("seen", "unseen"))
        new = f", on new rows {unseen}" if unseen else "; no new rows were asked"
        yield label, f"{measure['name']}: on the rows it was shown {seen}{new}"
        label = ""
    if not trial.learned:
        yield label, "the loss alone" + (f": {trial.loss:.4g}" if math.isfinite(trial.loss) else "")


def _of(measure: dict[str, Any], rows: str) -> str:
    value = measure.get(rows)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return f"{100 * value:.0f} %" if measure.get("kind") == "share" else f"{value:.4g}"


def number(value: float) -> str:
    """A count in full where it is short, else in millions."""
    size, word = next(((size, f" {word}") for size, word in LARGE if value >= size), (1.0, ""))
    value /= size
    return (f"{value:.3g}" if word and value < 1000 else f"{value:,.0f}".replace(",", " ")) + word


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
