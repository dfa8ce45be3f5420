"""Files as participants write them end as plain Keras ends, or in one sentence with their line.

Each file is run by plain Python with its backend, and by the piece, with the same seed set before: updates, epochs,
rows and the loss of the last epoch are compared. The cases stand for kinds; their first lines say which.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installation.now import Phase

from .conftest import WATTS, Room

CASES = Path(__file__).parent / "cases"
SECONDS = 15.0  # a press lasts at most
SENTENCES = {
    "l_scaler_fit": "" if importlib.util.find_spec("sklearn") else "line 6: No module named 'sklearn'",
    "r_keras2_era": "line 5: No module named 'keras.layers.core'",
}
ENDLESS = {"f_loop_of_fits"}  # ended by their seconds
QUICK_ONES = ("d_unbuilt_sequential", "e_history_idiom", "q_positional_epochs")
PLAIN = """
import json, runpy, sys, os
sys.path.insert(0, os.path.dirname(FILE))
import keras
told = dict(updates=0, epochs=0, rows=0, loss=None)
class Count(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        self.first = batch
    def on_train_batch_end(self, batch, logs=None):
        last = min(batch, (self.params.get("steps") or batch + 1) - 1)
        told["updates"] += last - self.first + 1
    def on_epoch_end(self, epoch, logs=None):
        told["epochs"] += 1
        told["loss"] = (logs or {}).get("loss")
plain = keras.Model.fit
def fit(self, *args, **more):
    more["callbacks"] = [*(more.get("callbacks") or []), Count()]
    more.setdefault("verbose", 0)
    return plain(self, *args, **more)
keras.Model.fit = fit
names = runpy.run_path(FILE)
try:
    names["network"]()
except SystemExit:
    pass
print(flush=True)
print("TOLD" + json.dumps(told), flush=True)
os._exit(0)
"""


def seeded(path: Path, folder: Path) -> Path:
    """The same file with a seed set before its first line runs, so that both ends can be compared."""
    copy = folder / path.name
    start = "def network():\n"
    copy.write_text(path.read_text().replace(start, f"{start}    __import__('keras').utils.set_random_seed(7)\n", 1))
    return copy


def plain(path: Path, backend: str) -> dict[str, Any]:
    """What plain Keras makes of a file."""
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", f"FILE = {str(path)!r}\n{PLAIN}"], env=environment, capture_output=True, timeout=300
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith(b"TOLD"))
    found: dict[str, Any] = json.loads(line.removeprefix(b"TOLD"))
    return found


def ended(room: Callable[..., Room], path: Path, backend: str) -> Room:
    """The file after one press; or after it was refused."""
    made = room(f"network.backend={backend}", f"network.rung_seconds=[{SECONDS}]", f"network.name={path}")
    made.open()
    if made.phase is Phase.RESTING:
        made.press()
    return made


def compare(made: Room, name: str, told: dict[str, Any]) -> None:
    now = made.now
    assert now["network_note"] == ""
    assert now.fit_ended == "whole", name
    assert (now.fit_updates, now.epochs) == (told["updates"], told["epochs"])
    assert now.measures
    assert json.loads(now.measures)["loss"] == pytest.approx(told["loss"], rel=0.02, abs=0.02)
    _one_account(made)


def _one_account(made: Room) -> None:
    """Joules through seconds lie within the meter's own range, for the press and for each of its parts."""
    now = made.now
    assert now.fit_ended_at > 0
    assert now.fit_joules / now.fit_seconds == pytest.approx(WATTS, rel=0.05)
    parts = json.loads(now.fit_parts)
    assert sum(part.get("calls", 1) for part in parts) == now.fit_calls
    assert sum(part["updates"] for part in parts) == now.fit_updates
    for part in parts:
        if part["joules"] is not None and part["seconds"] > 0.1:
            assert part["joules"] / part["seconds"] == pytest.approx(WATTS, rel=0.1)


def check(room: Callable[..., Room], name: str, backend: str, folder: Path) -> None:
    path = seeded(CASES / f"{name}.py", folder)
    made = ended(room, path, backend)
    if sentence := SENTENCES.get(name, ""):
        assert f"{path.name}, {sentence}" in made.now["network_note"]
        assert made.now.fits == 0
    elif name in ENDLESS:
        assert made.now.fit_ended == "stopped"
        assert made.now.fit_calls > 1
        _one_account(made)
    else:
        compare(made, name, plain(path, backend))


@pytest.mark.parametrize("name", QUICK_ONES)
def test_a_common_file_ends_as_in_plain_keras(room: Callable[..., Room], name: str, tmp_path: Path) -> None:
    check(room, name, "jax" if importlib.util.find_spec("jax") else "tensorflow", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("backend", [b for b in ("tensorflow", "jax") if importlib.util.find_spec(b)])
@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.py")))
def test_every_case_ends_as_in_plain_keras_or_in_one_sentence(
    room: Callable[..., Room], name: str, backend: str, tmp_path: Path
) -> None:
    check(room, name, backend, tmp_path)
