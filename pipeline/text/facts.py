"""From documents and entries to the tables of facts: quantities, dates, numerals, rejects.

Here: cutting a volume into blocks, running the readers over each, settling which reader owns each numeral, and
laying the columns out as the warehouse wants them. Not here: any rule of the language.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.read import Volume
from pipeline.text import quantities as q_
from pipeline.text.arrow import cut, days, decimals, ids, named, positions
from pipeline.text.dates import NO_DAY, PRECISIONS, YEAR_SOURCES, Dates, Standing, read_dates
from pipeline.text.lexer import Bools, Ints, code_set, runs
from pipeline.text.lookalikes import CODE, REASONS, mask_words, name_lookalikes, plan_periods
from pipeline.text.numerals import CHINESE, Numerals, read_numerals
from pipeline.text.quantities import Clauses, Quantities, printed_units, read_quantities
from pipeline.text.reference import Reference
from pipeline.text.units import Units
from pipeline.text.view import Block, block_of, text_codes

BLOCK = 1 << 20
"""Characters read at once: below a quarter of it calls dominate, above four times it page faults do."""

FURNITURE = {"running_head": "page_number", "page_number": "page_number", "contents": "page_number", "index_line": "index_line"}
REJECTED = ("unit_missing", "numeral_unreadable", "impossible_date", "month_unknown")
_CONFIDENCE = {
    "number_unit": 0.98, "shared_unit": 0.93, "unit_in_noun": 0.85, "range": 0.96, "neighbouring_digits": 0.93, "fraction": 0.96,
    "tenths": 0.93, "rank": 0.93, "top_n": 0.9, "proportion": 0.88, "index": 0.75, "bare_multiplier": 0.85, "table_unit": 0.85,
}
_STAGE = "facts"


def read_facts(documents: pa.Table, entries: pa.Table, zones: pa.Table, volume: Volume, reference: Reference) -> dict[str, pa.Table]:
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
    layout = _Layout.of(documents, entries, zones)
    for block in _blocks(documents, layout, reference):
        for name, table in _read_block(block, layout, volume, reference).items():
            parts[name].append(table)
    if not parts["quantities"]:
        empty = block_of([""], np.zeros(1, np.int64), reference.fold, np.zeros(0, np.int64))
        blank = _Layout.blank(volume.volume_id)
        return _read_block(empty, blank, volume, reference)
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


@dataclass
class _Layout:
    """Where entries and zones lie: for each document, sorted columns of starts, ends and numbers."""

    document_ids: pa.Array
    volume_ids: pa.Array
    entry_ids: pa.Array
    first_entry: Ints  # for each document, the first and one past the last of its entries
    entry_start: Ints
    entry_end: Ints
    first_zone: Ints
    zone_start: Ints
    zone_end: Ints
    zone_kind: list[str]

    @classmethod
    def of(cls, documents: pa.Table, entries: pa.Table, zones: pa.Table) -> _Layout:
        order = {name: n for n, name in enumerate(documents["document_id"].to_pylist())}
        count = len(order)

        def first(table: pa.Table) -> tuple[Ints, Ints]:
            encoded = table["document_id"].combine_chunks().dictionary_encode() if len(table) else None
            if encoded is None:
                return np.zeros(0, np.int64), np.zeros(count + 1, np.int64)
            names = np.array([order[name] for name in encoded.dictionary.to_pylist()], np.int64)
            owner = names[encoded.indices.to_numpy(zero_copy_only=False)]
            by = np.lexsort((table["span_start"].to_numpy(), owner))
            return by, np.searchsorted(owner[by], np.arange(count + 1))

        by_entry, first_entry = first(entries)
        by_zone, first_zone = first(zones)
        entries, zones = entries.take(by_entry), zones.take(by_zone)
        return cls(
            documents["document_id"].combine_chunks(), documents["volume_id"].combine_chunks(), entries["entry_id"].combine_chunks(),
            first_entry, entries["span_start"].to_numpy().astype(np.int64), entries["span_end"].to_numpy().astype(np.int64),
            first_zone, zones["span_start"].to_numpy().astype(np.int64), zones["span_end"].to_numpy().astype(np.int64),
            zones["kind"].to_pylist(),
        )

    @classmethod
    def blank(cls, volume_id: str) -> _Layout:
        nothing, two = np.zeros(0, np.int64), np.zeros(2, np.int64)
        text = pa.array([], pa.string())
        return cls(pa.array([""]), pa.array([volume_id]), text, two, nothing, nothing, two, nothing, nothing, [])


def _blocks(documents: pa.Table, layout: _Layout, reference: Reference) -> Iterator[Block]:
    """The documents in blocks of about BLOCK characters."""
    lengths = documents["characters"].to_numpy()
    begin = 0
    while begin < len(lengths):
        end, size = begin, 0
        while end < len(lengths) and (size == 0 or size + lengths[end] <= BLOCK):
            size += int(lengths[end]) + 1
            end += 1
        texts = documents["text"].slice(begin, end - begin).to_pylist()
        breaks = []
        base = 0
        for number, text in zip(range(begin, end), texts, strict=True):
            zones = slice(layout.first_zone[number], layout.first_zone[number + 1])
            edge = np.concatenate((layout.zone_end[zones], layout.zone_end[zones] - 1, layout.zone_start[zones] - 1))
            breaks.append(edge + base)
            base += len(text) + 1
        yield block_of(texts, np.arange(begin, end), reference.fold, np.unique(np.concatenate(breaks)))
        begin = end


@dataclass
class _Places:
    """Entry and zone of places in a block's text."""

    base: Ints
    entry_start: Ints
    entry_end: Ints
    entry_number: Ints
    zone_start: Ints
    zone_end: Ints
    zone_reason: Ints
    heading_start: Ints
    heading_end: Ints

    @classmethod
    def of(cls, block: Block, layout: _Layout) -> _Places:
        starts, ends, numbers, zone_starts, zone_ends, reasons, heading_starts, heading_ends = [], [], [], [], [], [], [], []
        for base, number in zip(block.base, block.documents, strict=True):
            own = slice(layout.first_entry[number], layout.first_entry[number + 1])
            starts.append(layout.entry_start[own] + base)
            ends.append(layout.entry_end[own] + base)
            numbers.append(np.arange(own.start, own.stop))
            for k in range(layout.first_zone[number], layout.first_zone[number + 1]):
                if layout.zone_kind[k] == "heading":
                    heading_starts.append(layout.zone_start[k] + base)
                    heading_ends.append(layout.zone_end[k] + base)
                reason = FURNITURE.get(layout.zone_kind[k])
                if reason:
                    zone_starts.append(layout.zone_start[k] + base)
                    zone_ends.append(layout.zone_end[k] + base)
                    reasons.append(CODE[reason])
        return cls(block.base, np.concatenate(starts), np.concatenate(ends), np.concatenate(numbers).astype(np.int64),
                   np.array(zone_starts, np.int64), np.array(zone_ends, np.int64), np.array(reasons, np.int64),
                   np.array(heading_starts, np.int64), np.array(heading_ends, np.int64))

    def entry(self, place: Ints) -> Ints:
        """Number of the entry at each place of the text, -1 outside."""
        return _inside(place, self.entry_start, self.entry_end, self.entry_number)

    def furniture(self, place: Ints) -> Ints:
        """Reason code of the running head, page number, contents or index line at each place, or -1."""
        return _inside(place, self.zone_start, self.zone_end, self.zone_reason)


    def standing(self, block: Block) -> Standing:
        """What entry, sentence, document and heading the dates of a block stand in."""
        stop = np.flatnonzero(code_set("。！？\n\f")[block.codes])
        entry = np.unique(np.concatenate((self.entry_start, self.entry_end, self.base)))
        view = block.place
        return Standing(np.searchsorted(view, entry), stop, np.searchsorted(view, self.base),
                        np.searchsorted(view, self.heading_start), np.searchsorted(view, self.heading_end))


