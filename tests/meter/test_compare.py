"""Against one driver through the same accidents: ours is within half a per cent, or reports a gap, in every row."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.meter import accidents


def test_ours_is_right_or_says_that_it_did_not_see(tmp_path: Path, library: Path | None) -> None:
    if library is None:
        pytest.skip("no C compiler: a child process needs the library")

    def one(accident: accidents.Accident) -> accidents.Result:
        folder = tmp_path / accident.name.replace(" ", "_")
        folder.mkdir()
        return accidents.run(accident, folder, library, {"ours": sys.executable})[0]

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(one, accidents.ACCIDENTS))
    for result in results:
        assert result.joules is not None, result
        assert result.gap is not None
        assert abs(result.error or 0.0) <= 0.005 or result.gap > 0, result
        assert result.joules <= result.true * 1.005, result
        assert result.joules >= result.true * 0.99 - 300 * result.gap - 5, result
    by_name = {result.accident: result for result in results}
    unbroken = ("a mute card beside a good one", "a module: its counter counts more than the card")
    across = "card lost for 2.5 s, then back"
    for name in (*unbroken, across, "nothing happens", "fields fail inside a good answer", "processor's counter wraps"):
        assert by_name[name].gap == 0.0, by_name[name]


@pytest.mark.slow
@pytest.mark.parametrize("program", ["zeus", "codecarbon"])
def test_the_others_meet_the_same_accident(program: str, tmp_path: Path, library: Path | None) -> None:
    python = accidents.interpreter(program)
    if python is None or library is None:
        pytest.skip(
            f"{program} is not installed: pip install 'underfoot[compare]', or {accidents.PYTHON} names a Python"
        )
    [result] = accidents.run(accidents.ACCIDENTS[0], tmp_path, library, {program: python})
    assert result.error == pytest.approx(0.0, abs=0.2), result
