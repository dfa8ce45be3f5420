"""Mutations: changes the lines that count what is heard and owed, one at a time, and tells which no test notices.

`make mutate` takes them all, which is hours; `make mutate ARGS='score/colour.py --most 100'` takes some of one file.
The tool (cosmic-ray) has an environment of its own, and works on a copy of the tree, in build/mutate.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from installation.config import HOME

TOOL = "cosmic-ray==8.7.0"
ROOM = HOME / "build" / "mutate"
TREE = ROOM / "tree"
LIMIT = 120.0  # s a mutation may take: one that never ends is found
WHERE = {  # what is changed -> the tests that are to notice
    "score/grains.py": "tests/score tests/light/test_conservation.py",
    "score/sound.py": "tests/score/test_sound.py",
    "score/colour.py": "tests/score tests/screen/test_colours.py",
    "now.py": "tests/test_now.py tests/test_players.py",
    "meter/integrator.py": "tests/meter/test_integrator.py tests/meter/test_session.py",
    "ledger/seconds.py": "tests/ledger/test_seconds.py",
}


def main() -> None:
    """Print each file's score, and every mutation that lived."""
    parser = argparse.ArgumentParser(prog="make mutate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help=f"of {', '.join(WHERE)}")
    parser.add_argument("--most", type=int, default=0, help="mutations of a file, evenly chosen; 0 is all")
    asked = parser.parse_args()
    if unknown := [name for name in asked.files if name not in WHERE]:
        parser.error(f"{unknown[0]} is none of {', '.join(WHERE)}")
    tool = _tool()
    _copy()
    for name in asked.files or WHERE:
        _tell(name, list(_mutate(tool, name, asked.most)))


def _tool() -> Path:
    """The tool's commands; beside its own packages it sees those of `.venv`."""
    home = ROOM / "tool"
    if not (home / "bin" / "cosmic-ray").exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([home / "bin" / "python", "-m", "pip", "install", "--quiet", TOOL], check=True)
    return home / "bin"


def _copy() -> None:
    """A copy of what git knows or would add: a mutation never touches the tree that is worked on."""
    shutil.rmtree(TREE, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOME,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (HOME / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HOME / name, TREE / name)


def _mutate(tool: Path, name: str, most: int) -> Iterator[tuple[str, str]]:
    """Try the mutations of a file: each one's outcome, and its change as a diff."""
    settings, session = ROOM / "settings.toml", ROOM / "session.sqlite"
    session.unlink(missing_ok=True)
    test = f"{sys.executable} -m pytest -x -q {WHERE[name]}"
    settings.write_text(
        f'[cosmic-ray]\nmodule-path = "installation/{name}"\ntimeout = {LIMIT}\nexcluded-modules = []\n'
        f'test-command = "{test}"\n[cosmic-ray.distributor]\nname = "local"\n'
    )
    environment = os.environ | {"PYTHONPATH": str(TREE), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PATH"] = f"{sysconfig.get_path('scripts')}:{environment['PATH']}"

    def run(*arguments: str | Path) -> str:
        command = [tool / arguments[0], *arguments[1:]]
        done = subprocess.run(command, cwd=TREE, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    subprocess.run(test.split(), cwd=TREE, env=environment, check=True, stdout=subprocess.DEVNULL)  # whole, they pass
    run("cosmic-ray", "init", settings, session)
    _choose(session, most)
    run("cosmic-ray", "exec", settings, session)
    for line in run("cosmic-ray", "dump", session).splitlines():
        item, result = json.loads(line)
        if result and result["worker_outcome"] == "normal":
            yield result["test_outcome"], result["diff"] or str(item["mutations"])


def _choose(session: Path, most: int) -> None:
    """Leave out what changes the `|` of annotations, which run nowhere, and all but so many others."""
    with closing(sqlite3.connect(session)) as db, db:
        asked = "SELECT job_id FROM mutation_specs WHERE operator_name NOT LIKE ? ORDER BY start_pos_row, job_id"
        jobs = [job for (job,) in db.execute(asked, ("%BinaryOperator_BitOr_%",))]
        kept = jobs[:: max(1, math.ceil(len(jobs) / most))] if most else jobs
        db.execute("CREATE TEMPORARY TABLE kept (job_id)")
        db.executemany("INSERT INTO kept VALUES (?)", [(job,) for job in kept])
        for table in ("mutation_specs", "work_items"):
            db.execute(f"DELETE FROM {table} WHERE job_id NOT IN (SELECT job_id FROM kept)")


def _tell(name: str, results: list[tuple[str, str]]) -> None:
    lived = [diff for outcome, diff in results if outcome == "survived"]
    for diff in lived:
        print("\n".join(line for line in diff.splitlines() if line[:1] in "+-@" and line[:3] not in ("+++", "---")))
    share = 100 * (len(results) - len(lived)) / max(1, len(results))
    print(f"installation/{name}: {len(results)} mutations, {len(lived)} lived, {share:.0f} % noticed", flush=True)


if __name__ == "__main__":
    main()
