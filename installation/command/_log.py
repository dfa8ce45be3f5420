"""Options of `import`, `film` and `audit` that say about a log what it does not say itself."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import click

from ..meter.logs.wishes import Wishes

SECONDS = click.FloatRange(min=0)
TIME_UNITS = ("s", "ms", "us", "ns", "min", "h")
OPTIONS = (
    click.option("--time", metavar="COLUMN", default="", help="Of a log: the column of times."),
    click.option("--watts", metavar="COLUMN", default="", help="The column of power."),
    click.option("--energy", metavar="COLUMN", default="", help="A column that counts energy; differences are taken."),
    click.option("--each-row", is_flag=True, help="Each row's energy is its own, from its time to the next."),
    click.option("--unit", metavar="UNIT", default="", help="Of that column, where the log does not say it: mW, kWh."),
    click.option("--card", "cards", metavar="CARD", multiple=True, help="Which of several: index, UUID, host, entity."),
    click.option("--sum", "together", is_flag=True, help="Add several cards, each with its own gaps."),
    click.option("--held", is_flag=True, help="Each value stands until the next: a log of changes."),
    click.option("--hold", type=SECONDS, default=0.0, metavar="S", help="The same, for at most S seconds."),
    click.option("--zone", metavar="ZONE", default="", help="Where the clock stood, such as Europe/Berlin."),
    click.option("--dates", type=click.Choice(("dmy", "mdy", "ymd")), help="The order of day, month and year."),
    click.option("--time-unit", type=click.Choice(TIME_UNITS), help="Of times that are numbers."),
    click.option("--every", type=SECONDS, default=0.0, metavar="S", help="Seconds between rows without a time."),
    click.option("--columns", metavar="A,B,...", default="", help="Names of the columns of a log without a header."),
    click.option(
        "--decimal", type=click.Choice(("comma", "point")), help="The decimal sign, where 1,234 could be both."
    ),
)
WORDS = ("time", "watts", "energy", "unit", "zone", "dates", "time_unit", "decimal")


def about_a_log(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options, as one argument `wishes`."""

    @functools.wraps(command)
    def with_wishes(
        *args: Any, cards: tuple[str, ...], together: bool, held: bool, hold: float, columns: str, **kwargs: Any
    ) -> None:
        words = {key: kwargs.pop(key) or "" for key in WORDS}
        wishes = Wishes(
            **words,
            every=kwargs.pop("every"),
            each_row=kwargs.pop("each_row"),
            cards=cards,
            sum=together,
            held=hold or (math.inf if held else 0.0),
            columns=tuple(name.strip() for name in columns.split(",")) if columns else (),
        )
        command(*args, wishes=wishes, **kwargs)

    for option in reversed(OPTIONS):
        with_wishes = option(with_wishes)
    return with_wishes
