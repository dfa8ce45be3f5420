"""The data dictionary: what the players know of each other, and nothing else."""

from __future__ import annotations

from enum import IntEnum

from .field import AnyField, Field, Memory, Picture, Text
from .players import PLAYERS, OwnField, PlayerError, Role

SAMPLES = 128  # rows of the ring of meter samples: 6.4 s at 20 Hz


class Provenance(IntEnum):
    """Where a number comes from; the wall always says which."""

    NO_READING = 0
    MEASURED = 1
    ESTIMATED = 2
    REPLAYED = 3


class MeterState(IntEnum):
    """How the meter is."""

    LOST = 0
    OK = 1
    STALE = 2
    RECOVERING = 3
    ENDED = 4


class Phase(IntEnum):
    """What the network does."""

    RESTING = 0
    PREPARING = 1
    FITTING = 2
    SETTLED = 3
    SPENT = 4
    UNABLE = 5


class Doors(IntEnum):
    """Whether the piece performs."""

    SHUT = 0
    OPEN = 1
    CLOSING = 2


class State(IntEnum):
    """How the conductor sees a player."""

    STOPPED = 0
    STARTING = 1
    PLAYING = 2
    BACKOFF = 3
    STOPPING = 4


class Fields(Memory):
    """One line for each fact; those that every player has stand below."""

    __slots__ = ()  # so that a name nobody declared is refused, and not kept where no other player sees it

    # -- the meter
    watts = Field("W", writer="meter", meaning="power drawn at this moment, within the boundary")
    joules = Field("J", writer="meter", meaning="energy within the boundary since the doors opened")
    sampled_at = Field("s", writer="meter", meaning="monotonic time of the newest sample")
    meter_period = Field("s", writer="meter", meaning="time between two samples; the players run this far behind")
    meter_hold = Field("s", writer="meter", meaning="how long a reading of this meter holds; 0 is not said")
    provenance = Field("", writer="meter", meaning="0 no reading, 1 measured, 2 estimated, 3 replayed")
    uncertainty = Field(
        "1", writer="meter", meaning="half width of the interval around watts, as a fraction; 0 is not known"
    )
    meter_state = Field("", writer="meter", meaning="0 lost, 1 ok, 2 stale, 3 recovering, 4 ended, as a recording does")
    gap_seconds = Field(
        "s", writer="meter", meaning="time without a reading since the doors opened, left out of joules"
    )
    power_limit = Field("W", writer="meter", meaning="the most the source can draw by its own word; 0 if not known")
    meter_name = Text(80, writer="meter", meaning="the meter that is the source of the grains")
    meter_device = Text(
        240,
        writer="meter",
        meaning="the devices it covers: UUIDs or bus addresses of cards, processor, machine or wall",
    )
    boundary = Text(200, writer="meter", meaning="what the reading covers")
    not_counted = Text(300, writer="meter", meaning="what is not in this number")
    origin = Text(200, writer="meter", meaning="of a replay: date and machine of the recording")
    meter_detail = Text(300, writer="meter", meaning="device, driver, sensor: what a reader needs to judge the number")
    rest_watts = Field(
        "W", writer="meter", meaning="drawn at rest: mean of the latest 10 s without fit or preparing; nan if not known"
    )
    rest_provenance = Field("", writer="meter", meaning="where rest_watts comes from, as in provenance")
    segments = Field("1", writer="meter", meaning="unbroken stretches of counting since the doors opened")
    newest_gap = Text(240, writer="meter", meaning="length and reason of the newest gap in the readings")
    own_watts = Field(
        "W", writer="meter", meaning="what the piece itself draws beside the fit, as far as it can be estimated"
    )
    own = Text(300, writer="meter", meaning="the same in words, player by player; always estimated")
    beside_watts = Field("W", writer="meter", meaning="power by the first meter beside the source; never added")
    beside_joules = Field("J", writer="meter", meaning="energy by that meter since the doors opened; never added")
    beside_provenance = Field("", writer="meter", meaning="where that number comes from, as in provenance")
    beside = Text(
        400, writer="meter", meaning="other meters that run beside the source: name, watts, boundary; never added"
    )
    samples = Picture(
        SAMPLES,
        7,
        "f8",
        writer="meter",
        meaning="newest samples, newest last: time s, joules, watts, provenance, phase, depth in the fit 0-1, weights",
    )
    # -- the network
    phase = Field("", writer="network", meaning="0 resting, 1 preparing, 2 fitting, 3 settled, 4 spent, 5 unable")
    network = Text(80, writer="network", meaning="name of the network")
    about = Text(400, writer="network", meaning="one sentence: what the network is and where its shape comes from")
    source = Text(65_536, writer="network", meaning="the lines of code that run, as the wall shows them")
    fit_line = Text(800, writer="network", meaning="the line that calls fit, as it runs")
    detail = Text(200, writer="network", meaning="how the fit runs: backend, device, precision, compiled or not")
    ran_on = Text(
        400, writer="network", meaning="what a fit computes on: processor, or UUIDs of cards; empty is not known"
    )
    no_card = Text(
        300, writer="network", meaning="why no fit computes on the card that is here, in one sentence; else empty"
    )
    preparing = Text(200, writer="network", meaning="what is being done while the phase is preparing")
    parameters = Field("1", writer="network", meaning="number of weights of the network")
    epoch = Field("1", writer="network", meaning="epoch that runs, from 1")
    epochs = Field("1", writer="network", meaning="epochs of this fit")
    batch = Field("1", writer="network", meaning="batch that runs within the epoch, from 1")
    batches = Field("1", writer="network", meaning="batches of one epoch")
    updates = Field("1", writer="network", meaning="batches trained since the doors opened; only grows")
    loss = Field(
        "1",
        writer="network",
        meaning="how wrong the network is on the rows of this batch; after a fit, of its last epoch",
    )
    accuracy = Field("1", writer="network", meaning="share right on the rows of this epoch, as a fraction")
    seen = Field("1", writer="network", meaning="after a fit: share right on the rows it was shown")
    unseen = Field("1", writer="network", meaning="after a fit: share right on as many rows it never saw")
    chance = Field(
        "1", writer="network", meaning="share right that guessing gets, where the answers are random; 0 where not said"
    )
    asked = Field("1", writer="network", meaning="after a fit: rows each of these two numbers rests on, at most")
    unseen_from = Field(
        "",
        writer="network",
        meaning="which rows it never saw were asked: 0 not asked yet, 1 new rows, 2 rows the file holds out, 3 none",
    )
    measures = Text(1000, writer="network", meaning="newest loss and metrics by Keras's own names, as JSON")
    learned = Text(
        2000,
        writer="network",
        meaning="after a fit: a JSON list of name, kind (share right or value), seen and unseen of each metric",
    )
    operations = Field(
        "1",
        writer="network",
        meaning="floating-point operations of one step, by the formula of its layers; 0 is not counted",
    )
    batch_rows = Field("1", writer="network", meaning="rows of a batch, of the data that came; 0 is not known")
    fits = Field(
        "1", writer="network", meaning="fits begun since the doors opened: one a press, whatever its file calls"
    )
    fit_began_at = Field("s", writer="network", meaning="monotonic time at which the newest fit began")
    fit_ended_at = Field("s", writer="network", meaning="monotonic time at which it ended; 0 while it runs")
    fit_seconds = Field("s", writer="network", meaning="length of the newest fit")
    fit_updates = Field("1", writer="network", meaning="batches trained in the newest fit; nan where nobody tells")
    fit_rows = Field("1", writer="network", meaning="rows trained on in the newest fit; nan where nobody tells")
    fit_calls = Field(
        "1", writer="network", meaning="calls of fit in the newest fit; batches or loops of the file's own are one each"
    )
    fit_parts = Text(
        14_000,
        writer="network",
        meaning="those calls as a JSON list: what, network, line, seconds, joules, epochs, updates, rows, measures",
    )
    fit_began_with = Field(
        "J", writer="network", meaning="joules counted when the newest fit began; nan where no sample says it"
    )
    fit_joules = Field(
        "J",
        writer="network",
        meaning="energy within the boundary from its begin to its end; nan where nothing was read",
    )
    fit_rest_watts = Field(
        "W", writer="network", meaning="rest_watts when the newest fit began, of the same source; nan if not known"
    )
    fit_rest_joules = Field(
        "J",
        writer="network",
        meaning="what the machine would have drawn at rest while the newest fit ran; nan if not known",
    )
    fit_provenance = Field("", writer="network", meaning="where those joules come from, as in provenance")
    fit_ended = Text(
        40, writer="network", meaning="how the newest fit ended: whole, stopped, not a number, no memory, error"
    )
    rung = Field("1", writer="network", meaning="which network of the ladder, from 1")
    rungs = Field("1", writer="network", meaning="networks of the ladder")
    answered = Field("1", writer="network", meaning="presses answered, by a fit or by a word; only grows")
    curve = Picture(
        128,
        3,
        "f4",
        writer="network",
        meaning="the newest fit: joules since its begin, loss, share right; nan beyond its last point, and unread",
    )
    weights = Picture(100, 32, "f4", writer="network", meaning="the first layer, or the part of it that fits")
    # -- the sound
    sound_grains = Field("1", writer="sound", meaning="grains heard since the doors opened")
    sound_lost = Field("1", writer="sound", meaning="grains due that were never heard")
    sound_underflows = Field("1", writer="sound", meaning="breaks in the sound that were noticed")
    sound_load = Field("1", writer="sound", meaning="time to make a block, as a fraction of the block")
    sound_latency = Field("s", writer="sound", meaning="latency the device reports")
    sound_device = Text(120, writer="sound", meaning="where the sound goes: a device or a file")
    sounds = Text(600, writer="sound", meaning="what is heard, in English words, one voice a line")
    sound_playing = Field(
        "1", writer="sound", meaning="which of [sound] voices, from 1, plays in the guard at this moment; 0 is none"
    )
    sound_left_out = Text(1000, writer="sound", meaning="voices by path that play no more, and why: one a line")
    # -- the screen
    screen_grains = Field("1", writer="screen", meaning="grains drawn since the doors opened")
    screen_lost = Field("1", writer="screen", meaning="grains due that were never drawn")
    screen_presses = Field("1", writer="screen", meaning="presses of the space bar, mouse or touch; only grows")
    screen_quit = Field("1", writer="screen", meaning="times somebody asked at the window to end the piece; only grows")
    frames = Field("1", writer="screen", meaning="pictures drawn")
    frame_time = Field("s", writer="screen", meaning="time to draw a picture, median of the last second")
    frame_time_p99 = Field("s", writer="screen", meaning="the same, 99th percentile of the last ten seconds")
    passage = Text(80, writer="screen", meaning="id of the passage on the wall; empty when there is none")
    caption = Text(300, writer="screen", meaning="what the wall says at its foot")
    # -- the light
    light_grains = Field("1", writer="light", meaning="grains lit since the doors opened, counted from frames given")
    light_lost = Field("1", writer="light", meaning="grains due that were never lit")
    light_presses = Field("1", writer="light", meaning="presses of the strip's button; only grows")
    light_frames = Field("1", writer="light", meaning="frames given to the strip, acknowledged where it can say so")
    light_refused = Field("1", writer="light", meaning="frames the strip refused or never acknowledged")
    light_scale = Field(
        "1", writer="light", meaning="share of the asked brightness the strip gives, as it says; 1 is all"
    )
    light_held = Field("1", writer="light", meaning="share of LEDs that do not yet show what was asked, as it says")
    light_watts = Field("W", writer="light", meaning="what the strip draws by its power model: estimated")
    light_presence = Field("", writer="light", meaning="the strip's sensor: 1 somebody is there, 0 nobody or no sensor")
    light_device = Text(120, writer="light", meaning="the strip: device, port")
    leds = Field("1", writer="light", meaning="number of LEDs")
    pixels = Picture(
        600,
        3,
        "u1",
        writer="light",
        meaning="the strip, red green blue, linear light, read back from the bytes that go out, times light_scale",
    )
    # -- the ledger
    ledger_rows = Field("1", writer="ledger", meaning="seconds written to the ledger since the doors opened")
    earlier_joules = Field("J", writer="ledger", meaning="energy in today's ledger before the doors opened")
    # -- the conductor
    doors = Field("", writer="conductor", meaning="0 shut, 1 open, 2 closing")
    opened_at = Field("s", writer="conductor", meaning="monotonic time at which the doors opened; 0 before")
    opened_on = Field("s", writer="conductor", meaning="the same as wall-clock time, seconds since 1970")
    joules_per_grain = Field("J", writer="conductor", meaning="energy of one grain")
    allowance_joules = Field("J", writer="conductor", meaning="energy the piece may use today; 0 is no limit")
    spent_joules = Field("J", writer="conductor", meaning="energy used today")
    conductor_presses = Field(
        "1", writer="conductor", meaning="presses made by the clock (run --fit-every); only grows"
    )
    conductor_beat = Field("s", writer="conductor", meaning="monotonic time the conductor was last alive")
    # -- guests: a shell, a sketch
    guest_presses = Field("1", writer="guest", meaning="presses from a shell or a sketch; only grows")


