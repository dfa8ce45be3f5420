"""Summary: one page from the book, with nothing on it that is not in the book."""

from pathlib import Path

import pytest

from installation.ledger.book import Book, Reading, Run
from installation.ledger.summary import FITS_SHOWN, GAP, WIDTH, number, page
from tests.ledger.test_book import CARD, GUESS, RUN, fit, second


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.sqlite")
    book.enter(Run(RUN.opened_on, RUN.opened_at, 1.0, "meter network sound screen light ledger", "a test machine"))
    return book


def of(book: Book, closed: float = 1_700_000_060.0) -> str:
    book.close(closed)
    return page(book.path)


def test_the_page_says_what_the_book_says(book: Book) -> None:
    card = Reading("nvml", 1, "this graphics card, nothing else", "the processor, the screen", uncertainty=0.05)
    after = {"ended": "whole", "joules": 48.2, "seconds": 0.71, "parameters": 3265, "updates": 320, "gap_seconds": 0.0}
    learned = {"seen": 0.61, "unseen": 0.5, "asked": 1000}
    book.write([second(n, card, 1000.0) for n in range(12)], [fit(1, **after, **learned)], run={"restarts": 1})
    said = of(book)
    for words in (
        "MEASURED      12 000 J ± 600 J in 12.0 s",
        "mean power 1 000.0 W, lowest sample 999.0 W, highest 1 001.0 W",
        "this graphics card, nothing else (nvml, ± 5%)",
        "Not counted   the processor, the screen",
        "due           12 000",
        "heard         12 000",
        "1 seed        MEASURED 48 J in 0.71 s; 3 265 weights, updated 320 times",
        "right on 61% of 1 000 examples shown, 50% of 1 000 new ones",
        "Restarts      1\n",
    ):
        assert words in said
    assert "lost" not in said
    assert "NO READING" not in said
    assert max(map(len, said.splitlines())) <= WIDTH
    assert len(said.splitlines()) <= 60


def test_lost_and_owed_grains_are_told_apart(book: Book) -> None:
    book.write([second(0, heard=70, unheard=5, lit=60, unlit=0)])
    said = of(book)
    assert "heard         70 (5 lost)" in said
    assert "lit           60 (15 not accounted for)" in said
    assert "drawn         75\n" in said


def test_words_stand_apart_and_gaps_are_told(book: Book) -> None:
    nothing = Reading("nvml", 0, "this graphics card, nothing else")
    gap = second(2, nothing, 0.0, seconds=0.5, watts_mean=None, watts_min=None, watts_max=None)
    book.write([second(0), second(1, GUESS, 30.0), gap])
    said = of(book)
    assert "MEASURED      75 J ± 4 J in 1.0 s" in said
    assert "ESTIMATED     30 J ± 12 J in 1.0 s" in said
    assert "NO READING    for 0.5 s" in said
    assert "105" not in said


def test_joules_above_rest_stand_beside_a_fit(book: Book) -> None:
    card = Reading("nvml", 1, "this graphics card, nothing else", uncertainty=0.05)
    ended = {"reading": card, "ended": "whole", "seconds": 1.0, "joules": 50.0}
    book.write(
        [second(0, card)], [fit(1, **ended, rest_joules=45.0), fit(2, **ended, rest_joules=49.0), fit(3, **ended)]
    )
    said = " ".join(of(book).split())
    assert "at rest it would have been 45 J" in said
    assert "no more than at rest, as far as the meter can tell" in said
    assert "at rest: NOT KNOWN" in said


def test_a_fit_without_a_reading_has_no_joules(book: Book) -> None:
    blind = Reading("nvml", 0, "")
    book.write([second(0)], [fit(1, reading=blind, ended="whole", seconds=0.5, joules=None), fit(2, reading=CARD)])
    said = of(book)
    assert "NO READING in 0.50 s" in said
    assert "begun, and its end is not in the book" in said


def test_a_book_cut_off_says_so(book: Book) -> None:
    book.write([second(0)])
    said = of(book, closed=0.0)
    assert "not closed" in said
    assert "No fit began." in said


def test_what_was_wrong_is_told_newest_last(book: Book) -> None:
    notes = [{"at": float(n), "player": "light", "utc": RUN.opened_on + n, "note": f"Fault {n}."} for n in range(9)]
    book.write([second(0)], notes=[*notes, {"at": 9.0, "player": "light", "utc": RUN.opened_on, "note": ""}])
    said = of(book)
    assert "WHAT WAS WRONG  (the newest last, 3 older ones stand in the ledger)" in said
    assert "Fault 2." not in said
    assert said.rstrip().endswith("light   Fault 8.")


def test_other_meters_and_the_piece_itself_stand_beside(book: Book) -> None:
    rows = [second(n, own_watts=10.0 + n, beside_joules=40.0 * n, beside_provenance=2) for n in range(3)]
    book.write(rows, run={"own": "sound 3.1 W", "beside": "rapl: 14 W ESTIMATED (this processor)"})
    said = of(book)
    assert "Beside it     ESTIMATED 80 J, not added; at the end rapl: 14 W ESTIMATED" in said
    assert "The piece     ESTIMATED 11.0 W without the fit; at the end sound 3.1 W" in said
    assert "MEASURED      225 J" in said


def test_an_empty_performance_is_a_page_too(book: Book) -> None:
    said = of(book)
    assert "There was no reading." in said
    assert "due           0" in said


def test_a_long_day_still_fits_on_a_page(book: Book) -> None:
    fits = [fit(n, ended="whole", seconds=0.5, joules=40.0, gap_seconds=0.0) for n in range(1, 301)]
    book.write([second(0)], fits)
    said = of(book)
    assert f"{300 - FITS_SHOWN} more stand in the ledger" in said
    assert "300 seed" in said
    assert len(said.splitlines()) <= 60


@pytest.mark.parametrize(("value", "decimals", "text"), [(12345.6, 1, "12 345.6"), (0, 0, "0"), (999.5, 0, "1 000")])
def test_numbers(value: float, decimals: int, text: str) -> None:
    assert number(value, decimals).replace(GAP, " ") == text
