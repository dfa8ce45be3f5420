"""Gives the piece's own fixed sentences in one language, from one file per language, with numbers written its way.

A language is a file in languages/, or a path to a file elsewhere, so that a house can add its own without a fork. What
a translation lacks or spells wrongly is taken from English and listed in `faults`. The passages are never translated.
"""

from __future__ import annotations

import math
import re
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from installation.config import nearest

LANGUAGES = Path(__file__).with_name("languages")
# The keys of the words for the record's numbers, in the order of those numbers.
PROVENANCES = ("no_reading", "measured", "estimated", "replayed")
PHASES = ("resting", "preparing", "fitting", "settled", "spent", "unable")
GROUP = "\u00a0"  # between thousands, in every language: a space that does not break and that both faces have
# Spaces that must not break: before signs that some languages set apart, and between a number and its unit.
GLUED = re.compile(r" (?=[:;?!%»])|(?<=«) |(?<=\}) (?=(?:m|s|J|W|kWh|[Ww]att|watts|[Jj]oules?)\b)")
HEARD = ("rain", "dripping", "hum", "heard")  # keys of what voices say of themselves, whole and in English
TOLD = "told_"  # keys of phrases that other players write into the record
PARSE = string.Formatter().parse
MARKS = {"name": str, "english_name": str, "decimal": str, "singular": list}

Sentence = str | dict[str, str]  # a table counts: `by` names the field, `one` and `other` are its two forms


class LanguageError(ValueError):
    """A language that cannot be used; one sentence with the remedy."""


class Sentences:
    """The sentences of one language. `words("rain", drops=118)` is a sentence; `faults` says what its file lacks."""

    def __init__(self, language: str = "en") -> None:
        """Raises LanguageError if there is no such language or its file cannot be read."""
        english = _file(LANGUAGES / "en.toml")[1]
        self.marks, own = _file(_path(language))
        self._format = _Numbers(self.number)
        self.sentences: dict[str, Sentence] = dict(english)
        self.faults = tuple(self._take(own, english))
        self._heard = [(key, _pattern(form)) for key in HEARD for form in _forms(english[key])]
        told = ((str(english[key]), self(key)) for key in english if key.startswith(TOLD))
        self._told = sorted(told, key=lambda pair: -len(pair[0]))  # the longest first: some hold others

    def __call__(self, key: str, **fields: str | float) -> str:
        """The sentence called `key`, its fields filled in.

        A number is written the language's way: whole if the sentence asks for no form, else as {loss:.3f}, or with the
        figures that count, as {side:~2}. Raises KeyError for a key or a field that the language files do not have.
        """
        if key not in self.sentences:
            raise KeyError(f"No sentence is called {key!r}. {nearest(key, self.sentences)}")
        sentence = self.sentences[key]
        if isinstance(sentence, dict):
            sentence = sentence["one" if self._is_one(sentence, fields) else "other"]
        return self._format.vformat(GLUED.sub(GROUP, sentence), (), fields)

    def told(self, text: str) -> str:
        """What another player wrote into the record in English, with the phrases known here in this language."""
        for english, own in self._told:
            text = text.replace(english, own)
        return text

    def retold(self, line: str) -> str:
        """What a voice says of itself in English: a sentence of the piece in this language, any other as it is."""
        for key, pattern in self._heard:
            if match := pattern.fullmatch(line):
                return self(key, **{field: float(number) for field, number in match.groupdict().items()})
        return line

    def number(self, value: float, form: str = "") -> str:
        """`value` written out: "" whole, ".3f" with three decimals, "~2" with two figures that count (0.47, 76)."""
        if not math.isfinite(value):
            return str(self.sentences["not_a_number"])
        if form.startswith("~"):
            value, form = _figures(value, int(form[1:]))
        text = format(value, f"z,{form or '.0f'}").replace("-", "−")
        return text.replace(",", GROUP).replace(".", self.marks["decimal"])

    def _take(self, own: Mapping[str, Any], english: Mapping[str, Sentence]) -> Iterator[str]:
        """Takes over each good sentence; yields one fault for each that is missing, unknown or not like the English."""
        for key in english.keys() - own.keys():
            yield f"{key!r} is missing; the English is used."
        for key, sentence in own.items():
            if key not in english:
                yield f"{key!r} is no sentence of the piece. {nearest(key, english)}"
            elif fault := self._unlike(sentence, english[key]):
                yield f"{key!r} {fault}; the English is used."
            else:
                self.sentences[key] = sentence

    def _is_one(self, sentence: Mapping[str, str], fields: Mapping[str, str | float]) -> bool:
        """Whether the counted number, as this sentence writes it, takes the language's singular."""
        value = fields[sentence["by"]]
        form = next((spec for _, name, spec, _ in PARSE(sentence["other"]) if name == sentence["by"]), "")
        written = value if isinstance(value, str) else self.number(value, form or "")
        return written in map(str, self.marks["singular"])

    def _unlike(self, sentence: Any, english: Sentence) -> str:
        """What is wrong with a translated sentence, or ""; it must have the English fields and be fillable."""
        counted = {english["by"]} if isinstance(english, dict) else set()
        wanted = _fields(_forms(english)[-1])
        if not isinstance(sentence, str) and not (_counts(sentence) and sentence["by"] in wanted | counted):
            return "is neither a sentence nor a table of by, one and other"
        for form in _forms(sentence):
            try:
                self._format.vformat(form, (), dict.fromkeys(wanted | counted, 1.0))
            except (ValueError, KeyError, IndexError, AttributeError):
                return f"cannot be filled in: {form!r}; its fields must be {sorted(wanted | counted)}"
        found = _fields(_forms(sentence)[-1])
        return "" if found == wanted else f"has the fields {sorted(found)} where English has {sorted(wanted)}"


