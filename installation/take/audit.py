"""An audit plays a recording and looks at what came out: it proves the promises, or says which one is broken.

Counted from what was rendered, by other code than rendered it: the onsets of drops that begin in silence, in the
samples of the rain; sparks, by the light in the strip's bytes; points, as they settle; flashes, in pixels and bytes;
loudness and peak, in the samples. Counted by the players themselves, and held against that: grains heard, lit, drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..config import Config
from ..flash_limiter import Pixels
from ..meter.recording import Gap, Recording
from ..now import Provenance
from ..score.grains import PROVENANCE, TIME, Floats, GrainClock, grains_due
from ..sound.block import BlockContext, Samples, Voice
from ..sound.voices.rain import Voice as Rain
from ..text.passages import chosen
from .flashes import ScreenEye, StripEye
from .loudness import STEP, Ear
from .parts import Picture, Sound, Strip
from .room import OPENED, Room

FLASHES = 3  # in any second, at most
SILENT = 1e-6  # of a drop's peak: what a crowd's arithmetic leaves over
ONSET = 24  # samples: a drop that begins later than this after its place is misplaced
OVER = 0.5  # LU a loudness may stand above the loudest allowed: a steady rain is a random sum
FPS = 60.0


@dataclass
class Tap:
    """A voice between the rain and the mix: it plays the rain, and looks at what the rain alone sounds like."""

    rain: Rain
    ear: Ear
    drops: int = 0
    onsets: dict[int, int] = field(default_factory=dict)  # number of a grain: sample
    alone: list[tuple[int, int]] = field(default_factory=list)  # sample asked for, sample found, of lone drops
    at: int = 0
    quiet: bool = True

    def play(self, moment: BlockContext, out: Samples) -> None:
        alone = np.zeros_like(out)
        self.rain.play(moment, alone)
        out += alone
        self.ear.hear(alone / np.float32(self.rain.gain(moment)))
        self.drops += len(moment.grains)
        places = (self.at + moment.onsets).tolist()
        self.onsets.update(zip(moment.grains.numbers.tolist(), places, strict=True))
        heard = np.abs(alone).max(axis=1) > SILENT
        if self.quiet and heard.any() and places:
            self.alone.append((min(places), self.at + int(np.argmax(heard))))
        self.quiet = not heard[-1]
        self.at += len(out)

    @property
    def energy(self) -> float:
        """Drops, as many as the energy of the rain's samples makes: each has weight 1."""
        self.ear.end()
        return sum(self.ear.energies) * STEP


