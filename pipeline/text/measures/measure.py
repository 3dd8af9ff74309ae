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
from pipeline.text.lexer import Bools, Ints
from pipeline.text.measures.context import NO_DAY, day, periods, territories
from pipeline.text.measures.lexicon import KIND, MeasureWords, Tokens, load_measure_words
from pipeline.text.measures.phrases import Phrases, Stops, attributes, last_at, own_phrases
from pipeline.text.measures.relations import Row, link
from pipeline.text.rows import CHANGE, CHANGE_KINDS, RANK, ROLES, THRESHOLD
from pipeline.text.reference import Reference
from pipeline.text.view import PAD, Block, block_of, text_codes

BLOCK = 1 << 20
_TIMED = ("duration", "age", "time")
_RELATIVE = ("percent", "percentage_point", "multiple", "ratio", "fraction", "rank", "index")
_COUNTED = ("count", "person", "visit")
_REPEATED = ("次", "轮", "遍", "趟", "场次")
_MATERIAL = ("money", "energy", "power", "price", "rate")
BORROWED = "head noun taken from an earlier clause"
INHERITED = "measured phrase taken from an earlier clause"


def measure(documents: pa.Table, entries: pa.Table, zones: pa.Table, quantities: pa.Table, dates: pa.Table, volume: Volume,
            reference: Reference) -> pa.Table:
    """The quantities of a volume with the columns filled that say what each of them measures.

    Args:
        documents, entries, zones: the tables of `pipeline.read` and `pipeline.text.segment`.
        quantities, dates: the tables of `pipeline.text.facts.read_facts` for the same documents.
        volume: the covered year and the region of the book.
        reference: the loaded reference tables.

    Returns:
        The table of quantities, row for row, with measured_text, measured_start, measured_end, head_text,
        of_quantity_id, part_of_quantity_id, period_start, period_end, region_code, scope and note.
    """
    if not len(quantities):
        return quantities
    lists = load_measure_words(reference.folder / "lexicons")
    parts: dict[str, list[pa.Array]] = {}
    for texts, numbers, rows, date_rows in _blocks(documents, quantities, dates):
        block = block_of(texts, numbers, reference.fold, _breaks(texts, numbers, documents, zones))
        for name, column in _measure_block(block, rows, date_rows, volume, reference, lists).items():
            parts.setdefault(name, []).append(column)
    columns = {name: pa.chunked_array(arrays).combine_chunks() for name, arrays in parts.items()}
    inherited, borrowed = columns.pop("inherited"), columns.pop("borrowed")
    table = quantities
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    old = table["note"].combine_chunks()
    said = pc.if_else(inherited, pa.scalar(INHERITED), pc.if_else(borrowed, pa.scalar(BORROWED), pa.scalar(None, pa.string())))
    note = pc.coalesce(pc.binary_join_element_wise(old, said, "; "), old, said)
    return table.set_column(table.schema.get_field_index("note"), "note", note)


def _bounds(table: pa.Table, order: list[str]) -> Ints:
    """Where the rows of each document begin in a table sorted by document, and its length."""
    number = {name: n for n, name in enumerate(order)}
    encoded = table["document_id"].combine_chunks().dictionary_encode() if len(table) else None
    if encoded is None:
        return np.zeros(len(order) + 1, np.int64)
    owner = np.array([number[name] for name in encoded.dictionary.to_pylist()], np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]
    return np.searchsorted(owner, np.arange(len(order) + 1))


def _blocks(documents: pa.Table, quantities: pa.Table, dates: pa.Table) -> Iterator[tuple[list[str], Ints, pa.Table, pa.Table]]:
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
        rows = quantities.slice(first_q[begin], first_q[end] - first_q[begin])
        if len(rows):
            texts = documents["text"].slice(begin, end - begin).to_pylist()
            date_rows = dates.slice(first_d[begin], first_d[end] - first_d[begin])
            yield texts, np.arange(begin, end), _owned(rows, first_q, begin, end), _owned(date_rows, first_d, begin, end)
        begin = end


