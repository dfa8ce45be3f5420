"""Every word of the stage draws or sounds; no wild number stops it; no sound is above the cap."""

from __future__ import annotations

import inspect
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import HOME
from installation.now import Now
from installation.workshop import sound as stage_sound
from installation.workshop.show import pixels
from installation.workshop.sound import BLOCK, CAP, RATE_HZ, Mixture
from installation.workshop.stage import COLOURS, FACES, FONTS, Speaker, Stage, rgb, words

from ..sketches.table import table

ANY = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-2000, 2000)


def fresh() -> Stage:
    return Stage((320, 180), Speaker("a test"))


def drawn(stage: Stage) -> int:
    r, g, b = COLOURS["ground"]
    return int((pixels(stage._canvas) != (r << 16 | g << 8 | b)).sum())


# -- the picture
def test_each_shape_is_drawn_where_it_was_asked_for() -> None:
    stage = fresh()
    stage.circle(100, 90, 20, (255, 0, 0))
    stage.rect(200, 50, 40, 30, "#00ff00")
    stage.line(0, 170, 319, 170, (0, 0, 255), 3)
    stage.dots([10, 20], 10, 2, [(255, 255, 0), (255, 0, 255)])
    at = pixels(stage._canvas).copy()
    assert (at[90, 100], at[60, 210], at[170, 160]) == (0xFF0000, 0x00FF00, 0x0000FF)
    assert (at[10, 10], at[10, 20]) == (0xFFFF00, 0xFF00FF)
    assert at[120, 100] == at[45, 210] != 0xFF0000


def test_a_disc_has_its_area() -> None:
    stage = fresh()
    stage.background((0, 0, 0))
    stage.circle(160, 90, 50, (255, 255, 255))
    assert (pixels(stage._canvas) & 0xFF).sum() / 255 == pytest.approx(math.pi * 2500, rel=0.03)


def test_lines_go_through_their_points_and_leave_out_what_is_no_number() -> None:
    stage = fresh()
    stage.lines([(10, 10), (math.nan, 3), (300, 10), (300, 170)], (255, 0, 0), 3)
    at = pixels(stage._canvas).copy()
    assert (at[10, 150], at[90, 300]) == (0xFF0000, 0xFF0000)


def test_a_veil_lets_through_what_was_there() -> None:
    stage = fresh()
    stage.background((255, 255, 255))
    stage.background((0, 0, 0), 0.5)
    assert 120 <= int(pixels(stage._canvas)[0, 0] & 0xFF) <= 135


def test_words_and_numbers_are_set_each_in_its_face() -> None:
    stage = fresh()
    assert stage.text(118.0, 10, 10, 40) == stage.code("118", 10, 60, 40) == 72  # three letters of 0.6 em
    assert stage.text("kahakō ʻokina", 10, 100, 40) != round(13 * 0.6 * 40)
    left, right = fresh(), fresh()
    width = left.text("watts", 20, 20, 30)
    right.text("watts", 20 + width, 20, 30, align="right")
    assert np.array_equal(pixels(left._canvas), pixels(right._canvas))


def test_code_is_set_without_ligatures() -> None:
    apart, together = fresh(), fresh()
    together.code(">=", 0, 0, 50)
    apart.code(">", 0, 0, 50)
    apart.code("=", 30, 0, 50)
    assert np.array_equal(pixels(apart._canvas), pixels(together._canvas))


def test_a_picture_of_numbers_goes_from_low_to_high() -> None:
    stage = fresh()
    stage.picture([[0, 1], [2, 4]], 0, 0, 100, 100, (0, 0, 0), (255, 255, 255))
    at = pixels(stage._canvas).copy()
    assert (at[10, 10], at[90, 90]) == (0, 0xFFFFFF)
    assert at[10, 10] < at[10, 90] < at[90, 10] < at[90, 90]
    stage.picture(np.zeros((3, 3)), 0, 0, 10, 10, (0, 0, 0), "pale")


@settings(deadline=None, max_examples=50)
@given(ANY, ANY, ANY, ANY, ANY)
def test_no_number_stops_the_stage(a: float, b: float, c: float, d: float, e: float) -> None:
    stage = fresh()
    stage.background((a, b, c), d)
    stage.circle(a, b, c, "lit", d)
    stage.line(a, b, c, d, "rest", e)
    stage.lines([(a, b), (c, d), (e, a)], "rest", b)
    stage.rect(a, b, c, d, "pale", e)
    stage.dots([a, b], [c, d], e)
    stage.text(a, b, c, d)
    stage.picture([[a, b], [c, d]], a, b, c, d, "ground", "lit")
    stage.mix((a, b, c), "lit", d)
    stage.drop(a, b, c)
    stage.tone(d, e)
    assert np.abs(stage._speaker.mixture.block() / 32767).max() <= CAP


# -- colours
def test_colours_have_names_numbers_and_the_nearest_name() -> None:
    assert rgb("amber") == COLOURS["amber"]
    assert rgb("#d9a354") == (217, 163, 84)
    assert rgb((300, -5, 7.6)) == (255, 0, 7)
    for wrong in ("ocher", "#12345", "#gggggg", ""):
        with pytest.raises(ValueError, match=r"is no colour\. (Did you mean|Known are)"):
            rgb(wrong)
    with pytest.raises(ValueError, match="three values"):
        rgb((1, 2))


def test_the_colours_are_those_of_the_wall() -> None:
    from installation.screen import colours as wall

    for name, value in COLOURS.items():
        assert value == getattr(wall, name.upper())