def _inside(place: Ints, start: Ints, end: Ints, label: Ints) -> Ints:
    if not len(start):
        return np.full(len(place), -1, np.int64)
    i = np.searchsorted(start, place, "right") - 1
    held = (i >= 0) & (place < end[np.maximum(i, 0)])
    return np.where(held, label[np.maximum(i, 0)], -1)


def _read_block(block: Block, layout: _Layout, volume: Volume, reference: Reference) -> dict[str, pa.Table]:
    codes, units = block.codes, reference.units
    places = _Places.of(block, layout)
    mask, word_start, word_end, word_reason = mask_words(codes, reference.lookalikes)
    numerals = read_numerals(codes, mask, units)
    surface, unit_start, unit_end = printed_units(codes, numerals, units)
    text_start, _ = block.span(numerals.start, numerals.end)
    reason = places.furniture(text_start)
    furniture = reason >= 0
    clauses = Clauses.of(codes, numerals, reference.cues)
    found = units.contexts.found(codes)
    place = numerals.start
    printed = units.rows_of(found, surface, place, unit_end, clauses.begin(place), clauses.sentence_begin(place), clauses.end(unit_end))
    named_reason = name_lookalikes(codes, numerals, printed, unit_end, reference.lookalikes, units.shares)
    reason = np.where(furniture, reason, named_reason)
    plans = plan_periods(codes, numerals, reason == CODE["plan"])
    reason[plans.numeral] = -1
    dates = read_dates(codes, numerals, reason >= 0, reference.dates, plans, places.standing(block),
                       volume.covered_year)
    dated = (dates.of_numeral >= 0) & ~furniture
    years = np.full(len(numerals), -1, np.int64)
    four = (numerals.digits == 4) & dated
    years[four] = numerals.integer()[four]
    taken = (reason >= 0) | dated
    ordinal = reason == CODE["ordinal"]
    quantities = read_quantities(codes, numerals, taken, units, reference.cues, clauses, found, surface, printed, unit_start, unit_end,
                                 dated, years)
    counted = quantities.of_numeral >= 0
    reason[counted & ordinal] = -1  # a place in a ranking, after all
    points = text_codes(block.text)
    frame = _Frame(block, layout, places, points)
    date_table = _dates_table(frame, dates)
    quantity_table = _quantities_table(frame, quantities, numerals, reference)
    number_rows, rejected = _settle(frame, numerals, quantities, dates, reason, codes, mask, word_start, word_end, word_reason)
    return {"quantities": quantity_table, "dates": date_table, "numerals": number_rows, "rejects": rejected}


