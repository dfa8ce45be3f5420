from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from installation.sound.silent import WavFile


def read(path: Path) -> tuple[int, int, np.ndarray]:
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 3
        raw = np.frombuffer(file.readframes(file.getnframes()), np.uint8).reshape(-1, 3)
        whole = np.zeros((len(raw), 4), np.uint8)
        whole[:, 1:] = raw
        return file.getframerate(), file.getnchannels(), whole.view("<i4").reshape(-1, file.getnchannels()) / 2**31


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_it_is_a_wav_file_of_24_bits(tmp_path: Path, channels: int) -> None:
    sound = np.random.default_rng(0).uniform(-1, 1, (1000, channels)).astype(np.float32)
    with WavFile(tmp_path / "deep" / "x.wav", 44_100, channels) as file:
        file.write(sound[:400])
        file.write(sound[400:])
    rate, counted, back = read(tmp_path / "deep" / "x.wav")
    assert (rate, counted) == (44_100, channels)
    np.testing.assert_allclose(back, sound, atol=1.5e-7)


def test_a_file_whose_writer_was_killed_is_whole(tmp_path: Path) -> None:
    file = WavFile(tmp_path / "x.wav", 48_000, 2)
    file.write(np.full((48_000, 2), 0.25, np.float32))
    file.seal()
    file.write(np.full((100, 2), 0.25, np.float32))  # and then it is killed
    file.file.close()
    assert len(read(tmp_path / "x.wav")[2]) == 48_000


def test_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    with WavFile(tmp_path / "x.wav", 48_000, 2) as file:
        file.write(np.full((500, 2), 0.25, np.float32))
    with WavFile(tmp_path / "x.wav", 48_000, 2, go_on=True) as file:
        assert file.frames == 500
        file.skip(100)
        file.write(np.full((50, 2), -0.5, np.float32))
    back = read(tmp_path / "x.wav")[2]
    assert [back[0, 0], back[550, 0], back[-1, 1]] == pytest.approx([0.25, 0.0, -0.5], abs=1e-6)
    assert len(back) == 650


def test_another_form_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"not a sound at all" * 10)
    with WavFile(tmp_path / "x.wav", 48_000, 2, go_on=True) as file:
        assert file.frames == 0
    with WavFile(tmp_path / "y.wav", 48_000, 1) as file:
        file.write(np.zeros((10, 1), np.float32))
    with WavFile(tmp_path / "y.wav", 48_000, 2, go_on=True) as file:
        assert file.frames == 0


def test_what_is_too_loud_is_cut_and_never_wraps(tmp_path: Path) -> None:
    with WavFile(tmp_path / "x.wav", 48_000, 1) as file:
        file.write(np.array([[2.0], [-2.0]], np.float32))
    back = read(tmp_path / "x.wav")[2]
    assert [back[0, 0], back[1, 0]] == pytest.approx([1.0, -1.0], abs=1e-6)
