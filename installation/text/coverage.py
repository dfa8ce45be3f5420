"""Tells which characters of a text a face cannot draw, from the face's own character table.

The drawing library cannot be asked: it draws an empty box for a missing letter and reports nothing (measured with
pygame.font, whose `metrics` gives no None). A name in empty boxes is worse than no name.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

FONTS = Path(__file__).parent.parent / "fonts"
WORDS_FACE = FONTS / "GentiumPlus-Regular.ttf"
TITLE_FACE = FONTS / "GentiumPlus-Italic.ttf"
CODE_FACE = FONTS / "JetBrainsMono-Regular.ttf"


class FaceError(ValueError):
    """A face that cannot be read; the message is one sentence with its file and the remedy."""


@cache
def letters(face: Path) -> frozenset[int]:
    """Every code point that `face` can draw. Raises FaceError for a missing or broken file."""
    try:
        with face.open("rb") as file, TTFont(file, lazy=True) as font:
            end = max((t.offset + t.length for t in font.reader.tables.values()), default=0)
            if end > face.stat().st_size:  # else its letters would be empty, and nothing would say so
                raise ValueError("cut off")
            return frozenset(font.getBestCmap() or ())
    except OSError as error:
        raise FaceError(f"{face}: the face cannot be read ({error.strerror}); put the whole TTF file there.") from error
    except (TTLibError, AssertionError, KeyError, ValueError) as error:
        raise FaceError(f"{face}: this is not a whole font file; put the unmodified TTF there.") from error


def missing(text: str, face: Path = WORDS_FACE) -> str:
    """The characters of `text`, each once and in order, that `face` cannot draw; line ends are not characters."""
    has = letters(face)
    return "".join(dict.fromkeys(c for c in text if ord(c) not in has and c != "\n"))


def named(characters: str) -> str:
    """The characters as a person can look them up: 'U+021F LATIN SMALL LETTER H WITH CARON, ...'."""
    return ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'without a name')}" for c in characters)
