"""The stage is what a workshop sketch draws and sounds on: a few words, in pixels, seconds and the piece's own colours.

It knows no clock: `seconds` and `frame` are handed in, so that the same record gives the same picture on a wall, in a
test and in a handout. Nothing here can flash or be loud: what is drawn passes flash_limiter.py, what sounds sound.py.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import pygame
from numpy.typing import ArrayLike, NDArray

from ..config import nearest
from ..now import Now
from ..reading import provenance_at
from ..score import colour as score
from ..score.grains import NONE, Grains
from .sound import RATE_HZ, Mixture

RGB = tuple[int, int, int]
Colour = str | Sequence[float] | NDArray[np.generic]
Align = Literal["left", "centre", "right"]

COLOURS: dict[str, RGB] = {
    "ground": (11, 11, 12),
    "bright": (238, 230, 216),
    "quiet": (168, 168, 167),
    "lit": score.AMBER,  # what runs
    "measured": (250, 245, 234),  # what a sensor read
    "cool": (142, 178, 226),  # what is not measured
    "rest": score.REST,  # joules at rest
    "amber": score.AMBER,  # joules of a small network
    "pale": score.PALE,  # joules of a large one
}
FONTS = Path(__file__).resolve().parent.parent / "fonts"
FACES = {"words": "GentiumPlus-Regular.ttf", "code": "JetBrainsMono-Regular.ttf"}
ADVANCE = 0.6  # em: the grid of JetBrains Mono
NO_READING = "NO READING"
LOOK = 0.01  # s between two looks whether the sound card wants more
FAR = 100_000.0  # px: no coordinate goes further, so that a wild number costs no time


class Speaker:
    """A sound card, opened when a sketch first asks for sound; without one the sketch goes on in silence.

    Args:
        silent: why there shall be none; empty opens one.
    """

    def __init__(self, silent: str = "") -> None:
        self.mixture = Mixture()
        self.silent, self.note = silent, ""
        self.channel: pygame.mixer.Channel | None = None
        self.asked = self.closed = False

    def ask(self) -> Mixture:
        """The mixture to add to; the first call opens the card."""
        if not self.asked:
            self.asked = True
            self._open()
        return self.mixture

    def _open(self) -> None:
        if not self.silent:
            try:
                pygame.mixer.init(RATE_HZ, -16, 2, 512, allowedchanges=0)
                self.channel = pygame.mixer.Channel(0)
                self.feeder = threading.Thread(target=self._feed, args=(self.channel,), daemon=True, name="sound")
                self.feeder.start()
            except pygame.error as error:
                self.silent = f"no sound device could be opened ({error})"
        if self.silent:
            self.note = f"The sketch is silent: {self.silent}."

    def _feed(self, channel: pygame.mixer.Channel) -> None:
        """Keep two blocks ahead; a thread, so that a slow picture is no break in the sound."""
        channel.play(self._sound())
        idle = False
        while not self.closed:
            if idle and not channel.get_busy():  # twice, as between two blocks it is idle for an instant
                channel.play(self._sound(), fade_ms=5)
            idle = not channel.get_busy()
            if not idle and channel.get_queue() is None:
                channel.queue(self._sound())
            time.sleep(LOOK)

    def _sound(self) -> pygame.mixer.Sound:
        return pygame.mixer.Sound(buffer=self.mixture.block().tobytes())

    def close(self) -> None:
        """Fade, and let go of the card."""
        if self.channel is None:
            return
        self.mixture.end()
        until, given = time.monotonic() + 2.0, self.mixture.given
        while self.mixture.given < given + 4 and time.monotonic() < until:  # by then the block that fades was heard
            time.sleep(LOOK)
        self.closed = True
        self.feeder.join(1.0)
        pygame.mixer.quit()
        self.channel = None


class Stage:
    """What a sketch is given. Places are pixels from the upper left, times are seconds, colours are names or RGB."""

    def __init__(self, size: tuple[int, int], speaker: Speaker) -> None:
        self._canvas = pygame.Surface(size, depth=32)
        self._canvas.fill(COLOURS["ground"])
        self._speaker, self._type = speaker, Type()
        self._seconds, self._frame, self._grains, self._reading = 0.0, 0, NONE, ""

    def __getattr__(self, name: str) -> object:
        raise AttributeError(f"the stage has no word {name!r}. {nearest(name, words())}")

    # -- what is so at this moment
    @property
    def width(self) -> int:
        """How wide the picture is, px."""
        return self._canvas.get_width()

    @property
    def height(self) -> int:
        """How high the picture is, px."""
        return self._canvas.get_height()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self._canvas.get_size()

    @property
    def seconds(self) -> float:
        """Seconds since the sketch began."""
        return self._seconds

    @property
    def frame(self) -> int:
        """Number of this picture, from 0."""
        return self._frame

    @property
    def grains(self) -> Grains:
        """The grains that fall in this frame, each once: `len(...)`, `.numbers`, `.places` (0 left to 1 right)."""
        return self._grains

    @property
    def reading(self) -> str:
        """The power with its word, such as "118 W MEASURED"; "NO READING" where there is none."""
        return self._reading

    # -- the picture
    def background(self, colour: Colour = "ground", share: float = 1.0) -> None:
        """Fill the picture; with a share below 1 what was drawn before shines through."""
        share = _number(share)
        if share >= 1:
            self._canvas.fill(rgb(colour))
            return
        veil = pygame.Surface(self.size, depth=32)
        veil.fill(rgb(colour))
        veil.set_alpha(round(255 * max(share, 0.0)))
        self._canvas.blit(veil, (0, 0))

    def circle(self, x: float, y: float, radius: float, colour: Colour = "bright", thickness: float = 0) -> None:
        """A disc around x, y; with a thickness a ring."""
        radius = min(_number(radius), 2.0 * sum(self.size))
        if radius > 0:
            pygame.draw.aacircle(self._canvas, rgb(colour), _point(x, y), radius, _width(thickness))

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: Colour = "bright", thickness: float = 1) -> None:
        """A line from x1, y1 to x2, y2."""
        pygame.draw.aaline(self._canvas, rgb(colour), _point(x1, y1), _point(x2, y2), max(1, _width(thickness)))

    def lines(self, points: ArrayLike, colour: Colour = "bright", thickness: float = 1) -> None:
        """A line through many points, (n, 2)."""
        way = np.clip(np.asarray(points, np.float64).reshape(-1, 2), -FAR, FAR)
        way = way[np.isfinite(way).all(axis=1)]
        if len(way) < 2:
            return
        if thickness <= 1:
            pygame.draw.aalines(self._canvas, rgb(colour), False, way.tolist())
        else:
            pygame.draw.lines(self._canvas, rgb(colour), False, way.tolist(), _width(thickness))

    def rect(
        self, x: float, y: float, width: float, height: float, colour: Colour = "bright", thickness: float = 0
    ) -> None:
        """A rectangle with its upper left corner at x, y; with a thickness only its edge."""
        box = pygame.Rect(*_point(x, y), *_point(width, height))
        box.normalize()
        pygame.draw.rect(self._canvas, rgb(colour), box, _width(thickness))

    def dots(self, x: ArrayLike, y: ArrayLike, radius: float = 1.5, colour: Colour | ArrayLike = "bright") -> None:
        """Many dots at once, x and y (n,); one colour, or (n, 3)."""
        xs, ys = np.broadcast_arrays(np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float)))
        radius = min(max(_number(radius), 0.5), 400.0)
        seen = np.isfinite(xs + ys) & (np.abs(xs) < FAR) & (np.abs(ys) < FAR)
        places = np.round(np.column_stack([xs[seen], ys[seen]]) - radius - 1).astype(int).tolist()
        if isinstance(colour, str) or np.ndim(colour) < 2:
            stamp = _stamp(radius, rgb(colour))  # type: ignore[arg-type]
            self._canvas.fblits([(stamp, at) for at in places])
            return
        values = np.broadcast_to(np.clip(np.nan_to_num(np.asarray(colour, float)), 0, 255), (len(xs), 3))[seen]
        kinds = (values.astype(int) @ (65536, 256, 1)).tolist()
        stamps = {kind: _stamp(radius, (kind >> 16, kind >> 8 & 255, kind & 255)) for kind in set(kinds)}
        self._canvas.fblits([(stamps[kind], at) for kind, at in zip(kinds, places, strict=True)])

    def text(
        self,
        words: object,
        x: float,
        y: float,
        size: float = 32,
        colour: Colour = "bright",
        align: Align = "left",
    ) -> int:
        """Words in Gentium, a number in JetBrains Mono; x, y is the upper end of the line. Gives its width, px."""
        if isinstance(words, (int, float, np.number)):
            return self.code(f"{words:.4g}", x, y, size, colour, align)
        return self._set("words", str(words), x, y, size, colour, align)

    def code(
        self, text: object, x: float, y: float, size: float = 32, colour: Colour = "bright", align: Align = "left"
    ) -> int:
        """Code in JetBrains Mono, letter by letter. Gives its width, px."""
        return self._set("code", str(text), x, y, size, colour, align)

    def picture(
        self, values: ArrayLike, x: float, y: float, width: float, height: float, low: Colour, high: Colour
    ) -> None:
        """An array (rows, columns) as a field of colours, its least value `low`, its greatest `high`."""
        field = np.clip(np.nan_to_num(np.asarray(values, np.float64)), -1e12, 1e12)
        if field.ndim != 2 or not field.size:
            raise ValueError(f"a picture is an array of rows and columns, not of the shape {field.shape}")
        span = float(np.ptp(field)) or 1.0
        share = ((field - field.min()) / span)[:, :, None]
        light = score.linear(rgb(low)) * (1 - share) + score.linear(rgb(high)) * share
        drawn = pygame.surfarray.make_surface(score.codes(light).swapaxes(0, 1))
        size = (max(1, min(_width(width), 8192)), max(1, min(_width(height), 8192)))
        self._canvas.blit(pygame.transform.scale(drawn, size), _point(x, y))

    def _set(self, face: str, text: str, x: float, y: float, size: float, colour: Colour, align: Align) -> int:
        if align not in ("left", "centre", "right"):
            raise ValueError(f"align is {align!r}. {nearest(str(align), ('left', 'centre', 'right'))}")
        em = int(min(max(_number(size), 6), 2 * self.height))
        drawn = [self._type.line(face, line, em, rgb(colour)) for line in text[:4000].split("\n")]
        for row, line in enumerate(drawn):
            left = {"left": 0, "centre": line.get_width() / 2, "right": line.get_width()}[align]
            self._canvas.blit(line, _point(x - left, y + row * em * 1.35))
        return max(line.get_width() for line in drawn)

    # -- colours
    def mix(self, a: Colour, b: Colour, share: float) -> RGB:
        """The colour between a (share 0) and b (share 1), mixed as light."""
        part = min(max(_number(share), 0.0), 1.0)
        red, green, blue = score.codes(score.linear(rgb(a)) * (1 - part) + score.linear(rgb(b)) * part)
        return int(red), int(green), int(blue)

    def colours(self, grains: Grains) -> NDArray[np.uint8]:
        """What each of these joules was spent on, (n, 3): grey at rest, amber to pale in a fit, by its weights."""
        return score.codes(score.colours(grains.phases, grains.parameters))

    # -- the sound
    def drop(self, place: float = 0.5, hz: float = 600, level: float = 1.0) -> None:
        """One short drop, from left (place 0) to right (1), level 0 to 1; at most 24 in a frame."""
        self._speaker.ask().drop(_number(place), _number(hz), _number(level))

    def tone(self, hz: float, level: float = 1.0) -> None:
        """A tone for as long as every frame asks for it, level 0 to 1; watts may be given as hertz. At most 4."""
        self._speaker.ask().tone(_number(hz), _number(level))


def words() -> list[str]:
    """The stage's words: what a sketch may say."""
    return [name for name in vars(Stage) if not name.startswith("_")]