class _Numbers(string.Formatter):
    """str.format, with numbers as a language writes them."""

    def __init__(self, number: Callable[[float, str], str]) -> None:
        self._number = number

    def format_field(self, value: Any, format_spec: str) -> Any:
        return value if isinstance(value, str) else self._number(value, format_spec)


def languages() -> dict[str, str]:
    """The languages of the piece: 'de' -> 'Deutsch'."""
    return {path.stem: _file(path)[0]["name"] for path in sorted(LANGUAGES.glob("*.toml"))}


def _path(language: str) -> Path:
    if language.endswith(".toml") or "/" in language or "\\" in language:
        return Path(language)
    path = LANGUAGES / f"{language}.toml"
    if not path.is_file():
        known = {path.stem: path.stem for path in sorted(LANGUAGES.glob("*.toml"))}
        meant = {
            _file(LANGUAGES / f"{code}.toml")[0][key].casefold(): code
            for code in known
            for key in ("name", "english_name")
        }
        close = get_close_matches(language.casefold(), {**meant, **known}, 1)
        hint = f"Did you mean {({**meant, **known})[close[0]]!r}? " if close else ""
        raise LanguageError(f"There is no language {language!r}. {hint}There are: {', '.join(known)}.")
    return path


def _file(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The marks and the sentences of a language file."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LanguageError(f"{path}: the language cannot be read ({error.strerror}); check its path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LanguageError(f"{path}: this is not TOML in UTF-8: {error}; mend that line.") from None
    marks = tables.pop("language", {})
    for key, kind in MARKS.items():
        if not isinstance(marks, dict) or not isinstance(marks.get(key), kind):
            raise LanguageError(f"{path}: [language] {key} is missing or no {kind.__name__}; see languages/en.toml.")
    return marks, tables


def _forms(sentence: Sentence) -> tuple[str, ...]:
    return (sentence,) if isinstance(sentence, str) else (sentence["one"], sentence["other"])


def _counts(sentence: Any) -> bool:
    """Whether a sentence is a table of two forms."""
    return (
        isinstance(sentence, dict)
        and sentence.keys() == {"by", "one", "other"}
        and all(isinstance(form, str) for form in sentence.values())
    )


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in PARSE(sentence) if name is not None}


def _figures(value: float, figures: int) -> tuple[float, str]:
    """`value` rounded to so many figures that count, and the form that shows no more decimals than that leaves."""
    value = float(f"{value:.{figures - 1}e}")
    decimals = figures - 1 - math.floor(math.log10(abs(value))) if value else 0
    return value, f".{max(0, decimals)}f"


def _pattern(form: str) -> re.Pattern[str]:
    """What finds a sentence written out in English, and the numbers in it."""
    parts = (re.escape(text) + (rf"(?P<{name}>\d+(?:\.\d+)?)" if name else "") for text, name, _, _ in PARSE(form))
    return re.compile("".join(parts))
