import pytest

from installation.config import ConfigError
from installation.score.colour import LUMINANCE
from installation.score.grains import grains_due

from .room import Room, opposing_changes


def due(room: Room) -> int:
    return grains_due(room.meter.joules, 1.0)


@pytest.mark.parametrize("leds", [8, 60, 144, 600])
def test_every_grain_due_is_lit(tmp_path, leds):
    room = Room(tmp_path, f"light.leds={leds}", watts=lambda t: 20 if t < 1 else 400)
    room.play(2.5)
    assert room.leave() < 1.5
    assert (room.now.light_grains, room.now.light_lost) == (due(room), 0)
    assert not room.now.pixels.any()
    assert room.now.light_device.startswith("pretend")
    assert room.now.light_watts == 0
    assert room.now.light_scale == 1


def test_the_light_that_passes_an_led_counts_the_grains(tmp_path):
    """Each spark carries the same light past each LED: so many LEDs a second, so much light a spark."""
    room = Room(tmp_path, "light.full_watts=40", watts=lambda t: 3 if t < 4 else 0)
    frames = room.play(8) @ LUMINANCE
    of_one_spark = 0.2 * 72 / 40
    for led in (10, 70, 130):
        assert frames[:, led].sum() / room.player.rate * 72 / of_one_spark == pytest.approx(12, abs=0.3)


def test_the_glow_at_the_limit_is_the_brightness_that_was_set(tmp_path):
    room = Room(tmp_path, watts=lambda t: 700)
    frames = room.play(7) @ LUMINANCE
    assert frames[-120:].mean() == pytest.approx(0.2, rel=0.03)
    assert frames[-120:, 20:].std(axis=0).max() < 0.02


def test_no_jump_of_the_watts_flashes(tmp_path):
    """A square wave of 0 and 700 W at 10, 5 and 1 Hz; two opposing changes in a second are one flash."""
    for hertz in (10, 5, 1):
        room = Room(tmp_path, watts=lambda t, hertz=hertz: 700 if (t * hertz) % 1 < 0.5 else 0)
        assert opposing_changes(room.play(6)[::2], 1 / 60) <= 2


def test_a_gap_in_the_readings_is_dark_and_not_filled(tmp_path):
    room = Room(tmp_path, watts=lambda t: 100 if t < 2 else 0)
    room.play(6)
    assert room.now.light_grains == due(room) == 200
    assert not room.now.pixels.any()


def test_one_that_was_brought_back_goes_on_counting(tmp_path):
    room = Room(tmp_path, watts=lambda t: 100)
    room.play(2)
    crashed = int(room.now.light_grains)
    room.seconds += 1.0
    room.meter.until(room.seconds)
    room.conductor.light_restarts = 1
    room.enter()
    room.play(2)
    room.leave()
    assert room.now.light_grains + room.now.light_lost == due(room)
    assert crashed < room.now.light_grains
    assert 90 <= room.now.light_lost <= 120


def test_a_wrong_device_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match="pretend"):
        Room(tmp_path, "light.device=pretent", watts=lambda t: 1)


def test_what_leaves_is_dark_from_a_bright_glow(tmp_path):
    """Brighter ones than 0.25 fall as slowly as the limiter asks, and are ended by the board's own fade."""
    room = Room(tmp_path, "light.brightness=0.25", watts=lambda t: 1500)
    room.play(5)
    assert room.leave() < 1.8
    assert room.player.dark
    assert room.now.light_grains == due(room)
