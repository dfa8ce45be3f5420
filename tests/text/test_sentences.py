import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.now import Phase, Provenance
from installation.plug import VOICE, plug
from installation.score.grains import NONE
from installation.score.sound import Loudness
from installation.sound.block import AudioFormat, BlockContext, Samples, in_words
from installation.text.coverage import CODE_FACE, WORDS_FACE, missing
from installation.text.sentences import GROUP, LANGUAGES, PHASES, PROVENANCES, TOLD, LanguageError, Sentences, languages

HOME = LANGUAGES.parent.parent  # the package
CODES = sorted(languages())
IN_CODE_FACE = re.compile(r"counts|done|stopped|opened")


def filled(words: Sentences) -> dict[str, str]:
    """Every sentence of a language, its fields filled in with numbers."""
    fields = {name for s in words.sentences.values() for name in re.findall(r"\{(\w+)", str(s))}
    fields |= {str(s["by"]) for s in words.sentences.values() if isinstance(s, dict)}
    return {key: words(key, **dict.fromkeys(fields, 1234.5)) for key in words.sentences}


@pytest.mark.parametrize("code", CODES)
def test_every_language_has_all_sentences_with_the_same_fields(code: str) -> None:
    assert Sentences(code).faults == ()
    own = tomllib.loads((LANGUAGES / f"{code}.toml").read_text(encoding="utf-8"))
    english = tomllib.loads((LANGUAGES / "en.toml").read_text(encoding="utf-8"))
    assert own.keys() == english.keys()


@pytest.mark.parametrize("code", CODES)
def test_every_letter_is_in_the_face_that_draws_it(code: str) -> None:
    for key, sentence in filled(Sentences(code)).items():
        assert missing(sentence, WORDS_FACE) == "", key
        if IN_CODE_FACE.match(key):
            assert missing(sentence, CODE_FACE) == "", key


@pytest.mark.parametrize("code", CODES)
def test_no_sentence_has_a_typewriter_apostrophe_or_a_stray_space(code: str) -> None:
    for key, sentence in filled(Sentences(code)).items():
        assert "'" not in sentence, key
        assert sentence == sentence.strip(), key
        assert not re.search(r" [:;?!%»]|« ", sentence), key


@pytest.mark.parametrize("code", CODES)
def test_no_sentence_calls_the_machine_what_it_is_not(code: str) -> None:
    barred = r"\b(kin|alive|sacred|spirit|soul|lebendig|heilig|seele|verwandt\w*|vivante?|sacrée?|âme|esprit)\b"
    for key, sentence in filled(Sentences(code)).items():
        assert not re.search(barred, sentence, re.IGNORECASE), key


def test_the_four_words_and_the_phases_stand_in_the_records_order() -> None:
    assert tuple(p.name.lower() for p in Provenance) == PROVENANCES
    assert tuple(p.name.lower() for p in Phase) == PHASES
    assert [Sentences()(key) for key in PROVENANCES] == ["NO READING", "MEASURED", "ESTIMATED", "REPLAYED"]
    for code in CODES:
        assert len({Sentences(code)(key) for key in PROVENANCES}) == 4


def test_sentences_are_filled_in() -> None:
    words = Sentences()
    assert words("rain", drops=118.4) == "rain: 118 drops a second"
    assert words("dripping", drops=1) == "dripping: 1 drop a second, the machine at rest"
    counts = words("counts", epoch=3, epochs=10, batch=17, batches=32, loss=0.6914)
    assert counts == "epoch 3 of 10    batch 17 of 32    loss 0.691"
    assert words("counts", epoch=1, epochs=1, batch=1, batches=1, loss=float("nan")).endswith("loss not a number")
    done = words("done_measured", updates=320, joules=97.4, seen=60, unseen=50).replace(GROUP, " ")
    assert done == "done: 320 updates, 97 joules measured.  Examples it was shown: 60 % right.  New examples: 50 %."
    assert words("grain", joules=1).startswith("one grain = one joule: ")
    assert words("grain", joules=0.2).startswith(f"one grain = 0.2{GROUP}joules: ")
    assert words("grain", joules=1.2).startswith(f"one grain = 1.2{GROUP}joules: ")
    land = words("land", side=0.4691, watts=76, kind=words("kind_nuclear")).replace(GROUP, " ")
    assert land.startswith(
        "This square is at true size: 0.47 m on a side. It is the land held for the mean of this fit, 76 watts, if"
    )


