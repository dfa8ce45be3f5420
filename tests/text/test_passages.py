import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.config import TextSettings
from installation.text.coverage import CODE_FACE
from installation.text.passages import PASSAGES, Passages, chosen, dwell_s, read, turn
from installation.text.proof import entries, prove

FILE = PASSAGES.read_text(encoding="utf-8")
# Words, characters, SHA-256 of each proved text, noted when it was compared with its source. No wording stands here.
NOTED = {
    "1": (8, 45, "be5e8047e29410c8600905b745d9a59b0d8fdda6fdcd9f53d81bf96111eb5592"),
    "2": (31, 203, "11d0d828b1ea9af080b3c094a0d76da227cc628c34b6145639c29a532c3b1cd2"),
    "1+2": (39, 249, "27e7b7ad566a5004faad3031bfc155a5168085c84ac7c890a4356c902131d560"),
    "3": (31, 234, "82b9f66dcaf4949166e08e042e7275f916433d798c311e2082e0904232825943"),
    "1+2+3": (70, 484, "1135036dbebaeae4feee1e228632e667ee296bdd3707434656168a875c604cbf"),
    "4": (45, 309, "2857797af2822a751735176ea8c333b99ceb9107393616fc079c415fec6da009"),
    "5": (16, 126, "e77d440bd10f4aa9f4531f676301c80307696e582ea6dad1c8f577eed3767b17"),
    "6": (29, 172, "a01ead2ab3cc636948e5e9c49d2f3536c22d6bb79a0c54a2e5e12a96a73aa49b"),
    "7": (17, 108, "53b1002aec1d36b5b1be10976164549cf74bda96dd251ecae6446c829e407610"),
    "8": (26, 182, "88fb01b1319b88a5ba99d5cf68d303bb2fd49f947cfd37b590ca1c43c9fa21f6"),
    "9": (111, 723, "7c25d94eae706824e778782c6c5833c9a2a672594c6d16c61edbce43d32e6e2b"),
    "9, 1/3": (56, 406, "709ba8e907048702d38d33d9af67e2a2a5f935960f0f4275efc66446090cd97c"),
    "9, 2/3": (27, 168, "6c76e1b8525ecbb66415b161c90bad12339d57e9a6309e71c684272df39866fa"),
    "9, 3/3": (28, 147, "7401c605c04bf8b33b6c8d83bbcffd54a9a3f5fedbc2be3c75559dcddca3943d"),
    "10": (37, 207, "f7bcfd6105a7f3b75687b12368c84aa0ee87b242b1a45ecfb1e3f6c13d92cda7"),
}
SCREEN = ("1+2", "3", "8", "9, 1/3", "9, 2/3", "9, 3/3")
CREDIT = (
    "Jason Edward Lewis (Kanaka Maoli, Samoan), Noelani Arista (Kanaka Maoli), Archer Pechawis "
    "(Cree; Mistawasis First Nation), Suzanne Kite (Oglála Lakȟóta), “Making Kin with the Machines”, "
    "Journal of Design and Science 3.5, 16 July 2018, doi:10.21428/bfafd97b. Excerpt, unaltered."
)


def text_of(name: str) -> str:
    return str(next(p["text"] for p in tomllib.loads(FILE)["passages"] if p["id"] == name))


@pytest.fixture
def changed(tmp_path: Path) -> Any:
    """Reads the passages file with one string replaced by another."""

    def change(old: str, new: str, where: str = "screen", count: int = 1) -> Passages:
        assert old in FILE
        path = tmp_path / "passages.toml"
        path.write_text(FILE.replace(old, new, count), encoding="utf-8")
        return read(path, where)

    return change


def shown(passages: Passages) -> tuple[str, ...]:
    return tuple(p.id for p in passages.shown)


def test_every_text_is_the_one_that_was_compared_with_its_source() -> None:
    found = {p["id"]: p for p in tomllib.loads(FILE)["passages"]}
    assert set(found) == {*NOTED, "11", "12", "13", "14"}
    for name, (words, characters, checksum) in NOTED.items():
        text = found[name]["text"]
        assert hashlib.sha256(text.encode()).hexdigest() == checksum == found[name]["sha256"]
        assert (len(text.split()), len(text)) == (words, characters)
    assert text_of("1+2") == f"{text_of('1')} {text_of('2')}"
    assert text_of("9") == " ".join(text_of(f"9, {n}/3") for n in (1, 2, 3))


