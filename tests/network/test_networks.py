"""The networks are what their files say: weights, operations, memory, one text that learns and begins again."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from installation.network.listing import read
from installation.plug import NETWORK, names

from .conftest import QUICK

HOUSE = Path(__file__).parents[2]
NETWORKS = HOUSE / "installation" / "network" / "networks"
BERT_BASE, BERT_LARGE = 109_482_240, 335_141_888


def bert(depth: int, width: int, words: int = 30522, places: int = 512) -> int:
    """Weights of BERT by its published shape: embeddings and their norm, layers, pooler."""
    layer = 4 * (width + 1) * width + (width + 1) * 4 * width + (4 * width + 1) * width + 4 * width
    return (words + places + 2) * width + 2 * width + depth * layer + (width + 1) * width


def told(program: str, timeout: float = 240, backend: str = QUICK, **more: str) -> dict[str, Any]:
    """Run a few lines of Python beside Keras, in a process of their own; they print one JSON object last."""
    environment = (
        os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"} | more
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=timeout, cwd=HOUSE
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_the_published_shapes_have_the_published_weights() -> None:
    assert bert(12, 768) == BERT_BASE
    assert bert(24, 1024) == BERT_LARGE
    assert read(NETWORKS / "bert_base.py").weights == BERT_BASE + 769
    assert read(NETWORKS / "bert_large.py").weights == BERT_LARGE + 1025


def test_large_is_base_with_other_sizes() -> None:
    base, large = (read(NETWORKS / f"bert_{size}.py").text.splitlines() for size in ("base", "large"))
    assert [pair for pair in zip(base, large, strict=True) if pair[0] != pair[1]] == [
        ("depth, width, heads, length = 12, 768, 12, 128", "depth, width, heads, length = 24, 1024, 16, 128")
    ]


def test_every_network_says_what_it_is_and_fits_on_a_line_of_its_own() -> None:
    assert {"seed", "wide", "bert_base", "bert_large"} <= set(names(NETWORK))
    for name in names(NETWORK):
        listing = read(NETWORKS / f"{name}.py")
        assert len(listing.about) > 60
        assert listing.fit_line in listing.text.splitlines()
        assert "callbacks" not in listing.text


def test_nothing_but_keras_is_imported() -> None:
    for path in NETWORKS.glob("*.py"):
        text = path.read_text()
        assert "tensorflow.keras" not in text
        assert not any(f"import {backend}" in text for backend in ("tensorflow", "jax", "torch"))


SMALL_BERT = """
import json, keras, numpy as np
from tests.network.alone import Alone
from installation.network.process.memory import need_of
from installation.network.process.operations import operations
from pathlib import Path
text = Path("installation/network/networks/bert_base.py").read_text()
for large, little in (("12, 768, 12, 128", "1, 256, 4, 64"), ("size=(256,", "size=(24,"), ("epoch=32", "epoch=3")):
    assert large in text
    text = text.replace(large, little)
path = Path(FILE); path.write_text(text)
alone = Alone(path, path.parent)
alone.to_the_gate()
model = alone.model
found = dict(weights=model.count_params(), operations=operations(model, 8), memory=need_of(model, 8).total)
alone.press()
"""


COMPILER = """
import jax
params, rest = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
loss = lambda p, x: model.stateless_call(p, rest, x)[0].mean()
data = np.zeros((8, 64), "int32")
costs = jax.jit(jax.grad(loss)).lower(params, data).compile().cost_analysis()
found["compiler"] = (costs[0] if isinstance(costs, list) else costs)["flops"]
"""
AGAIN = """
arrays = lambda: [keras.ops.convert_to_numpy(v).copy() for v in model.trainable_variables]
before = arrays()
alone.to_the_gate()
after = arrays()
ops = keras.ops
found |= dict(
    moved=sum(not np.allclose(b, a) for b, a in zip(before, after)), arrays=len(before),
    gamma=all(np.allclose(a, 1) for a, v in zip(after, model.trainable_variables) if v.path.endswith("gamma")),
    bias=all(np.allclose(a, 0) for a, v in zip(after, model.trainable_variables) if v.path.endswith("bias")),
    spread=float(np.std(after[0])),
    slots=sum(float(ops.sum(ops.abs(v))) for v in model.optimizer.variables if "rate" not in v.path),
)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def small_bert(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """BERT base's own file, made small, fitted once and begun again."""
    path = tmp_path_factory.mktemp("bert") / "bert.py"
    return told(SMALL_BERT.replace("FILE", repr(str(path))) + (COMPILER if QUICK == "jax" else "") + AGAIN)


def test_a_small_bert_is_counted_by_hand(small_bert: dict[str, Any]) -> None:
    tokens, width, depth, places = 8 * 64, 256, 1, 64
    by_hand = 3 * (2 * depth * 12 * width**2 * tokens + 4 * depth * 8 * places**2 * width)
    assert small_bert["weights"] == bert(1, 256) + 257
    assert small_bert["operations"] == pytest.approx(by_hand, rel=0.01)


@pytest.mark.skipif(QUICK != "jax", reason="the counter asked is XLA's, through JAX")
def test_the_count_of_operations_is_that_of_the_compiler(small_bert: dict[str, Any]) -> None:
    assert small_bert["operations"] == pytest.approx(small_bert["compiler"], rel=0.06)


def test_a_small_bert_fits_and_begins_again_as_its_layers_begin(small_bert: dict[str, Any]) -> None:
    assert small_bert["gamma"]
    assert small_bert["bias"]
    assert small_bert["slots"] == 0
    assert small_bert["moved"] > small_bert["arrays"] / 3
    assert small_bert["spread"] == pytest.approx(0.05 / 3**0.5, rel=0.02)


@cache
def built(name: str) -> dict[str, Any]:
    return told(f"""
import json
from pathlib import Path
import keras
from installation.network.process.memory import need_of
from installation.network.networks import {name}
built = []
keras.Model.fit = lambda model, *args, **more: built.append(model)
{name}.network()
(model,) = built
body = model.count_params() - model.layers[-1].count_params()
print(json.dumps(dict(body=body, all=model.count_params(), memory=need_of(model, 8).total)))
""")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "weights"), [("bert_base", BERT_BASE), ("bert_large", BERT_LARGE)])
def test_bert_as_built(name: str, weights: int) -> None:
    found = built(name)
    assert found["body"] == weights
    assert found["all"] == read(NETWORKS / f"{name}.py").weights