def of_each(player: str) -> dict[str, AnyField]:
    """The fields that every player has, by name without the player's."""
    conducted = f"the {player}: 0 stopped, 1 starting, 2 playing, 3 back-off, 4 stopping"
    tried = f"monotonic time at which the {player} is tried again"
    return {
        "beat": Field("s", writer=player, meaning=f"monotonic time the {player} was last alive"),
        "note": Text(
            240, writer=player, meaning=f"what is wrong with the {player}, in one sentence; empty when nothing is"
        ),
        "process": Field("", writer="conductor", meaning=conducted),
        "restarts": Field("1", writer="conductor", meaning=f"how often the {player} was brought back"),
        "back_at": Field("s", writer="conductor", meaning=tried),
    }


def of_own(role: Role) -> dict[str, AnyField]:
    """The fields of a player of one's own, by their whole names.

    Raises:
        PlayerError: one of them is everybody's.
    """
    fields = of_each(role.name)
    if role.grains:
        fields["grains"] = Field("1", writer=role.name, meaning=f"grains {role.grains} since the doors opened")
        fields["lost"] = Field("1", writer=role.name, meaning=f"grains due that were never {role.grains}")
    fields |= {name: _own(role.name, field) for name, field in role.fields.items()}
    whole = {f"{role.name}_{name}": field for name, field in fields.items()}
    for name in whole.keys() & vars(Fields).keys():
        raise PlayerError(f"{role.folder}: the record has a field {name!r} already; give the player another name.")
    return whole


def _own(player: str, field: OwnField) -> AnyField:
    if field.text:
        return Text(field.text, writer=player, meaning=field.meaning)
    if field.picture:
        return Picture(*field.picture, "f4", writer=player, meaning=field.meaning, unit=field.unit)
    return Field(field.unit, writer=player, meaning=field.meaning)


for _player in PLAYERS:
    for _name, _field in of_each(_player).items():
        _field.__set_name__(Fields, f"{_player}_{_name}")
        setattr(Fields, _field.name, _field)
