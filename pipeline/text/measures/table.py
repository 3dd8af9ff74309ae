"""The columns that say what each quantity measures, filled in for a table of quantities.

Here: laying blocks of documents over the quantities and dates already read, and writing the columns. Not here: any
rule of the language.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.read import Volume
from pipeline.text.arrow import cut, days, named, positions
from pipeline.text.lexer import Ints
from pipeline.text.measures.context import (
    NO_DAY,
    Dates,
    Territory,
    day,
    named_divisions,
    periods,
    territories,
    volume_territory,
)
from pipeline.text.measures.kinds import kinds_of
from pipeline.text.measures.lexicon import MeasureWords, Tokens, load_measure_words
from pipeline.text.measures.phrases import own_phrases
from pipeline.text.measures.relations import link
from pipeline.text.measures.rows import row_of
from pipeline.text.measures.stops import Stops, last_at
from pipeline.text.reference import Reference
from pipeline.text.view import PAD, Block, block_of, text_codes

BLOCK = 1 << 20
"""Characters measured at once."""

INHERITED = "measured phrase taken from an earlier clause"
BORROWED = "head noun taken from an earlier clause"


def measure(documents: pa.Table, entries: pa.Table, zones: pa.Table, quantities: pa.Table, dates: pa.Table,
            volume: Volume, reference: Reference) -> pa.Table:  # fmt: skip
    """The quantities of a volume with the columns filled that say what each of them measures.

    Args:
        documents, entries, zones: the tables of `pipeline.read` and `pipeline.text.segment`.
        quantities, dates: the tables of `pipeline.text.facts.read_facts` for the same documents, in their order.
        volume: the covered year and the region of the book.
        reference: the loaded reference tables.

    Returns:
        The table of quantities, row for row, with measured_text, measured_start, measured_end, head_text,
        of_quantity_id, part_of_quantity_id, period_start, period_end, region_code, scope and note.

    Example: in 全年完成投资1.2亿元，比上年增长8.5% the first number measures 投资; the second takes 投资 from it (no
    start and end, and a note) and speaks of it (of_quantity_id).
    """
    del entries  # an entry is a column of the quantities; kept so that every stage is called alike
    if not len(quantities):
        return quantities
    lists = load_measure_words(reference.folder / "lexicons")
    territory = volume_territory(volume, reference.folder)
    parts: dict[str, list[pa.Array]] = {}
    for texts, numbers, rows, date_rows in _blocks(documents, quantities, dates):
        block = block_of(texts, numbers, reference.fold, _breaks(texts, numbers, documents, zones))
        columns = _measure_block(block, rows, date_rows, volume, reference, lists, territory)
        for name, column in columns.items():
            parts.setdefault(name, []).append(column)
    filled = {name: pa.chunked_array(arrays).combine_chunks() for name, arrays in parts.items()}
    old = quantities["note"].combine_chunks()
    said = filled["note"]
    if old.null_count < len(old):
        filled["note"] = pc.coalesce(pc.binary_join_element_wise(old, said, "; "), old, said)
    table = quantities
    for name, column in filled.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


def _blocks(
    documents: pa.Table, quantities: pa.Table, dates: pa.Table
) -> Iterator[tuple[list[str], Ints, pa.Table, pa.Table]]:
    """Texts of about BLOCK characters, with their quantities and dates."""
    order = documents["document_id"].to_pylist()
    first_q, first_d = _bounds(quantities, order), _bounds(dates, order)
    lengths = documents["characters"].to_numpy()
    begin = 0
    while begin < len(lengths):
        end, size = begin, 0
        while end < len(lengths) and (size == 0 or size + lengths[end] <= BLOCK):
            size += int(lengths[end]) + 1
            end += 1
        rows = _owned(quantities, first_q, begin, end)
        if len(rows):
            texts = documents["text"].slice(begin, end - begin).to_pylist()
            yield texts, np.arange(begin, end), rows, _owned(dates, first_d, begin, end)
        begin = end


def _bounds(table: pa.Table, order: list[str]) -> Ints:
    """Where the rows of each document begin in a table sorted by document, and its length."""
    if not len(table):
        return np.zeros(len(order) + 1, np.int64)
    owner = (
        pc.index_in(table["document_id"], value_set=pa.array(order, pa.string())).combine_chunks().to_numpy()
    )
    return np.searchsorted(owner, np.arange(len(order) + 1))


def _owned(table: pa.Table, first: Ints, begin: int, end: int) -> pa.Table:
    """The rows of documents [begin, end), with a column that counts the documents from 0."""
    rows = table.slice(first[begin], first[end] - first[begin])
    return rows.append_column(
        "_owner", pa.array(np.repeat(np.arange(end - begin), np.diff(first[begin : end + 1])))
    )


def _breaks(texts: list[str], numbers: Ints, documents: pa.Table, zones: pa.Table) -> Ints:
    """Places where a line break stays one: the edges of zones."""
    if not len(zones):
        return np.zeros(0, np.int64)
    base = np.concatenate((np.zeros(1, np.int64), np.cumsum([len(text) + 1 for text in texts])[:-1]))
    names = documents["document_id"].take(pa.array(numbers)).combine_chunks()
    owner = pc.index_in(zones["document_id"], value_set=names).combine_chunks()
    held = np.flatnonzero(owner.is_valid().to_numpy(zero_copy_only=False))
    at = base[owner.fill_null(0).to_numpy()[held]]
    start, end = zones["span_start"].to_numpy()[held] + at, zones["span_end"].to_numpy()[held] + at
    return np.unique(np.concatenate((end, end - 1, start - 1)))


def _spans(block: Block, table: pa.Table) -> tuple[Ints, Ints, Ints]:
    """Spans of a table's rows as places of the view, and where each row's document begins in the block."""
    base = block.base[table["_owner"].to_numpy()]
    start = np.searchsorted(block.place, table["span_start"].to_numpy() + base)
    return start, np.searchsorted(block.place, table["span_end"].to_numpy() + base), base


def _days(table: pa.Table, name: str) -> Ints:
    column = table[name].combine_chunks().cast(pa.int32()).fill_null(NO_DAY)
    return np.asarray(column.to_numpy(), np.int64)


def _measure_block(block: Block, rows: pa.Table, date_rows: pa.Table, volume: Volume, reference: Reference,
                   lists: MeasureWords, territory: Territory) -> dict[str, pa.Array]:  # fmt: skip
    codes = block.codes
    start, end, base = _spans(block, rows)
    date_start, date_end, _ = _spans(block, date_rows)
    dates = Dates(date_start, date_end, _days(date_rows, "date_start"), _days(date_rows, "date_end"))
    named_here = named_divisions(codes, territory)
    tokens = Tokens.of(codes, lists, (dates.start, dates.end), (named_here.start, named_here.end))
    stops = Stops.of(codes)
    kinds = kinds_of(rows)
    phrases = own_phrases(codes, start, end, kinds, tokens, stops, lists, reference.cues.bound_right)
    sentence = last_at(stops.sentence, start) + 1
    first, last, said = periods(codes, start, sentence, tokens, lists, dates, volume.covered_year)
    here = said > last_at(stops.clause, start)
    spoken = _period_keys(first, last, volume.covered_year)
    row = row_of(codes, rows, start, end, kinds, phrases, tokens, stops, spoken, here)
    links = link(row)
    for k, found in links.named.items():
        phrases.start[k], phrases.end[k], phrases.head[k], phrases.head_end[k] = found
    subject, headed = np.array(links.subject, np.int64), np.array(links.head, np.int64)
    some = (subject >= 0) & (headed >= 0)
    source, head_source = np.maximum(subject, 0), np.maximum(headed, 0)
    some &= (phrases.start[source] >= 0) & (phrases.head[head_source] >= 0)
    printed = some & (subject == np.arange(len(start)))
    printed[links.ahead] = some[links.ahead]
    if volume.covered_year:
        unsaid = first == NO_DAY
        year_start, year_end = day(volume.covered_year, 1, 1), day(volume.covered_year, 12, 31)
        last = np.where(unsaid, year_end, last)
        first = np.where(unsaid, np.where(some & phrases.stock[head_source], year_end, year_start), first)
    region, scope, regions, scopes = territories(codes, start, sentence, tokens, lists, territory, named_here)
    points = text_codes(block.text)
    text_start, text_end = block.span(
        np.where(some, phrases.start[source], PAD), np.where(some, phrases.end[source], PAD + 1)
    )
    with_head = some & (phrases.head_end[head_source] > phrases.head[head_source])
    head_start, head_end = block.span(
        np.where(with_head, phrases.head[head_source], PAD),
        np.where(with_head, phrases.head_end[head_source], PAD + 1),
    )
    nothing = pa.scalar(None, pa.string())
    note = np.where(some & ~printed, 0, np.where(printed & (headed != subject), 1, -1))
    return {
        "measured_text": pc.if_else(pa.array(some), cut(points, text_start, text_end), nothing),
        "measured_start": positions(text_start - base, printed),
        "measured_end": positions(text_end - base, printed),
        "head_text": pc.if_else(pa.array(with_head), cut(points, head_start, head_end), nothing),
        "of_quantity_id": _ids(rows, links.of),
        "part_of_quantity_id": _ids(rows, links.part_of),
        "period_start": days(first, first != NO_DAY),
        "period_end": days(last, last != NO_DAY),
        "region_code": pc.if_else(
            pa.array(region >= 0),
            named(regions, region),
            pa.scalar(territory.code or volume.region_code, pa.string()),
        ),
        "scope": named(scopes, scope),
        "note": named((INHERITED, BORROWED), note),
    }


def _ids(rows: pa.Table, numbers: list[int]) -> pa.Array:
    """The ids of the quantities at some rows of the block; null for -1."""
    chosen = np.array(numbers, np.int64)
    return rows["quantity_id"].combine_chunks().take(pa.array(np.maximum(chosen, 0), mask=chosen < 0))


def _period_keys(first: Ints, last: Ints, covered: int | None) -> Ints:
    """Numbers equal for one period; the covered year, its last day and what says no time are one."""
    key = first * 100000 + last
    if covered:
        begin, stop = day(covered, 1, 1), day(covered, 12, 31)
        whole = (first == NO_DAY) | ((last == stop) & ((first == begin) | (first == stop)))
        key = np.where(whole, 0, key)
    return key
