"""Joules above rest: said where they can be told, and never beyond what the meter knows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.text.rest import in_words
from installation.text.sentences import Sentences

ENERGY = st.floats(0.01, 1e9)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("en", "At rest the machine would have drawn 9.0 of them."),
        ("de", "In Ruhe hätte die Maschine davon 9,0 aufgenommen."),
        ("fr", "Au repos, la machine en aurait consommé 9,0."),
    ],
)
def test_rest_is_told_in_each_language(code: str, sentence: str) -> None:
    key, fields = in_words(10.0, 9.0, 0.05)
    assert Sentences(code)(key, **fields).replace("\u00a0", " ") == sentence


def test_what_nobody_knows_is_not_known() -> None:
    for rest in (math.nan, math.inf, -1.0):
        assert in_words(10.0, rest, 0.05) == ("took_rest_unknown", {})
    assert "NOT KNOWN" in Sentences()("took_rest_unknown")


@given(ENERGY, ENERGY, st.floats(0, 1))
def test_a_difference_within_the_uncertainty_is_none(joules: float, rest: float, uncertainty: float) -> None:
    key, fields = in_words(joules, rest, uncertainty)
    assert (key == "took_above_rest") == (joules - rest > uncertainty * joules)
    assert fields.get("rest", 0.0) <= joules
