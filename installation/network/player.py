"""The network player: a press becomes a fit.

It keeps the presses, the phases and the allowance, and tells the wall how a fit ended. Keras lives in a process of its
own beside it (fit.py), so that whatever a network's file does, this player goes on and the next press tries again.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path

from .. import player
from ..config import Config, ConfigError
from ..now import Now, Phase
from ..plug import NETWORK, find_file
from .card_faults import of_card, of_compiler
from .fit_energy import FitEnergy, cut, ended, learned
from .fitter import Fitter
from .ladder import Ladder
from .listing import REMOTE, Listing, ListingError, read
from .pipe import RUNS, Message
from .remote.publisher import Away
from .remote.subscriber import Elsewhere

LOOK = 1.0  # s between two looks, while resting, at the file and the ladder
SOON = 0.3  # s from a press to its fit, after which the wall says what is being prepared
READ_AGAIN = "The file was saved: it is read again."
SAID = 10.0  # s the wall says so
FULL = "Most likely memory ran out."
DEADLY = "{name}: the compiler for this card died of it, also without XLA; save the file to try again."
ENDS_WITHIN = 0.35  # s from the call to leave until a fit that does not end by itself is ended


class Player(player.Player):
    """Presses in, fits out."""

    rate = 60.0

    def __init__(self, config: Config, now: Now) -> None:
        super().__init__(config, now)
        self.settings = config.network
        rungs = (self.settings.name, *self.settings.ladder[: self.settings.highest])
        self.ladder = Ladder(rungs, self.settings.rung_seconds, self.settings.again_within_seconds)
        self.chosen = False  # whether the press that waits has its network
        self.by_clock = 0.0  # presses of the clock that were answered
        self.elsewhere: Elsewhere | None = None  # the other machine, where the fit is there
        self.away: Away | None = None  # the room, where it is there
        self.unheard = max(0.0, now.answered - now.presses)  # presses over a line that was opened before
        self.fitter: Fitter | None = None
        self.without_xla: set[Path | None] = set()  # files of which XLA died
        self.deadly: dict[Path | None, int] = {}  # and those that died without it too, as they were saved
        self.listing: Listing | None = None
        self.energy: FitEnergy | None = None
        self.message: Message = {}  # the newest word of how a fit ended
        self.pressed_at = self.settled_until = self.looked_at = self.said_until = 0.0
        self.progress = (0.0, 0.0)
        self.path: Path | None = None
        self.saved_at = self.at = 0
        self.prepared = self.later = ""  # later: what went wrong after a fit, told once its trace has been read

    # -- the player's life
    def setup(self) -> None:
        self._close_what_was_left_open()
        if self.settings.name.startswith(REMOTE):
            self.elsewhere = Elsewhere(self.now, self.settings.name.removeprefix(REMOTE))
            return
        if self.settings.publish:
            self.away = Away(self.now, self.settings.publish, self.settings.publish_place)
        if self.now.phase != Phase.UNABLE:
            self._prepare()
        else:
            self._look_up()

    def tick(self, seconds: float) -> None:
        if self.elsewhere:
            self._play_elsewhere(self.elsewhere, seconds)
            return
        self._play(seconds)
        if self.away:
            self.away.tick(seconds)

    def _play_elsewhere(self, elsewhere: Elsewhere, seconds: float) -> None:
        elsewhere.tick(seconds)
        self.note(elsewhere.note)
        if self.presses > self.now.answered and not self.leaving:
            self._answer()
            if self._spent():
                self.now.phase = Phase.SPENT
            else:
                elsewhere.press()

    def _play(self, seconds: float) -> None:
        self._hear(seconds)
        if self.fitter and not self.fitter.ready and self.now.preparing == RUNS:
            self._end_what_stands_still(seconds)
        if self.energy:
            self._follow(seconds)
        elif self.fitter and self.fitter.fitting:
            self._wait(seconds)
        elif self.presses > self.now.answered and not self.leaving:
            self._press(seconds)
        else:
            self._rest(seconds)

    def finished(self) -> bool:
        if self.fitter and self.fitter.fitting and time.monotonic() - self.left_at < ENDS_WITHIN:
            if not self.message:
                self.fitter.stop()
            return False
        return True

    def close(self) -> None:
        """First the record, because the ledger closes soon after; then the process."""
        if self.energy and self.message:
            self._settle(time.monotonic())
        if self.now.phase in (Phase.FITTING, Phase.PREPARING):
            self._close_what_was_left_open()
            self.now.phase = Phase.RESTING
        if self.fitter:
            self.fitter.end()
        for line in (self.elsewhere, self.away):
            if line:
                line.close()

    def _close_what_was_left_open(self) -> None:
        """A fit whose player died is an ended fit; and what killed it is not tried again before a press."""
        now = self.now
        if now.phase in (Phase.FITTING, Phase.PREPARING) and not self.leaving:
            now.phase = Phase.UNABLE
        cut(now, self.energy, "stopped" if self.leaving else "error")

    # -- preparing
    def _prepare(self, unseen: bool = False) -> None:
        """Read the file, show it, and start a process for it; unseen, where all that is on the wall already."""
        self.prepared, self.later, self.at = self.ladder.name, "", 0
        try:
            path = self._look_up()
            self.now.network = path.stem
            self.listing = read(path)
        except (ListingError, ConfigError) as error:
            self._unable(str(error))
            return
        self._show(self.listing.text, self.listing.fit_line, self.listing.about)
        if self._is_deadly():
            self._unable(DEADLY.format(name=path.name))
            return
        self.now.rung, self.now.rungs = self.ladder.rung + 1, len(self.ladder.rungs)
        self.now.chance = self.listing.chance
        if not unseen:
            self.now.preparing = "Reading the network file."
            self.now.parameters = self.listing.weights
            self.now.phase = Phase.PREPARING
        xla = path not in self.without_xla
        self.fitter = Fitter(self.now.path.resolve(), self.settings, self.listing, xla)

    def _look_up(self) -> Path:
        """Where the file is, and when it was saved; one that is missing is looked for where its name says."""
        self.path = Path(self.ladder.name)
        self.saved_at = _saved_at(self.path)
        self.path = find_file(NETWORK, self.ladder.name).resolve()
        self.saved_at = _saved_at(self.path)
        return self.path

    def _show(self, text: str, fit_line: str, about: str) -> None:
        now = self.now
        if (now.source, now.fit_line, now.about) != (text, fit_line, about):
            now.source, now.fit_line, now.about = text, fit_line, about

    # -- hearing the process that fits
    def _hear(self, seconds: float) -> None:
        if self.fitter is None:
            return
        heard = {
            "doing": self._heard_doing,
            "text": self._heard_text,
            "ready": self._heard_ready,
            "at": self._heard_at,
            "begins": self._heard_begins,
            "part": self._heard_part,
            "learned": self._heard_learned,
            "ended": self._heard_ended,
            "unable": self._heard_unable,
        }  # no other word is listened to
        for message in self.fitter.hear():
            if word := heard.get(message["is"]):
                word(message)
        if self.fitter and self.fitter.exited() is not None and self.fitter.messages.empty():
            self._lost()

    def _heard(self, message: Message) -> None:
        """One message; anybody's code runs in that process, so what is none of these words is not listened to."""
        match message["is"]:
            case "doing":
                self._heard_doing(message)
            case "text":
                self._heard_text(message)
            case "ready":
                self._heard_ready(message)
            case "unable":
                self._heard_unable(message)
            case "ended":
                self._heard_ended(message)

    def _heard_doing(self, message: Message) -> None:
        if self.now.phase == Phase.PREPARING:
            self.now.preparing = message["what"]

    def _heard_text(self, message: Message) -> None:
        """What is executed, from the mouth of the process that executes it."""
        self._show(message["text"], message["fit_line"], message["about"])

    def _heard_ready(self, message: Message) -> None:
        assert self.fitter is not None
        self.fitter.ready, self.fitter.worn = True, message["worn"]
        self.now.preparing = ""
        if self.now.phase in (Phase.PREPARING, Phase.UNABLE):
            self.now.phase = Phase.RESTING
        if not self.energy and time.monotonic() > self.said_until:
            self.note("")

    def _heard_unable(self, message: Message) -> None:
        if self.energy or self.now.phase == Phase.SETTLED:
            self.later = message["sentence"]
        else:
            self._unable(message["sentence"])

    def _heard_at(self, message: Message) -> None:
        """Where the file is: no sign of progress, but its name if there is none."""
        self.at = int(message["line"])

    def _heard_begins(self, message: Message) -> None:
        """A call that trains begins."""
        if not self.energy:
            self.energy = FitEnergy(self.now, self.now.fit_began_at)
            self.now.preparing = ""
        self.energy.parts.begin(message["began"])

    def _heard_part(self, message: Message) -> None:
        """A call that trained is over; there may be more."""
        assert self.energy is not None
        self.energy.parts.add({key: value for key, value in message.items() if key != "is"})

    def _heard_learned(self, message: Message) -> None:
        """What the newest fit learned is now known whole."""
        if self.now.fit_ended_at and not self.energy:
            learned(self.now, message)
        elif self.message:
            self.message |= {key: message[key] for key in ("seen", "unseen", "asked", "learned", "unseen_from")}

    def _heard_ended(self, message: Message) -> None:
        assert self.fitter is not None
        self.fitter.fitting = False
        self.message = message
        if message["began"]:
            self.now.fit_ended_at = message["ended"]
        if not self.energy:
            self.energy = FitEnergy(self.now, message["began"] or message["ended"])

    def _lost(self) -> None:
        """The process is gone without a word."""
        assert self.fitter is not None
        code, ready, fitting = self.fitter.exited(), self.fitter.ready, self.fitter.fitting
        self.fitter.end()
        said = self.fitter.last.decode("utf-8", "replace")
        self.fitter = None
        if self.later:
            return
        if ready:
            self._prepare()
            return
        if of_compiler(said) and self._once_without_xla(fitting):
            return
        how, sentence = of_card(said)
        why = f"{sentence[0].upper()}{sentence[1:]}." if how else f"Its process ended with the code {code}."
        if code == -signal.SIGKILL:
            how, why = "no memory", FULL
        again = "It is tried again when its file is saved." if self._is_deadly() else "A press tries again."
        self._give_up(how or "error", f"The network went away. {why} {again}")

    def _once_without_xla(self, fitting: bool) -> bool:
        """After a death in the compiler: once more without it, at once or at the next press; then no more."""
        if self.path in self.without_xla:
            self.deadly[self.path] = self.saved_at
            return False
        self.without_xla.add(self.path)
        if not fitting:
            self._prepare()
        return not fitting

    def _is_deadly(self) -> bool:
        """Whether the compiler died of this file, as it was saved."""
        return self.deadly.get(self.path, 0) == self.saved_at != 0

    # -- from a press to what it took
    def _press(self, seconds: float) -> None:
        if self._spent():
            self._answer()
            self.now.phase = Phase.SPENT
            return
        if not self.chosen:
            by_clock = self.now.conductor_presses - self.by_clock
            self.ladder.pressed(seconds, self.presses - self.now.answered > by_clock)
            self.chosen = True
        if self.fitter is None or self.prepared != self.ladder.name or self._changed():
            self._prepare_again()  # the press waits until the network is there
            return
        if not self.fitter.ready:
            self._wait_for_the_gate(seconds)
            return
        self._answer()
        self.message = {}
        self.pressed_at = seconds
        self.fitter.fit(self.ladder.longest)

    def _wait_for_the_gate(self, seconds: float) -> None:
        """The run before is over, and this one has not come to its first training."""
        if self.now.phase != Phase.PREPARING:
            self.now.preparing = "Drawing new weights and new data."
            self.now.phase = Phase.PREPARING
        self._end_what_stands_still(seconds)

    def _answer(self) -> None:
        self.chosen = False
        self.by_clock = self.now.conductor_presses
        self.now.answered = self.presses

    @property
    def presses(self) -> float:
        """All presses since the doors opened, a room's elsewhere included."""
        return self.now.presses + self.unheard + (self.away.presses if self.away else 0)

    def _prepare_again(self) -> None:
        if self.fitter:
            self.fitter.end()
            self.fitter = None
        self._prepare()

    def _wait(self, seconds: float) -> None:
        """Between a press and the first batch."""
        assert self.fitter is not None
        now = self.now
        if now.phase == Phase.FITTING:
            self.energy = FitEnergy(now, now.fit_began_at)
            now.preparing = ""
        elif now.phase != Phase.PREPARING and seconds - self.pressed_at > SOON:
            now.preparing = "Drawing new weights and new data."
            now.phase = Phase.PREPARING
        self._end_what_stands_still(seconds)

    def _follow(self, seconds: float) -> None:
        assert self.energy is not None
        self.energy.look()
        if not self.message:
            self._end_what_stands_still(seconds)
        elif self.energy.closed(self.message["ended"], seconds):
            self._settle(seconds)

    def _end_what_stands_still(self, seconds: float) -> None:
        """No batch for long: a file that hangs is ended from outside."""
        assert self.fitter is not None
        moved_at = seconds if self.progress[0] != self.now.updates else self.fitter.heard_at
        self.progress = (self.now.updates, max(self.progress[1], moved_at))
        if seconds - self.progress[1] > self.settings.stuck_seconds:
            self.fitter.end()
            self.fitter = None
            place = f"{self.path.name}, line {self.at}: " if self.path and self.at else ""
            waited = (
                f"no batch for {self.settings.stuck_seconds:g} s"
                if place
                else f"No batch for {self.settings.stuck_seconds:g} s"
            )
            self._give_up("stopped", f"{place}{waited}: the fit was ended from outside.")

    def _settle(self, seconds: float) -> None:
        assert self.energy is not None
        now, message = self.now, self.message
        if message["began"]:
            ended(now, self.energy, message)
        self.energy, self.message = None, {}
        if message["sentence"]:
            self._unable(message["sentence"], alive=message["alive"])
            return
        self.note("")
        self.ladder.ended(seconds)
        self.settled_until = seconds + self.settings.hold_seconds
        now.phase = Phase.SETTLED

    def _give_up(self, how: str, sentence: str) -> None:
        """End a fit that its own process could not end."""
        if not self.message:
            cut(self.now, self.energy, how)
        self.energy, self.message = None, {}
        self._unable(sentence)

    def _unable(self, sentence: str, alive: bool = False) -> None:
        """Say why not; a process whose file failed is ended, so that the next press reads the file anew."""
        if self.fitter and not alive:
            self.fitter.end()
            self.fitter = None
        self.now.preparing = ""
        self._answer()
        (self.ladder.again if alive else self.ladder.refused)(time.monotonic())
        self.note(sentence)
        self.now.phase = Phase.UNABLE

    # -- resting
    def _rest(self, seconds: float) -> None:
        now = self.now
        if self.fitter and not self.fitter.ready:
            self._end_what_stands_still(seconds)
        if now.phase == Phase.SETTLED and seconds < self.settled_until:
            return
        if self.later:
            self._unable(self.later)
            self.later = ""
        elif 0 < self.said_until < seconds:
            self.said_until = 0.0
            self.note("")
        if now.phase in (Phase.RESTING, Phase.SETTLED, Phase.SPENT):
            phase = Phase.SPENT if self._spent() else Phase.RESTING
            if phase != now.phase:
                now.epoch = now.batch = 0
                now.phase = phase
        if seconds - self.looked_at > LOOK and now.phase in (Phase.RESTING, Phase.UNABLE):
            self.looked_at = seconds
            self._look(seconds)

    def _look(self, seconds: float) -> None:
        """Between presses: a rested ladder, a file that was saved, a process that has grown."""
        back = len(self.ladder.rungs) > 1 and self.prepared not in ("", self.ladder.rungs[0])
        if back and self.ladder.rested(seconds):
            self.ladder.rest()
            self._prepare_again()
        elif self._changed():
            self._prepare_again()
            if self.now.phase == Phase.PREPARING:
                self.note(READ_AGAIN)
                self.said_until = seconds + SAID
        elif self.fitter and self.fitter.ready and self.fitter.worn:
            self.fitter.end()
            self.fitter = None
            self._prepare(unseen=True)

    def _spent(self) -> bool:
        return 0 < self.now.allowance_joules <= self.now.spent_joules

    def _changed(self) -> bool:
        """Whether the file was saved since it was read."""
        return self.path is not None and _saved_at(self.path) != self.saved_at


def _saved_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