def _owned(rows: pa.Table, first: Ints, begin: int, end: int) -> pa.Table:
    """The rows with a column that counts the block's documents."""
    return rows.append_column("_owner", pa.array(np.repeat(np.arange(end - begin), np.diff(first[begin:end + 1]))))


def _breaks(texts: list[str], numbers: Ints, documents: pa.Table, zones: pa.Table) -> Ints:
    """Places where a line break stays one: the edges of zones."""
    if not len(zones):
        return np.zeros(0, np.int64)
    base = np.concatenate((np.zeros(1, np.int64), np.cumsum([len(text) + 1 for text in texts])[:-1]))
    names = documents["document_id"].take(pa.array(numbers))
    owner = pc.index_in(zones["document_id"], value_set=names.combine_chunks()).combine_chunks()
    held = np.flatnonzero(owner.is_valid().to_numpy(zero_copy_only=False))
    at = base[owner.fill_null(0).to_numpy()[held]]
    start, end = zones["span_start"].to_numpy()[held] + at, zones["span_end"].to_numpy()[held] + at
    return np.unique(np.concatenate((end, end - 1, start - 1)))


def _column(table: pa.Table, name: str, names: tuple[str, ...]) -> Ints:
    """A text column as numbers: the index into `names`, -1 for null and others."""
    found = pc.index_in(table[name], value_set=pa.array(names)).combine_chunks()
    return found.fill_null(-1).to_numpy().astype(np.int64)


def _among(column: pa.ChunkedArray, names: tuple[str, ...]) -> Bools:
    return pc.is_in(column, value_set=pa.array(names)).combine_chunks().to_numpy(zero_copy_only=False)


def _coded(column: pa.Array | pa.ChunkedArray) -> Ints:
    """A text column as numbers, equal for equal texts; -1 for null."""
    one = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return one.dictionary_encode().indices.fill_null(-1).to_numpy().astype(np.int64)