def test_numbers_are_written_the_languages_way() -> None:
    assert Sentences("en").number(1234567.891, ".2f") == f"1{GROUP}234{GROUP}567.89"
    assert Sentences("de").number(1234567.891, ".2f") == f"1{GROUP}234{GROUP}567,89"
    assert [Sentences("fr").number(v, "~2") for v in (0.4691, 9.99, 0, 12345, 3.21)] == [
        "0,47",
        "10",
        "0",
        f"12{GROUP}000",
        "3,2",
    ]
    assert [Sentences().number(v) for v in (-0.2, -3, float("inf"))] == ["0", "−3", "not a number"]
    assert Sentences("fr")("rain", drops=0) == f"pluie{GROUP}: 0 goutte par seconde"
    assert Sentences("de")("lost_sound", grains=2) == "2 Körner gingen verloren: nicht gehört"


@settings(deadline=None)
@given(
    st.one_of(st.floats(-1e300, 1e300), st.sampled_from([float("nan"), float("inf")])),
    st.sampled_from(["", ".3f", "~1", "~2", "~3", ".7g"]),
)
def test_any_number_can_be_written_and_drawn(value: float, form: str) -> None:
    for code in CODES:
        assert missing(Sentences(code).number(value, form), CODE_FACE) == ""


@settings(deadline=None)
@given(st.floats(min_value=1e-6, max_value=1e12), st.integers(1, 4))
def test_figures_that_count_are_true_to_half_of_the_last_one(value: float, figures: int) -> None:
    written = float(Sentences().number(value, f"~{figures}").replace(GROUP, ""))
    assert abs(written - value) <= 0.5000001 * value * 10 ** (1 - figures)


@pytest.mark.parametrize(("name", "meant"), [("german", "de"), ("Deutsch", "de"), ("Francais", "fr"), ("eng", "en")])
def test_an_unknown_language_gets_the_nearest(name: str, meant: str) -> None:
    with pytest.raises(
        LanguageError, match=f"There is no language '{name}'. Did you mean '{meant}'. There are: de, en, fr."
    ):
        Sentences(name)


def test_an_unknown_sentence_gets_the_nearest() -> None:
    with pytest.raises(KeyError, match=r"No sentence is called 'rian'\. Did you mean 'rain'"):
        Sentences()("rian", drops=1)


def test_a_translation_with_faults_falls_back_to_english_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "nl.toml"
    path.write_text(
        """
        language = { name = "Nederlands", english_name = "Dutch", decimal = ",", singular = [1] }
        rain = "regen: {drops} druppels per seconde"
        sparks = "vonken: {sparkles}"
        quiet = "stilte {"
        hum = 50
        dripping = { by = "drips", one = "x", other = "y" }
        wrong_key = "x"
        took_kwh = "Dat is {kwh:.2x} kWh."
        """,
        encoding="utf-8",
    )
    words = Sentences(str(path))
    assert words("rain", drops=1234) == f"regen: 1{GROUP}234 druppels per seconde"
    assert words("took_kwh", kwh=0.5) == f"That is 0,50{GROUP}kWh."
    assert words("quiet") == Sentences()("quiet")
    faults = "\n".join(words.faults)
    for key in ("sparks", "quiet", "hum", "dripping", "took_kwh", "press", "wrong_key"):
        assert f"'{key}' " in faults
    assert "'wrong_key' is no sentence of the piece." in faults
    assert len(words.faults) == len(Sentences().sentences) - 1 + 1


