"""The meter player reads the watts and counts the joules; everything else in the piece follows from what it writes.

It publishes watts from its first sample and counts joules while the doors are open. A named meter that fails is NO
READING, with a sentence, and is tried again; it is never replaced by another one. A meter that was restarted goes on
from the joules in the record, and the time it was away is a gap.
"""

from __future__ import annotations

from .. import player
from ..config import Config, ConfigError
from ..now import Doors, Now, Provenance
from .account import Account
from .channel import HANGS, Channel
from .ring import Ring
from .source import About

NOTE_STANDS = 10.0  # s a sentence about something that passed stays on the wall


class Player(player.Player):
    """Watts and joules into the record."""

    name = "meter"

    def __init__(self, config: Config, now: Now) -> None:
        super().__init__(config, now)
        self.rate = config.meter.rate_hz
        self.begun = False
        self.told: About | None = None
        self.noted_at = 0.0
        self.newest_gap = ""

    def setup(self) -> None:
        self.ring = Ring(self.now)
        name = self._name()
        try:
            self.source = Channel(name, self.config.meter, Account(self.now.joules, self.now.gap_seconds))
        except ConfigError as error:
            raise player.Unable(str(error)) from None
        self.now.meter_name = name

    def _name(self) -> str:
        """The meter to read; what auto found before a restart is kept."""
        name, before = self.config.meter.name, self.now.meter_name
        return before if name == "auto" and self.resumed and before else name

    def tick(self, seconds: float) -> None:
        if not self.begun and self.now.doors == Doors.OPEN:
            self._begin()
        if self.source.hangs_for > HANGS:
            raise player.Unable(f"A call to the meter {self.source.name} hangs; the meter is begun anew.")
        if self.leaving or self.now.doors == Doors.CLOSING:
            return
        self.source.tick(seconds)
        self._publish(seconds)

    def _begin(self) -> None:
        self.begun = True
        again = self.ring.newest_at >= self.now.opened_at
        if again:
            self.source.account.resume(self.ring.newest_at)
        self.source.begin(self.now.opened_at, resumed=again)

    def _publish(self, seconds: float) -> None:
        now, account = self.now, self.source.account
        if account.about is not self.told:
            self._tell(account.about)
        now.watts, now.provenance = account.watts, account.provenance
        now.meter_state, now.meter_period = account.state, self.source.period
        now.power_limit = account.power_limit
        now.gap_seconds, now.segments = account.gap_seconds(seconds), account.segments
        rows = account.drain()
        if rows:
            self.ring.add(rows)
            now.joules = account.joules
            now.sampled_at = rows[-1].time
        self._note(seconds)

    def _tell(self, about: About) -> None:
        """What the readings are; said once for each source opened."""
        now, self.told = self.now, about
        now.boundary, now.not_counted, now.origin = about.boundary, about.not_counted, about.origin
        now.uncertainty, now.meter_detail = about.uncertainty, about.detail
        now.meter_name = getattr(self.source.source, "name", self.source.name)

    def _note(self, seconds: float) -> None:
        account = self.source.account
        if account.newest_gap != self.newest_gap:
            self.newest_gap, self.noted_at = account.newest_gap, seconds
            self.now.newest_gap = account.newest_gap
        sentence = account.reason
        if not sentence and seconds - self.noted_at < NOTE_STANDS:
            sentence = self.newest_gap
        self.note(sentence)

    def close(self) -> None:
        if hasattr(self, "source"):
            self.source.close()
        if self.leaving or not hasattr(self, "source"):
            return
        self.now.provenance = Provenance.NO_READING
