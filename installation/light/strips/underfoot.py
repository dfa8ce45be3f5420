"""The strip of this piece: its board checks every frame, shows it, and only then says so.

One frame is under way at a time; the board's answer is the leave for the next. So nothing is lost while the board
writes to its LEDs and cannot listen, nothing waits in a queue, and what the wall says of the strip is what the strip
said. What the board does by itself (power cap, calm limit, fade when the host is gone) stands in PROTOCOL.md.
"""

from __future__ import annotations

from ...config import LightSettings
from ..device import Given
from ..dither import Pixels
from ..line import BOOT, LED_SECONDS, Line, LineError
from . import _ak as ak

PROTOCOL = 1
MOST_LEDS = 600  # that the record holds
ASK_EVERY = 0.5  # s between two hellos to a board that starts
SPARE = 0.1  # s an answer may take beyond what line and strip need
AFTER_MISS = 0.06  # s of silence, longer than the board keeps half a frame
MISSES = 3  # answers that failed to come, after which the line is opened anew
HOLD = 2.0  # s the board keeps its light when the host is gone
LIMITS = 255  # the number of the frame that sets the limits; pictures go without it
FAREWELL = 0.6  # s the board fades to black when the player has left
CAPPED = 0.95  # share of the light asked for, under which the wall says that the cap acts
TELL_CAP = 5.0  # s it goes on saying so
SETTLE = 0.1  # s after a meeting in which a button that is down was held, not pressed
STRANGER = 0.4  # s left to ask what else it is
BUTTON, PRESENCE = 0, 1  # controls