@pytest.mark.parametrize(
    ("text", "says"),
    [("rain = ", "this is not TOML"), ('rain = "x"', r"\[language\] name is missing"), (None, "cannot be read")],
)
def test_a_language_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "xx.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(LanguageError, match=says):
        Sentences(str(path))


def test_every_sentence_is_said_somewhere() -> None:
    """A sentence nobody says is deleted. Names made of parts, such as `kind_{kind}`, count by their first part."""
    texts = {file: file.read_text(encoding="utf-8") for file in HOME.rglob("*.py")}
    # Elsewhere the same letters are another name, such as that of a voice.
    code = "".join(text for file, text in texts.items() if {"screen", "text"} & set(file.parts) or "Sentences" in text)
    parts = tuple(re.findall(r'f"([a-z]+_)\{', code))
    names = {key for key in Sentences().sentences if not key.startswith((*parts, TOLD))}
    assert {key for key in names if not re.search(rf"""["']{key}["']""", code)} == set()


# -- what the players write into the record
def test_every_phrase_that_is_put_into_another_language_is_one_a_player_writes() -> None:
    """The wall finds them by their letters: a phrase that was changed in one place only would stay English."""
    written = "".join(
        path.read_text(encoding="utf-8")
        for room in ("meter", "network", "command")
        for path in (HOME / room).rglob("*.py")
    )
    for key, sentence in Sentences().sentences.items():
        if key.startswith(TOLD):
            phrase = re.sub(r"^this (?=AMD|Intel)", "", str(sentence))  # its first word is put before it there
            assert phrase in written, key


@pytest.mark.parametrize("code", sorted(set(CODES) - {"en"}))
@pytest.mark.parametrize(
    "boundary",
    [
        "this graphics card (NVIDIA H100 80GB HBM3), nothing else",
        "2 graphics cards (A, B) and the processor on its module, nothing else",
        "this machine’s processor and its memory, nothing else",
        "this machine’s processor and memory, estimated from its load",
        "everything plugged into shelly 192.168.1.20, at the wall",
    ],
)
def test_a_boundary_is_told_in_the_walls_language(code: str, boundary: str) -> None:
    own = Sentences(code).told(boundary)
    left = re.sub(r"\(.*?\)|shelly|[\d.]+", "", own).split()
    assert not {"this", "card", "cards", "nothing", "else", "processor", "memory", "everything", "wall"} & set(left)
    assert Sentences("en").told(boundary) == boundary


@given(st.text())
def test_what_no_language_knows_stays_as_it_was(text: str) -> None:
    known = [str(sentence) for key, sentence in Sentences().sentences.items() if key.startswith(TOLD)]
    if not any(phrase in text for phrase in known):
        assert Sentences("de").told(text) == text


@pytest.mark.parametrize("code", ["en", "de", "fr"])
def test_what_a_voice_says_of_itself_is_said_in_the_walls_language(code: str) -> None:
    """Held to what the voices write, so that a changed sentence there is noticed here."""
    audio, say = AudioFormat(mains_hz=60.0), Sentences(code)
    for number in (1, 1234):
        for rests, key in ((True, "dripping"), (False, "rain")):
            context = BlockContext(NONE, NONE.numbers, True, 80.0, Loudness(), pace=number, rests=rests)
            assert say.retold(in_words(plug(VOICE, "rain").Voice(audio), context)) == say(key, drops=number)
            assert say.retold(in_words(plug(VOICE, "hum").Voice(audio), context)) == say("hum", hertz=60)
        assert say.retold(in_words(Mute(), context)) == say("heard", grains=number)
    assert say.retold("rain: some drops a second") == "rain: some drops a second"


class Mute:
    """A voice from before voices said what they sound like."""

    def play(self, context: BlockContext, out: Samples) -> None: ...