@dataclass
class _Frame:
    """What every table of a block needs: ids of documents, entries and volumes for places in the view."""

    block: Block
    layout: _Layout
    places: _Places
    points: NDArray[np.uint32]

    def where(self, start: Ints, end: Ints) -> tuple[dict[str, pa.Array], Ints, Ints]:
        """Columns entry_id … source_text for spans of the view, and the spans in the block's text."""
        begin, stop = self.block.span(start, end)
        return self.where_text(begin, stop), begin, stop

    def where_text(self, begin: Ints, stop: Ints) -> dict[str, pa.Array]:
        owner = self.block.document_of(begin)
        document = self.block.documents[owner]
        entry = self.places.entry(begin)
        base = self.block.base[owner]
        known = entry >= 0
        return {
            "entry_id": self.layout.entry_ids.take(pa.array(np.where(known, entry, 0), pa.int32(), mask=~known)),
            "document_id": self.layout.document_ids.take(pa.array(document)),
            "volume_id": self.layout.volume_ids.take(pa.array(document)),
            "span_start": positions(begin - base),
            "span_end": positions(stop - base),
            "source_text": cut(self.points, begin, stop),
        }

    def id_of(self, begin: Ints) -> pa.Array:
        """`<document_id>@<span_start>` for places in the block's text."""
        owner = self.block.document_of(begin)
        return ids(self.layout.document_ids.take(pa.array(self.block.documents[owner])), begin - self.block.base[owner])