class Strip(Line):
    """Ak frames over a serial port."""

    says = "underfoot board"

    def __init__(self, settings: LightSettings) -> None:
        super().__init__(settings)
        self.button = False
        self.round_trip = self.met_at = self.capped_at = 0.0
        self.cap_ma, self.count_note = 0, ""
        self._reset(0.0)

    def _reset(self, at: float) -> None:
        self.opened = self.ask_at = at
        self.reader = ak.Reader()
        self.under_way: tuple[int, Pixels] | None = None
        self.sent_at = self.free_at = 0.0
        self.number = self.misses = 0
        self.asked_stranger = self.unlimited = False

    def begin(self, at: float) -> None:
        self._reset(at)

    def ready(self, at: float) -> bool:
        return super().ready(at) and self.under_way is None

    # -- what it says
    def speak(self, at: float) -> bytes:
        if not self.is_linked:
            return self._ask(at)
        if self.unlimited:
            self.unlimited = False
            return ak.limits(LIMITS, round(1000 * self.settings.cap), HOLD)
        if self.under_way is not None and at > self.sent_at + self._patience(len(self.under_way[1])):
            self._miss(at)
        if self.waiting is None or self.under_way is not None or at < self.free_at:
            return b""
        return self._send(at)

    def _ask(self, at: float) -> bytes:
        """Ask who is there: with number 0 only, which does no harm to other devices."""
        if at > self.opened + BOOT:
            return self._ask_stranger(at)
        if at < self.ask_at:
            return b""
        self.ask_at = at + ASK_EVERY
        return ak.frame("h", 0)

    def _ask_stranger(self, at: float) -> bytes:
        if at > self.opened + BOOT + STRANGER:
            raise LineError(f"{self.port}: {_who(self.reader.noise)}")
        if self.asked_stranger:
            return b""
        self.asked_stranger = True
        return b"v"

    def _send(self, at: float) -> bytes:
        assert self.waiting is not None
        self.under_way, self.waiting = self.waiting, None
        if len(self.under_way[1]) != self.leds:  # drawn before the board said how many LEDs it has
            self.under_way = None
            return b""
        self.number = (self.number + 1) % LIMITS
        self.sent_at = at
        return ak.picture(self.number, self.under_way[1])

    def _patience(self, leds: int) -> float:
        return (2 * ak.OVERHEAD + 3 * leds + 5) * 10 / self.settings.baud + LED_SECONDS * leds + SPARE

    def _miss(self, seconds: float) -> None:
        self.misses += 1
        self.refused += 1
        self.under_way = None
        self.free_at = seconds + AFTER_MISS
        if self.misses >= MISSES:
            raise LineError(f"{self.port}: the board stopped answering; check its cable and its power.")

    def farewell(self) -> bytes:
        return ak.fade((self.number + 1) % LIMITS, 0, 0, 0, FAREWELL) if self.is_linked else b""

    # -- what it hears
    def hear(self, data: bytes, at: float) -> None:
        for message in self.reader.hear(data, at):
            if message.kind == "H":
                self._meet(ak.Hello.read(message.payload), at)
                self.unlimited = self.settings.cap > 0 and message.number != LIMITS
            elif message.kind in "KN" and self.under_way is not None and message.number == self.number:
                self._settle(message, at)
            elif message.kind == "E":
                self._event(message.payload[0], message.payload[1], at)

    def _meet(self, hello: ak.Hello, at: float) -> None:
        """The board is there, or was reset; what was under way is gone either way."""
        if hello.protocol != PROTOCOL or not 1 <= hello.leds <= MOST_LEDS:
            raise LineError(f"{self.port}: the board has another version of the firmware; flash it with make flash.")
        self.under_way = self.waiting = None
        self.leds, self.button, self.presence = hello.leds, hello.button, hello.presence
        self.name = f"underfoot board, {hello.leds} LEDs, cap {hello.cap_ma} mA, on {self.port}"
        self.cap_ma = hello.cap_ma
        self.note = self.count_note = self._count_note(hello.leds)
        self.met_at, self.is_linked = at, True

    def _count_note(self, leds: int) -> str:
        if leds == self.settings.leds:
            return ""
        return (
            f"The strip's board is built for {leds} LEDs and config.toml says {self.settings.leds}: "
            f"{leds} are lit. Correct [light] leds, or build the board with make firmware LEDS={self.settings.leds}."
        )

    def _settle(self, message: ak.Message, at: float) -> None:
        assert self.under_way is not None
        (number, pixels), self.under_way = self.under_way, None
        self.misses = 0
        self.round_trip = at - self.sent_at
        answer = ak.Answer.read(message.payload)
        if message.kind == "K":
            self.took(Given(number, pixels, answer.scale, answer.last / 255, answer.milliamperes))
            self._tell_cap(answer.scale, at)
        else:
            self.refused += 1

    def _tell_cap(self, scale: float, at: float) -> None:
        """Say when the board gives less light than is asked, and for a while after."""
        if scale < CAPPED:
            self.capped_at = at
            self.note = self.count_note or (
                f"The board's cap of {self.cap_ma} mA holds the strip at {scale:.1f} of the light asked for; "
                "lower [light] brightness, or see the supplies in hardware/README.md."
            )
        elif at > self.capped_at + TELL_CAP:
            self.note = self.count_note

    def _event(self, control: int, value: int, at: float) -> None:
        """Events carry a state: a press is the button going from up to down, however often it is told."""
        if control == BUTTON:
            fresh = self.is_linked and at > self.met_at + SETTLE
            self.presses += fresh and value == 1 and not self.button
            self.button = value == 1
        elif control == PRESENCE:
            self.presence = value == 1


def _who(noise: bytes) -> str:
    """What answers there instead of the board, as the end of a sentence with its remedy."""
    if b"WLED" in noise:
        return 'a WLED answers there; set [light] device = "wled" or name another port.'
    if b"Ada\n" in noise:
        return 'an Adalight board answers there; set [light] device = "adalight", or flash it with make flash.'
    if noise:
        return "something else answers there; name another port in config.toml under [light], or check baud."
    return "nothing answers there; flash the board with make flash, check baud under [light], or name another port."
