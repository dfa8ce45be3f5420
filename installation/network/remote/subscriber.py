"""The cloud: the fit runs on a machine elsewhere, and this room shows its progress and says where it falls.

The watts come by the meter `remote`, from the same broker; what the fit took is read from this room's own meter, so
that another machine's word for its joules is not needed. When nothing comes any more the fit is over for this room.
"""

from __future__ import annotations

import math
import time

from ...now import Now, Phase
from ..fit_energy import FitEnergy, took
from .broker import Broker
from .message import Message, MessageError, believed

SILENT = 5.0  # s without a message: the line is cut
OURS = ("phase", "fits", "fit_updates")  # not simply copied


class Elsewhere:
    """The end of the line in the room.

    Args:
        now: this room's record.
        address: the broker and topic of the other machine.
    """

    def __init__(self, now: Now, address: str) -> None:
        self.now = now
        self.broker = Broker(address, says="press", hears="now")
        self.heard_at = time.monotonic()
        self.note = "Waiting for the machine elsewhere."
        self.their_fits = math.nan
        self.energy: FitEnergy | None = None

    def tick(self, at: float) -> None:
        """Take over the newest message; notice silence."""
        if self.energy:
            self.energy.look()
        newest = self.broker.take()
        if newest is not None:
            self._take(*newest)
        elif at - self.heard_at > SILENT:
            self._silent(at)

    def press(self) -> None:
        """Ask the other machine for a fit; its own presses and phases follow from that."""
        self.broker.say({"at": time.time()})

    def close(self) -> None:
        self.broker.close()

    def _take(self, heard_at: float, payload: bytes) -> None:
        try:
            message = believed(payload)
        except MessageError as error:
            self.note = f"The machine elsewhere is not believed: it {error}."
            return
        self.heard_at = heard_at
        self.note = message.note
        self._follow(message, heard_at)

    def _follow(self, message: Message, heard_at: float) -> None:
        now, fits = self.now, message.numbers["fits"]
        fitting = message.numbers["phase"] == Phase.FITTING
        # A short fit begins and is over between two messages.
        between = self.energy is None and fits > self.their_fits and message.numbers["phase"] == Phase.SETTLED
        if between or (fitting and (self.energy is None or fits != self.their_fits)):
            self._begin(heard_at - (message.began_ago if math.isfinite(message.began_ago) else 0.0))
        self.their_fits = fits
        self._copy(message)
        if self.energy and not fitting:
            self._end(heard_at - (message.ended_ago if math.isfinite(message.ended_ago) else 0.0), message)
        now.phase = message.numbers["phase"]

    def _begin(self, began: float) -> None:
        now = self.now
        self.energy = FitEnergy(now, began)
        now.fits += 1
        now.fit_began_at, now.fit_ended_at, now.fit_seconds = began, 0.0, 0.0
        now.fit_began_with = now.fit_joules = math.nan
        now.fit_rest_watts = now.fit_rest_joules = math.nan
        now.fit_updates = 0.0

    def _end(self, ended: float, message: Message) -> None:
        now, energy = self.now, self.energy
        assert energy is not None
        now.fit_ended_at, now.fit_seconds = ended, ended - energy.began
        energy.look()  # it may have begun with this very message
        took(now, energy, ended)
        now.fit_ended = message.phrases["fit_ended"] or "whole"
        self.energy = None

    def _copy(self, message: Message) -> None:
        now = self.now
        done = message.numbers["fit_updates"]
        if math.isfinite(done) and done > now.fit_updates and self.energy:
            now.updates += done - now.fit_updates
            now.fit_updates = done
        for name, value in message.numbers.items():
            if name not in OURS:
                now[name] = value
        where = f"{message.place or 'a machine elsewhere'}: {message.boundary or 'no meter there'}"
        phrases = message.phrases | {"detail": f"{message.phrases['detail']}; this rain falls at {where}"}
        for name, phrase in phrases.items():
            if name != "fit_ended" and now[name] != phrase:
                now[name] = phrase

    def _silent(self, at: float) -> None:
        now = self.now
        self.note = (
            f"Nothing has come from the machine elsewhere for {at - self.heard_at:.0f} s; "
            "is it on, and is the broker between?"
        )
        if self.energy:
            now.fit_ended_at = self.heard_at
            now.fit_seconds = self.heard_at - self.energy.began
            took(now, self.energy, self.heard_at)
            now.fit_ended = "stopped"
            self.energy = None
        if now.phase != Phase.SPENT:
            now.phase = Phase.UNABLE