def _measure_block(block: Block, rows: pa.Table, date_rows: pa.Table, volume: Volume, reference: Reference, lists: MeasureWords) -> dict[str, pa.Array]:
    codes = block.codes
    owner = _owner(block, rows)
    start, end = _spans(block, rows, owner)
    date_owner = _owner(block, date_rows)
    date_start, date_end = _spans(block, date_rows, date_owner)
    n = len(start)
    role = _column(rows, "role", ROLES)
    dimension = rows["dimension"]
    timed, relative, counted, material = (_among(dimension, names) for names in (_TIMED, _RELATIVE, _COUNTED, _MATERIAL))
    people = _among(dimension, ("person", "visit"))
    repeated = _among(rows["unit"], _REPEATED)
    points = _column(rows, "change_kind", ("points",)) >= 0
    tokens = Tokens.of(codes, lists, date_start, date_end)
    stops = Stops.of(codes)
    phrases = own_phrases(codes, start, end, counted, people, timed, relative, role == THRESHOLD, role == RANK, role == CHANGE, points, repeated, material, tokens, stops, lists,
                          reference.cues.bound_right)
    sentence_at = last_at(stops.sentence, start) + 1
    clause_at = last_at(stops.clause, start) + 1
    first, last = periods(codes, start, sentence_at, tokens, lists, date_start, date_end, _days(date_rows, "date_start"), _days(date_rows, "date_end"),
                          volume.covered_year)
    base_unit = rows["base_unit"].combine_chunks()
    row = Row(
        text=codes.tobytes().decode("utf-16-le", "replace"), start=start.tolist(), end=end.tolist(), entry=_coded(rows["entry_id"]).tolist(),
        sentence=sentence_at.tolist(), clause=clause_at.tolist(), unit=_coded(base_unit).tolist(),
        kin=_coded(pc.struct_field(pc.extract_regex(base_unit, "^(?P<u>[^/]*)"), "u")).tolist(),
        relative=relative.tolist(), timed=timed.tolist(), material=material.tolist(), counted=counted.tolist(), role=role.tolist(),
        change_kind=_column(rows, "change_kind", CHANGE_KINDS).tolist(), value=_values(rows).tolist(), grain=_grains(rows).tolist(),
        own=phrases.start.tolist(), own_end=phrases.end.tolist(), head=phrases.head.tolist(), head_end=phrases.head_end.tolist(), known=phrases.known.tolist(),
        abstract=phrases.measuring.tolist(), attribute=attributes(codes, phrases, tokens).tolist(), growth=phrases.growth.tolist(),
        based=phrases.based.tolist(), by_verb=(phrases.side == 2).tolist(), on_right=(phrases.side == 1).tolist(), portion=_portions(codes, phrases).tolist(), aged=_among(dimension, ("age",)).tolist(),
        milestone=(np.isin(codes[end], [ord(c) for c in "大台关"]) & np.isin(codes[end + 1], [ord(c) for c in "关阶口"])).tolist(), period=(first * 100000 + last).tolist(), apart=_last_token(tokens, "distribute", start, clause_at).tolist(),
        of_which=_of_which(codes, tokens, start, sentence_at).tolist(), bracket=_brackets(codes, start, clause_at, stops).tolist(),
        linked=_linked(codes, start, end, phrases).tolist(),
    )
    links = link(row)
    for k, place in links.named.items():
        phrases.start[k], phrases.end[k], phrases.head[k], phrases.head_end[k] = place
    subject, of, part_of, headed = (np.array(column, np.int64) for column in (links.subject, links.of, links.part_of, links.head))
    some = subject >= 0
    source, head_source = np.maximum(subject, 0), np.maximum(headed, 0)
    ms, me = phrases.start[source], phrases.end[source]
    mh, mhe = phrases.head[head_source], phrases.head_end[head_source]
    some &= (ms >= 0) & (mh >= 0)
    here = some & (subject == np.arange(n))
    stock = phrases.stock[head_source] & (first == NO_DAY)
    if volume.covered_year:
        unsaid = first == NO_DAY
        last = np.where(unsaid, day(volume.covered_year, 12, 31), last)
        first = np.where(unsaid, np.where(stock, day(volume.covered_year, 12, 31), day(volume.covered_year, 1, 1)), first)
    points = text_codes(block.text)
    ms, me, mh, mhe = (np.where(some, column, PAD + one) for column, one in ((ms, 0), (me, 1), (mh, 0), (mhe, 1)))
    b0, b1 = block.span(ms, me)
    h0, h1 = block.span(mh, mhe)
    base = block.base[owner]
    null = pa.scalar(None, pa.string())
    ids = rows["quantity_id"].combine_chunks()
    place = territories(start, sentence_at, tokens, lists)
    scopes = [None if one is None else one[0] for one in lists.scope]
    region = [None if one is None else _region(one[1], volume) for one in lists.scope]
    region_default = pa.scalar(volume.region_code, pa.string())
    scope_of = named(scopes, place)
    region_of = pc.if_else(pa.array(place >= 0), named(region, place), region_default)
    return {
        "measured_text": pc.if_else(pa.array(some), cut(points, b0, b1), null),
        "measured_start": positions(b0 - base, here), "measured_end": positions(b1 - base, here),
        "head_text": pc.if_else(pa.array(some), cut(points, h0, h1), null),
        "of_quantity_id": ids.take(pa.array(np.maximum(of, 0), mask=of < 0)),
        "part_of_quantity_id": ids.take(pa.array(np.maximum(part_of, 0), mask=part_of < 0)),
        "period_start": days(first, first != NO_DAY), "period_end": days(last, last != NO_DAY),
        "region_code": region_of, "scope": scope_of,
        "inherited": pa.array(some & ~here), "borrowed": pa.array(here & (headed != subject)),
    }


def _region(territory: str, volume: Volume) -> str | None:
    code = volume.region_code
    if territory == "region" or code is None:
        return code if territory == "region" else None
    return code[:2] + "0000" if territory == "province" else None


def _owner(block: Block, table: pa.Table) -> Ints:
    """Index into the block's documents of each row; rows and documents come in the same order."""
    if not len(table):
        return np.zeros(0, np.int64)
    return table["_owner"].to_numpy()