def _dates_table(frame: _Frame, dates: Dates) -> pa.Table:
    i = np.flatnonzero(dates.impossible == 0)
    where, begin, _ = frame.where(dates.start[i], dates.end[i])
    known = dates.first[i] != NO_DAY
    partial = _partial(dates, i)
    source = named(YEAR_SOURCES, dates.source[i])
    return pa.table({
        "date_id": frame.id_of(begin), **where,
        "date_start": days(dates.first[i], known), "date_end": days(dates.last[i], known),
        "precision": named(PRECISIONS, dates.precision[i]), "year_source": source,
        "partial": partial, "rule_id": pc.binary_join_element_wise(pa.scalar("date"), source, "_"),
        "confidence": pa.array(np.array([0.98, 0.9, 0.93, 0.9])[dates.source[i]]), "note": pa.nulls(len(i), pa.string()),
    })


def _partial(dates: Dates, which: Ints) -> pa.Array:
    """--05-26 or --05-26/--05-28 for dates whose year is not known; null for the others."""
    unknown = np.flatnonzero(dates.first[which] == NO_DAY)
    values: list[str | None] = [None] * len(which)
    for k in unknown:
        ends = []
        for column in dates.month_day:
            month, day = divmod(int(column[which[k]]), 100)
            ends.append(f"--{month:02d}-{day:02d}" if day and month > 0 else f"--{month:02d}" if month > 0 else "--")
        values[k] = ends[0] if ends[0] == ends[1] else "/".join(ends)
    return pa.array(values, pa.string())


def _quantities_table(frame: _Frame, q: Quantities, numerals: Numerals, reference: Reference) -> pa.Table:
    units = reference.units
    where, begin, _ = frame.where(q.start, q.end)
    n = len(q.start)
    share = q.denominator > 0
    ratio = q.rule == q_.RULE["proportion"]
    ranged = (q.bound == q_.RANGE) | ((q.bound == q_.AT_LEAST) & ((q.high != q.mantissa) | (q.high_exponent != q.exponent)))
    mantissa, exponent = q.mantissa.copy(), q.exponent.copy()
    for k in np.flatnonzero(share):  # 三分之二 to six places
        mantissa[k] = round(int(mantissa[k]) * 10.0 ** (6 + int(exponent[k])) / int(q.denominator[k]))
        exponent[k] = -6
    high = np.where(ranged, q.high, mantissa)
    high_exponent = np.where(ranged, q.high_exponent, exponent)
    valued = ~ranged & ~ratio
    has_low = np.isin(q.bound, (q_.EXACT, q_.OVER, q_.AT_LEAST, q_.RANGE, q_.TOP_N)) & ~ratio
    has_high = (np.isin(q.bound, (q_.EXACT, q_.AT_MOST, q_.RANGE, q_.TOP_N)) | ranged) & ~ratio
    top = q.bound == q_.TOP_N
    low = decimals(np.where(top, 1, mantissa), np.where(top, 0, exponent), has_low)
    number = mantissa * np.power(10.0, exponent)
    ill = (q.change_kind == q_.BY_MULTIPLE) & (q.direction == q_.DOWN)
    unit, dimension, base_unit, factor, offset = _unit_columns(q, units, share, ratio)
    printed = (q.unit_end > q.unit_start) & (q.row >= 0)
    text_start, text_end = frame.block.span(np.where(printed, q.unit_start, q.start), np.where(printed, q.unit_end, q.end))
    unit_text = pc.if_else(pa.array(printed), cut(frame.points, text_start, text_end), pa.scalar(None, pa.string()))
    basis_names = [*q_.BASES]
    basis_code = q.basis.copy()
    for year in np.unique(q.basis[q.basis >= 10000]):
        basis_code[q.basis == year] = len(basis_names)
        basis_names.append(f"year:{year - 10000:04d}")
    terms = [None] * n if not q.terms else [q.terms.get(k) for k in range(n)]
    rule = named(q_.RULES, q.rule)
    confidence = np.array([_CONFIDENCE[name] for name in q_.RULES])[q.rule]
    notes = _notes(q, where["source_text"], ill)
    nothing = pa.nulls(n, pa.string())
    return pa.table({
        "quantity_id": frame.id_of(begin), **where,
        "value": decimals(mantissa, exponent, valued), "value_float": pa.array(number, mask=~valued),
        "low": low, "high": decimals(high, high_exponent, has_high),
        "bound": named(q_.BOUNDS, q.bound), "terms": pa.array(terms, pa.string()),
        "unit_text": unit_text, "unit": unit, "dimension": dimension,
        "base_value": pa.array(number * factor + offset, mask=~valued), "base_unit": base_unit,
        "measured_text": nothing, "measured_start": pa.nulls(n, pa.int32()), "measured_end": pa.nulls(n, pa.int32()), "head_text": nothing,
        "role": named(q_.ROLES, q.role), "change_kind": named(q_.CHANGE_KINDS, q.change_kind),
        "change_direction": named(q_.DIRECTIONS, q.direction), "change_basis": named(basis_names, basis_code),
        "change_basis_stated": pa.array(q.basis_stated == 1, mask=q.basis_stated < 0),
        "of_quantity_id": nothing, "part_of_quantity_id": nothing,
        "period_start": pa.nulls(n, pa.date32()), "period_end": pa.nulls(n, pa.date32()), "region_code": nothing, "scope": nothing,
        "rule_id": rule, "confidence": pa.array(confidence), "correction_id": nothing, "note": notes,
    })