def reading(now: Now, at: float) -> str:
    """The power with its word at a moment, monotonic s; no number where nothing was read."""
    provenance = provenance_at(now, at)
    return f"{now.watts:.0f} W {provenance.name}" if provenance else NO_READING


def rgb(colour: Colour) -> RGB:
    """A colour by its name, as "#d9a354", or as three values 0-255.

    Raises:
        ValueError: it is none of these; says which was meant.
    """
    if isinstance(colour, str):
        return COLOURS[colour] if colour in COLOURS else _hexadecimal(colour)
    values = np.clip(np.nan_to_num(np.asarray(colour, np.float64)), 0, 255)
    if values.shape != (3,):
        raise ValueError(f"a colour has three values, not {colour!r}")
    return int(values[0]), int(values[1]), int(values[2])


def _hexadecimal(text: str) -> RGB:
    try:
        value = int(text.removeprefix("#"), 16) if len(text) == 7 and text.startswith("#") else -1
    except ValueError:
        value = -1
    if value < 0:
        raise ValueError(f"{text!r} is no colour. {nearest(text, COLOURS)}")
    return value >> 16, value >> 8 & 255, value & 255


def _number(value: float) -> float:
    number = float(value)
    return number if math.isfinite(number) else 0.0


def _point(x: float, y: float) -> tuple[float, float]:
    return min(max(_number(x), -FAR), FAR), min(max(_number(y), -FAR), FAR)


