"""Refusals: files that are about power and hold no samples, each named for what it is, with what to do instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SAMPLES = "samples of watts are needed"


@dataclass(frozen=True)
class Refusal:
    """A kind of file that cannot be played.

    Attributes:
        names: expressions of columns, each of which is there; or
        text: an expression found in its text.
        sentence: what it is, and what to type.
        unless: whether --energy makes it readable.
    """

    sentence: str
    names: tuple[str, ...] = ()
    text: str = ""
    unless: bool = False


REFUSALS = (
    Refusal(
        "these are CodeCarbon's emissions: one total for each run, no samples; record the run itself with `underfoot "
        "record FILE`, or with `nvidia-smi --query-gpu=timestamp,index,power.draw --format=csv -l 1 > smi.csv`",
        ("^run_id$", "^emissions", "^duration$", "^energy_consumed$"),
    ),
    Refusal(
        "these are Zeus's windows: a length and the joules of each, no samples; Zeus's power monitor writes watts, "
        "or record the run with `underfoot record FILE`",
        ("^window_name$", "^elapsed_time$", "energy"),
    ),
    Refusal(
        "these are Zeus's means for each setting, no samples; record a run with `underfoot record FILE`",
        ("^time_per_epoch$", "^average_power$"),
    ),
    Refusal(
        "these are amd-smi's energy counters, totals since the driver began and no watts; say "
        "--energy total_energy_consumption --unit J and --card or --sum to take their differences, or log "
        "`amd-smi monitor --power-usage --csv -w 1`",
        ("^total_energy_consumption",),
        unless=True,
    ),
    Refusal(
        "this is eco2AI's table: one total for each run, no samples; record the run with `underfoot record FILE`",
        ("power_consumption", "CO2_emissions"),
    ),
    Refusal(
        "this is one answer of a Prometheus exporter, a single moment; query a range "
        "(DCGM_FI_DEV_POWER_USAGE) in Grafana and download it as CSV",
        text=r"(?m)^# (HELP|TYPE) \w+|^DCGM_FI_\w+\{",
    ),
    Refusal(
        "this is an answer of the Prometheus API; show the query as a table in Grafana and download that as CSV",
        text=r'\A\s*\{\s*"status"\s*:\s*"\w+"\s*,\s*"data"',
    ),
    Refusal(
        "this is the picture nvidia-smi draws for people; log with "
        "`nvidia-smi --query-gpu=timestamp,index,power.draw --format=csv -l 1 > smi.csv`",
        text=r"\| NVIDIA-SMI [\d.]+",
    ),
    Refusal(
        "this is the picture gpustat draws for people; log with "
        "`nvidia-smi --query-gpu=timestamp,index,power.draw --format=csv -l 1 > smi.csv`",
        text=r"(?m)^\[\d+\] .*\|.*\d+ / \d+ (W|MB) \|",
    ),
    Refusal(
        "this is PowerTOP's report, sums over its whole time and no samples; log with "
        "`powerstat -R 1 3600 > power.txt` or `underfoot record FILE`",
        text=r"P ?o ?w ?e ?r ?T ?O ?P (Version|Report)|PowerTOP",
    ),
    Refusal(
        "this is a page of a web site, not a log; download the file itself",
        text=r"(?i)\A\s*<(!doctype|html)",
    ),
    Refusal("this is XML; export the table as CSV", text=r"\A\s*<\?xml"),
    Refusal(
        "this is carbontracker's report of totals; record the run itself with `underfoot record FILE`",
        text=r"(?m)^.*CarbonTracker:",
    ),
)


def of_text(text: str) -> str:
    """The sentence that refuses a text; empty where none does."""
    head = text[: 1 << 14]
    return next((r.sentence for r in REFUSALS if r.text and re.search(r.text, head)), "")


def of_names(names: Sequence[str], energy: str) -> str:
    """The sentence that refuses a table; empty where none does, or where a column of energy was asked for."""
    for refusal in REFUSALS:
        there = (any(re.search(sign, name, re.I) for name in names) for sign in refusal.names)
        if refusal.names and all(there) and not (refusal.unless and energy):
            return refusal.sentence
    return ""
