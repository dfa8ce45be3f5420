import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from installation.text.coverage import CODE_FACE, FONTS, TITLE_FACE, WORDS_FACE, FaceError, letters, missing, named
from installation.text.passages import PASSAGES, read
from installation.text.proof import credit, entries

HOSTS_MAY_NEED = "ʻāēīōūĀĒĪŌŪȟȞŋŊščžáâîǧʼ’‘“”„«»—–…ʷəʔ→≈−×±·²³ \u00a0\u202f"


@pytest.mark.parametrize("face", [WORDS_FACE, TITLE_FACE])
def test_the_faces_of_words_have_every_letter_of_the_passages_credits_and_names(face: Path) -> None:
    file = entries(tomllib.loads(PASSAGES.read_text(encoding="utf-8")))
    for entry in file.passages:
        assert missing(entry.text + " ".join(credit(file, entry)), face) == ""
    for where in ("screen", "handout"):
        for passage in read(where=where).shown:
            assert missing(passage.text + passage.credit_line + passage.title, face) == ""
    assert missing(HOSTS_MAY_NEED, face) == ""
    assert missing("wakȟáŋ Lakȟóta Oglála moʻolelo Hawaiʻi Hāloa Mānoa Nêhiyawak", face) == ""


def test_a_letter_the_face_lacks_is_found_and_named() -> None:
    assert missing("moʻolelo, Lakȟóta, moʻolelo", CODE_FACE) == "ʻȟ"
    assert named("ȟʻ") == "U+021F LATIN SMALL LETTER H WITH CARON, U+02BB MODIFIER LETTER TURNED COMMA"
    assert missing("two\nlines", WORDS_FACE) == ""
    assert missing("ᓀᐦᐃᔭᐍᐏᐣ", WORDS_FACE) != ""


@pytest.mark.parametrize("face", [WORDS_FACE, TITLE_FACE, CODE_FACE])
def test_figures_are_equally_wide_so_that_a_live_number_stands_still(face: Path) -> None:
    with TTFont(face, lazy=True) as font:
        cmap, widths = font.getBestCmap(), font["hmtx"]
        assert len({widths[cmap[ord(c)]][0] for c in "0123456789"}) == 1


def test_the_faces_are_the_unmodified_files_with_their_licences() -> None:
    readme = (FONTS / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+\.ttf) .*`([0-9a-f]{64})`.*\| OFL 1\.1", readme, re.M)
    assert {name for name, _ in rows} == {path.name for path in FONTS.glob("*.ttf")}
    for name, checksum in rows:
        assert hashlib.sha256((FONTS / name).read_bytes()).hexdigest() == checksum
    for family in ("GentiumPlus", "JetBrainsMono"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / f"OFL-{family}.txt").read_text(encoding="utf-8")


def test_a_missing_or_broken_face_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FaceError, match=r"none\.ttf: the face cannot be read"):
        letters(tmp_path / "none.ttf")
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"\x00\x01\x00\x00 this is no font")
    with pytest.raises(FaceError, match=r"broken\.ttf: this is not a whole font file"):
        letters(broken)
    cut = tmp_path / "cut.ttf"
    cut.write_bytes(WORDS_FACE.read_bytes()[:5000])
    with pytest.raises(FaceError, match=r"cut\.ttf: this is not a whole font file"):
        letters(cut)
