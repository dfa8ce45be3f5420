"""The example networks show what their first lines say they show: each is fitted whole, in plain Keras."""

from __future__ import annotations

import pytest

from installation.network.listing import read
from installation.now import Now
from installation.plug import NETWORK, find_file

from .test_networks import NETWORKS, told

EXAMPLES = ("two_moons", "digits", "sine", "autoencoder", "gan", "tiny_gpt", "transfer")
PAGE = 40  # lines of a file that can be read on one page

LEARN = """
import importlib, json, keras, numpy as np
found, kept = {}, []
plain = keras.Model.fit
def fit(self, *given, **named):
    kept.append(self)
    return plain(self, *given, verbose=0, **named)
keras.Model.fit = fit
def asked(module, **changed):
    # The same lines with other numbers: the rows it never saw
    lines = {}
    keras.Model.fit = lambda self, x, y, **named: lines.update(x=x, y=y)
    try:
        module.network()
    finally:
        keras.Model.fit = fit
    return kept[-1].evaluate(lines["x"], lines["y"], verbose=0, return_dict=True)
for name in NAMES:
    keras.utils.set_random_seed(7)
    module = importlib.import_module(f"installation.network.networks.{name}")
    module.network()
    found[name] = asked(module)
    if name == "gan":
        halves = [layer for layer in kept[-1].layers if isinstance(layer, keras.Sequential)]
        maker = next(half for half in halves if half.output.shape[1] == 2)
        points = keras.ops.convert_to_numpy(maker(np.random.normal(size=(4096, 4)).astype("float32")))
        corner = np.histogram(np.arctan2(*points.T), 8, (-np.pi, np.pi))[0]
        found["ring"] = [float(np.hypot(*points.T).mean()), float(np.hypot(*points.T).std()), int(corner.min())]
print(json.dumps(found))
"""


def test_every_example_is_a_page_that_is_told_whole() -> None:
    for name in EXAMPLES:
        listing = read(find_file(NETWORK, name))
        assert len(listing.path.read_text().splitlines()) <= PAGE
        assert len(listing.about.encode()) <= Now.about.bytes_room


def test_every_example_makes_its_rows_itself() -> None:
    for name in EXAMPLES:
        text = (NETWORKS / f"{name}.py").read_text()
        assert "np.random" in text
        assert not any(word in text for word in ("open(", "load", "datasets", "http", "tensorflow", "jax", "torch"))


@pytest.fixture(scope="module")
def learned() -> dict[str, dict[str, float]]:
    return told(LEARN.replace("NAMES", repr(EXAMPLES)), timeout=600)


@pytest.mark.slow
def test_what_can_be_learned_is_right_on_new_rows(learned: dict[str, dict[str, float]]) -> None:
    assert learned["two_moons"]["accuracy"] > 0.95
    assert learned["digits"]["accuracy"] > 0.9
    assert learned["transfer"]["accuracy"] > 0.8  # from 24 rows; without its base it was 0.61 to 0.74


@pytest.mark.slow
def test_tiny_gpt_comes_to_what_can_be_known_and_no_further(learned: dict[str, dict[str, float]]) -> None:
    can_be_known = (9 + 8 / 16) / 17
    assert learned["tiny_gpt"]["accuracy"] == pytest.approx(can_be_known, abs=0.02)


@pytest.mark.slow
def test_the_sine_is_told_almost_to_its_noise_and_the_hills_through_two_numbers(
    learned: dict[str, dict[str, float]],
) -> None:
    assert (
        0.05 * (2 / 3.1416) ** 0.5 < learned["sine"]["mae"] < 0.12
    )  # of a noise of 0.05, and far from the wave's 0.64
    assert learned["autoencoder"]["mae"] < 0.05  # the hills' own spread is 0.24


@pytest.mark.slow
def test_the_maker_makes_a_ring_and_nothing_is_left_to_tell_apart(learned: dict[str, dict[str, float]]) -> None:
    radius, spread, emptiest = learned["ring"]
    assert radius == pytest.approx(1.0, abs=0.1)
    assert spread < 0.2
    assert emptiest > 200  # of 4 096 points in eight sectors: no part of the ring is left out
    apart = (learned["gan"]["made_accuracy"] + learned["gan"]["true_accuracy"]) / 2
    assert apart == pytest.approx(0.5, abs=0.1)
