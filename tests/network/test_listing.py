"""The text on the wall is the text that runs."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from installation.network.listing import ListingError, read

SEED = Path(__file__).parents[2] / "installation" / "network" / "networks" / "seed.py"
QUOTED = "02bed4efe8d88110b12744bf65bebd2c66b78dcef16e245dbd88e7f18bf13d61"

FILE = '''
"""A small network.

Its shape is made up.
"""

from keras.layers import Dense
from keras.models import Sequential

weights = 12
environment = {"A": "1", "B": 2}


def helper():
    return 3


def network() -> None:
    # the first comment belongs to the text
    model = Sequential()
    model.compile()

    data = helper()  # a comment behind
    history = model.fit(
        data,
        epochs=2,
    )
    last = 1
'''


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def test_the_seed_is_quoted_to_the_letter() -> None:
    listing = read(SEED)
    assert listing.digest == QUOTED
    assert listing.fit_line == "model.fit(data, labels, epochs=10, batch_size=32)"
    assert listing.fit_line in listing.text.splitlines()
    assert listing.weights == 3265
    assert listing.environment == {"TF_ENABLE_ONEDNN_OPTS": "0"}


def test_every_line_that_runs_stands_in_the_text(tmp_path: Path) -> None:
    listing = read(written(tmp_path, FILE))
    lines = listing.path.read_text().splitlines()
    shown = {line.strip() for line in listing.text.splitlines()}
    assert listing.cut is not None
    for part in (listing.cut.build, listing.cut.data, listing.cut.fit, listing.cut.rest):
        for _, _, number in part.co_lines():
            if number and "return" not in lines[number - 1]:
                assert lines[number - 1].strip() in shown


def test_the_body_is_cut_where_the_network_is_last_named_before_its_fit(tmp_path: Path) -> None:
    class Model:
        def compile(self) -> None: ...
        def fit(self, data: int, epochs: int) -> str:
            return f"{data} in {epochs}"

    parts = read(written(tmp_path, FILE)).cut
    assert parts is not None
    names: dict[str, object] = {"Sequential": Model, "helper": lambda: 3}
    exec(parts.build, names)
    assert "model" in names
    assert "data" not in names
    exec(parts.data, names)
    exec(parts.fit, names)
    assert names["history"] == "3 in 2"
    assert "last" not in names
    exec(parts.rest, names)
    assert names["last"] == 1


def test_a_comment_in_the_call_hides_nothing(tmp_path: Path) -> None:
    text = "def network():\n    model.fit(data,  # the rows\n              epochs=10)\n"
    assert read(written(tmp_path, text)).fit_line == "model.fit(data, epochs=10)"
    text = 'def network():\n    model.fit(data, name="two  spaces")\n'
    assert read(written(tmp_path, text)).fit_line == 'model.fit(data, name="two  spaces")'


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("weights = 'many'", "`weights` is 'many'"),
        ("chance = 2", "from 0 to 1"),
        ("environment = [1]", "`environment` is [1]"),
        ("text = 'a\x0cb'", "line 1: there is the control character U+000C"),
    ],
)
def test_a_wrong_line_outside_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(ListingError, match=re.escape(sentence)):
        read(written(tmp_path, f"{line}\ndef network():\n    model.fit(1)\n"))


def test_a_call_that_has_no_room_in_the_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListingError, match="longer than 800"):
        read(written(tmp_path, f"def network():\n    model.fit({'x' * 800})\n"))


def test_what_a_file_says_of_itself(tmp_path: Path) -> None:
    listing = read(written(tmp_path, FILE))
    assert listing.about == "A small network. Its shape is made up."
    assert listing.fit_line == "model.fit(data, epochs=2)"
    assert listing.text.startswith("# the first comment belongs to the text\nmodel = Sequential()")
    assert listing.text.endswith("last = 1")
    assert (listing.weights, listing.environment) == (12, {"A": "1", "B": "2"})


def test_another_file_is_another_text(tmp_path: Path) -> None:
    before = read(written(tmp_path, FILE))
    after = read(written(tmp_path, FILE.replace("epochs=2", "epochs=3")))
    assert before.text != after.text
    assert before.digest != after.digest


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def network(:\n", "mine.py, line 1: this is not Python"),
        ("x = 1\n", "there is no `def network"),
        ("def network(x):\n    x.fit(1)\n", "takes arguments"),
        ("def network():\n    pass\n", "never calls fit"),
        ("def network():\n    yield m.fit(1)\n", "line 1: `network` yields"),
        ("async def network():\n    m.fit(1)\n", "line 1: `network` is `async`"),
        (
            "def network():\n    m.fit(1)\n\ndef network():\n    m.fit(1)\n",
            "line 4: `network` is defined a second time",
        ),
        ("m = 1\nm.fit(1, 2)\n", "line 2: fit is called outside of a function `network`"),
        ("def network():\n" + "    m.fit(1, 2)\n" * 6000, "line 1: `network` goes on to line 6001"),
        ("\0", "line 1: there is the control character U+0000"),
    ],
)
def test_a_wrong_file_gets_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ListingError) as caught:
        read(written(tmp_path, text))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ListingError, match="not UTF-8"):
        read(tmp_path / "bytes.py")
    with pytest.raises(ListingError, match="cannot be read"):
        read(tmp_path / "absent.py")


PLAIN = "model = keras.Sequential([keras.Input((4,))])\nmodel.compile()\ndata = np.zeros(4)\nmodel.fit(data, epochs=2)"
WHOLE = {
    "two fits": PLAIN + "\nmodel.fit(data)",
    "a loop": "for turn in range(3):\n    model.fit(data)",
    "data before the network": "data = np.zeros((9, 4))\n"
    + PLAIN.replace("(4,)", "data.shape[1:]").replace("data = np.zeros(4)\n", ""),
    "what gives back": PLAIN + "\nreturn model",
    "a seed": "keras.utils.set_random_seed(1)\n" + PLAIN,
    "a network that is changed afterwards": PLAIN + "\nmodel.trainable = False",
    "a callback made before": "stop = keras.callbacks.EarlyStopping()\n"
    + PLAIN.replace("epochs=2", "callbacks=[stop]"),
}


def body(text: str) -> str:
    return "def network():\n" + textwrap.indent(text, "    ") + "\n"


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_file_that_is_not_plain_runs_whole(tmp_path: Path, name: str) -> None:
    assert read(written(tmp_path, body(PLAIN))).cut is not None
    assert read(written(tmp_path, body(WHOLE[name]))).cut is None


def test_a_helper_that_fits_stands_above_the_lines_that_call_it(tmp_path: Path) -> None:
    text = "def train(model):\n    model.fit(data, epochs=2)\n\n\ndef network():\n    train(build())\n"
    listing = read(written(tmp_path, text))
    assert listing.text == "def train(model):\n    model.fit(data, epochs=2)\n\ntrain(build())"
    assert listing.fit_line == "model.fit(data, epochs=2)"
    assert listing.call_at(2, ("fit",)) == "model.fit(data, epochs=2)"


def test_the_call_is_that_of_a_network_and_not_of_a_scaler(tmp_path: Path) -> None:
    text = "scaler.fit(x)\nlosses = model.fit(x, y, epochs=10).history['loss']"
    assert read(written(tmp_path, body(text))).fit_line == "model.fit(x, y, epochs=10)"


@pytest.mark.parametrize(
    "line", ['os.environ["KERAS_BACKEND"] = "jax"', 'os.environ.setdefault("KERAS_BACKEND", "jax")']
)
def test_the_backend_that_a_file_chooses_is_read(tmp_path: Path, line: str) -> None:
    assert read(written(tmp_path, f"import os\n{line}\n" + body(PLAIN))).backend == "jax"
    assert read(written(tmp_path, body(PLAIN))).backend == ""
