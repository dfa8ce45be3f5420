"""Machine: what it is and what it runs, and no name of a person or a host."""

import getpass
import json
import platform
from pathlib import Path

from installation.machine import machine, processor, versions


def test_it_names_system_and_cores() -> None:
    assert platform.system() in machine()
    assert machine().endswith("cores")


def test_it_names_nobody() -> None:
    said = machine() + json.dumps(versions())
    assert len(platform.node()) < 4 or platform.node() not in said
    assert len(getpass.getuser()) < 5 or getpass.getuser() not in said


def test_processor_from_the_system_or_else(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: A Processor 9\n")
    assert processor(tmp_path) == "A Processor 9"
    assert processor(tmp_path / "nowhere")


def test_versions_by_name() -> None:
    assert {"underfoot", "python", "numpy"} <= versions().keys()