def test_the_screen_shows_the_proved_set_with_its_credit_and_nothing_is_at_fault() -> None:
    passages = read()
    assert shown(passages) == SCREEN
    assert passages.hidden == ()
    assert [p.part for p in passages.shown] == ["", "", "", "1/3", "2/3", "3/3"]
    assert {p.credit_line for p in passages.shown} == {CREDIT}
    assert shown(read(where="handout")) == ("1+2+3", "4", "5", "6", "7", "8", "9")


def test_what_is_off_says_why() -> None:
    off = " ".join(read().off)
    assert all(f"Passage {n} is off: " in off for n in (10, 11, 12, 13, 14))


def test_seconds_to_read() -> None:
    assert [p.dwell_s for p in read().shown] == [23, 19, 16, 31, 17, 17]
    assert dwell_s(text_of("9")) == 59


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_one_changed_code_point_hides_the_passage_and_says_so(data: st.DataObject, tmp_path_factory: Any) -> None:
    name = data.draw(st.sampled_from(["1+2", "3", "8"]))
    text = text_of(name)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("xX ʻ’—\u0301").filter(lambda c: c != text[place]))
    path = tmp_path_factory.mktemp("changed") / "passages.toml"
    path.write_text(FILE.replace(f'"{text}"', f'"{text[:place]}{letter}{text[place + 1 :]}"'), encoding="utf-8")
    passages = read(path)
    assert shown(passages) == tuple(n for n in SCREEN if n != name)
    assert passages.hidden == (
        f"Passage {name} is not shown: its text does not agree with its SHA-256; put the original wording back.",
    )


def test_a_part_that_is_changed_takes_its_companions_with_it(changed: Any) -> None:
    part = text_of("9, 2/3")
    passages = changed(f'"{part}"', f'"{part[:-1]}!"')
    assert shown(passages) == ("1+2", "3", "8")
    assert len(passages.hidden) == 2
    assert passages.hidden[1] == "The parts of passage 9 are not shown: together they are not its whole text."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('part = "2/3"', 'part = "2/4"'),
        ('part = "1/3"', 'part = ""'),
        ('id = "9"\n', 'id = "nine"\n'),
        ('whole = "9"', 'whole = "8"'),
        (f'sha256 = "{NOTED["9"][2]}"', 'sha256 = ""'),
    ],
)
def test_parts_that_do_not_fit_together_are_not_shown(changed: Any, old: str, new: str) -> None:
    passages = changed(old, new)
    assert shown(passages) == ("1+2", "3", "8")
    assert any("The parts of passage" in sentence for sentence in passages.hidden)


def entry(name: str) -> str:
    """The lines of one passage in the file."""
    return next(part for part in FILE.split("[[passages]]\n") if part.startswith(f'id = "{name}"\n'))


@pytest.mark.parametrize("name", ["11", "12", "13", "14"])
def test_a_readers_extract_is_never_shown_even_if_someone_enables_and_hashes_it(changed: Any, name: str) -> None:
    lines = entry(name)
    checksum = hashlib.sha256(text_of(name).encode()).hexdigest()
    forced = lines.replace("enabled = false", "enabled = true").replace('sha256 = ""', f'sha256 = "{checksum}"')
    forced = forced.replace('verified_by = ""', 'verified_by = "someone"')
    for where in ("screen", "handout"):
        passages = changed(lines, forced, where)
        assert name not in shown(passages)
        assert f"Passage {name} is not shown: it is known only from a reader's extract and verified_on is empty." in (
            passages.hidden
        )
    read_on_the_page = forced.replace('verified_on = ""', 'verified_on = "2026-11-23"')
    assert name in shown(changed(lines, read_on_the_page))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("enabled = true\n", "enabeld = true\n", 'unknown key "enabeld"; did you mean "enabled"?'),
        ("enabled = true\n", "enabled = 1\n", 'Expected "bool", got "int" for the key "enabled"'),
        ("enabled = true\n", "", "missing required field"),
        ('wording = "seed post"', 'wording = "somewhere"', 'wording is "somewhere"; it must be one of'),
        ('where = "both"', 'where = "wall"', 'where is "wall"; it must be one of screen, handout, both'),
        ('verified_by = "', 'verified_by = " " # "', "nobody has verified it: verified_by is empty"),
        ('id = "8"', 'id = "3"', "another passage before it has the same id"),
    ],
)
def test_a_faulty_entry_is_hidden_alone_with_its_reason(changed: Any, old: str, new: str, says: str) -> None:
    lines = entry("8")
    passages = changed(lines, lines.replace(old, new, 1))
    assert shown(passages) == tuple(n for n in SCREEN if n != "8")
    assert len(passages.hidden) == 1
    assert says in passages.hidden[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[texts]\nenabled", "[texts]\nenable", '[texts] unknown key "enable"; did you mean "enabled"?'),
        ("[texts]\nenabled = true", '[texts]\nenabled = "no"', '[texts] Expected "bool", got "str"'),
        ("[texts]", "[text]", 'unknown key "text"; did you mean "texts"?'),
        ("[source]\n", "[source]\nyear = 2018\n", '[source] unknown key "year"'),
        ('nation = "Kanaka Maoli"\n', "", "[[authors]] Object missing required field"),
        ("[texts]", "[texts", "it is not TOML"),
    ],
)
def test_a_faulty_file_shows_nothing_and_says_why(changed: Any, old: str, new: str, says: str) -> None:
    passages = changed(old, new)
    assert passages.shown == ()
    assert len(passages.hidden) == 1
    assert passages.hidden[0].startswith("passages.toml: no passage is shown: ")
    assert says in passages.hidden[0]


