import math

import pytest

from installation.published import BERT, PUE
from installation.text.comparison import BERT_KWH, in_words, years_for_bert
from installation.text.sentences import Sentences


def test_the_published_figure_follows_from_its_own_formula() -> None:
    assert abs(PUE * BERT.hours * BERT.watts / 1000 - BERT_KWH) < 0.5  # half a unit of the printed digit


def test_the_published_machine_would_need_the_published_hours() -> None:
    years = years_for_bert(BERT.watts * PUE)
    assert years is not None
    assert years * 8766 == pytest.approx(BERT.hours, rel=1e-3)


@pytest.mark.parametrize(
    ("watts", "says"),
    [(76, "would run 2.3 years"), (700, "would run 90 days"), (5, "34 years")],
)
def test_years_and_days(watts: float, says: str) -> None:
    sentence = in_words(watts)
    assert sentence is not None
    assert says in Sentences()(sentence[0], **sentence[1]).replace("\u00a0", " ")


@pytest.mark.parametrize("watts", [0.0, -5.0, math.nan, math.inf])
def test_without_a_reading_there_is_no_scale(watts: float) -> None:
    assert in_words(watts) is None
