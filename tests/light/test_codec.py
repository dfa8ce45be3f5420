import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.light.codec import GarbledError, adalight, ddp, read_adalight, read_ddp, read_tpm2, tpm2

RED_BLUE = np.array([[255, 0, 0], [0, 0, 255]], np.uint8)


def test_adalight_by_the_book():
    assert adalight(RED_BLUE).hex(" ") == "41 64 61 00 01 54 ff 00 00 00 00 ff"
    for leds, head in ((60, "41 64 61 00 3b 6e"), (144, "41 64 61 00 8f da"), (300, "41 64 61 01 2b 7f")):
        assert adalight(np.zeros((leds, 3), np.uint8))[:6].hex(" ") == head


@given(st.binary(min_size=3, max_size=1800).map(lambda b: b[: len(b) // 3 * 3]))
def test_what_was_written_is_read_back(data):
    pixels = np.frombuffer(data, np.uint8).reshape(-1, 3)
    assert (read_adalight(adalight(pixels)) == pixels).all()


@given(st.integers(0, 5), st.integers(1, 255))
def test_a_wrong_head_is_refused(place, change):
    frame = bytearray(adalight(RED_BLUE))
    frame[place] ^= change
    with pytest.raises(GarbledError):
        read_adalight(bytes(frame))


def test_a_cut_frame_is_refused():
    with pytest.raises(GarbledError):
        read_adalight(adalight(RED_BLUE)[:-1])


def test_no_leds_make_no_frame():
    with pytest.raises(ValueError, match="LEDs"):
        adalight(np.zeros((0, 3), np.uint8))


@given(st.binary(min_size=3, max_size=1800).map(lambda b: b[: len(b) // 3 * 3]))
def test_tpm2_and_ddp_are_read_back(data):
    pixels = np.frombuffer(data, np.uint8).reshape(-1, 3)
    assert (read_tpm2(tpm2(pixels)) == pixels).all()
    assert (read_ddp(ddp(pixels, 7)) == pixels).all()


def test_tpm2_by_the_book():
    assert tpm2(RED_BLUE).hex(" ") == "c9 da 00 06 ff 00 00 00 00 ff 36"


def test_ddp_by_the_book():
    assert [p.hex(" ") for p in ddp(RED_BLUE, 0)] == ["41 01 0b 01 00 00 00 00 00 06 ff 00 00 00 00 ff"]
    first, last = ddp(np.zeros((600, 3), np.uint8), 15)
    assert (first[:10].hex(" "), len(first)) == ("40 01 0b 01 00 00 00 00 05 a0", 1450)
    assert (last[:10].hex(" "), len(last)) == ("41 01 0b 01 00 00 05 a0 01 68", 370)


@pytest.mark.parametrize("packets", [[], [b""], ddp(np.zeros((600, 3), np.uint8), 1)[:1]])
def test_half_a_frame_is_refused(packets):
    with pytest.raises(GarbledError):
        read_ddp(packets)
    with pytest.raises(GarbledError):
        read_tpm2(tpm2(RED_BLUE)[:-1])
