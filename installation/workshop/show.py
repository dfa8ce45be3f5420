"""A sketch runs here: picture by picture on a stage, as a guest of the piece, in a window or without one.

What it draws passes the limiter of flashes, what it asks to be heard passes the mixture with its cap. Its mistakes are
a line at the foot of the picture and never the end of the show.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
from numpy.typing import NDArray

from ..flash_limiter import FlashLimiter
from ..now import Now
from ..player import Pacer
from ..score.follower import Follower
from ..score.grains import Grains
from .sketch_file import Sketch
from .stage import COLOURS, Speaker, Stage, reading

RATE = 60.0  # pictures a second
REJOIN = 1.0  # s between two looks whether the record is another one
HELD = 120  # pictures slowed since the last save before it is said: more than one picture that comes all at once
Event = tuple[str, dict[str, object]]


class Backstage(Stage):
    """The stage from behind: what the sketch does not see."""

    def __init__(self, size: tuple[int, int], speaker: Speaker) -> None:
        super().__init__(size, speaker)
        self.speaker = speaker
        self.limiter = FlashLimiter(size)
        self.kept = self._canvas.copy()
        self.out = self._canvas.copy()
        self.follower: Follower | None = None

    def begin(self, now: Now, seconds: float, at: float) -> None:
        """A new picture: `seconds` since the sketch began, `at` on the meter's clock."""
        self._seconds = seconds
        self._grains = self._fall(now, at)
        self._reading = reading(now, at)
        self.speaker.mixture.frame(seconds)

    def _fall(self, now: Now, at: float) -> Grains:
        if self.follower is None or now is not self.follower.now:
            self.follower = Follower(now, resumed=True)
        return self.follower.until(at)

    def end(self, whole: bool, caption: str) -> pygame.Surface:
        """Finish the picture: one that is not whole gives way to the last whole one. Gives what may be shown."""
        kept, canvas = (self.kept, self._canvas) if whole else (self._canvas, self.kept)
        kept.blit(canvas, (0, 0))
        self._frame += 1
        self.out.blit(self._canvas, (0, 0))
        if caption:
            self._caption(caption)
        calm = self.limiter(pixels(self.out), self._seconds)
        np.copyto(pixels(self.out), calm)
        return self.out

    def _caption(self, caption: str) -> None:
        """The foot of the picture: what is wrong, on the ground, in the colour of what is not as it should be."""
        em = max(14, self.height // 28)
        lines = [self._line(line, em) for line in self._wrapped(caption, em, self.width - 2 * em)]
        step = round(em * 1.4)
        top = self.height - step * len(lines) - em
        self.out.fill(COLOURS["ground"], (0, top - em // 2, self.width, self.height))
        for row, line in enumerate(lines):
            self.out.blit(line, (em, top + row * step))

    def _line(self, text: str, em: int) -> pygame.Surface:
        return self._type.line("words", text, em, COLOURS["cool"])

    def _wrapped(self, text: str, em: int, width: float) -> list[str]:
        """At most four lines that are no wider than `width` px."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self._line(longer, em).get_width() > width:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines[:4]


class Show:
    """A sketch, its stage, and the record it reads.

    Args:
        path: the sketch's file.
        now: the record, opened as a guest.
        size: of the picture, px.
        silent: why there shall be no sound; empty opens a sound device when the sketch first asks for one.
    """

    def __init__(self, path: Path, now: Now, size: tuple[int, int], silent: str = "") -> None:
        self.sketch, self.now = Sketch(path), now
        self.stage = Backstage(size, Speaker(silent))
        self.looked = 0.0
        self.away = False
        self.told: set[str] = set()

    def step(self, seconds: float, at: float) -> pygame.Surface:
        """One picture, at `seconds` since the begin and `at` on the meter's clock."""
        self._rejoin(at)
        self.stage.begin(self.now, seconds, at)
        if self.sketch.look(self.stage, self.now):
            self.stage.limiter.limited = 0
        whole = self.sketch.draw(self.stage, self.now)
        self._tell()
        return self.stage.end(whole, self.sketch.trouble)

    def hear(self, event: Event) -> None:
        """A key or a press, for the sketch."""
        hook, offered = event
        self.sketch.play(hook, {"stage": self.stage, "now": self.now} | offered)

    def _rejoin(self, at: float) -> None:
        """Join the piece that was started anew in the same place."""
        if at - self.looked < REJOIN:
            return
        self.looked = at
        if self.now.replaced() and self.now.path.exists():
            old, self.now = self.now, Now(self.now.path)
            old.close()

    def _tell(self) -> None:
        """Say once, in the terminal, what is wrong or missing."""
        said = [self.sketch.trouble, self.stage.speaker.note]
        if not self.now.provenance:
            said.append(self.now.of("meter").note)
        if self.stage.limiter.limited >= HELD:
            said.append("The picture changes its light faster than is safe for eyes; it is shown more slowly.")
        if self.now.guest_presses and not self.now.of("network").beat:
            said.append("No network plays here: the press is counted, and nobody answers. Start `underfoot run` first.")
        for sentence in said:
            if sentence and sentence not in self.told:
                print(sentence, file=sys.stderr, flush=True)
        self.told = {s for s in self.told | set(said) if s in said}

    def close(self) -> None:
        self.stage.speaker.close()


class Window:
    """Where the picture is seen.

    Raises:
        pygame.error: there is no display.
    """

    def __init__(self, size: tuple[int, int], title: str, fullscreen: bool) -> None:
        pygame.display.init()
        pygame.display.set_caption(title)
        self.size, self.fullscreen, self.open = size, fullscreen, True
        self._set()

    def _set(self) -> None:
        flags = pygame.SCALED | (pygame.FULLSCREEN if self.fullscreen else pygame.RESIZABLE)
        try:
            self.surface = pygame.display.set_mode(self.size, flags, vsync=1)
        except pygame.error:  # no vertical sync here
            self.surface = pygame.display.set_mode(self.size, flags)
        pygame.mouse.set_visible(not self.fullscreen)

    def events(self) -> Iterator[Event]:
        """What the sketch should hear. Esc and closing the window leave, F11 is full screen."""
        for event in pygame.event.get():
            if event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE):
                self.open = False
            elif event.type == pygame.KEYDOWN and event.key == pygame.K_F11:
                self.fullscreen = not self.fullscreen
                self._set()
            elif event.type == pygame.KEYDOWN:
                yield "key", {"name": pygame.key.name(event.key)}
            elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
                yield "press", {"x": event.pos[0], "y": event.pos[1]}

    def show(self, picture: pygame.Surface) -> None:
        self.surface.blit(picture, (0, 0))
        pygame.display.flip()

    def close(self) -> None:
        pygame.display.quit()


def perform(show: Show, window: Window) -> None:
    """Play until the window is closed."""
    started, pacer = time.monotonic(), Pacer(RATE)
    while window.open:
        for event in window.events():
            show.hear(event)
        at = time.monotonic()
        window.show(show.step(at - started, at))
        pacer.wait()


def render(show: Show, frames: int) -> None:
    """Play some pictures at their pace without a window. Picture i is drawn for i / 60 s."""
    pacer = Pacer(RATE)
    for frame in range(frames):
        show.step(frame / RATE, time.monotonic())
        pacer.wait()


def pixels(surface: pygame.Surface) -> NDArray[np.uint32]:
    """The pixels as they lie, (height, width) of 0x00RRGGBB; the surface is locked while this lives."""
    width, height = surface.get_size()
    pitch = surface.get_pitch() // 4
    flat: NDArray[np.uint32] = np.frombuffer(surface.get_view("0"), np.uint32)  # type: ignore[call-overload]
    return flat.reshape(height, pitch)[:, :width]
