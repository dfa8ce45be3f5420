"""The meter player reads the watts and counts the joules; everything else in the piece follows from what it writes.

It publishes watts from its first sample and counts joules while the doors are open. A named meter that fails is NO
READING, with a sentence, and is tried again; it is never replaced by another one. A meter that was restarted goes on
from the joules in the record, and the time it was away is a gap. Other meters may run beside the source: they are
shown and compared, and never added.
"""

from __future__ import annotations

from .. import player
from ..config import Config, ConfigError
from ..now import Doors, Now, Phase, Provenance
from ..players import ROLES
from .integrator import Integrator
from .own import Own, words
from .rest import Rest
from .ring import Ring
from .session import HANGS, PLUS, Session
from .source import About

NOTE_STANDS = 10.0  # s a sentence about something that passed stays on the wall
WORTH_A_NOTE = 1.0  # s: shorter gaps are kept, but not told to visitors
BESIDE_EVERY = 1.0  # s between two readings of a meter beside the source
DISAGREE = 0.1  # as a fraction: counter and power of one card that differ by more are not trusted in silence
OF_THE_PROCESSOR = ("rapl", "estimate")
TRAIN = tuple(role.name for role in ROLES if role.trains)


class Player(player.Player):
    """Watts and joules into the record."""

    def __init__(self, config: Config, now: Now) -> None:
        super().__init__(config, now)
        self.rate = config.meter.rate_hz
        self.begun = False
        self.told: About | None = None
        self.noted_at = self.beside_at = float("-inf")
        self.newest_gap = self.said = ""
        self.source: Session | None = None
        self.beside: list[Session] = []
        self.unusable: list[str] = []
        self.remark, self.remarked_at = "", float("-inf")
        self.rest = Rest()

    def setup(self) -> None:
        self.ring = Ring(self.now)
        self.own = Own(self.now)
        settings = self.config.meter
        try:
            integrator = Integrator(self.now.joules, self.now.gap_seconds, int(self.now.segments))
            self.source = Session(PLUS.join((self._name(), *settings.non_overlapping)), settings, integrator)
        except ConfigError as error:
            raise player.Unable(str(error)) from None
        for name in settings.beside:
            self._set_up_beside(name)
        if self.beside:
            self.beside[0].integrator.joules = self.now.beside_joules
        self.now.meter_name = self.source.label

    def _set_up_beside(self, name: str) -> None:
        """A meter beside the source; one whose file is broken is named as such, and ends nobody."""
        try:
            self.beside.append(Session(name, self.config.meter, slowest=BESIDE_EVERY, beside=True))
        except ConfigError as error:
            self.unusable.append(f"{name}: NO READING ({error})")

    def _name(self) -> str:
        """The meter to read; what auto found before a restart is kept, unless anything would be better."""
        name, before = self.config.meter.name, self.now.meter_name.partition(PLUS)[0]
        keep = name == "auto" and self.resumed and before not in ("", "auto", "estimate")
        return before if keep else name

    def tick(self, seconds: float) -> None:
        source = self.source
        if source is None or self.leaving or self.now.doors == Doors.CLOSING:
            return
        if not self.begun and self.now.doors == Doors.OPEN:
            self._begin(source)
        if source.hangs_for > HANGS:
            raise player.Unable(f"A call to the meter {source.name} hangs; the meter is begun anew.")
        source.tick(seconds)
        self._publish(source, seconds)
        for session in self.beside:
            session.tick(seconds)
            session.integrator.drain()
        self._publish_beside(source, seconds)

    def _begin(self, source: Session) -> None:
        self.begun = True
        again = self.ring.newest_at >= self.now.opened_at
        if again:
            source.integrator.resume(self.ring.newest_at)
        source.begin(self.now.opened_at, resumed=again)
        for session in self.beside:
            session.begin(self.now.opened_at, resumed=again)

    def _publish(self, source: Session, seconds: float) -> None:
        now, integrator = self.now, source.integrator
        if integrator.about is not self.told:
            self._tell(source, integrator.about)
        now.watts, now.provenance = integrator.watts, integrator.provenance
        now.meter_state, now.meter_period = integrator.state, source.period
        now.meter_hold, now.power_limit = integrator.holds, integrator.power_limit
        now.gap_seconds, now.segments = integrator.gap_seconds(seconds), integrator.segments
        rows = integrator.drain()
        if rows:
            self.ring.add(rows)
            now.joules = integrator.joules
            now.sampled_at = rows[-1].time
            self.rest.add(rows, Phase(int(now.phase)))
            now.rest_watts, now.rest_provenance = self.rest.watts, self.rest.provenance
        self._note(integrator, source.source.remark, seconds)

    def _tell(self, source: Session, about: About) -> None:
        """What the readings are; said once for each source opened."""
        now, self.told = self.now, about
        self.rest.begin_anew()
        now.boundary, now.not_counted, now.origin = about.boundary, about.not_counted, about.origin
        now.uncertainty, now.meter_detail = about.uncertainty, about.detail
        now.meter_name, now.meter_device = source.label, about.device

    def _note(self, integrator: Integrator, remark: str, seconds: float) -> None:
        if integrator.newest_gap != self.newest_gap:
            self.newest_gap = self.now.newest_gap = integrator.newest_gap
            self.noted_at = seconds if integrator.newest_gap_seconds >= WORTH_A_NOTE else self.noted_at
        if remark != self.remark:
            self.remark, self.remarked_at = remark, seconds
        sentence = integrator.reason
        if not sentence and seconds - self.remarked_at < NOTE_STANDS:
            sentence = remark
        if not sentence and seconds - self.noted_at < NOTE_STANDS:
            sentence = self.newest_gap
        measured = integrator.about.provenance == Provenance.MEASURED
        differ = integrator.disagreement if measured else 0.0  # a recording at another pace differs by that pace
        if not sentence and abs(differ) > DISAGREE:
            sentence = f"The card's power and its counter differ by {differ:.0%}; the counter is counted."
        if sentence != self.said:
            self.said = sentence
            self.note(sentence)

    def _publish_beside(self, source: Session, seconds: float) -> None:
        if seconds - self.beside_at < BESIDE_EVERY:
            return
        self.beside_at = seconds
        now = self.now
        if self.beside:
            first = self.beside[0].integrator
            now.beside_watts, now.beside_provenance = first.watts, first.provenance
            now.beside_joules = first.joules
        if self.beside or self.unusable:
            now.beside = "; ".join([*(_words(session, now.watts) for session in self.beside), *self.unusable])
        if self.own.look(seconds):
            self._publish_own(source)

    def _publish_own(self, source: Session) -> None:
        """What the players and the strip draw, as far as a meter of the processor allows to say it."""
        covers = [c for c in (source, *self.beside) if c.label in OF_THE_PROCESSOR and c.integrator.provenance]
        draws = self.own.watts(covers[0].integrator.watts if covers else None)
        self.now.own = words(draws, covers[0].label if covers else "")
        self.now.own_watts = sum(watts for name, watts in draws.items() if name not in TRAIN)

    def close(self) -> None:
        if self.source is None:
            return
        for session in (self.source, *self.beside):
            session.close()
        if not self.leaving:
            self.now.provenance = Provenance.NO_READING


def _words(session: Session, watts: float) -> str:
    """A meter beside the source, in words: what it says, what it covers, and how much of it the source is."""
    integrator = session.integrator
    if integrator.provenance == Provenance.NO_READING:
        return f"{session.label}: NO READING ({integrator.reason or 'nothing yet'})"
    share = f", the source is {watts / integrator.watts:.0%} of it" if integrator.watts > 0 and watts > 0 else ""
    word = integrator.provenance.name
    return f"{session.label}: {integrator.watts:.0f} W {word} ({integrator.about.boundary}{share})"