@dataclass(frozen=True)
class Report:
    """What an audit found. The attributes up to `speed` are those of `--json`."""

    joules: float
    joules_per_grain: float
    grains_due: int
    grains_heard: int
    grains_lit: int
    grains_drawn: int
    grains_lost: int
    flashes_per_second_screen: int
    flashes_per_second_strip: int
    loudness_lufs: float
    true_peak_dbtp: float
    passages_intact: bool
    seconds: float
    provenance: list[dict[str, Any]]
    gaps: tuple[Gap, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    speed: float = 1.0
    loudest_lufs: float = -math.inf
    onset_error: float = 0.0  # s
    drops_by_energy: float = 0.0
    lone_drops: int = 0
    lone_error: float = 0.0  # s
    sparks_by_light: float = 0.0
    points_settled: int = 0
    passages_seen: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


class Audit:
    """Plays a recording once.

    Args:
        recording: the samples.
        name: of the file.
        config: the settings.
        fps: frames a second at which the screen is looked at.
    """

    def __init__(self, recording: Recording, name: str, config: Config, fps: float = FPS) -> None:
        self.room = Room(recording, name, config)
        self.config = config = self.room.config
        self.taps: list[Tap] = []
        self.sound = Sound(self.room.record, config, OPENED, self._hear, self._tapped)
        self.ear = Ear(self.sound.audio.rate_hz, self.sound.audio.channels)
        self.strip = Strip(self.room.record, config, OPENED, self._see_strip)
        self.strip_eye = StripEye(self.strip.player.leds)
        self.screen = Picture(self.room.record, config, OPENED, fps, self._see_screen)
        self.screen_eye = ScreenEye()
        self.rows: dict[float, Floats] = {}
        self.settled, self.seen_at = 0, OPENED
        self.passages: set[str] = set()

    def _tapped(self, voices: list[Voice]) -> list[Voice]:
        sound = self.config.sound
        for i, voice in enumerate(voices):
            if isinstance(voice, Rain):
                self.taps.append(Tap(voice, Ear(sound.rate_hz, sound.channels)))
                voices[i] = self.taps[-1]
        return voices

    def run(self, progress: Callable[[float], None] = lambda _: None) -> Report:
        """Play, and say what was found."""
        with self.room:
            self.room.play([self.sound, self.strip, self.screen], progress)
            self.ear.end()
            return self._report()

    # -- what comes out
    def _hear(self, block: Samples) -> None:
        self.ear.hear(block)

    def _see_strip(self, pixels: Any, seconds: float) -> None:
        self.strip_eye.see(pixels, seconds)

    def _see_screen(self, frame: Any, seconds: float) -> None:
        self.screen_eye.see(_pixels(frame), seconds)
        board = self.screen.picture.board
        if board.passage:
            self.passages.add(board.passage)
        self._count_settling(seconds)
        for row in self.screen.now.samples:
            if row[TIME] > 0:
                self.rows[float(row[TIME])] = row

    def _count_settling(self, seconds: float) -> None:
        for scene in self.screen.picture.scenes:
            points = getattr(scene, "points", None)
            if points is not None and len(points):
                lands = points[:, 0] + points[:, 2]
                self.settled += int(((lands > self.seen_at) & (lands <= seconds)).sum())
        self.seen_at = seconds

    # -- what it means
    def _report(self) -> Report:
        now = self.screen.now
        shown = {p.id for p in chosen(self.config.text).shown}
        hidden = chosen(self.config.text).hidden
        tap = self.taps[0] if self.taps else None
        lone = [abs(found - asked) for asked, found in tap.alone] if tap else []
        rate = self.sound.audio.rate_hz
        due = grains_due(now.joules, now.joules_per_grain)
        report = Report(
            joules=now.joules,
            joules_per_grain=now.joules_per_grain,
            grains_due=due,
            grains_heard=tap.drops if tap else int(now.sound_grains),
            grains_lit=int(now.light_grains),
            grains_drawn=int(now.screen_grains),
            grains_lost=int(max(now.sound_lost, now.light_lost, now.screen_lost)),
            flashes_per_second_screen=self.screen_eye.worst,
            flashes_per_second_strip=self.strip_eye.worst,
            loudness_lufs=self.ear.integrated_lufs,
            true_peak_dbtp=self.ear.true_peak_dbtp,
            passages_intact=not hidden and self.passages <= shown,
            seconds=self.room.played,
            provenance=self._stretches(),
            gaps=tuple(self.room.recording.gaps),
            left_out=dict(self.room.recording.left_out),
            speed=self.config.meter.replay_speed,
            loudest_lufs=self.ear.loudest_lufs,
            onset_error=self._onset_error(tap),
            drops_by_energy=tap.energy if tap else 0.0,
            lone_drops=len(lone),
            lone_error=max(lone, default=0) / rate,
            sparks_by_light=self._sparks_by_light(),
            points_settled=self.settled,
            passages_seen=tuple(sorted(self.passages)),
        )
        return Report(**{**vars(report), "broken": tuple(self._broken(report))})

    def _broken(self, r: Report) -> list[str]:
        """The promises that are not kept, a sentence each."""
        ceiling, loudest = self.config.sound.ceiling_dbtp, self.config.sound.loudest_lufs
        given = {"heard": r.grains_heard, "lit": r.grains_lit, "drawn": r.grains_drawn, "settled": r.points_settled}
        said = ", ".join(f"{count} {what}" for what, count in given.items())
        checks = [
            (all(n == r.grains_due for n in given.values()), f"Conservation: {r.grains_due} grains due, {said}."),
            (r.grains_lost == 0, f"Conservation: {r.grains_lost} grains were lost."),
            (r.lone_error * self.sound.audio.rate_hz <= ONSET, f"A drop began {1e3 * r.lone_error:.2f} ms off."),
            (r.flashes_per_second_screen <= FLASHES, f"Flashes: {r.flashes_per_second_screen} a second on the screen."),
            (r.flashes_per_second_strip <= FLASHES, f"Flashes: {r.flashes_per_second_strip} a second on the strip."),
            (r.loudest_lufs <= loudest + OVER, f"Loudness: {r.loudest_lufs:.1f} LUFS, {loudest:g} allowed."),
            (r.true_peak_dbtp <= ceiling, f"True peak: {r.true_peak_dbtp:.2f} dBTP, {ceiling:g} allowed."),
            (r.passages_intact, "A passage is not proved."),
        ]
        return [sentence for kept, sentence in checks if not kept]

    def _stretches(self) -> list[dict[str, Any]]:
        """From when to when which word stood beside the number, s since the recording's begin."""
        stretches: list[dict[str, Any]] = []
        for at in sorted(self.rows):
            row, t = self.rows[at], round(at - OPENED, 3)
            if t > self.room.played + 1e-3:
                break
            word = Provenance(int(row[PROVENANCE])).name.replace("_", " ")
            if not stretches or stretches[-1]["word"] != word:
                stretches.append({"from": stretches[-1]["to"] if stretches else t, "to": t, "word": word})
            stretches[-1]["to"] = t
        return [s for s in stretches if s["to"] > s["from"]]

    def _onset_error(self, tap: Tap | None) -> float:
        """The largest distance of a drop's sample from the grain clock's own time, s; late samples apart."""
        if tap is None or not tap.onsets:
            return 0.0
        clock = GrainClock(self.screen.now.joules_per_grain)
        clock.feed(np.stack([self.rows[at] for at in sorted(self.rows)]))
        grains, rate_hz = clock.flush(), self.sound.audio.rate_hz
        falls = grains.times - OPENED + self.sound.listener.delay
        asked = dict(zip(grains.numbers.tolist(), falls.tolist(), strict=True))
        return max((abs(at / rate_hz - asked[n]) for n, at in tap.onsets.items() if n in asked), default=0.0)

    def _sparks_by_light(self) -> float:
        """Sparks, as many as the light in the strip's bytes makes: a spark gives so much on its way from end to end."""
        sparks = self.strip.player.sparks.course
        one = self.strip.player.light_of_a_spark() * sparks.leds / sparks.speed
        return self.strip_eye.sum / one if one > 0 else 0.0


def _pixels(frame: Any) -> Pixels:
    """A surface as (height, width) of 0x00RRGGBB."""
    width, height = frame.get_size()
    pixels: Pixels = np.frombuffer(frame.get_view("0").raw, np.uint32)
    return pixels.reshape(height, frame.get_pitch() // 4)[:, :width]
