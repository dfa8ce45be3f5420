"""What all tests share: no limit on how long an example may take, and the longest files are begun first."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

FIRST = ("tests/network", "tests/screen/test_golden.py", "tests/screen", "tests/sound", "tests/hardware")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Several processes take file after file: a long one that came last would keep one of them busy alone."""
    items.sort(key=lambda item: next((i for i, path in enumerate(FIRST) if item.nodeid.startswith(path)), len(FIRST)))
