"""The handout: two pages for a seminar, the fifteen lines and what the meter saw, filled from the day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ..config import HOME, Config
from ..text.land import by_mix
from ..text.passages import Passage, chosen
from ..text.sentences import Sentences
from .day import NO_READING, Day, Energy, Fit
from .engine import PaperError
from .numbers import amount, clock, difference, language_of, length, word
from .plot import of_day

SEED = HOME / "installation" / "network" / "networks" / "seed.py"
BEGINS = "def network() -> None:\n"
INDENT = 4
POST = "abstraction, disembodiment and the environmental impacts of technology"
TITLE = "Making Kin with the Machines"
ESSAY = "https://jods.mitpress.mit.edu/pub/lewis-arista-pechawis-kite"
MARKS = {  # the template's sign, and what it means
    "hidden": "paper_key_hidden",
    "pays": "paper_key_pays",
    "where": "paper_key_where",
    "time": "paper_key_time",
    "trust": "paper_key_trust",
    "boundary": "paper_key_boundary",
}
PROMPTS = (
    "paper_prompt_line",
    "paper_prompt_lens",
    "paper_prompt_minerals",
    "paper_prompt_networks",
    "paper_prompt_labour",
    "paper_prompt_argument",
)
KIND = "hydro"  # of the land, where the host has named no mix: the wall's first kind


class Row(msgspec.Struct, frozen=True):
    """A line of the sheet; `value` in W or J, None where it is not known, `text` as it is written."""

    what: str
    value: float | None
    text: str
    word: str
    boundary: str


class Picture(msgspec.Struct, frozen=True):
    """The day's plot, the watts of its upper edge, and what is said about it."""

    svg: str
    alt: str
    top: str
    caption: str


class Words(msgspec.Struct, frozen=True):
    """A passage, whole, with its credit."""

    text: str
    credit: str


class Handout(msgspec.Struct, frozen=True):
    """What the template `handout` sets."""

    lang: str
    title: str
    labels: dict[str, str]
    head: list[tuple[str, str]]
    code: list[str]
    key: list[tuple[str, str]]
    sheet: list[Row]
    notes: list[str]
    plot: Picture | None
    lens: list[str]
    words: Words | None
    words_note: str
    prompts: list[str]
    foot: str


def of(day: Day, config: Config, passage: str = "") -> Handout:
    """The handout of a day, in the language of the settings.

    Args:
        passage: id of the passage; empty is the first that is cleared for the handout.

    Raises:
        PaperError: no such passage is cleared. LanguageError: the language cannot be used.
    """
    say = Sentences(config.piece.language)
    fit = _fit(day)
    passages = chosen(config.text, "handout")
    words = _words(passages.shown, passage)
    contact = passages.contact
    corrections = say("corrections", contact=contact) if contact else say("corrections_house")
    foot = say("paper_hash", hash=day.hash) if day.hash else say("paper_hash_none")
    return Handout(
        lang=language_of(config.piece.language),
        title=say("paper_of_recording", origin=day.origin) if day.origin else say("paper_of", day=day.day),
        labels={key.removeprefix("paper_"): say(key) for key in LABELS},
        head=_head(say),
        code=code(),
        key=[(sign, say(key)) for sign, key in MARKS.items()],
        sheet=list(_sheet(day, fit, say)),
        notes=list(_notes(day, fit, say)),
        plot=_picture(day, say),
        lens=_lens(day, fit, config, say),
        words=words,
        words_note=corrections if words else say("paper_words_none", url=ESSAY),
        prompts=[say(key) for key in PROMPTS],
        foot=foot,
    )


LABELS = (
    "paper_code",
    "paper_key",
    "paper_sheet",
    "paper_column_what",
    "paper_column_value",
    "paper_column_word",
    "paper_column_boundary",
    "paper_plot",
    "paper_lens",
    "paper_words",
    "paper_prompts",
    "paper_prompts_post",
    "paper_space",
    "paper_plot_none",
)


def code(path: Path = SEED) -> list[str]:
    """The fifteen lines, from the network's own file."""
    lines = path.read_text(encoding="utf-8").split(BEGINS, 1)[1].rstrip().splitlines()
    return [line[INDENT:] for line in lines]


def _head(say: Sentences) -> list[tuple[str, str]]:
    told = {
        "paper_head_title": "Neural network example in Keras",
        "paper_head_author": "Keras documentation",
        "paper_head_language": "Python",
        "paper_head_year": "2019",
        "paper_head_needs": say("paper_needs"),
        "paper_head_brought": say("paper_brought", post=POST),
    }
    return [(say(key), value) for key, value in told.items()]