def _notes(q: Quantities, source: pa.Array, ill: Bools) -> pa.Array:
    """How a broken number was read; null for the plain ones."""
    wrapped = pc.match_substring_regex(source, r"[\r\n]|[0-9] [0-9]").to_numpy(zero_copy_only=False)
    letters = pc.match_substring_regex(source, r"[0-9][Oo]|[lI][0-9]|[0-9][○〇]").to_numpy(zero_copy_only=False)
    notes = np.full(len(q.start), None, object)
    notes[q.shared] = "unit taken from the next number of the list"
    notes[q.from_noun] = "unit taken from the noun before"
    notes[q.rule == q_.RULE["table_unit"]] = "unit taken from the head of the table"
    notes[wrapped] = "read through a line break or a blank"
    notes[letters] = "letter read as a digit"
    notes[ill] = "a decrease by a multiple cannot be taken literally"
    notes[q.doubled_sign] = "sign and verb both say a decrease"
    notes[q.broken == 1] = "doubled point read as one"
    return pa.array(notes, pa.string())


def _unit_columns(q: Quantities, units: Units, share: Bools, ratio: Bools) -> tuple[pa.Array, pa.Array, pa.Array, NDArray[np.float64], NDArray[np.float64]]:
    """unit, dimension and base unit of each row, and the factor and offset to the base."""
    names: list[str | None] = [row.unit for row in units.rows]
    dimensions: list[str | None] = [row.dimension for row in units.rows]
    bases: list[str | None] = [row.base_unit for row in units.rows]
    code = q.row.copy()
    factor = np.where(code >= 0, units.factor[np.maximum(code, 0)], 1.0)
    offset = np.where(code >= 0, units.offset[np.maximum(code, 0)], 0.0)
    rates = np.flatnonzero((q.below >= 0) & (code >= 0))
    if len(rates):
        triples = np.stack((q.row[rates], q.below[rates], q.below_count[rates], q.below_time[rates]), 1)
        distinct, which = np.unique(triples, axis=0, return_inverse=True)
        for upper, lower, count, time in distinct.tolist():
            above, under = units.rows[upper], units.rows[lower]
            printed = f"{count}{under.unit}" if count != 1 and count not in _COUNTED else _COUNTED.get(count, "") + under.unit
            timed = f".{units.rows[time].unit}" if time >= 0 else ""
            names.append(f"{above.unit}/{printed}{timed}")
            dimensions.append(_rate_dimension(above.dimension, under.dimension))
            bases.append(f"{above.base_unit}/{under.base_unit}{timed}")
        per = units.factor[distinct[:, 1]] * distinct[:, 2]
        factor[rates] = factor[rates] / per[which.ravel()]
        offset[rates] = 0.0
        code[rates] = len(units.rows) + which.ravel()
    for mask, name, dimension, base in ((share, "1", "fraction", "1"), (ratio, None, "ratio", None),
                                        ((code < 0) & (q.rule == q_.RULE["rank"]), "位", "rank", "位"),
                                        ((code < 0) & ~share & ~ratio & (q.rule != q_.RULE["rank"]), None, "index", None)):
        if mask.any():
            code = np.where(mask, len(names), code)
            names.append(name)
            dimensions.append(dimension)
            bases.append(base)
    topped = (q.bound == q_.TOP_N) & np.isin(np.array([row.surface for row in units.rows] + [""])[q.row], ["名", "位"])
    ranked = (q.rule == q_.RULE["rank"]) | topped
    if ranked.any():
        again = np.array([*range(len(names))])[code]
        place = {label: len(names) + k for k, label in enumerate(("位", "名"))}
        for label in place:
            names.append(label)
            dimensions.append("rank")
            bases.append(label)
        printed_name = np.array([units.rows[r].surface == "名" if r >= 0 else False for r in q.row])
        code = np.where(ranked, np.where(printed_name, place["名"], place["位"]), again)
        factor = np.where(ranked, 1.0, factor)
        offset = np.where(ranked, 0.0, offset)
    # names and bases hold None for rows without a unit
    return named(names, code), named(dimensions, code), named(bases, code), factor, offset


