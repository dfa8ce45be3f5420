"""Shapes: logs that are lines of text and no table, each turned into one by what its program always writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .json_rows import json_table, mlperf
from .table import Table

STAMP_FIRST = r"^\s*(\d{2}[-/]\d{2}[-/]\d{4} \d{2}:\d{2}:\d{2})?"
RAIL = re.compile(r"\b((?:VDD|VIN|POM)_\w+) (\d+)(?:mW)?/\d+")
ESPHOME = re.compile(r"\[(\d\d:\d\d:\d\d(?:\.\d+)?)\].*'([^']+)'(?:: Sending state| >>) ([-+.\w]+) (m?W|kW|k?Wh)\b")
PERF = re.compile(r"^\s*(\d+\.\d+)[,; ]+(\d+(?:\.\d+)?)[,; ]+Joules[,; ]+([\w/-]+)", re.M)
LINE_PROTOCOL = re.compile(r"^([\w.-]+(?:,[\w.-]+=[^,\s]+)*) ([\w.-]+=[^\s]+) (\d{10,19})$", re.M)
IPMI = re.compile(r"Instantaneous power reading:\s+(\d+) Watts")
IPMI_STAMP = re.compile(r"IPMI timestamp:\s+(.+)")
BLOCK = re.compile(r"^Timestamp\s*:\s*(.+)|^\*\*\* Sampled system activity \((.+?)\)", re.M)
BLOCK_VALUE = re.compile(
    r"^(?:GPU (?P<card>[0-9A-Fa-f]{4,8}:\S+)|"
    r"\s*(?P<name>(?:Instantaneous |Average )?Power Draw|[A-Z]\w+ Power(?: \(.+?\))?)"
    r"\s*: (?P<value>.+))$",
    re.M,
)


@dataclass(frozen=True)
class Shape:
    """A kind of log.

    Attributes:
        layout: the program's name, as in `layouts`.
        sign: what a few of its lines look like.
        parse: the text as a table, and how many lines are not in it.
    """

    layout: str
    sign: re.Pattern[str]
    parse: Callable[[str], tuple[list[Table], int]]


def shaped(text: str) -> tuple[str, list[Table], int] | None:
    """The layout, tables, and lines outside of them; None where the text is none of these."""
    head = text[: 1 << 16]
    for shape in SHAPES:
        if shape.sign.search(head):
            found, outside = shape.parse(text)
            if any(table.rows for table in found):
                return shape.layout, found, outside
    return None


def _gathered(names: list[str], rows: Iterator[tuple[int, list[str]] | None]) -> tuple[list[Table], int]:
    table, outside = Table(names), 0
    for row in rows:
        if row is None:
            outside += 1
        else:
            table.lines.append(row[0])
            table.rows.append(row[1])
    return [table], outside


def _pairs(text: str) -> tuple[list[Table], int]:
    """`Time,03-02-2026 14:00:00.437,Watts,120.0,Volts,229.9,...`: names and values in turn."""

    def rows() -> Iterator[tuple[int, list[str]] | None]:
        for number, line in enumerate(text.splitlines(), 1):
            cells = [cell.strip() for cell in line.split(",")]
            fields = dict(zip(cells[::2], cells[1::2], strict=False))
            yield (number, [fields["Time"], fields["Watts"]]) if {"Time", "Watts"} <= set(fields) else None

    return _gathered(["Time", "Watts"], rows())


def _tegrastats(text: str) -> tuple[list[Table], int]:
    rails = list(dict.fromkeys(name for name, _ in RAIL.findall(text[: 1 << 16])))

    def rows() -> Iterator[tuple[int, list[str]] | None]:
        for number, line in enumerate(text.splitlines(), 1):
            stamp = re.match(STAMP_FIRST, line)
            watts = dict(RAIL.findall(line))
            yield (number, [(stamp and stamp.group(1)) or "", *(watts.get(r, "") for r in rails)]) if watts else None

    return _gathered(["time", *(f"{rail} [mW]" for rail in rails)], rows())


def _afterburner(text: str) -> tuple[list[Table], int]:
    """`02, stamp, names`, `80, stamp, values`; the other numbers are about the machine and the graphs."""
    tables: list[Table] = []
    outside = 0
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.split(",")]
        if cells[0] == "02" and (names := ["Time", *filter(None, cells[2:])]):
            if not tables or tables[-1].names != names:
                tables.append(Table(names, header_line=number))
        elif cells[0] == "80" and tables:
            tables[-1].rows.append(cells[1:])
            tables[-1].lines.append(number)
        else:
            outside += 1
    return tables, outside


def _esphome(text: str) -> tuple[list[Table], int]:
    def rows() -> Iterator[tuple[int, list[str]] | None]:
        for number, line in enumerate(text.splitlines(), 1):
            match = ESPHOME.search(line)
            yield (number, [match.group(1), match.group(2), f"{match.group(3)} {match.group(4)}"]) if match else None

    return _gathered(["Time", "sensor", "state"], rows())


def _blocks(text: str) -> tuple[list[Table], int]:
    """`nvidia-smi -q` and `powermetrics`: a stamp, then lines of `name : value`, for each card."""
    stamps = list(BLOCK.finditer(text))
    table = Table(["Timestamp", "gpu", "sensor", "power"])
    for i, stamp in enumerate(stamps):
        end = stamps[i + 1].start() if i + 1 < len(stamps) else len(text)
        card, seen = "", set()
        for match in BLOCK_VALUE.finditer(text, stamp.end(), end):
            if match["card"]:
                card = match["card"]
            elif (card, match["name"]) not in seen:
                seen.add((card, match["name"]))
                moment = stamp.group(1) or stamp.group(2)
                table.rows.append([moment, card, match["name"], match["value"].strip()])
                table.lines.append(text.count("\n", 0, match.start()) + 1 if len(table.lines) < 9 else 0)
    return [table], 0


def _perf(text: str) -> tuple[list[Table], int]:
    """`perf stat -I 1000 -x, -e power/energy-pkg/`: the joules up to each time, added up as a counter would."""
    table, outside, sums = Table(["time (s)", "sensor", "joules"]), 0, dict[str, float]()
    for number, line in enumerate(text.splitlines(), 1):
        match = PERF.match(line)
        if not match:
            outside += bool(line.strip())
            continue
        if match[3] not in sums:
            table.rows.append(["0", match[3], "0"])
            table.lines.append(number)
        sums[match[3]] = sums.get(match[3], 0.0) + float(match[2])
        table.rows.append([match[1], match[3], repr(sums[match[3]])])
        table.lines.append(number)
    return [table], outside


def _line_protocol(text: str) -> tuple[list[Table], int]:
    """`power,host=a value=75.0 1772460000000000000`: series, fields, Unix time."""
    names, found, outside = ["time", "series"], list[tuple[int, dict[str, str]]](), 0
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE_PROTOCOL.match(line)
        if match:
            fields = dict(pair.split("=", 1) for pair in match[2].split(",") if "=" in pair)
            found.append(
                (number, {"time": match[3], "series": match[1]} | {k: v.rstrip("iu") for k, v in fields.items()})
            )
        else:
            outside += bool(line.strip())
    names += [name for name in dict.fromkeys(n for _, row in found for n in row) if name not in names]
    table = Table(names, [[row.get(name, "") for name in names] for _, row in found], [number for number, _ in found])
    return [table], outside


def _ipmi(text: str) -> tuple[list[Table], int]:
    """`ipmitool dcmi power reading`: the reading, and its stamp on the same line or on one that follows."""
    table, reading = Table(["time", "power"]), ""
    for number, line in enumerate(text.splitlines(), 1):
        value, stamp = IPMI.search(line), IPMI_STAMP.search(line)
        before = line[: value.start()].strip(" |\t") if value else ""
        reading = value[1] if value else reading
        if reading and (before or stamp):
            table.rows.append([before or (stamp[1] if stamp else ""), f"{reading} W"])
            table.lines.append(number)
            reading = ""
    return [table], 0


SHAPES = (
    Shape("InfluxDB line protocol", LINE_PROTOCOL, _line_protocol),
    Shape("ipmitool", IPMI, _ipmi),
    Shape("perf stat", PERF, _perf),
    Shape("MLPerf training power log", re.compile(r"^:::MLLOG \{", re.M), mlperf),
    Shape("PTDaemon", re.compile(r"^Time,[^,]+,Watts,[-.\d]", re.M), _pairs),
    Shape("MSI Afterburner", re.compile(r"^0?0, ?[^,]+, ?Hardware monitoring log", re.M), _afterburner),
    Shape("tegrastats", re.compile(r"\b(?:VDD|VIN|POM)_\w+ \d+(?:mW)?/\d+"), _tegrastats),
    Shape("ESPHome", ESPHOME, _esphome),
    Shape("nvidia-smi -q", re.compile(r"^=+NVSMI LOG=+$", re.M), _blocks),
    Shape("powermetrics", re.compile(r"^\*\*\* Sampled system activity", re.M), _blocks),
    Shape("JSON", re.compile(r"\A\s*\[|^[^{\n]{0,80}\{\s*\"", re.M), json_table),
)