def test_a_file_that_is_missing_or_not_text_shows_nothing_and_stops_nothing(tmp_path: Path) -> None:
    assert "cannot be read (No such file" in read(tmp_path / "none.toml").hidden[0]
    assert "cannot be read (Is a directory" in read(tmp_path).hidden[0]
    path = tmp_path / "latin.toml"
    path.write_bytes(FILE.encode("utf-16"))
    assert "it is not UTF-8" in read(path).hidden[0]
    path.write_text("texts = " + "[" * 100_000, encoding="utf-8")
    assert "it is not TOML" in read(path).hidden[0]


@settings(deadline=None, max_examples=40)
@given(junk=st.binary(max_size=200), place=st.integers(0, len(FILE.encode())))
def test_no_damage_to_the_file_raises_or_shows_an_unproved_text(junk: bytes, place: int, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("damaged") / "passages.toml"
    good = FILE.encode()
    path.write_bytes(good[:place] + junk + good[place + len(junk) :])
    proved = {checksum for _, _, checksum in NOTED.values()}
    for passage in read(path).shown:
        assert hashlib.sha256(passage.text.encode()).hexdigest() in proved


def test_names_with_a_typewriter_apostrophe_or_letters_taken_apart_hide_the_words(changed: Any) -> None:
    for bad, says in (("Mo'okini", "typewriter apostrophe"), ("Lakȟo\u0301ta", "form NFC")):
        passages = changed('nation = "Oglála Lakȟóta"', f'nation = "{bad}"')
        assert passages.shown == ()
        assert all(says in sentence for sentence in passages.hidden[:3])


@pytest.mark.parametrize(("letter", "says"), [("'", "typewriter apostrophe"), ("e\u0301", "form NFC")])
def test_a_text_is_never_proved_with_letters_an_editor_slipped_in(letter: str, says: str) -> None:
    passage = next(p for p in entries(tomllib.loads(FILE)).passages if p.id == "8")
    text = passage.text + letter
    slipped = type(passage)(
        **{f: getattr(passage, f) for f in passage.__struct_fields__}
        | {"text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    )
    with pytest.raises(ValueError, match=re.escape(says)):
        prove(slipped)


def test_the_switch_takes_all_words_down(changed: Any) -> None:
    passages = changed("[texts]\nenabled = true", "[texts]\nenabled = false")
    assert passages == Passages(off=("The words are off: [texts] enabled is false.",))
    assert chosen(TextSettings(enabled=False)).shown == ()
    assert shown(chosen(TextSettings())) == SCREEN


def test_the_contact_goes_with_the_words(changed: Any) -> None:
    assert changed('contact = ""', 'contact = "words@example.org"').contact == "words@example.org"


def test_a_face_without_the_letters_shows_nothing_and_names_them(tmp_path: Path) -> None:
    passages = read(face=CODE_FACE)
    assert passages.shown == ()
    assert "the face JetBrainsMono-Regular.ttf cannot draw U+021F LATIN SMALL LETTER H WITH CARON" in passages.hidden[0]
    assert "the face cannot be read" in read(face=tmp_path / "none.ttf").hidden[0]


def test_each_passage_has_its_turn_for_at_least_its_seconds() -> None:
    passages = read().shown
    seen: dict[str, float] = {}
    step = 0.25
    for tick in range(int(sum(p.dwell_s for p in passages) / step)):
        passage = turn(passages, tick * step)
        assert passage is not None
        seen[passage.id] = seen.get(passage.id, 0.0) + step
    assert seen == {p.id: float(p.dwell_s) for p in passages}
    assert turn((), 5.0) is None