_COUNTED = {10: "十", 100: "百", 1000: "千", 10000: "万", 100000: "十万", 1000000: "百万"}


def _rate_dimension(above: str, below: str) -> str:
    if above == "money":
        return "rate" if below in ("person", "visit", "duration", "time") else "price"
    if above == "person" and below == "area":
        return "density"
    if above == "length" and below == "duration":
        return "speed"
    if above == "mass" and below == "volume":
        return "density"
    return "rate"


def _settle(frame: _Frame, numerals: Numerals, q: Quantities, dates: Dates, reason: Ints, codes: NDArray[np.uint16],
            mask: Bools, word_start: Ints, word_end: Ints, word_reason: Ints) -> tuple[pa.Table, pa.Table]:
    """The numerals table, one row each, and the rejects among them."""
    n = len(numerals)
    owner_date = dates.of_numeral
    dated = owner_date >= 0
    wrong = dated & (dates.impossible[np.maximum(owner_date, 0)] > 0) if len(dates.start) else dated
    holder = np.maximum(np.searchsorted(q.start, numerals.start, "right") - 1, 0)
    inside = (q.start[holder] < numerals.start) & (numerals.end <= q.end[holder]) if len(q.start) else np.zeros(n, np.bool_)
    of_numeral = np.where((q.of_numeral < 0) & inside, holder, q.of_numeral)  # the 百 of 个百分点
    claimed = np.full(n, 3, np.int64)  # reject, until something claims it
    counted = of_numeral >= 0
    claimed[reason >= 0] = 2
    claimed[dated & ~wrong] = 1
    claimed[counted] = 0
    claimed[wrong & ~counted] = 3
    loose = (claimed == 3) & ~wrong
    words = loose & ~numerals.arabic & (numerals.broken >= 0)
    reason = reason.copy()
    before = codes[numerals.start - 1]
    one = words & (numerals.integer() == 1) & (numerals.digits == 1)
    reason[words] = CODE["pointer"]
    reason[one] = CODE["indefinite"]
    reason[words & numerals.bare] = CODE["class_label"]
    reason[loose & (before == ord("每"))] = CODE["denominator"]
    claimed[words | (loose & (before == ord("每")))] = 2
    begin, stop = frame.block.span(numerals.start, numerals.end)
    held = claimed == 0
    q_begin, _ = frame.block.span(q.start, q.end)
    claim_begin = begin.copy()
    claim_begin[held] = q_begin[of_numeral[held]]
    d_begin, d_stop = frame.block.span(dates.start, dates.end) if len(dates.start) else (begin[:0], begin[:0])
    in_date = claimed == 1
    claim_begin[in_date] = d_begin[owner_date[in_date]]
    reject_code = np.full(n, -1, np.int64)
    rejected = claimed == 3
    reject_code[rejected] = 0
    reject_code[rejected & (numerals.broken < 0)] = 1
    if wrong.any():
        reject_code[wrong & rejected] = np.where(dates.impossible[owner_date[wrong & rejected]] == 2, 3, 2)
    # Chinese numerals inside ordinary words
    inner_start, inner_end = runs(CHINESE[codes] & mask)
    word = np.searchsorted(word_start, inner_start, "right") - 1
    inner_reason = word_reason[np.maximum(word, 0)] if len(word_reason) else inner_start * 0
    ib, ie = frame.block.span(inner_start, inner_end) if len(inner_start) else (begin[:0], begin[:0])
    all_begin, all_stop = np.concatenate((begin, ib)), np.concatenate((stop, ie))
    order = np.lexsort((all_stop, all_begin))
    kind = np.concatenate((claimed, np.full(len(ib), 2)))[order]
    why = np.concatenate((reason, inner_reason))[order]
    reject = np.concatenate((reject_code, np.full(len(ib), -1)))[order]
    claim = np.concatenate((claim_begin, ib))[order]
    all_begin, all_stop = all_begin[order], all_stop[order]
    where = frame.where_text(all_begin, all_stop)
    date_begin = np.where(np.concatenate((wrong & rejected, np.zeros(len(ib), np.bool_)))[order], 1, 0)
    reject_begin = np.where(date_begin == 1, _date_start_of(all_begin, d_begin, d_stop), all_begin)
    reject_names = named(REJECTED, reject)
    reject_ids = pc.binary_join_element_wise(frame_reject(frame, reject_begin), reject_names, ":")
    claim_ids = pc.if_else(pa.array(kind <= 1), frame.id_of(claim), reject_ids)
    claim_ids = pc.if_else(pa.array(kind == 2), pa.scalar(None, pa.string()), claim_ids)
    table = pa.table({
        "document_id": where["document_id"], "entry_id": where["entry_id"], "volume_id": where["volume_id"],
        "span_start": where["span_start"], "span_end": where["span_end"], "source_text": where["source_text"],
        "claimed_by": named(("quantity", "date", "non_quantity", "reject"), kind), "claim_id": claim_ids,
        "reason": named((*REASONS, *REJECTED), np.where(kind == 2, why, np.where(kind == 3, reject + len(REASONS), -1))),
    })
    return table, _rejects_table(frame, all_begin, all_stop, reject, reject_begin, d_begin, d_stop)


