"""The foot of the wall says in words what is heard and lit, what to do, and what is missing."""

from __future__ import annotations

import math
import re
from collections import deque

import pygame

from installation.now import PLAYERS, Doors, Now, Phase, Provenance, State
from installation.published import KWH
from installation.reading import provenance_at
from installation.screen import reading
from installation.screen.board import Board, Fader
from installation.screen.colours import BRIGHT, COOL, QUIET, Colour
from installation.screen.layout import Box
from installation.screen.scenes._legend import MARK, sentence, swatches

TURN = 7.0  # s a sentence stays before the next has its turn
FIRST_SENTENCE = re.compile(r".{1,240}?[.!?](?=\s|$)")  # of what a network's file says of itself
NUMBERS = re.compile(r"\d[\d\s.,]*")
SECOND = 1.0  # s over which drops are counted
INSTANT = 1e-6  # s: a picture exactly a second old is no longer of the last second
EVERY = 0.1  # s between two looks at the record


class Scene:
    """Two sentences: on the left what to know, on the right what is missing or left."""

    def __init__(self, board: Board) -> None:
        self.board = board
        foot = board.at.foot
        if board.at.portrait:
            half = foot.h // 2
            boxes = (Box(foot.x, foot.y, foot.w, half), Box(foot.x, foot.y + half, foot.w, half))
        else:
            cut = round(foot.w * 0.54)
            boxes = (Box(foot.x, foot.y, cut, foot.h), Box(foot.x + cut, foot.y, foot.w - cut, foot.h))
        self.left, self.right = Fader(board, boxes[0], 0.6), Fader(board, boxes[1], 0.6)
        self.began, self.looked_at = math.nan, -math.inf
        self.drops: deque[tuple[float, int]] = deque()
        self.phase = -1.0
        self.rate, self.counted_at = 0, -math.inf
        self.reads, self.call, self.called = Provenance.NO_READING, reading.Call(), False
        self.kinds: dict[Fader, str] = {}

    def draw(self, now: Now, seconds: float) -> None:
        self._count(seconds)
        if not 0 <= seconds - self.looked_at < EVERY:
            self.looked_at = seconds
            self._say(now, seconds)
        self.left.draw(seconds)
        self.right.draw(seconds)

    def _say(self, now: Now, seconds: float) -> None:
        if math.isnan(self.began) or now.phase != self.phase:  # what just happened is said first
            self.began, self.phase = seconds, now.phase
        self.reads, self.called = provenance_at(now, seconds), self.call.waits(now)
        first, second = self._left(now), self._right(now)
        turn = int((seconds - self.began) / TURN)
        left = first[turn % len(first)] if first else ""
        right, colour = second[turn % len(second)] if second else ("", QUIET)
        self._show(self.left, left, BRIGHT, right=False)
        self._show(self.right, right, colour, right=not self.board.at.portrait)
        self.board.caption = "  ".join(t.replace(MARK, "") for t in (left, right) if t)

    def _show(self, fader: Fader, text: str, colour: Colour, *, right: bool) -> None:
        """Show a sentence; one that differs from the last by its numbers alone takes its place at once."""
        key, kind = (text, colour), NUMBERS.sub("", text)
        show = fader.change if kind == self.kinds.get(fader) else fader.show
        self.kinds[fader] = kind
        show(key, lambda: self._set(text, colour, fader.box, right))

    def _set(self, text: str, colour: Colour, box: Box, right: bool) -> pygame.Surface:
        """One line, or two smaller ones, whole; letters shrink before words are lost."""
        size = self.board.fitting(text, box.w, self.board.at.body, max(10, round(self.board.at.body * 0.8)))
        page = self.board.wrap(text, box.w, size, colour)
        while self.board.height(page) > box.h and size > 9:
            size -= 1
            page = self.board.wrap(text, box.w, size, colour)
        made = pygame.Surface((box.w, box.h), pygame.SRCALPHA)
        set_ = self.board.page(page, (box.w, math.ceil(self.board.height(page))), right=right)
        top = (box.h - set_.get_height()) // 2
        made.blit(set_, (0, top))
        swatches(self.board, made, page, top, right=right)
        return made

    def _count(self, seconds: float) -> None:
        """Drops of the last second; the number that is written is held for one."""
        self.drops.append((seconds, len(self.board.grains)))
        while self.drops and self.drops[0][0] <= seconds - SECOND + INSTANT:
            self.drops.popleft()
        if seconds - self.counted_at >= SECOND:
            self.counted_at = seconds
            self.rate = sum(count for _, count in self.drops)

    # -- what to know
    def _left(self, now: Now) -> list[str]:
        say, phase = self.board.sentences, Phase(int(now.phase))
        if now.doors == Doors.CLOSING:
            return [say("closing")]
        if now.doors == Doors.SHUT:
            return [say("closed" if now.opened_at else "opening")]
        if phase is Phase.SPENT:
            word = reading.word(self.board, self.reads)
            here = self.reads not in (Provenance.NO_READING, Provenance.REPLAYED)
            rest = [say("allowance_rest", watts=now.watts, word=word)] if here else []
            return [say("allowance_spent", kwh=now.allowance_joules / KWH), *rest, *self._grains(now)]
        if phase is Phase.FITTING:
            return self._grains(now)
        if phase is Phase.PREPARING:
            return [*([say("press_kept")] if self.called else []), *self._grains(now)]
        if not now.fit_line:  # nothing here can be pressed
            return self._grains(now)
        return [say("press_again" if now.fits else "press"), *self._grains(now)]

    def _grains(self, now: Now) -> list[str]:
        """What is heard and what is lit, in words; where neither plays, what is drawn."""
        say = self.board.sentences
        if not self.reads:
            return [say("quiet")]
        said = [say.retold(line) for line in now.sounds.splitlines()] if _plays(now, "sound") else []
        if _plays(now, "light"):
            said.append(say("sparks", sparks=self.rate))
        if not said and self.board.shows("fall"):
            said.append(say("points", points=self.rate))
        return said

    # -- what is missing or left
    def _right(self, now: Now) -> list[tuple[str, Colour]]:
        return [*self._troubles(now), *self._key(now), *self._left_out(now), *self._sizes(now)]

    def _troubles(self, now: Now) -> list[tuple[str, Colour]]:
        """What is held, missing, wrong, lost or was not read."""
        say = self.board.sentences
        sentences = [(say("held"), QUIET)] if self.board.paused else []
        sentences += [(text, COOL) for player in now.players for text in self._missing(now, player)]
        sentences += [(note, COOL) for note in (*self.board.notes[:3], *self.board.type.missing[:2])]
        sentences += self._elsewhere(now)
        lost = (("sound", now.sound_lost), ("light", now.light_lost), ("screen", now.screen_lost))
        sentences += [(say(f"lost_{player}", grains=count), COOL) for player, count in lost if count]
        if now.gap_seconds >= 1:
            sentences.append((say("gap", seconds=now.gap_seconds), COOL))
        return sentences

    def _key(self, now: Now) -> list[tuple[str, Colour]]:
        """The key to the picture, where it does not stand in the column."""
        say, sentences = self.board.sentences, []
        if not self.board.legend:
            joules = now.joules_per_grain or self.board.config.piece.joules_per_grain
            sentences.append((say("grain", joules=joules), QUIET))
            sentences.append((sentence(self.board), QUIET))
        if self.reads is Provenance.REPLAYED and now.fit_line:
            sentences.append((say("section_replayed"), COOL))
        return sentences

    def _left_out(self, now: Now) -> list[tuple[str, Colour]]:
        """What the number leaves out, and what the piece itself draws."""
        say, sentences = self.board.sentences, []
        if now.not_counted and self.reads:
            sentences.append((say("not_counted", what=say.told(now.not_counted)), QUIET))
        if self.reads and now.own_watts > now.light_watts:  # else no meter covers what sound and picture draw
            sentences.append((say("own", watts=now.own_watts, word=say("estimated")), QUIET))
        return sentences

    def _sizes(self, now: Now) -> list[tuple[str, Colour]]:
        """How large the network is, what its file says of it, and how much of the day's energy is left."""
        say, sentences = self.board.sentences, []
        if now.network and now.parameters and now.phase != Phase.UNABLE:
            sentences.append((say("weights", network=now.network, weights=now.parameters), QUIET))
        if about := FIRST_SENTENCE.match(now.about):
            sentences.append((about[0], QUIET))
        spends = self.reads is not Provenance.REPLAYED  # a recording's joules are of another day
        if spends and now.allowance_joules and now.spent_joules > 0.01 * now.allowance_joules:
            left = max(0.0, 1 - now.spent_joules / now.allowance_joules)
            sentences.append((say("allowance_left", percent=100 * left), QUIET))
        return sentences

    def _elsewhere(self, now: Now) -> list[tuple[str, Colour]]:
        """Why no card computes, and that the number does not read what fit runs on."""
        say = self.board.sentences
        found = [now.no_card] if now.no_card else []
        if self.reads and now.network and not reading.covered(now):
            found.append(say("not_covered", ran=reading.ran(self.board, now), boundary=say.told(now.boundary)))
        return [(sentence, COOL) for sentence in found]

    def _missing(self, now: Now, player: str) -> list[str]:
        """Why a player is away, and when it is tried again; or what is wrong though it plays."""
        if player in PLAYERS and player not in self.board.config.piece.players:
            return []
        note, state = now.of(player).note, now.of(player).state
        said = [note] if note and not (player == "network" and now.phase == Phase.UNABLE) else []
        if state is State.BACKOFF:
            wait = max(1.0, math.ceil(now.of(player).back_at - self._clock(now)))
            key = f"missing_{player if player in PLAYERS else 'own'}"
            said.append(self.board.sentences(key, player=player, seconds=wait))
        return said

    def _clock(self, now: Now) -> float:
        return now.conductor_beat


def _plays(now: Now, player: str) -> bool:
    return now.of(player).state is State.PLAYING
