"""`underfoot doctor` says what is here and what is missing, line by line, each with its remedy.

Each room of the piece has its own check. It runs as a process of its own, so that a driver which hangs or crashes
becomes a line of the report and not its end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import click

from ..config import HOME, Config, ConfigError, load, nearest
from ..finding import Finding

WITHIN = 90.0  # s a room's check may take: the networks' trains one for a moment
AT_ONCE = 2
EMPTY = Path("/dev/null")  # settings with nothing in them: the defaults
SIGNS = {"ok": ("✓", "green"), "missing": ("–", "yellow"), "wrong": ("✗", "red")}


@click.command(short_help="What is here, what is missing, and what to do.")
@click.option("--json", "as_json", is_flag=True, help="A list of name, state, detail, remedy.")
@click.option("--only", "room", metavar="ROOM", help="One room alone: piece, meter, network, sound, ...")
@click.option("--config", "path", type=click.Path(path_type=Path), help="Settings file instead of config.toml.")
@click.option(
    "--set", "changes", multiple=True, metavar="SECTION.KEY=VALUE", help="A setting that goes before the file."
)
@click.option("--strip", "strip", is_flag=True, help="Bring up the strip: light its ends and middle, measure its line.")
def command(as_json: bool, room: str | None, path: Path | None, changes: tuple[str, ...], strip: bool) -> None:
    """Look at everything the piece needs, and say what to do about what is not there.

    "missing" means that the piece performs without it. "wrong" must be mended before the show; the exit code is then 1.
    """
    if strip:
        findings = bring_up(load(path, changes))
    elif room is not None:
        findings = look(room, load(path, changes))
    else:
        from rich.console import Console

        findings = [settings(path, changes)]
        well = findings[0].state == "ok"
        with Console(stderr=True).status(f"Looking at: {', '.join(rooms())}"):
            findings += examine(rooms(), _arguments(path, changes) if well else ["--config", str(EMPTY)])
    if as_json:
        click.echo(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
    else:
        show(findings)
    sys.exit(any(f.state == "wrong" for f in findings))


def rooms() -> list[str]:
    """The piece itself, then each folder with a check."""
    return ["piece", *sorted(f.parent.name for f in (HOME / "installation").glob("*/check.py"))]


def look(room: str, config: Config) -> list[Finding]:
    """The findings of one room, in this process."""
    if room not in rooms():
        raise click.UsageError(f"{room!r} has no check. {nearest(room, rooms())}")
    if room == "piece":
        from .. import check

        return check.check(config)

    findings: list[Finding] = import_module(f"installation.{room}.check").check(config)
    return findings


def bring_up(config: Config) -> list[Finding]:
    """The findings of a strip that is lit and measured; what to look at goes to stderr, beside the report."""

    made: list[Finding] = import_module("installation.light.bringup").bringup(
        config, lambda line: click.echo(line, err=True)
    )
    return made


def settings(path: Path | None, changes: Iterable[str]) -> Finding:
    """Whether the settings are sound; if not, the rest is looked at with the defaults."""
    try:
        load(path, changes)
    except ConfigError as error:
        what, _, remedy = str(error).partition("; ")
        remedy = remedy or "Correct it in the settings file."
        return Finding("settings", "wrong", f"{what.rstrip('.')}.", f"{remedy[0].upper()}{remedy[1:]}")
    return Finding("settings", "ok", "Every setting is known and within its bounds.")


def _arguments(path: Path | None, changes: Iterable[str]) -> list[str]:
    chosen = [] if path is None else ["--config", str(path)]
    return [*chosen, *(word for change in changes for word in ("--set", change))]


def examine(names: Sequence[str], arguments: Sequence[str], within: float = WITHIN) -> list[Finding]:
    """The findings of several rooms, each looked at in a process of its own."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [f for found in pool.map(lambda name: _examine(name, arguments, within), names) for f in found]


def _examine(room: str, arguments: Sequence[str], within: float) -> list[Finding]:
    command = [sys.executable, "-m", "installation", "doctor", "--json", "--only", room, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=within, check=False)
    except subprocess.TimeoutExpired:
        detail = f"Its check did not end within {within:g} s: a device or its driver hangs."
        return [Finding(room, "wrong", detail, "Unplug the device and plug it in again, or restart the machine.")]
    try:
        return [Finding(**found) for found in json.loads(done.stdout)]
    except ValueError:
        return [_crashed(room, done)]


def _crashed(room: str, done: subprocess.CompletedProcess[str]) -> Finding:
    last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), f"exit code {done.returncode}")
    remedy = f"Run `underfoot doctor --only {room}` to see all it says."
    return Finding(room, "wrong", f"Its check broke off: {last.strip()}", remedy)


def show(findings: Sequence[Finding]) -> None:
    """The findings as aligned lines, each remedy under its finding."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 1))
    for no_wrap in (True, True, False):
        table.add_column(no_wrap=no_wrap, overflow="fold")
    for finding in findings:
        sign, colour = SIGNS[finding.state]
        said = Text(finding.detail)
        if finding.remedy:
            said.append(f"\n→ {finding.remedy}", "bold" if finding.state == "wrong" else "dim")
        table.add_row(Text(f"{sign} {finding.state}", colour), Text(finding.name), said)
    console = Console(highlight=False)
    console.print(table)
    console.print(verdict(findings))


def verdict(findings: Iterable[Finding]) -> str:
    """The last line: what all this means for the show."""
    count = Counter(f.state for f in findings)
    if count["wrong"]:
        return f"\n{count['wrong']} to mend before the show, {count['missing']} missing that the piece does without."
    if count["missing"]:
        return f"\nThe piece can perform. It does without {count['missing']} of these."
    return "\nAll is there. The piece can perform."
