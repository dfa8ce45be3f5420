"""Layouts: what is known of the logs of known programs, recognised by the names of their columns; see layouts.toml.

An entry says what a log cannot: the unit, the order of day and month, what column is the whole machine. A log of no
known layout is read all the same, by its names and units alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

FILE = Path(__file__).with_name("layouts.toml")
HOME_ASSISTANT = "Home Assistant"
NVIDIA_SMI = "nvidia-smi"


class Layout(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a program's logs; the keys are explained in layouts.toml."""

    name: str
    signs: tuple[str, ...] = ()
    watts: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    unit: str = "W"
    time_unit: str = ""
    dates: str = ""
    held: bool = False
    rows: tuple[str, str] = ("", "")
    energy: str = ""
    ask_unit: str = ""


class _File(Struct, forbid_unknown_fields=True):
    layout: list[Layout]


UNKNOWN = Layout("")


@cache
def layouts() -> tuple[Layout, ...]:
    """Every known layout, in the order in which they are tried."""
    return tuple(msgspec.toml.decode(FILE.read_bytes(), type=_File).layout)


def known(names: Sequence[str], shape: str = "") -> Layout:
    """The layout of these columns: that of the shape, else the first whose signs are all there."""
    if shape:
        named = next((layout for layout in layouts() if layout.name == shape), None)
        if named is not None:
            return named
    return next((layout for layout in layouts() if layout.signs and _all_there(layout, names)), UNKNOWN)


def _all_there(layout: Layout, names: Sequence[str]) -> bool:
    return all(any(re.search(sign, name, re.I) for name in names) for sign in layout.signs)


def matching(patterns: Sequence[str], names: Sequence[str]) -> list[str]:
    """The names that fit an expression, in the order of the expressions, each once."""
    found = [name for pattern in patterns for name in names if re.search(pattern, name, re.I)]
    return list(dict.fromkeys(found))