def _width(thickness: float) -> int:
    return round(min(max(_number(thickness), 0), FAR))


@lru_cache(256)
def _stamp(radius: float, colour: RGB) -> pygame.Surface:
    """One dot, to be printed many times."""
    side = 2 * math.ceil(radius) + 3
    made = pygame.Surface((side, side), pygame.SRCALPHA)
    made.fill((*colour, 0))
    pygame.draw.aacircle(made, colour, (radius + 1, radius + 1), radius)
    return made


class Type:
    """Sets lines of type, each once."""

    def __init__(self) -> None:
        pygame.font.init()
        self.font = lru_cache(32)(lambda face, em: pygame.font.Font(str(FONTS / FACES[face]), em))
        self.line = lru_cache(300)(self._line)

    def _line(self, face: str, text: str, em: int, colour: RGB) -> pygame.Surface:
        """One line. Code is set letter by letter: shaping would draw `>=` as one sign."""
        font = self.font(face, em)
        if face == "words":
            return font.render(text or " ", True, colour)
        drawn = pygame.Surface((max(1, round(len(text) * em * ADVANCE)), font.get_linesize()), pygame.SRCALPHA)
        for place, letter in enumerate(text):
            drawn.blit(font.render(letter, True, colour), (round(place * em * ADVANCE), 0))
        return drawn
