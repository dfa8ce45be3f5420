"""Conservation on any line: whatever a strip does, each grain due is lit or lost, and lit only by a frame it took."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.score.grains import grains_due

from .room import Room

STRIP = '''
from installation.light.device import Device, Given


class Strip(Device):
    """A strip on the worst of lines: it is there or not, quick or slow, and answers or not, as it is told."""

    name, there, delay, answers = "the worst of lines", True, 0.0, True
    under_way = None

    @property
    def linked(self):
        return self.there

    def ready(self, seconds):
        if not self.there:
            self.under_way = None
        elif self.under_way and seconds >= self.until:
            if self.answers:
                self.took(Given(*self.under_way))
            else:
                self.refused += 1
            self.under_way = None
        return self.there and self.under_way is None

    def give(self, number, pixels, seconds):
        self.under_way, self.until = (number, pixels.copy()), seconds + self.delay
'''
MOMENTS = st.tuples(st.booleans(), st.sampled_from([0.0, 0.03, 0.4]), st.booleans(), st.floats(0.1, 3.0))


@settings(deadline=None, max_examples=25)
@given(moments=st.lists(MOMENTS, min_size=1, max_size=6), watts=st.sampled_from([3.0, 40.0]))
def test_each_grain_due_is_lit_or_lost(moments, watts):
    with tempfile.TemporaryDirectory() as folder:
        plug_in = Path(folder) / "worst.py"
        plug_in.write_text(STRIP)
        room = Room(Path(folder), f"light.device={plug_in}", "light.leds=40", watts=lambda t: watts)
        strip = room.player.strip
        for there, delay, answers, seconds in moments:
            strip.there, strip.delay, strip.answers = there, delay, answers
            room.play(seconds)
            assert room.now.light_grains + room.now.light_lost <= grains_due(room.meter.joules, 1.0)
            if not there:
                assert not np.any(room.now.pixels)
        taken = strip.frames
        room.leave()
        assert room.now.light_grains + room.now.light_lost == grains_due(room.meter.joules, 1.0)
        if taken == 0 and not strip.frames:
            assert room.now.light_grains == 0
        if all(there and answers for there, _, answers, _ in moments):
            assert room.now.light_lost == 0
