"""A source stands on the wall whole, or on sheets that together hold every line of it once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from installation.screen.scenes._arrange import LEADING, Columns, Row, Sheet, paragraphs, sheets, whole
from installation.screen.type import ADVANCE

SEED = """# For a single-input model
model = Sequential()
model.compile()

data = np.random.random((1000, 100))

# Train the model
model.fit(data, labels, epochs=10)
"""
CODE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), max_size=120)
SOURCES = st.lists(CODE, max_size=60).map("\n".join)


def blocks_of(*paragraphs_: Iterable[str]) -> Columns:
    rows = iter(range(1, 10_000))
    return [[Row(next(rows), text) for text in block] for block in paragraphs_]


def told(made: Iterable[Sheet]) -> dict[int, str]:
    """The lines on some sheets, by number; a line that was turned over is put together again."""
    found: dict[int, str] = {}
    for sheet in made:
        for column in (*sheet.columns, sheet.lead):
            for number, text in column:
                if number:
                    found[number] = found[number] + text.lstrip(" ") if number in found else text
    return found


def test_paragraphs_before_the_call() -> None:
    blocks, lead = paragraphs(SEED, "model.fit(data, labels, epochs=10)")
    assert [len(b) for b in blocks] == [3, 1]
    assert lead == [Row(7, "# Train the model")]


def test_a_paragraph_of_code_rather_shrinks_than_breaks() -> None:
    blocks = blocks_of(["model = Sequential()", "model.compile()", "b", "c", "d", "e", "f"], ["data = 1"])
    found = whole(blocks, [], 900, 150, 22, 13)
    assert found is not None
    assert found[0] < 22
    assert found[1].columns == blocks


def test_no_source_is_no_code() -> None:
    blocks, lead = paragraphs("", "")
    found = whole(blocks, lead, 1200, 190, 22, 13)
    assert found is not None
    assert told([found[1]]) == {}


def test_five_hundred_lines_take_turns_and_none_is_left_out() -> None:
    blocks = blocks_of([f"x{i} = layer({i})" for i in range(500)])
    assert whole(blocks, [], 1200, 190, 22, 14) is None
    made = sheets(blocks, [], 1200, 190, 17)
    assert told(made) == {i + 1: f"x{i} = layer({i})" for i in range(500)}
    assert [(a.last + 1, b.first) for a, b in pairwise(made)] == [(b.first, b.first) for b in made[1:]]


@given(SOURCES, st.integers(200, 2000), st.integers(60, 400), st.integers(9, 30))
def test_every_line_stands_on_one_sheet_in_its_place(source: str, width: int, height: int, em: int) -> None:
    blocks, lead = paragraphs(source, "")
    made = sheets(blocks, lead, width, height, em)
    rows = [row.rstrip() for row in source.split("\n")]
    wanted = {i: row.replace(" ", "") for i, row in enumerate(rows, 1) if row}
    assert {i: row.replace(" ", "") for i, row in told(made).items()} == wanted
    for sheet in made:
        across = sum(max(map(len, (t for _, t in c)), default=0) for c in sheet.columns)
        assert across * em * ADVANCE <= width
        assert max(map(len, sheet.columns)) <= max(1, int(height / (em * LEADING)) - 1)
