"""`underfoot scale` places this machine beside what was published about the energy of training."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..config import load
from ..database import read_only
from ..now import Now, Provenance, default_path
from ..published import BERT, FLIGHT_LB, FLIGHT_NOTE, HOURS_A_YEAR, LATER, TABLE, Here, Row, bert_here
from ..reading import provenance_at

if TYPE_CHECKING:
    from rich.table import Table

WORDS_A_ROW = 128  # of bert_base.py
OPERATIONS_A_ROW = 536_362_389_504 / 8  # of bert_base.py, by installation/network/process/operations.py
WIDE = 120  # characters a line where no terminal says
FITS = """SELECT joules, seconds, updates, fit_line, detail, provenance, boundary FROM presses JOIN readings
    ON readings.id = reading WHERE network = 'bert_base' AND updates > 0 AND joules > 0
    ORDER BY began_on DESC LIMIT 1"""


@dataclass(frozen=True)
class Fit:
    """The newest fit of BERT base in the ledger."""

    joules: float
    seconds: float
    updates: int
    fit_line: str
    detail: str
    provenance: int
    boundary: str

    @property
    def rows(self) -> int:
        """Rows of one step."""
        found = re.search(r"batch_size=(\d+)", self.fit_line)
        return int(found[1]) if found else 32

    @property
    def tokens_per_step(self) -> float:
        return float(WORDS_A_ROW * self.rows)

    @property
    def operations_per_step(self) -> float:
        return OPERATIONS_A_ROW * self.rows

    @property
    def here(self) -> Here | None:
        return bert_here(self.joules / self.updates, self.seconds / self.updates, self.tokens_per_step)


@click.command(short_help="This machine beside published figures.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option("--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting before the file.")
def command(as_json: bool, path: Path | None, changes: tuple[str, ...]) -> None:
    """Show the table of Strubell and others 2019 computed again, later figures by their kind, and this machine.

    This machine stands there by its own steps of BERT base, once a fit of it is in the ledger.
    """
    fit = newest_fit(Path(load(path, changes).ledger.file))
    watts = _watts()
    if as_json:
        click.echo(json.dumps(as_object(fit, watts)))
    else:
        _show(fit, watts)


def newest_fit(ledger: Path) -> Fit | None:
    """The newest fit of BERT base; None without a ledger, or without such a fit."""
    if not ledger.is_file():
        return None
    with contextlib.suppress(sqlite3.Error), contextlib.closing(read_only(ledger)) as db:
        found = db.execute(FITS).fetchone()
        return Fit(*found) if found else None
    return None


def _watts() -> tuple[float, Provenance] | None:
    """What the running piece draws now; None where none runs or nothing is read."""
    try:
        now = Now(default_path())
    except (OSError, ValueError):
        return None
    word = provenance_at(now, time.monotonic())
    return (now.watts, word) if word and now.watts > 0 else None


def as_object(fit: Fit | None, watts: tuple[float, Provenance] | None) -> dict[str, Any]:
    """Rows, later figures, and this machine, ready for JSON."""
    return {
        "rows": [_row(row) for row in TABLE],
        "later": [asdict(later) for later in LATER],
        "flight": {"co2e_lb": FLIGHT_LB, "bert_share": round((BERT.co2e_lb or 0) / FLIGHT_LB, 4), "note": FLIGHT_NOTE},
        "here": _here(fit, watts),
    }


def _row(row: Row) -> dict[str, Any]:
    computed = ("recomputed_kwh_pue", "recomputed_co2e_lb", "recomputed_cloud_usd", "agrees")
    return asdict(row) | {name: getattr(row, name) for name in computed}


def _here(fit: Fit | None, watts: tuple[float, Provenance] | None) -> dict[str, Any]:
    here: dict[str, Any] = {"bert_base": None, "watts": None}
    if watts:
        here["watts"] = {
            "watts": watts[0],
            "provenance": _word(watts[1]),
            "years_for_bert_base": (BERT.kwh_pue or 0) * 1000 / watts[0] / HOURS_A_YEAR,
        }
    if fit and (found := fit.here):
        here["bert_base"] = {
            "joules_per_step": fit.joules / fit.updates,
            "joules_per_million_operations": fit.joules / fit.updates / fit.operations_per_step * 1e6,
            "seconds_per_step": fit.seconds / fit.updates,
            "tokens_per_step": fit.tokens_per_step,
            "kwh": found.kwh,
            "days": found.days,
            "provenance": _word(Provenance(fit.provenance)),
            "boundary": fit.boundary,
            "detail": fit.detail,
        }
    return here


def _word(provenance: Provenance) -> str:
    return provenance.name.replace("_", " ")


def _show(fit: Fit | None, watts: tuple[float, Provenance] | None) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = WIDE  # a figure is never cut
    console.print(_table())
    for row in TABLE:
        if row.note:
            console.print(f"{row.name}, {row.hardware}: {row.note}")
    console.print(f"\n{FLIGHT_NOTE}\n")
    console.print(_later())
    console.print("\nThis machine")
    for line in _here_lines(_here(fit, watts)):
        console.print(line)


def _table() -> Table:
    from rich.table import Table

    table = Table(title="Strubell, Ganesh and McCallum 2019, table 3: as printed, and computed again", box=None)
    for name in ("model", "hardware", "W", "h", "kWh", "again", "lb CO2e", "again", "US$", "again", ""):
        left = name in ("model", "hardware", "")
        table.add_column(name, justify="left" if left else "right", overflow="fold", no_wrap=not left)
    for row in TABLE:
        again = ["-" if cell is None else f"{cell:,.2f}" for cell in (row.recomputed_kwh_pue, row.recomputed_co2e_lb)]
        table.add_row(
            row.name,
            row.hardware,
            "-" if row.watts is None else f"{row.watts:,.2f}",
            f"{row.hours:,g}",
            "-" if row.kwh_pue is None else f"{row.kwh_pue:,}",
            again[0],
            "-" if row.co2e_lb is None else f"{row.co2e_lb:,}",
            again[1],
            "\n".join(f"{cell:,}" for cell in row.cloud_usd),
            "\n".join(f"{cell:,.2f}" for cell in row.recomputed_cloud_usd),
            "agrees" if row.agrees else "DOES NOT AGREE",
        )
    return table


def _later() -> Table:
    from rich.table import Table

    table = Table(title="Later figures, by how they were come by", box=None)
    for name, side in (("kWh", "right"), ("kind", "left"), ("what", "left"), ("source", "left"), ("note", "left")):
        table.add_column(name, justify="right" if side == "right" else "left")
    for later in LATER:
        table.add_row(
            f"{later.kwh:,.0f}" if later.kwh >= 1 else f"{later.kwh:g}",
            later.kind,
            later.name,
            later.source,
            later.note,
        )
    return table


def _here_lines(here: dict[str, Any]) -> list[str]:
    lines = []
    if now := here["watts"]:
        drawn = "replayed" if now["provenance"] == "REPLAYED" else "drawn"
        years = f"{BERT.kwh_pue} kWh published for BERT base take {now['years_for_bert_base']:.1f} years."
        lines.append(f"{now['provenance']}: at the {now['watts']:.0f} W {drawn} at this moment, the {years}")
    else:
        lines.append("No piece runs here with a reading, so there are no watts to set beside these figures.")
    if found := here["bert_base"]:
        (low, high), (first, last) = found["kwh"], found["days"]
        step = f"{found['joules_per_step']:.3g} J each, {found['boundary']}"
        took = f"{low:,.0f} to {high:,.0f} kWh and {first:,.0f} to {last:,.0f} days here"
        lines.append(f"{found['provenance']}: by its own steps ({step}) BERT's training would take {took}.")
    else:
        lines.append("No fit of bert_base with a reading is in the ledger; press until the ladder reaches it.")
    return lines
