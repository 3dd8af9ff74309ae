"""From documents and entries to the tables of facts: quantities, dates, numerals, rejects.

Here: cutting a volume into blocks, running the readers over each, settling which reader owns each numeral, and
laying the columns out as the warehouse wants them. Not here: any rule of the language.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipeline.read import Volume
from pipeline.text.clauses import Clauses
from pipeline.text.dates import read_dates
from pipeline.text.layout import Frame, Layout, Places, blocks
from pipeline.text.lookalikes import CODE, mask_words, name_lookalikes, plan_periods
from pipeline.text.numerals import read_numerals
from pipeline.text.quantities import printed_units, read_quantities
from pipeline.text.reference import Reference
from pipeline.text.tables import dates_table, quantities_table, settle
from pipeline.text.view import Block, block_of, text_codes


def read_facts(
    documents: pa.Table, entries: pa.Table, zones: pa.Table, volume: Volume, reference: Reference
) -> dict[str, pa.Table]:
    """The facts of one volume.

    Args:
        documents, entries, zones: the tables of `pipeline.read` and `pipeline.text.segment`.
        volume: what is known of the book; `covered_year` fills in years that the text leaves out.
        reference: the loaded reference tables.

    Returns:
        "quantities", "dates", "numerals", "rejects", each in order of document and place. Every numeral of the text
        has one row in "numerals".
    """
    parts: dict[str, list[pa.Table]] = {"quantities": [], "dates": [], "numerals": [], "rejects": []}
    layout = Layout.of(documents, entries, zones)
    for block in blocks(documents, layout, reference):
        for name, table in _read_block(block, layout, volume, reference).items():
            parts[name].append(table)
    if not parts["quantities"]:
        empty = block_of([""], np.zeros(1, np.int64), reference.fold, np.zeros(0, np.int64))
        blank = Layout.blank(volume.volume_id)
        return _read_block(empty, blank, volume, reference)
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def _read_block(block: Block, layout: Layout, volume: Volume, reference: Reference) -> dict[str, pa.Table]:
    codes, units = block.codes, reference.units
    places = Places.of(block, layout)
    words, contexts, cues, bases = reference.openings.candidates(codes)
    mask, word_start, word_end, word_reason = mask_words(codes, reference.lookalikes, words)
    numerals = read_numerals(codes, mask, units)
    surface, unit_start, unit_end = printed_units(codes, numerals, units)
    text_start, _ = block.span(numerals.start, numerals.end)
    reason = places.furniture(text_start)
    furniture = reason >= 0
    clauses = Clauses.of(codes, numerals, reference.cues, cues, bases)
    found = units.contexts.found(codes, contexts)
    place = numerals.start
    printed = units.rows_of(
        found,
        surface,
        place,
        unit_end,
        clauses.begin(place),
        clauses.sentence_begin(place),
        clauses.end(unit_end),
    )
    named_reason = name_lookalikes(codes, numerals, printed, unit_end, reference.lookalikes, units.shares)
    reason = np.where(furniture, reason, named_reason)
    plans = plan_periods(codes, numerals, reason == CODE["plan"])
    reason[plans.numeral] = -1
    busy = reason >= 0
    dates = read_dates(
        codes, numerals, busy, reference.dates, plans, places.standing(block), volume.covered_year
    )
    reason = np.where(busy & (reason < 0), CODE["era_year"], reason)
    dated = (dates.of_numeral >= 0) & ~furniture
    years = np.full(len(numerals), -1, np.int64)
    four = (numerals.digits == 4) & dated
    years[four] = numerals.integer()[four]
    taken = (reason >= 0) | dated
    ordinal = reason == CODE["ordinal"]
    quantities = read_quantities(
        codes,
        numerals,
        taken,
        units,
        reference.cues,
        clauses,
        found,
        surface,
        printed,
        unit_start,
        unit_end,
        dated,
        years,
    )
    counted = quantities.of_numeral >= 0
    reason[counted & ordinal] = -1  # a place in a ranking, after all
    points = text_codes(block.text)
    frame = Frame(block, layout, places, points)
    date_table = reference.confidence.rated(dates_table(frame, dates))
    quantity_table = reference.confidence.rated(quantities_table(frame, quantities, reference.units))
    number_rows, rejected = settle(
        frame,
        numerals,
        quantities,
        dates,
        reason,
        codes,
        mask,
        word_start,
        word_end,
        word_reason,
        quantity_table["quantity_id"],
        date_table["date_id"],
    )
    return {"quantities": quantity_table, "dates": date_table, "numerals": number_rows, "rejects": rejected}
