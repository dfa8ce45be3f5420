import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.light.codec import adalight, read_adalight
from installation.light.strips import _ak as ak

VECTORS = tomllib.loads((Path(__file__).parents[2] / "hardware/strip/vectors.toml").read_text(encoding="utf-8"))


def unhex(text: str) -> bytes:
    """`41 180*00` is 0x41 and 180 zeros."""
    words = [word.rpartition("*") for word in text.split()]
    return b"".join(bytes.fromhex(byte) * int(count or 1) for count, _, byte in words)


def named(to: str) -> list[dict]:
    return [v for v in VECTORS["frame"] if v["to"] == to]


def made(vector: dict) -> bytes:
    match vector["type"]:
        case "h":
            return ak.frame("h", vector["seq"])
        case "p":
            pixels = vector.get("pixels", [[0, 0, 0]] * vector["leds"])
            return ak.picture(vector["seq"], np.array(pixels, np.uint8))
        case "c":
            return ak.limits(vector["seq"], vector["cap_ma"], vector["hold_ms"] / 1000)
        case "f":
            return ak.fade(vector["seq"], *vector["colour"], vector["ms"] / 1000)
    raise AssertionError(vector["type"])


@pytest.mark.parametrize("vector", named("board"), ids=lambda v: v["name"])
def test_what_the_host_says_is_as_the_vectors_say(vector):
    assert made(vector) == unhex(vector["hex"])


@pytest.mark.parametrize("vector", named("host"), ids=lambda v: v["name"])
def test_what_the_board_says_is_read(vector):
    [message] = ak.Reader().hear(unhex(vector["hex"]), 0.0)
    assert (message.kind, message.number) == (vector["type"], vector["seq"])
    if vector["type"] == "H":
        hello = ak.Hello.read(message.payload)
        assert (hello.leds, hello.cap_ma, hello.protocol) == (vector["leds"], vector["cap_ma"], vector["protocol"])
        assert (hello.firmware, hello.button) == (tuple(vector["firmware"]), bool(vector["button"]))
    elif vector["type"] in "KN":
        answer = ak.Answer.read(message.payload)
        assert (answer.scale * 255, answer.milliamperes) == (vector["scale"], vector["estimated_ma"])
        assert answer.last == vector.get("held", vector.get("reason"))
    else:
        assert tuple(message.payload[:2]) == (vector["control"], vector["value"])


@pytest.mark.parametrize("vector", VECTORS["adalight"], ids=lambda v: v["name"])
def test_adalight_is_as_the_vectors_say(vector):
    if vector.get("counts") == "leds":
        return  # LedFx's way of counting; the host never writes it
    pixels = np.array(vector.get("pixels", [[0, 0, 0]] * vector["leds"]), np.uint8)
    frame = adalight(pixels)
    assert frame.startswith(unhex(vector["hex"]))
    assert (read_adalight(frame) == pixels).all()


MESSAGES = st.lists(st.sampled_from([unhex(v["hex"]) for v in named("host")]), min_size=1, max_size=6)


@settings(deadline=None)
@given(messages=MESSAGES, cuts=st.lists(st.integers(1, 20), min_size=1))
def test_frames_are_found_however_they_are_cut(messages, cuts):
    data, reader, found = b"".join(messages), ak.Reader(), []
    while data:
        size = cuts[len(found) % len(cuts)]
        found += reader.hear(data[:size], 0.0)
        data = data[size:]
    assert len(found) == len(messages)


@settings(deadline=None)
@given(noise=st.binary(max_size=80), messages=MESSAGES)
def test_noise_before_frames_is_passed_over(noise, messages):
    reader = ak.Reader()
    found = reader.hear(noise, 0.0)
    found += reader.hear(b"", 1.0)
    for step in range(70):  # whatever a false head swallowed comes back when the line was silent
        found += reader.hear(b"".join(messages) if step == 0 else b"", 2.0 + step)
    assert [m.payload for m in found][-len(messages) :] == [ak.Reader().hear(m, 0.0)[0].payload for m in messages]


@settings(deadline=None)
@given(message=st.sampled_from([unhex(v["hex"]) for v in named("host")]), data=st.data())
def test_a_damaged_frame_is_never_taken(message, data):
    place, change = data.draw(st.integers(0, len(message) - 1)), data.draw(st.integers(1, 255))
    damaged = bytearray(message)
    damaged[place] ^= change
    assert ak.Reader().hear(bytes(damaged), 0.0) == []


def test_what_strangers_say_is_kept():
    reader = ak.Reader()
    reader.hear(b"WLED 0.15.0\r\n", 0.0)
    assert b"WLED" in reader.noise
