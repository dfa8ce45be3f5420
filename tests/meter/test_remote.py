"""What a machine elsewhere says of its watts: its own word, and nothing that any message could break."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import MeterSettings
from installation.meter.source import Fault, Reading
from installation.meter.sources.remote import Meter, _share

GOOD = {"at": 1.0, "place": "Oslo", "reading": {"watts": 300.0, "joules": 5.0, "provenance": 1, "boundary": "a card"}}
VALUE = st.none() | st.booleans() | st.floats() | st.text() | st.integers(10**398, 10**400) | st.just({}) | st.just([])
KEY = st.sampled_from(["watts", "joules", "provenance", "boundary", "uncertainty"])


def judged(source: Meter, message: object) -> Reading | Fault:
    payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    return source.judge(payload, 1.0)


def meter() -> Meter:
    return Meter("broker/there", MeterSettings())


@pytest.mark.parametrize(
    ("said", "share"),
    [(0.05, 0.05), (0, 0.0), (1, 0.0), (-0.1, 0.0), (True, 0.0), ("0.05", 0.0), (None, 0.0), (10**400, 0.0)]
    + [(float(word), 0.0) for word in ("inf", "-inf", "nan")],
)
def test_an_uncertainty_is_a_fraction_or_nothing(said: object, share: float) -> None:
    assert _share(said) == share


def test_a_good_message_is_its_watts() -> None:
    source = meter()
    assert judged(source, GOOD) == Reading(1.0, 300.0)
    assert source.provenance == 1


def test_watts_that_do_not_go_with_their_joules_are_not_believed() -> None:
    source = meter()
    answers = [
        judged(source, {"at": float(i), "reading": {"watts": 300.0, "joules": i * 900.0, "provenance": 1}})
        for i in range(1, 5)
    ]
    assert isinstance(answers[0], Reading)
    assert "does not go with its joules" in str(answers[-1])


@pytest.mark.parametrize(
    "message",
    [
        *(b"", b"{}", b"[]", b'{"reading": {}}', b'{"reading": null}', b'{"reading": []}', b"[" * 60_000),
        b'{"at": 0, "reading": {"watts": ' + b"9" * 400 + b"}}",
        b'{"at": 1' + b"0" * 400 + b', "reading": {"watts": 5}}',
    ],
)
def test_what_once_ended_the_meter_is_a_fault_and_the_next_message_is_heard(message: bytes) -> None:
    source = meter()
    assert isinstance(judged(source, message), Fault)
    assert judged(source, GOOD) == Reading(1.0, 300.0)


@settings(deadline=None)
@given(st.dictionaries(KEY, VALUE), st.dictionaries(st.sampled_from(["at", "place", "reading"]), VALUE), st.booleans())
def test_any_message_is_watts_or_a_fault(reading: dict[str, Any], around: dict[str, Any], whole: bool) -> None:
    source = meter()
    base = {**GOOD, "reading": {**GOOD["reading"], **reading}}  # type: ignore[dict-item]
    for message in ({**base, **around} if whole else {**around, "reading": reading}, GOOD):
        result = judged(source, message)
        assert isinstance(result, Fault) or math.isfinite(result.watts)
        assert len(str(result)) < 400


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_watts_or_a_fault(payload: bytes) -> None:
    result = judged(meter(), payload)
    assert isinstance(result, Fault) or math.isfinite(result.watts)
