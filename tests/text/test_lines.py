from hypothesis import given, settings
from hypothesis import strategies as st

from installation.text.lines import even, joined, lines, packed
from installation.text.passages import read

texts = st.text(alphabet=st.sampled_from("ab cʻȟ -.\n\u00a0"), max_size=120)
limits = st.integers(min_value=1, max_value=60)


@settings(deadline=None)
@given(texts, limits)
def test_the_lines_joined_are_the_text(text: str, limit: int) -> None:
    assert joined(lines(text, limit)) == text
    assert joined(even(text, limit)) == text


@settings(deadline=None)
@given(texts, limits)
def test_a_line_is_too_wide_only_if_it_is_one_word(text: str, limit: int) -> None:
    assert all(len(row) <= limit or " " not in row for row in lines(text, limit))
    assert all(len(row) <= limit or " " not in row for row in even(text, limit))


@settings(deadline=None)
@given(texts, limits)
def test_even_lines_are_no_more_and_no_wider(text: str, limit: int) -> None:
    assert len(even(text, limit)) == len(lines(text, limit))
    assert max(map(len, even(text, limit))) <= max(limit, *map(len, lines(text, limit)))


def test_the_measure_of_a_face_is_used() -> None:
    assert lines("iiii WWWW ii", 8, lambda row: sum(3 if c == "W" else 1 for c in row)) == ("iiii", "WWWW", "ii")


def test_even_lines_leave_no_lonely_word() -> None:
    assert lines("one two three four", 14) == ("one two three", "four")
    assert even("one two three four", 14) == ("one two", "three four")


def test_every_passage_read_back_from_its_lines_is_the_passage() -> None:
    for where in ("screen", "handout"):
        for passage in read(where=where).shown:
            for columns in (20, 36, 48, 55):
                rows = even(passage.text, columns)
                assert joined(rows) == passage.text
                assert max(map(len, rows)) <= columns


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=8), limits)
def test_units_packed_and_joined_are_the_units(units: list[str], limit: int) -> None:
    assert joined(packed(units, limit)) == joined(units)
    assert all(len(row) <= limit or " " not in row for row in packed(units, limit))


def test_a_nation_is_not_broken_where_it_fits() -> None:
    for passage in read().shown:
        for columns in (32, 40, 48, 60):
            rows = packed(passage.credit, columns)
            assert joined(rows) == passage.credit_line
            assert any("(Kanaka Maoli)," in row for row in rows)
            assert any("(Cree; Mistawasis First Nation)," in row for row in rows)
