"""What is mutated, and the tests that are to notice, are there; annotations are left out, the rest is chosen evenly."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from installation.config import HOME
from tests import mutate


@pytest.mark.parametrize("name", mutate.WHERE)
def test_each_file_and_its_tests_are_there(name: str) -> None:
    assert (HOME / "installation" / name).is_file()
    for path in mutate.WHERE[name].split():
        assert (HOME / path).exists(), path


def session(path: Path, operators: list[str]) -> list[str]:
    """The jobs a session still has after the choice."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE work_items (job_id)")
        db.execute("CREATE TABLE mutation_specs (job_id, operator_name, start_pos_row)")
        for row, operator in enumerate(operators):
            db.execute("INSERT INTO work_items VALUES (?)", (f"job {row:02}",))
            db.execute("INSERT INTO mutation_specs VALUES (?, ?, ?)", (f"job {row:02}", operator, row))
    return [f"job {row:02}" for row in range(len(operators))]


@pytest.mark.parametrize(("most", "kept"), [(0, 20), (20, 20), (5, 5), (6, 5), (1, 1), (100, 20)])
def test_so_many_are_chosen_and_no_annotation(tmp_path: Path, most: int, kept: int) -> None:
    path = tmp_path / "session.sqlite"
    jobs = session(path, ["core/NumberReplacer"] * 20 + ["core/ReplaceBinaryOperator_BitOr_Add"] * 4)
    mutate._choose(path, most)
    with closing(sqlite3.connect(path)) as db:
        left = [job for (job,) in db.execute("SELECT job_id FROM work_items ORDER BY job_id")]
        assert [job for (job,) in db.execute("SELECT job_id FROM mutation_specs ORDER BY job_id")] == left
    assert len(left) == kept
    assert left[0] == jobs[0]
    assert set(left) <= set(jobs[:20])


def test_the_score_and_what_lived_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    diff = "--- a/now.py\n+++ b/now.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n"
    mutate._tell("now.py", [("killed", ""), ("killed", ""), ("survived", diff), ("killed", "")])
    assert capsys.readouterr().out.splitlines() == [
        "@@ -1 +1 @@", "-a = 1", "+a = 2", "installation/now.py: 4 mutations, 1 lived, 75 % noticed",
    ]  # fmt: skip