def _fit(day: Day) -> Fit | None:
    """The last fit with a reading that ended whole, or else the last with a reading."""
    read = [fit for fit in day.fits if fit.joules is not None and fit.seconds > 0]
    return next((fit for fit in reversed(read) if fit.ended == "whole"), read[-1] if read else None)


def _sheet(day: Day, fit: Fit | None, say: Sentences) -> Iterator[Row]:
    for energy in day.energies:
        if energy.rest_watts is not None:
            yield _row(say, "paper_rest", energy.rest_watts, "W", energy, _share(energy, energy.rest_watts))
    if fit:
        watts, above = fit.watts, fit.above_rest_joules
        rest = None if above is None or fit.joules is None else fit.joules - above
        doubt = None if fit.plus_minus_joules is None or not fit.joules else fit.plus_minus_joules / fit.joules
        yield _row(say, "paper_fit_watts", watts, "W", fit, None if doubt is None or not watts else watts * doubt)
        yield _row(say, "paper_fit_joules", fit.joules, "J", fit, fit.plus_minus_joules)
        yield _row(say, "paper_fit_rest", rest, "J", fit)
        yield _row(say, "paper_fit_above", difference(above, fit.joules), "J", fit)
    for energy in day.energies:
        if energy.joules is not None:
            yield _day_row(say, energy, day)


def _share(energy: Energy, watts: float) -> float | None:
    """Half the interval around some watts of a word, as its joules have it."""
    if energy.plus_minus_joules is None or not energy.joules:
        return None
    return watts * energy.plus_minus_joules / energy.joules


def _row(
    say: Sentences, key: str, value: float | None, unit: str, of: Energy | Fit, plus_minus: float | None = None
) -> Row:
    text = amount(say, value, unit, plus_minus)
    return Row(say(key), value, text, word(say, of.provenance), say.told(of.boundary))


def _day_row(say: Sentences, energy: Energy, day: Day) -> Row:
    key = "paper_recording_joules" if day.origin else "paper_day_joules"
    text = amount(say, energy.joules, "J", energy.plus_minus_joules)
    what = say(key, span=length(say, energy.seconds))
    return Row(what, energy.joules, text, word(say, energy.provenance), say.told(energy.boundary))


def _notes(day: Day, fit: Fit | None, say: Sentences) -> Iterator[str]:
    if day.origin:
        yield say("paper_no_meter")
    elif fit:
        time = clock(day, fit.at) if fit.at is not None else say("paper_unsaid")
        yield say("paper_fit", network=fit.network, weights=fit.weights, time=time, seconds=fit.seconds)
    else:
        yield say("paper_no_fit")


def _picture(day: Day, say: Sentences) -> Picture | None:
    plot = of_day(day)
    if plot is None:
        return None
    told: dict[str, str | float] = {"begin": clock(day, plot.begin), "end": clock(day, plot.end), "watts": plot.watts}
    gap = day.energy(NO_READING)
    pale = any(e.joules is not None and e.provenance != "MEASURED" for e in day.energies)
    parts = [
        say("paper_plot_caption", **told),
        say("paper_plot_fits", fits=len(day.fits)) if day.fits else "",
        say("paper_plot_gap", span=length(say, gap.seconds)) if gap and gap.seconds > 0 else "",
        say("paper_plot_pale") if pale else "",
    ]
    return Picture(
        plot.svg, say("paper_plot_alt", **told), f"{say.number(plot.watts, '~3')}\u00a0W", " ".join(filter(None, parts))
    )


def _lens(day: Day, fit: Fit | None, config: Config, say: Sentences) -> list[str]:
    """The land held while the watts of the fit flow, or those of the day where there was none."""
    energy = next((e for e in day.energies if e.joules is not None and e.seconds > 0), None)
    watts = fit.watts if fit else energy.joules / energy.seconds if energy and energy.joules else None
    land = None if watts is None else by_mix(watts, config.place.mix or {KIND: 1.0})
    if land is None or watts is None:
        return [say("paper_lens_none")]
    kind = say("land_mix") if config.place.mix else say(f"kind_{KIND}")
    provenance = fit.provenance if fit else energy.provenance if energy else NO_READING
    return [
        say("paper_lens_land", watts=watts, low=land.low_side_m, high=land.high_side_m, kind=kind),
        say("land_word", word=word(say, provenance)),
        say("land_sources"),
        say("land_left_out"),
        say("land_limit", area=land.high_m2),
    ]


def _words(shown: tuple[Passage, ...], passage: str) -> Words | None:
    whole = [p for p in shown if not p.part]
    found = next((p for p in whole if p.id == passage or not passage), None)
    if found is None and passage:
        known = ", ".join(p.id for p in whole) or "none"
        raise PaperError(f"--passage {passage}: it is not cleared for the handout; these are: {known}.")
    return None if found is None else Words(f"“{found.text}”", found.credit_line)
