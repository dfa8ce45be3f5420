from typing import Any

import pytest

from installation.config import Place
from installation.text.place import TOGETHER, mix_fault, said

FULL: dict[str, Any] = {
    "acknowledgement": "This house stands by the river.",
    "action": "It pays for the river’s keeper.",
    "asked": "the river’s council",
    "asked_on": "2026-10-01",
    "source": "their own page",
}


def test_an_empty_place_says_nothing_and_nothing_is_wrong() -> None:
    assert said(Place()) == said(Place(acknowledgement="  "))
    assert (said(Place()).lines, said(Place()).faults, mix_fault(Place())) == ((), (), "")


def test_the_hosts_words_are_shown_as_they_are_written() -> None:
    assert said(Place(**FULL)).lines == (FULL["acknowledgement"], FULL["action"])
    assert said(Place(reciprocity="We pay 1 € a kWh.")).lines == ("We pay 1 € a kWh.",)


@pytest.mark.parametrize("key", TOGETHER)
def test_an_acknowledgement_without_content_is_not_shown(key: str) -> None:
    shown = said(Place(**{**FULL, key: ""}))
    assert shown.lines == ()
    assert shown.faults == (f"config.toml: [place] is not shown until these are filled in too: {key}.",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("O'odham", "holds a typewriter apostrophe"),
        ("Lakȟo\u0301ta", "is not in Unicode's form NFC"),
        ("ᓀᐦᐃᔭᐤ", "cannot draw U+14C0 CANADIAN SYLLABICS NE"),
    ],
)
def test_letters_that_would_be_drawn_wrongly_are_named(text: str, says: str) -> None:
    shown = said(Place(**{**FULL, "acknowledgement": text}))
    assert shown.lines == ()
    assert says in shown.faults[0]


def test_a_wrong_mix_is_one_sentence() -> None:
    assert mix_fault(Place(mix={"hydro": 0.9, "gas": 0.1})) == ""
    assert "Did you mean 'hydro'" in mix_fault(Place(mix={"hidro": 0.9}))
