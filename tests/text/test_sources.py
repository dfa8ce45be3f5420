"""docs/sources.md and the tables in the code say the same."""

import re

from installation.published import BERT, PUE
from installation.text.land import KINDS
from installation.text.passages import PASSAGES

SOURCES = (PASSAGES.parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
NAMES = {
    "nuclear": "nuclear",
    "coal": "coal",
    "gas": "gas",
    "hydro": "hydro",
    "wind_towers": "wind, towers and roads only",
    "wind_farm": "wind, with its spacing",
    "solar": "solar field",
    "biomass": "crops grown to burn",
}


def test_every_figure_of_land_stands_in_the_table_with_its_doubt() -> None:
    assert NAMES.keys() == KINDS.keys()
    for kind, figures in KINDS.items():
        row = re.search(rf"^\| {re.escape(NAMES[kind])} \| (.+) \| (.+) \|$", SOURCES, re.M)
        assert row, kind
        cells = dict(zip(("UNECE 2021", "Lovering 2022"), row.groups(), strict=True))
        for figure in figures:
            cell = cells.pop(figure.source)
            assert cell == f"{figure.m2_year_per_mwh:g}" + ("" if figure.verified else " (unverified, not shown)")
        assert all(cell == "none" for cell in cells.values()), kind


def test_the_published_figure_stands_there_as_it_is_computed() -> None:
    assert f"{PUE} x {BERT.hours} h x {BERT.watts:,} W = {PUE * BERT.hours * BERT.watts / 1000:.1f} kWh" in SOURCES
