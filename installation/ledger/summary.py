"""The summary says on one page what a performance came to: a pure function of the book.

It keeps the words apart, says what was read and what was left out, and gives a number only where there was one.
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from ..now import GRAIN_PLAYERS, Provenance
from ..text import rest
from .totals import run_totals, word

WIDTH = 78
LABEL = 14
NOTES_SHOWN = 6
GAP = "\u00a0"  # between thousands while lines are being broken
FITS_SHOWN = 12  # the first and the last ones of a long day; the ledger holds all
AT_REST = {
    "took_above_rest": "at rest it would have been {rest}",
    "took_as_at_rest": "no more than at rest, as far as the meter can tell",
    "took_rest_unknown": "at rest: NOT KNOWN",
}
Totals = dict[str, Any]


def page(path: Path, run: int | None = None) -> str:
    """The summary of a performance.

    Args:
        path: the ledger.
        run: its id; None is the last one.

    Raises:
        LedgerError: there is no such ledger or run.
    """
    return text(run_totals(path, run))


def text(totals: Totals) -> str:
    """The page, from what `run_totals` gives; ends with a line break."""
    parts = (_head(totals), _energy(totals), _readings(totals), _grains(totals), _fits(totals), _notes(totals))
    pages = ["\n".join(part) for part in parts]
    return ("\n\n".join(filter(None, pages)) + "\n").replace(GAP, " ")


def _head(totals: Totals) -> Iterator[str]:
    run = totals["run"]
    opened = datetime.fromtimestamp(run["opened_on"]).astimezone()
    yield f"UNDERFOOT, performance {run['id']}"
    yield from _entry("Opened", f"{opened:%Y-%m-%d %H:%M:%S %Z}")
    yield from _entry("Closed", _closed(run, totals))
    yield from _entry("Machine", run["machine"])
    yield from _entry("Made with", ", ".join(f"{n} {v}" for n, v in json.loads(run["versions"] or "{}").items()))
    yield from _entry("Players", run["players"].replace(" ", ", "))
    yield from _entry("Restarts", number(run["restarts"]))


def _closed(run: dict[str, Any], totals: Totals) -> str:
    length = f"after {number(sum(totals['seconds'].values()), 1, 's')}"
    if run["closed_on"] is None:
        return f"not closed ({length} it still runs, or ended all at once)"
    return f"{datetime.fromtimestamp(run['closed_on']).astimezone():%Y-%m-%d %H:%M:%S %Z}, {length}"


def _energy(totals: Totals) -> Iterator[str]:
    yield "ENERGY  (the words are kept apart and never added)"
    uncertain = {word(r["provenance"]): r["uncertainty"] or 0.0 for r in totals["readings"]}
    for name, joules in totals["joules"].items():
        within = f" ± {number(joules * uncertain[name], 0, 'J')}" if uncertain.get(name) else ""
        yield from _entry(name, f"{number(joules, 0, 'J')}{within} in {number(totals['seconds'][name], 1, 's')}")
        yield from _entry("", f"of it while a fit ran: {number(totals['joules_fitting'][name], 0, 'J')}")
        yield from _power(totals["watts"].get(name))
    if not totals["joules"]:
        yield from _entry("", "There was no reading.")
    if (gap := totals["seconds"].get("NO READING", 0.0)) > 0:
        yield from _entry("NO READING", f"for {number(gap, 1, 's')}, the time before the first reading included")


def _power(watts: tuple[float | None, float, float | None] | None) -> Iterator[str]:
    if watts is None:
        return
    low, mean, high = watts
    said = [f"mean power {number(mean, 1, 'W')}"]
    if low is not None and high is not None:
        said += [f"lowest sample {number(low, 1, 'W')}", f"highest {number(high, 1, 'W')}"]
    yield from _entry("", ", ".join(said))


def _readings(totals: Totals) -> Iterator[str]:
    yield "WHAT WAS READ"
    for reading in totals["readings"]:
        if not reading["provenance"]:
            continue
        interval = f", ± {reading['uncertainty']:.0%}" if reading["uncertainty"] else ", interval not known"
        yield from _entry(word(reading["provenance"]), f"{reading['boundary']} ({reading['meter']}{interval})")
        yield from _entry("", reading["origin"])
        yield from _entry("Not counted", reading["not_counted"])
    if not any(reading["provenance"] for reading in totals["readings"]):
        yield from _entry("", "Nothing.")
    if totals["beside"]:
        name, joules = totals["beside"]
        yield from _entry(
            "Beside it", f"{name} {number(joules, 0, 'J')}, not added; at the end {totals['run']['beside']}"
        )
    if totals["own_watts"]:
        told = f"ESTIMATED {number(totals['own_watts'], 1, 'W')} without the fit; at the end {totals['run']['own']}"
        yield from _entry("The piece", told)


def _grains(totals: Totals) -> Iterator[str]:
    due, players = totals["due"], totals["run"]["players"].split()
    yield f"GRAINS  (one is {totals['run']['joules_per_grain']:g} J)"
    yield from _entry("due", number(due))
    for player, given in GRAIN_PLAYERS.items():
        said = f"{number(totals[given])}{_short(due, totals[given], totals[f'un{given}'])}"
        yield from _entry(given, said if player in players else f"none: the {player} did not play")


def _short(due: int, given: int, lost: int) -> str:
    """What is missing from the grains due: counted as lost, or still owed when the book was last written."""
    owed = due - given - lost
    words = [f"{number(lost)} lost"] if lost else []
    if owed:
        words.append(f"{number(owed)} not accounted for")
    return f" ({', '.join(words)})" if words else ""


def _fits(totals: Totals) -> Iterator[str]:
    fits = totals["fits"]
    yield f"FITS  ({len(fits)})"
    for at, fit in enumerate(fits):
        if len(fits) > FITS_SHOWN and FITS_SHOWN // 2 <= at < len(fits) - FITS_SHOWN // 2:
            if at == FITS_SHOWN // 2:
                yield from _entry("...", f"{len(fits) - FITS_SHOWN} more stand in the ledger")
            continue
        yield from _fit(fit)
    if not fits:
        yield from _entry("", "No fit began.")


def _fit(fit: dict[str, Any]) -> Iterator[str]:
    name = f"{fit['number']} {fit['network']}"
    if not fit["ended"]:
        yield from _entry(name, f"{_weights(fit)}; begun, and its end is not in the book")
        return
    yield from _entry(
        name, f"{_cost(fit)}; {_weights(fit)}, {_times(fit['updates'], 'updated')}; ended: {fit['ended']}{_rest(fit)}"
    )
    if fit["asked"]:
        rows = number(fit["asked"])
        seen, unseen = _share(fit["seen"]), _share(fit["unseen"])
        learned = f"right on {seen} of {rows} examples shown, {unseen} of {rows} new ones"
        yield from _entry("", learned)


def _notes(totals: Totals) -> Iterator[str]:
    notes = [n for n in totals["notes"] if n["note"]]
    if not notes:
        return
    older = f", {len(notes) - NOTES_SHOWN} older ones stand in the ledger" if len(notes) > NOTES_SHOWN else ""
    yield f"WHAT WAS WRONG  (the newest last{older})"
    for note in notes[-NOTES_SHOWN:]:
        label = f"{datetime.fromtimestamp(note['utc']):%H:%M} {note['player']}"
        yield from _entry(label, note["note"])


def _cost(fit: dict[str, Any]) -> str:
    lasted = f"in {number(fit['seconds'], 2, 's')}"
    if fit["joules"] is None or not fit["provenance"]:
        where = f" of the {fit['ran_on']} it ran on" if fit["ran_on"] else ""
        return f"NO READING{where} {lasted}"
    gap = f", {number(fit['gap_seconds'], 1, 's')} of it without a reading" if fit["gap_seconds"] else ""
    return f"{word(fit['provenance'])} {number(fit['joules'], 0, 'J')} {lasted}{gap}"


def _rest(fit: dict[str, Any]) -> str:
    """How many of its joules the machine would have drawn at rest; of a recording's nothing is said."""
    if fit["joules"] is None or fit["provenance"] not in (Provenance.MEASURED, Provenance.ESTIMATED):
        return ""
    unknown = math.nan if fit["rest_joules"] is None else fit["rest_joules"]
    key, fields = rest.in_words(fit["joules"], unknown, fit["uncertainty"] or 0.0)
    return f"; {AT_REST[key].format(rest=number(fields.get('rest', 0.0), 0, 'J'))}"


def _weights(fit: dict[str, Any]) -> str:
    return f"{number(fit['parameters'] or 0)} weights"


def _share(fraction: float | None) -> str:
    return "an unknown share" if fraction is None else f"{fraction:.0%}"


def _times(count: int | None, what: str) -> str:
    return f"{what} {number(count or 0)} time{'' if count == 1 else 's'}"


def number(value: float, decimals: int = 0, unit: str = "") -> str:
    """A number with gaps between thousands and before its unit, at which no line breaks."""
    return f"{value:,.{decimals}f}{',' * bool(unit)}{unit}".replace(",", GAP)


def _entry(label: str, what: str) -> Iterator[str]:
    """A labelled paragraph within the width; nothing where there is nothing to say."""
    if what:
        indent = " " * (LABEL + 2)
        yield from textwrap.wrap(what, WIDTH, initial_indent=f"  {label:<{LABEL}}", subsequent_indent=indent)