def test_mixing_begins_at_one_colour_and_ends_at_the_other() -> None:
    stage = fresh()
    assert stage.mix("rest", "pale", 0) == COLOURS["rest"]
    assert stage.mix("rest", "pale", 7) == COLOURS["pale"]


def test_the_faces_are_there() -> None:
    for file in FACES.values():
        assert (FONTS / file).is_file()


# -- the sound
def test_a_drop_is_heard_once_at_its_place_and_decays() -> None:
    mixture = Mixture()
    mixture.frame(0.0)
    mixture.drop(0.0, 600, 1.0)
    sound = np.concatenate([mixture.block() for _ in range(8)]) / 32767
    assert 0.03 < np.abs(sound[:, 0]).max() <= 0.06
    assert np.abs(sound[:, 1]).max() < 1e-3
    assert np.abs(sound[-BLOCK:]).max() == 0


def test_a_tone_has_its_pitch_and_no_click_and_fades_when_nobody_asks() -> None:
    mixture = Mixture()
    blocks = []
    for frame in range(20):
        mixture.frame(frame * BLOCK / RATE_HZ)
        if frame < 15:
            mixture.tone(440 if frame < 8 else 660, 1.0)
        blocks.append(mixture.block())
    sound = np.concatenate(blocks)[:, 0] / 32767
    spectrum = np.abs(np.fft.rfft(sound[2 * BLOCK : 7 * BLOCK]))
    assert spectrum.argmax() * RATE_HZ / (5 * BLOCK) == pytest.approx(440, abs=4)
    assert np.abs(np.diff(sound)).max() < 0.06 * 2 * math.pi * 700 / RATE_HZ
    assert np.abs(sound[-2 * BLOCK :]).max() == 0


def test_nothing_is_louder_than_the_cap() -> None:
    mixture = Mixture()
    for frame in range(30):
        mixture.frame(frame / 60)
        for n in range(1000):
            mixture.drop(n / 1000, 1000, 1e9)
        for hz in (200, 300, 400, 500, 600, 700):
            mixture.tone(hz, 1e9)
        assert np.abs(mixture.block() / 32767).max() <= CAP
    assert mixture.unheard == 30 * (1000 - stage_sound.MOST_DROPS)


def test_drops_of_one_frame_do_not_fall_at_one_instant() -> None:
    mixture = Mixture()
    mixture.frame(0.0)
    for _ in range(20):
        mixture.drop(0.5, 1000, 1.0)
    onsets = [seconds for seconds, *_ in mixture.pending]
    assert len(set(onsets)) == 20
    assert 0 <= min(onsets) < max(onsets) < 1 / 60


def test_a_sketch_that_hangs_does_not_drone() -> None:
    mixture = Mixture()
    mixture.frame(0.0)
    mixture.tone(440, 1.0)
    blocks = [mixture.block() for _ in range(12)]
    assert np.abs(blocks[4]).max() > 500
    assert np.abs(blocks[-1]).max() == 0


def test_silence_is_said_once_and_only_when_sound_is_asked_for() -> None:
    stage = fresh()
    assert stage._speaker.note == ""
    stage.drop()
    assert stage._speaker.note == "The sketch is silent: a test."


def test_without_a_sound_device_the_sketch_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "nosuchdriver")
    speaker = Speaker()
    speaker.ask().drop(0.5, 600, 1.0)
    assert speaker.note.startswith("The sketch is silent: no sound device could be opened")
    speaker.close()


PLAY = """
import time
from installation.workshop.stage import Speaker
speaker = Speaker()
for frame in range(60):
    mixture = speaker.ask()
    mixture.frame(frame / 60)
    mixture.tone(440, 1.0)
    for _ in range(30):
        mixture.drop(frame / 60, 900, 1.0)
    time.sleep(1 / 60)
speaker.close()
assert not speaker.note, speaker.note
"""


def test_what_goes_out_to_the_card_keeps_the_cap_and_ends_in_silence(tmp_path: Path) -> None:
    raw = tmp_path / "card.raw"
    driver = {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(raw), "PYTHONPATH": str(HOME)}
    done = subprocess.run([sys.executable, "-c", PLAY], env=os.environ | driver, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    sound = np.fromfile(raw, np.int16).reshape(-1, 2) / 32767
    assert len(sound) > RATE_HZ / 2
    assert 0.05 < np.abs(sound).max() <= CAP
    assert np.abs(sound[-256:]).max() == 0


# -- words
def test_the_table_in_the_docs_is_the_class() -> None:
    text = (HOME / "docs" / "workshops.md").read_text(encoding="utf-8")
    assert table() in text, "write it anew: .venv/bin/python -m tests.sketches.table"


def test_every_word_has_a_sentence_and_a_wrong_one_the_nearest() -> None:
    for word in words():
        assert inspect.getdoc(getattr(Stage, word)), word
    with pytest.raises(AttributeError, match=r"no word 'backgroun'\. Did you mean 'background'\?"):
        fresh().backgroun()  # type: ignore[operator]


def test_the_course_and_the_docs_use_only_words_that_are_there() -> None:
    texts = [f.read_text(encoding="utf-8") for f in (HOME / "sketches").glob("*.py")]
    texts.append((HOME / "docs" / "workshops.md").read_text(encoding="utf-8"))
    for text in texts:
        for word in re.findall(r"\bstage\.(\w+)", text):
            assert word in words(), word
        for field in re.findall(r"\bnow\.(?!md\b)(\w+)", text):
            assert hasattr(Now, field), field
