"""`underfoot calibrate` holds one meter against another and keeps the line between them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..config import ConfigError, load

if TYPE_CHECKING:
    from ..meter.session import Session

TICK = 0.05  # s


@click.command(short_help="Teach a meter what the wall says.")
@click.option("--against", required=True, metavar="METER", help="The meter to trust, such as shelly:192.168.1.20.")
@click.option("--meter", default="", metavar="METER", help="The meter to teach; the one of config.toml unless named.")
@click.option("--seconds", type=click.FloatRange(min=0.1), default=600.0, help="How long; ten minutes unless said.")
@click.option("--window", type=click.FloatRange(min=0.1), default=5.0, help="s over which both are averaged.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option("--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting before the file's.")
def command(
    against: str, meter: str, seconds: float, window: float, path: Path | None, changes: tuple[str, ...]
) -> None:
    """Fit wall = a + b x meter by least squares, while the machine rests and works.

    Both meters are read beside each other; let the piece rest and fit meanwhile, so that the line has two ends. The
    result goes into the file of [meter] calibration. Then `[meter] name = "calibrated"` says what the wall would say.
    """
    from ..meter.calibration import CalibrationProblem, fit, save
    from ..meter.session import Session

    config = load(path, changes)
    taught, trusted = (Session(name, config.meter) for name in (meter or config.meter.name, against))
    for session in (taught, trusted):
        session.begin(time.monotonic(), resumed=False)
    try:
        x, y = _collect(taught, trusted, seconds, window)
        line = fit(x, y, meter=taught.label, against=against, about=trusted.integrator.about, seconds=window)
    except CalibrationProblem as problem:
        raise ConfigError(_with_reasons(str(problem), taught, trusted)) from None
    finally:
        for session in (taught, trusted):
            session.close()
    target = Path(config.meter.calibration)
    save(target, line)
    click.echo(f"wall = {line.line}, from {line.windows} windows of {window:g} s between {line.lowest:.0f} and")
    click.echo(f'{line.highest:.0f} W. Kept in {target}; write [meter] name = "calibrated" to use it.')


def _with_reasons(sentence: str, *sessions: Session) -> str:
    reasons = (c.integrator.reason for c in sessions if c.integrator.reason)
    return " ".join((sentence, *reasons))


def _collect(taught: Session, trusted: Session, seconds: float, window: float) -> tuple[list[float], list[float]]:
    """Means of both in the same windows; a window in which either had a gap is left out."""
    pairs: list[tuple[float, float]] = []
    end = time.monotonic() + seconds
    with click.progressbar(length=round(seconds), label="Listening to both") as bar:
        while time.monotonic() < end:
            pair = _window(taught, trusted, min(window, max(TICK, end - time.monotonic())))
            if pair is not None:
                pairs.append(pair)
            bar.update(round(window))
    return [x for x, _ in pairs], [y for _, y in pairs]


def _window(taught: Session, trusted: Session, seconds: float) -> tuple[float, float] | None:
    """Mean W of both over one window, from their joules."""
    began = _tick(taught, trusted)
    before = [_state(c, began) for c in (taught, trusted)]
    now = began
    while now < began + seconds:
        time.sleep(TICK)
        now = _tick(taught, trusted)
    after = [_state(c, now) for c in (taught, trusted)]
    if any(a[2] != b[2] or a[0] >= b[0] for a, b in zip(before, after, strict=True)):
        return None
    x, y = ((b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(before, after, strict=True))
    return x, y


def _tick(*sessions: Session) -> float:
    now = time.monotonic()
    for session in sessions:
        session.tick(now)
        session.integrator.drain()
    return now


def _state(session: Session, seconds: float) -> tuple[float, float, float]:
    """When its joules were last counted, the joules, its gaps."""
    integrator = session.integrator
    at = integrator.last.time if integrator.last else integrator.heard_at
    return at, integrator.joules, integrator.gap_seconds(seconds)
