"""Sets type: words in Gentium, code in JetBrains Mono, each line drawn once and kept.

pygame.font shapes words rightly (kerning, marks over letters). For code that very shaping would be wrong: it would draw
`>=` as one sign. So code is set character by character on the face's own grid, and the letters are the ones that run.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from pathlib import Path

import pygame

from installation.screen.colours import BRIGHT, Colour

FONTS = Path(__file__).resolve().parent.parent / "fonts"
FACES = {
    "words": FONTS / "GentiumPlus-Regular.ttf",
    "title": FONTS / "GentiumPlus-Italic.ttf",
    "code": FONTS / "JetBrainsMono-Regular.ttf",
}
ADVANCE = 0.6  # em: the grid of JetBrains Mono
KEPT = 32_000_000  # bytes of lines kept; the oldest goes
LINE = {"words": 1.33, "title": 1.33, "code": 1.55}  # em from one line to the next


class Type:
    """All the faces at all the sizes that were asked for, and the lines set in them."""

    def __init__(self) -> None:
        self.fonts: dict[tuple[str, int], pygame.font.Font] = {}
        self.lines: OrderedDict[tuple[str, str, int, Colour], pygame.Surface] = OrderedDict()
        self.kept = 0
        self.missing: list[str] = []

    def font(self, face: str, size: int) -> pygame.font.Font:
        """A face of an em of `size` pixels. A face that cannot be read is replaced by pygame's own and noted."""
        key = (face, size)
        if key not in self.fonts:
            from installation.text.coverage import letters

            try:
                letters(FACES[face])  # a broken file would end the process, or draw nothing
                self.fonts[key] = pygame.font.Font(str(FACES[face]), size)
            except (OSError, ValueError, pygame.error):
                note = f"The face {FACES[face].name} cannot be read; put the file back from the release."
                self.missing += [note] if note not in self.missing else []
                self.fonts[key] = pygame.font.Font(None, size)
        return self.fonts[key]

    def width(self, text: str, size: int, face: str = "words") -> int:
        """How wide a line is, in pixels."""
        return round(len(text) * size * ADVANCE) if face == "code" else self.font(face, size).size(text)[0]

    def line(self, text: str, size: int, colour: Colour = BRIGHT, face: str = "words") -> pygame.Surface:
        """One line as a picture with transparency; the same line is drawn once."""
        key = (text, face, size, colour)
        if key in self.lines:
            self.lines.move_to_end(key)
            return self.lines[key]
        drawn = self._code(text, size, colour) if face == "code" else self._words(text, size, colour, face)
        self.lines[key] = drawn
        self.kept += _bytes(drawn)
        while self.kept > KEPT and len(self.lines) > 1:
            self.kept -= _bytes(self.lines.popitem(last=False)[1])
        return drawn

    def _words(self, text: str, size: int, colour: Colour, face: str) -> pygame.Surface:
        self._look_for(text, face)
        font = self.font(face, size)
        return font.render(text if font.size(text)[0] else " ", True, colour)

    def _look_for(self, text: str, face: str) -> None:
        """Note the letters a face lacks: they are drawn as empty boxes."""
        if text.isascii():
            return
        from installation.text.coverage import FaceError, missing, named

        with contextlib.suppress(FaceError):  # `font` notes it
            if lacking := missing(text, FACES[face]):
                note = f"The faces of the piece cannot draw {named(lacking)}."
                self.missing += [note] if note not in self.missing else []

    def _code(self, text: str, size: int, colour: Colour) -> pygame.Surface:
        font = self.font("code", size)
        advance = size * ADVANCE
        drawn = pygame.Surface((max(1, round(len(text) * advance) + 2), font.get_linesize()), pygame.SRCALPHA)
        for place, letter in enumerate(text):
            if font.size(letter)[0] and letter != " ":  # some have no width, such as the end of an emoji
                drawn.blit(self._letter(letter, size, colour), (round(place * advance), 0))
        return drawn

    def _letter(self, letter: str, size: int, colour: Colour) -> pygame.Surface:
        """One letter of code: in the code's face, or in that of the words, or as an empty cell that is noted."""
        if letter.isascii():
            return self.font("code", size).render(letter, True, colour)
        from installation.text.coverage import CODE_FACE, WORDS_FACE, named

        if _has(letter, CODE_FACE):
            return self.font("code", size).render(letter, True, colour)
        if _has(letter, WORDS_FACE):
            return self._words(letter, round(size * 0.9), colour, "words")
        note = f"The faces of the piece cannot draw {named(letter)}."
        if note not in self.missing:
            self.missing.append(note)
        cell = pygame.Surface((round(size * ADVANCE), round(size * 1.2)), pygame.SRCALPHA)
        pygame.draw.rect(cell, colour, cell.get_rect().inflate(-2, -round(size * 0.4)), 1)
        return cell

    def height(self, size: int, face: str = "words") -> int:
        """From one line to the next, in pixels."""
        return round(size * LINE[face])


def _bytes(drawn: pygame.Surface) -> int:
    return drawn.get_width() * drawn.get_height() * drawn.get_bytesize()


def _has(letter: str, face: Path) -> bool:
    from installation.text.coverage import FaceError, missing

    try:
        return not missing(letter, face)
    except FaceError:  # `font` notes it
        return False