def _spans(block: Block, table: pa.Table, owner: Ints) -> tuple[Ints, Ints]:
    base = block.base[owner]
    start = np.searchsorted(block.place, table["span_start"].to_numpy() + base)
    end = np.searchsorted(block.place, table["span_end"].to_numpy() + base)
    return start, end


def _days(table: pa.Table, name: str) -> Ints:
    if not len(table):
        return np.zeros(0, np.int64)
    return table[name].combine_chunks().cast(pa.int32()).fill_null(NO_DAY).to_numpy().astype(np.int64)


def _values(rows: pa.Table) -> np.ndarray:
    """One number a row, in the base unit of its printed unit: the value, else its lower end, else 0."""
    low = rows["low"].combine_chunks().cast(pa.float64())
    value = pc.coalesce(rows["base_value"].combine_chunks(), low, pa.scalar(0.0))
    return value.to_numpy(zero_copy_only=False)


def _grains(rows: pa.Table) -> np.ndarray:
    """The place value of the last printed digit of each number: 1.25亿元 is exact to a million."""
    source = rows["source_text"].combine_chunks()
    found = pc.extract_regex(source, r"[.．](?P<d>[0-9０-９]+)")
    decimals = pc.utf8_length(pc.struct_field(found, "d")).fill_null(0).to_numpy().astype(float)
    power = np.zeros(len(source))
    for sign, order in (("千", 3), ("万", 4), ("亿", 8)):
        power += order * pc.match_substring(source, sign).to_numpy(zero_copy_only=False)
    return 10.0 ** (power - decimals)


def _last_token(tokens: Tokens, kind: str, start: Ints, since: Ints) -> Ints:
    places = tokens.start[tokens.kind == KIND[kind]]
    found = last_at(places, start)
    return np.where(found >= since, found, -1)


def _brackets(codes: np.ndarray, start: Ints, clause: Ints, stops: Stops) -> Ints:
    """Place of the bracket that each number stands in, or -1."""
    opening = last_at(stops.opening, start)
    closing = last_at(np.flatnonzero((codes == ord("）")) | (codes == ord(")"))), start)
    return np.where((opening >= clause) & (closing < opening), opening, -1)


def _portions(codes: np.ndarray, phrases: Phrases) -> Bools:
    """Whether a phrase is nothing but 比重, 占比, 比例 or 份额, perhaps with 所占 before it."""
    size, last = phrases.end - phrases.start, np.maximum(phrases.end - 1, 0)
    tail = [ord(first) << 16 | ord(second) for first, second in ("比重", "占比", "比例", "份额")]
    pair = codes[last - 1].astype(np.int64) << 16 | codes[last]
    return (phrases.start >= 0) & (size <= 4) & np.isin(pair, tail)


def _of_which(codes: np.ndarray, tokens: Tokens, start: Ints, since: Ints) -> Ints:
    """Place of the last 其中 (or 内 at the beginning of a clause) before each number in its sentence, or -1."""
    inner = np.flatnonzero((codes[1:] == ord("内")) & np.isin(codes[:-1], [ord(c) for c in "，；（、"])) + 1
    places = np.union1d(tokens.start[tokens.kind == KIND["of_which"]], inner)
    found = last_at(places, start)
    return np.where(found >= since, found, -1)


def _linked(codes: np.ndarray, start: Ints, end: Ints, phrases: Phrases) -> Bools:
    """Whether nothing but 、 和 及 stands between each number (its own words included) and the one before."""
    right = (phrases.side == 1) & (phrases.start >= 0)
    previous = np.concatenate((np.zeros(1, np.int64), np.where(right, phrases.end, end)[:-1]))
    begin = np.where((phrases.start >= 0) & (phrases.side == 0), phrases.start, np.minimum(phrases.reach, start))
    gap = begin - previous
    first = codes[np.minimum(previous, len(codes) - 1)]
    joint = np.isin(first, [ord(c) for c in "、和及与"])
    return (joint & (gap <= 1)) | ((first == ord("以")) & (gap <= 2)) | (joint & (first == ord("、")) & (gap == 2))
