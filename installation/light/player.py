"""The light player: each grain is a spark on the strip, and counts as lit when the strip took a frame that held it.

It draws a frame when the strip can take one, never ahead, so that what goes out is the newest. Lines are waited for in
a thread of the device; the beat here goes on whatever a cable does.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .. import player
from ..config import Config
from ..guard import attempt, plain
from ..now import Now, Provenance
from ..plug import STRIP, find_file, is_path, plug
from ..reading import provenance_at
from ..score.follower import Follower
from ..score.grains import full_watts
from .device import FRAMES, VOLTS, Device, Given
from .slew import HARDEST
from .sparks import Sparks
from .strand import Strand
from .tally import Tally

PATIENCE = 4.0  # s grains wait for a strip that is being opened; a board that starts takes two
BEGINNING, PLAYING = 5.0, 1.0  # s a strip of somebody's own may take to begin and to do a tick's work
TELL = 0.25  # s between two writings of what need not be exact
LAST_LIT = 0.8  # s a leaving player waits at most for the last grains to be lit
FADE = 0.6  # s


class Player(player.Player):
    """Grains to sparks, sparks to frames, frames to the strip."""

    rate = 120.0

    def __init__(self, config: Config, now: Now) -> None:
        super().__init__(config, now)
        self.settings = config.light
        self.lit_before, self.lost_before = int(now.light_grains), int(now.light_lost)
        self.frames_before, self.refused_before = now.light_frames, now.light_refused
        self.follower = Follower(now, self.lit_before, self.lost_before, resumed=self.resumed)
        self.tally = Tally()
        self.handed_before = self.follower.given
        self.sent: dict[int, tuple[int, int]] = {}
        self.told = 0.0
        self.reads = False
        self.number = self.presses_seen = 0
        self.frame_due, self.dark_at = -math.inf, math.inf
        self.unlinked_since: float | None = None
        self.shows = self.dark = self.flushed = False
        self.strip = Device(self.settings)
        self.strand = Strand(self.settings, self.strip.leds)

    @property
    def sparks(self) -> Sparks:
        return self.strand.sparks

    @property
    def leds(self) -> int:
        return self.strand.leds

    def setup(self) -> None:
        self._guarded(BEGINNING, self._open)

    def _open(self) -> None:
        self.strip = plug(STRIP, self.settings.device).Strip(self.settings)
        self._lay_out()
        self.strip.open()

    def _guarded(self, longest: float, call: Callable[[], object]) -> None:
        """Call a strip; of somebody's own one that fails the light is unable to play, and says where.

        Raises:
            Unable: with file and line.
        """
        if not is_path(self.settings.device):
            call()
        elif error := attempt(longest, call):
            raise player.Unable(plain(error, find_file(STRIP, self.settings.device)))

    def _lay_out(self) -> None:
        """Begin with a dark, empty strip of as many LEDs as it has; what was on its way is gone."""
        self.strand = Strand(self.settings, self.strip.leds, self.sparks.left + len(self.sparks))
        self.now.leds = self.strip.leds

    # -- a tick
    def tick(self, seconds: float) -> None:
        self._guarded(PLAYING, lambda: self._play(seconds))

    def _play(self, seconds: float) -> None:
        if self.strip.leds != self.leds:
            self._lay_out()
        self._take(seconds)
        if self.strip.ready(seconds) and seconds >= self.frame_due:
            self._draw(seconds)
        self._settle(seconds)
        if self.strip.presses > self.presses_seen or seconds - self.told >= TELL or self.leaving:
            self._tell(seconds)

    def _take(self, seconds: float) -> None:
        """Let the grains in that fall by now; while a strip is being opened they wait, for a moment."""
        fresh = self.follower.look()
        reads = provenance_at(self.now, seconds) is not Provenance.NO_READING
        if fresh or reads != self.reads:
            self.reads = reads
            self._follow_power(max(self.now.meter_period, 0.001))
        if self._waits(seconds):
            return
        leaving = self.leaving  # once: a signal may come between two looks
        grains = self.follower.flush() if leaving else self.follower.until(seconds)
        self.flushed = leaving
        if len(grains):
            born = np.minimum(grains.times + self.follower.delay, seconds)
            self.strand.let_in(grains, born, self.light_of_a_spark())

    def _follow_power(self, span: float) -> None:
        """Sparks as wide as this power makes them; after a silence the first ones can be told apart."""
        if self.reads:
            self.strand.follow(self.now.watts / self.now.joules_per_grain, span)
        else:
            self.strand.follow(0.0, math.inf)

    def _waits(self, seconds: float) -> bool:
        if self.strip.linked or self.leaving:
            self.unlinked_since = None
            return False
        if self.unlinked_since is None:
            self.unlinked_since = seconds
        return seconds - self.unlinked_since < PATIENCE

    def light_of_a_spark(self) -> float:
        """Luminance times LEDs; at full watts the strip has the brightness that was set."""
        full = full_watts(self.settings.full_watts, self.now.power_limit)
        return self.strand.light_of_one(full / self.now.joules_per_grain)

    # -- a frame
    def _draw(self, seconds: float) -> None:
        pixels = self.strand.draw(seconds, self._fade(seconds))
        self.frame_due = seconds + 0.9 / FRAMES
        self.number += 1
        self.sent[self.number] = self.sparks.entered(seconds), self.sparks.left
        self.strip.give(self.number, pixels, seconds)

    def _fade(self, seconds: float) -> float:
        """1, and when leaving down to 0, once the last grains were lit."""
        if not self.leaving:
            return 1.0
        if math.isinf(self.dark_at) and (self._all_lit() or seconds > self.left_at + LAST_LIT):
            self.dark_at = seconds + FADE
            self.strand.slew.flashes = HARDEST  # one fall is no flash, and the time to leave is short
        return min(max((self.dark_at - seconds) / FADE, 0.0), 1.0)

    def _all_lit(self) -> bool:
        return self.tally.settled >= self.follower.given - self.handed_before

    # -- what became of it
    def _settle(self, seconds: float) -> None:
        given = self.strip.newest
        if given is not None and given.number in self.sent:
            self.tally.given(*self.sent[given.number])
            self.sent = {n: counts for n, counts in self.sent.items() if n > given.number}
            self._show(given)
        elif not self.strip.linked:
            self.sparks.walk(seconds)
            self.tally.gone(self.sparks.left)
            self._show_nothing()
        self.now.light_grains = self.lit_before + self.tally.lit
        self.now.light_lost = self.follower.lost + self.tally.lost

    def _show(self, given: Given) -> None:
        picture = np.zeros((600, 3), np.uint8)
        picture[: len(given.pixels)] = np.rint(given.pixels * given.scale)
        self.now.pixels = picture
        self.dark = not given.pixels.any()
        self.now.light_scale, self.now.light_held = given.scale, given.held
        self.now.light_watts = given.milliamperes / 1000 * VOLTS
        self.shows = True

    def _show_nothing(self) -> None:
        """Never claim light that no strip gives."""
        if self.shows:
            self.now.pixels = np.zeros((600, 3), np.uint8)
            self.now.light_scale = self.now.light_held = self.now.light_watts = 0.0
            self.strand.darken()
            self.shows = False

    def _tell(self, seconds: float) -> None:
        self.told = seconds
        self.now.light_frames = self.frames_before + self.strip.frames
        self.now.light_refused = self.refused_before + self.strip.refused
        self.now.light_presence = self.strip.presence
        if self.now.light_device != self.strip.name:
            self.now.light_device = self.strip.name
        self.note(self.strip.note)
        for _ in range(self.strip.presses - self.presses_seen):
            self.now.press()
        self.presses_seen = self.strip.presses

    # -- leaving
    def finished(self) -> bool:
        return self.flushed and (not self.strip.linked or (self.dark and not math.isinf(self.dark_at)))

    def close(self) -> None:
        self._guarded(PLAYING, self.strip.close)
        self._settle(self.told)
        self.now.light_lost += max(0, self.follower.given - self.handed_before - self.tally.settled)
        self.now.pixels = np.zeros((600, 3), np.uint8)
        self._tell(self.told)
