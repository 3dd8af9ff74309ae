"""nianjian: Chinese yearbooks (年鉴) into tables that can be trusted.

The ten-minute tour, in reading order:

    read/            bytes to text: encodings, volume.toml, the year and region a book covers
    text/segment/    text to entries (条目), headings, signatures
    text/view        the characters as the rules read them; every place knows its place in the stored text
    text/lexer       words of a closed list, found many at once
    text/numerals    which characters form one number, and its value
    text/units       seeds/units.csv as something to look up
    text/lookalikes  numerals that are no quantity, and why
    text/dates/      dates and periods, days of the traditional calendar too
    text/quantities  amounts with their unit, bound, role and basis
    text/facts       the readers together: the tables quantities, dates, numerals, rejects
    text/measures/   what each number measures, of which total it is a part, when and where
    text/entities/   organisations, people, places, works; text/events/ what happened; text/names both
    text/single      all of it for one text; text/explain the same for a reader at a terminal
    quality/         the laws that every table must keep
    storage          validate, then replace: Parquet that a reader can rely on
    assets, checks, automation, definitions   the same steps as Dagster sees them
    cli              the nianjian command

In a notebook: `from pipeline import read_text`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.text.reference import Reference

SEEDS = Path(__file__).parent.parent / "seeds"
"""The reference tables that ship with the project."""


@lru_cache(maxsize=4)
def _reference(seeds: Path) -> Reference:
    from pipeline.text.reference import load_reference

    return load_reference(seeds)


def read_text(
    text: str, covered_year: int | None = None, region_name: str | None = None, seeds: Path = SEEDS
) -> dict[str, pd.DataFrame]:
    """Read one string of yearbook prose into the tables of the warehouse, without Dagster.

    Args:
        text: one document, with or without 【titles】.
        covered_year: the year the book reports on; dates that leave out their year take it.
        region_name: the region the book is about, such as 临江市.
        seeds: folder of the reference tables.

    Returns:
        pandas frames by table name: documents, entries, quantities, dates, entities, events, roles, numerals,
        rejects.

    Example:
        >>> tables = read_text("【码头扩建】 全年完成投资1.2亿元，比上年增长8.5%。", covered_year=2009)
        >>> tables["quantities"][["source_text", "value_float", "unit", "role"]]
    """
    import pandas as pd

    from pipeline.text.single import read_single

    tables = read_single(text, _reference(seeds), covered_year, region_name)
    return {name: table.to_pandas(types_mapper=pd.ArrowDtype) for name, table in tables.items()}
