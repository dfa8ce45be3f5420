"""`underfoot audit` plays a recording and proves the piece's promises from what came out."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..meter.logs.wishes import Wishes
from ._log import about_a_log
from ._take import Size, fitted, progress, recording, settings, tell_length

if TYPE_CHECKING:
    from ..take.audit import Report

LONGEST = 5  # gaps that are listed
KEYS = (
    "joules", "joules_per_grain", "grains_due", "grains_heard", "grains_lit", "grains_drawn", "grains_lost",
    "flashes_per_second_screen", "flashes_per_second_strip", "loudness_lufs", "true_peak_dbtp", "passages_intact",
    "seconds", "provenance", "gaps", "left_out", "speed",
)  # fmt: skip


@click.command(short_help="Prove the promises from a recording.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--size", type=Size(), default="640x360", show_default=True, help="Of the picture that is looked at.")
@click.option("--fps", type=click.FloatRange(1, 120), default=60.0, show_default=True, help="Frames a second.")
@click.option("--from", "begin", type=click.FloatRange(min=0), default=0.0, help="Begin so many seconds in.")
@click.option(
    "--seconds", type=click.FloatRange(min=0), default=0.0, help="How much of it, by its own clock; 0 is all."
)
@click.option("--day", default="", help="Of a ledger: YYYY-MM-DD; its newest if left out.")
@about_a_log
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option("--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting before the file's.")
def command(
    file: Path,
    as_json: bool,
    size: tuple[int, int],
    fps: float,
    begin: float,
    seconds: float,
    day: str,
    path: Path | None,
    changes: tuple[str, ...],
    wishes: Wishes,
) -> None:
    """Play FILE through sound, strip and screen, without any device, and say what came out.

    FILE is a recording, any program's log of power, or a ledger. The exit code is 1 if a promise is broken.
    """
    config = settings(path, changes, size)
    played = recording(file, day, begin, seconds, wishes)
    config = fitted(config, played.header, changes)
    tell_length("audit", file, played, config)
    from ..take.audit import Audit

    audit = Audit(played, file.name, config, fps)
    with progress("audit", audit.room.seconds, quiet=as_json) as at:
        report = audit.run(at)
    click.echo(json.dumps(plain(report)) if as_json else "\n".join(lines(report)))
    sys.exit(1 if report.broken else 0)


def plain(report: Report) -> dict[str, object]:
    """The keys of --json; what is not finite, such as the loudness of silence, is null."""
    values = {key: getattr(report, key) for key in KEYS} | {"gaps": [asdict(gap) for gap in report.gaps]}
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in values.items()}


def lines(r: Report) -> list[str]:
    """The report for people; each line says how it was counted."""
    words = "; ".join(f"{s['from']:g}-{s['to']:g} s {s['word']}" for s in r.provenance) or "none"
    return [
        f"{r.seconds:.1f} s{f' at {r.speed:g} times its pace' if r.speed != 1 else ''}, {r.joules:.1f} J, "
        f"{r.joules_per_grain:g} J a grain: {r.grains_due} grains due",
        *holes(r),
        f"heard {r.grains_heard}    the rain's own count of drops in the blocks",
        f"  as much energy as {r.drops_by_energy:.0f} drops    summed from the samples of the rain",
        f"  lone drops {r.lone_drops}, at most {1e3 * r.lone_error:.2f} ms off    found in the samples",
        f"  all drops at most {1e3 * r.onset_error:.3f} ms off    places against a second grain clock",
        f"lit {r.grains_lit}    the strip's count of frames it took",
        f"  as much light as {r.sparks_by_light:.0f} sparks    summed from its bytes; less where it was held back",
        f"drawn {r.grains_drawn}    the picture's count of points begun",
        f"  settled {r.points_settled}    points counted as they reach the ground",
        f"lost {r.grains_lost}    what the players say",
        f"flashes in the worst second: screen {r.flashes_per_second_screen}    from the frames' pixels, 16 x 9 tiles",
        f"                             strip {r.flashes_per_second_strip}    from its bytes, LED by LED and in tiles",
        f"loudness {r.loudness_lufs:.1f} LUFS, loudest 3 s {r.loudest_lufs:.1f} LUFS, "
        f"true peak {r.true_peak_dbtp:.1f} dBTP    from the samples",
        f"passages {'intact' if r.passages_intact else 'NOT INTACT'}    by their SHA-256; shown: "
        f"{', '.join(r.passages_seen) or 'none'}",
        f"provenance: {words}",
        *(f"BROKEN  {sentence}" for sentence in r.broken),
        *([] if r.broken else ["Every promise is kept."]),
    ]


def holes(r: Report) -> Iterator[str]:
    """What the file does not tell: its gaps, each with its reason, and the lines that could not be used."""
    if r.gaps:
        total = math.fsum(gap.span for gap in r.gaps)
        yield f"gaps {len(r.gaps)}, {total:.4g} s of the recording: nobody knows the watts, and no joule is counted"
    longest = sorted(sorted(r.gaps, key=lambda gap: -gap.span)[:LONGEST], key=lambda gap: gap.at)
    yield from (
        f"  {gap.span:.4g} s from {gap.at:.4g} s on: {gap.reason or 'the file does not say why'}" for gap in longest
    )
    if r.left_out:
        yield "lines left out: " + ", ".join(f"{n} {why}" for why, n in r.left_out.items())