def _date_start_of(begin: Ints, d_begin: Ints, d_stop: Ints) -> Ints:
    if not len(d_begin):
        return begin
    i = np.maximum(np.searchsorted(d_begin, begin, "right") - 1, 0)
    return np.where(begin < d_stop[i], d_begin[i], begin)


def frame_reject(frame: _Frame, begin: Ints) -> pa.Array:
    """`<document_id>!<span_start>` for places in the block's text."""
    owner = frame.block.document_of(begin)
    return ids(frame.layout.document_ids.take(pa.array(frame.block.documents[owner])), begin - frame.block.base[owner], "!")


_DETAIL = (
    "a number without a unit; if the book names one elsewhere, state it in corrections.csv",
    "a numeral of more than 18 digits, or one that makes no number",
    "the calendar has no such day; check the page for a misprint",
    "a day whose month is not named before it in the entry",
)


def _rejects_table(frame: _Frame, begin: Ints, stop: Ints, reject: Ints, reject_begin: Ints, d_begin: Ints, d_stop: Ints) -> pa.Table:
    which = np.flatnonzero(reject >= 0)
    start = reject_begin[which]
    end = stop[which]
    if len(d_begin):
        i = np.maximum(np.searchsorted(d_begin, start, "right") - 1, 0)
        end = np.where((reject[which] >= 2) & (d_begin[i] == start), d_stop[i], end)
    _, first = np.unique(start, return_index=True)  # a broken date is one reject, however many numerals it holds
    which, start, end = which[first], start[first], end[first]
    where = frame.where_text(start, end)
    reason = named(REJECTED, reject[which])
    return pa.table({
        "reject_id": pc.binary_join_element_wise(frame_reject(frame, start), reason, ":"), **where,
        "stage": pa.array([_STAGE] * len(which), pa.string()), "reason": reason, "detail": named(_DETAIL, reject[which]),
    })