PEAK = """
import json, resource
from pathlib import Path
import keras, numpy as np
from installation.network.process.memory import need_of
from keras import layers
inner = [layers.Dense(4096, activation="relu") for _ in range(4)]
model = keras.Sequential([keras.Input((2048,)), *inner, layers.Dense(1)])
model.compile(optimizer=OPTIMIZER, loss="mse")
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
few = keras.Sequential([keras.Input((4,)), layers.Dense(1)]); few.compile(optimizer=OPTIMIZER, loss="mse")
few.fit(np.zeros((8, 4)), np.zeros((8, 1)), verbose=0)
before = peak() - 4 * model.count_params()
model.fit(np.zeros((2048, 2048), "float32"), np.zeros((2048, 1)), batch_size=1024, verbose=0)
print(json.dumps(dict(took=peak() - before, need=need_of(model, 1024).total)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_the_memory_formula_against_what_keras_takes(optimizer: str) -> None:
    found = told(PEAK.replace("OPTIMIZER", repr(optimizer)))
    assert 0.4 < found["took"] / found["need"] < 1.15  # XLA never holds all gradients at once where it need not


PRESSES = """
import json, sys, psutil, keras
from pathlib import Path
from tests.network.alone import Alone
folder = Path(FOLDER)
text = Path("installation/network/networks/seed.py").read_text().replace("epochs=10", "epochs=1")
(folder / "seed.py").write_text(text)
alone = Alone(folder / "seed.py", folder)
def presses(number):
    for _ in range(number):
        alone.press()
    return psutil.Process().memory_info().rss / 1e6
found = dict(before=presses(5), after=presses(500), fits=alone.now.fits)
print(json.dumps(found))
"""


@pytest.mark.slow
@pytest.mark.skipif(not importlib.util.find_spec("tensorflow"), reason="it is TensorFlow that keeps memory")
def test_five_hundred_presses_do_not_fill_the_memory(tmp_path: Path) -> None:
    found = told(PRESSES.replace("FOLDER", repr(str(tmp_path))), 1500, "tensorflow", TF_ENABLE_ONEDNN_OPTS="0")
    assert found["fits"] == 505
    assert found["after"] - found["before"] < 50


def test_the_memory_formula_by_hand() -> None:
    from installation.network.process.memory import Room, need

    seed = need(weights=3265, slots=1, rows=32, given_out=34)
    assert (seed.weights, seed.gradients, seed.optimizer) == (13_060, 13_060, 13_060)
    assert seed.activations == 32 * 34 * 4 * 3
    large = need(weights=BERT_LARGE, slots=2, rows=8, given_out=0)
    assert large.total == pytest.approx(16 * BERT_LARGE)
    sentence = large.sentence("bert_large", Room(4e9, "as [network] memory_gb in config.toml says"))
    assert "needs 5.4 GB (1.3 for its weights, 1.3 for gradients, 2.7 for the optimizer" in sentence
    assert "4.0 GB are free, as [network] memory_gb in config.toml says" in sentence
