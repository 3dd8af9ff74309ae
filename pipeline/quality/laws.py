"""The laws of the warehouse: what has to hold between a table, the text and the other tables.

Here belong rules that one row alone cannot show: the slice law, keys, references, tiling, conservation and the
accounting of numerals. Every law names its offenders. Rules within one row stand in `schemas.tables`; taking
offenders out of a table before it is stored, in `settle`. All work on whole batches of documents, column by column;
where counts already show that nothing is wrong, nobody looks for offenders.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline.quality.place import Ints, Mask, Spans, Text, code_points, combined, to_mask, to_numpy

EXAMPLES = 20
_EXCERPT = 60


@dataclass(frozen=True)
class Verdict:
    """Outcome of one check on one table: `passed` when no row failed; `examples` are the first offenders."""

    table: str
    check: str
    severity: str
    checked: int
    failed: int
    detail: str = ""
    examples: tuple[dict[str, object], ...] = field(default=())

    @property
    def passed(self) -> bool:
        return self.failed == 0

    @property
    def blocks(self) -> bool:
        """Whether this verdict forbids to publish."""
        return not self.passed and self.severity == "error"


def slice_failures(table: pa.Table, text: Text, spans: Spans | None = None) -> Mask:
    """Mark the rows whose `source_text` is not what stands at their span: `text[span_start:span_end]`.

    Compares code points gathered for all rows at once. A row without source text (a reject about a whole file) has
    nothing to compare; an unknown document is a matter of references.
    """
    spans = spans or Spans(table, text)
    source = combined(table["source_text"])
    length = to_numpy(pc.fill_null(pc.utf8_length(source), 0)).astype(np.int64)
    present = spans.known
    if source.null_count:
        present = present & to_mask(pc.is_valid(source))
    failed: Mask = present & ~(spans.inside & (spans.end - spans.start == length))
    compared = present & ~failed
    start = spans.start
    if not compared.all():
        rows = np.flatnonzero(compared)
        source, start, length = source.take(pa.array(rows)), start[rows], length[rows]
    else:
        rows = None
    printed = code_points(source)
    ends = np.cumsum(length)
    gather = np.arange(len(printed)) + np.repeat(start - (ends - length), length)
    wrong = np.flatnonzero(text.codes[gather] != printed)
    if len(wrong):
        guilty = np.unique(np.searchsorted(ends, wrong, side="right"))
        failed[guilty if rows is None else rows[guilty]] = True
    return failed


def key_failures(table: pa.Table, key: Sequence[str]) -> Mask:
    """Mark every row whose key an earlier row of the table already has."""
    rows = table.num_rows
    if len(key) == 1 and pc.count_distinct(table[key[0]], mode="all").as_py() == rows:
        return np.zeros(rows, bool)
    encoded = np.zeros(rows, np.int64)
    for name in key:
        column = combined(table[name])
        if pa.types.is_integer(column.type):
            codes = to_numpy(pc.fill_null(column, -1)).astype(np.int64) + 1
            encoded = encoded * (int(codes.max(initial=0)) + 1) + codes
        else:
            column = column.dictionary_encode(null_encoding="encode")
            encoded = encoded * (len(column.dictionary) + 1) + to_numpy(column.indices).astype(np.int64)
    if (np.diff(encoded) > 0).all():
        return np.zeros(rows, bool)
    failed = np.ones(rows, bool)
    failed[np.unique(encoded, return_index=True)[1]] = False
    return failed


def reference_failures(column: pa.ChunkedArray, known: pa.ChunkedArray | pa.Array) -> Mask:
    """Mark the values that stand in no row of the table they refer to; null refers to nothing."""
    if column.null_count == len(column):
        return np.zeros(len(column), bool)
    found = pc.is_in(column, value_set=combined(known))
    if column.null_count:
        found = pc.or_(found, pc.is_null(column))
    return ~to_mask(found)


def tiling_failures(entries: pa.Table, zones: pa.Table, text: Text) -> tuple[pa.Table, int]:
    """Find the stretches of text that lie in no entry and no zone, or in two entries.

    Returns the offenders as rows of document_id, span_start, span_end and source_text, and how many entries and
    zones were looked at. Blanks between two of them are no gap.
    """
    tiles, rest = Spans(entries, text), Spans(zones, text)
    looked_at = len(tiles) + len(rest)
    starts, reach = _reach(tiles)
    both = _reach(tiles, rest)
    gaps = _gaps(*both, text.size)
    if (starts[1:] >= reach[:-1]).all() and np.isin(text.codes[gaps], _BLANKS).all():
        return _stretches(np.zeros(0, bool), text), looked_at
    depth = tiles.coverage(text.size)
    free = np.zeros(text.size, bool)
    free[gaps] = ~np.isin(text.codes[gaps], _BLANKS)
    return _stretches((depth > 1) | free, text), looked_at


_BLANKS = np.array([ord(c) for c in " \t\r\n\f\v\u00a0\u3000\ufeff\u200b\u2028\u2029\x85"], np.uint32)


def _reach(*spans: Spans) -> tuple[Ints, Ints]:
    """Starts of all spans in order, and how far the text is covered after each."""
    start = np.concatenate([s.start[s.inside] for s in spans])
    end = np.concatenate([s.end[s.inside] for s in spans])
    order = np.argsort(start, kind="stable")
    return start[order], np.maximum.accumulate(end[order])


def _gaps(starts: Ints, reach: Ints, size: int) -> Ints:
    """The positions that none of the spans covers."""
    begin = np.concatenate([np.zeros(1, np.int64), reach])
    length = np.maximum(np.concatenate([starts, np.full(1, size, np.int64)]) - begin, 0)
    total = np.cumsum(length)
    return np.arange(int(total[-1])) + np.repeat(begin - (total - length), length)


def _stretches(wrong: Mask, text: Text) -> pa.Table:
    """Runs of marked code points as a table; a run never crosses from one document into the next."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wrong, [False]]).astype(np.int8)))
    borders = text.starts[(text.starts > 0) & (text.starts < len(wrong))]
    inner = borders[wrong[borders] & wrong[borders - 1]]
    starts = np.sort(np.concatenate([edges[::2], inner]))
    ends = np.sort(np.concatenate([edges[1::2], inner]))
    rank = np.searchsorted(text.starts, starts, side="right") - 1
    base = text.starts[rank]
    shown = [
        text.quote(a, min(b, a + _EXCERPT)) for a, b in zip(starts[:EXAMPLES], ends[:EXAMPLES], strict=True)
    ]
    return pa.table(
        {
            "document_id": text.ids.take(pa.array(rank)),
            "span_start": pa.array((starts - base).astype(np.int32)),
            "span_end": pa.array((ends - base).astype(np.int32)),
            "source_text": pa.array(shown + [None] * (len(starts) - len(shown)), pa.string()),
        }
    )


def unclaimed_digits(numerals: pa.Table, entries: pa.Table, text: Text) -> tuple[pa.Table, int]:
    """Find runs of Arabic or fullwidth digits inside entries that no row of `numerals` covers.

    Returns the offenders as in `tiling_failures`, and the number of digits looked at.
    """
    spans = Spans(numerals, text)
    before = text.digits_before
    start, end = spans.start[spans.inside], spans.end[spans.inside]
    apart = (start[1:] >= end[:-1]).all()
    if apart and int((before[end] - before[start]).sum(dtype=np.int64)) == before[-1]:
        return _stretches(np.zeros(0, bool), text), int(before[-1])
    digits = text.digits & (Spans(entries, text).coverage(text.size) > 0)
    return _stretches(digits & (spans.coverage(text.size) == 0), text), int(digits.sum())


def accounting_failures(tables: Mapping[str, pa.Table], numerals: pa.Table, text: Text) -> dict[str, Mask]:
    """Hold the accounting of numerals against the rows it names.

    Marks, under `numerals`, the numerals accounted to a row that does not exist, and under each other table that is
    given (quantities, dates, rejects) the rows that print a digit and that no numeral is accounted to.
    """
    names = list(tables)
    ids = [combined(tables[name][schemas.key_of(name)[0]]) for name in names]
    claims = numerals["claim_id"]
    found = pc.index_in(claims, value_set=pa.concat_arrays([*ids, pa.array([], pa.string())]))
    index = to_numpy(pc.fill_null(found, -1)).astype(np.int64)
    claimed = np.zeros(sum(map(len, ids)), bool)
    claimed[index[index >= 0]] = True
    failed = {"numerals": (index < 0) & to_mask(pc.is_valid(claims))}
    first = 0
    for name, column in zip(names, ids, strict=True):
        mine = claimed[first : first + len(column)]
        first += len(column)
        spans = Spans(tables[name], text)
        start, end = np.where(spans.inside, spans.start, 0), np.where(spans.inside, spans.end, 0)
        failed[name] = (text.digits_before[end] > text.digits_before[start]) & ~mine
    return failed


# Every check there is, by table: what the user interface lists, and what each verdict is named after.
_KEYS = {"keys": "No two rows have the same key."}
_CONTRACT = {"contract": "Rows keep to the rules of their table; those that do not are rejects."}
_LINKS = {"references": "Every row that is referred to exists."}
_SLICE = {"slice": "text[span_start:span_end] == source_text, for every row."}
CHECKS: Mapping[str, Mapping[str, str]] = {
    "volumes": _KEYS,
    "documents": {
        **_KEYS,
        **_LINKS,
        "one_volume": "A document belongs to one volume.",
        "readable": "No stage failed on a whole document.",
        "withheld": "No withheld name is left in what is published, nor in the path of a document.",
    },
    "entries": {
        **_CONTRACT,
        **_KEYS,
        **_LINKS,
        "tiling": "Headings and entries cover the text: no gap, no overlap.",
    },
    "quantities": {
        **_CONTRACT,
        **_KEYS,
        **_LINKS,
        **_SLICE,
        "conservation": "Every quantity that prints a digit is in the accounting of numerals.",
        "plausible": "No share and no rate beyond what audit_thresholds.csv takes for possible.",
    },
    "dates": {
        **_CONTRACT,
        **_KEYS,
        **_LINKS,
        **_SLICE,
        "conservation": "Every date that prints a digit is in the accounting of numerals.",
    },
    "numerals": {
        **_CONTRACT,
        **_KEYS,
        **_LINKS,
        **_SLICE,
        "numerals": "Every digit of an entry is in a quantity, a date, a named non-quantity or a reject.",
        "claims": "What a numeral is accounted to exists.",
    },
    "entities": {**_CONTRACT, **_KEYS, **_LINKS, **_SLICE},
    "events": {**_CONTRACT, **_KEYS, **_LINKS},
    "roles": {**_CONTRACT, **_KEYS, **_LINKS},
    "audits": {**_CONTRACT, **_KEYS, **_LINKS, "consistent": "The book's figures agree with each other."},
    "audit_terms": {**_CONTRACT, **_KEYS, **_LINKS},
    "rejects": {**_KEYS, **_LINKS, **_SLICE},
    "corrections_applied": _KEYS,
}


def judge(
    tables: Mapping[str, pa.Table],
    text: Text,
    volume: pa.Table | None = None,
    beside: Mapping[str, pa.Table] | None = None,
    limits: Mapping[str, float] | None = None,
) -> list[Verdict]:
    """Prove every law on the tables of one batch of documents.

    `tables` holds what is there of documents, entries, zones, quantities, dates, numerals and rejects, and `volume`
    the row of the volumes table they refer to; `beside` holds rows that may be referred to and are not judged
    themselves, their key column at least. `limits` are the thresholds by name. A law whose tables or thresholds are
    absent is not judged.
    """
    known = {**(beside or {}), **tables, **({"volumes": volume} if volume is not None else {})}
    verdicts: list[Verdict] = []

    def rowwise(
        name: str, check: str, failed: Mask, severity: str = "error", checked: int | None = None
    ) -> None:
        table = tables[name]
        shown = table.filter(pa.array(failed)).slice(0, EXAMPLES) if failed.any() else table.slice(0, 0)
        count = table.num_rows if checked is None else checked
        verdicts.append(Verdict(name, check, severity, count, int(failed.sum()), examples=examples(shown)))

    def stretches(name: str, check: str, found: pa.Table, checked: int, severity: str = "error") -> None:
        shown = examples(found.slice(0, EXAMPLES))
        verdicts.append(Verdict(name, check, severity, checked, found.num_rows, examples=shown))

    for name, table in tables.items():
        if name in CHECKS:
            rowwise(name, "keys", key_failures(table, schemas.key_of(name)))
            broken = np.zeros(table.num_rows, bool)
            for column, target in schemas.references_of(name).items():
                if target in known:
                    broken |= reference_failures(table[column], known[target][schemas.key_of(target)[0]])
            if schemas.references_of(name):
                rowwise(name, "references", broken)
        if "source_text" in table.column_names:
            rowwise(name, "slice", slice_failures(table, text))
    if "entries" in tables and "zones" in tables:
        stretches("entries", "tiling", *tiling_failures(tables["entries"], tables["zones"], text))
    if "numerals" in tables and "entries" in tables:
        numerals = tables["numerals"]
        stretches("numerals", "numerals", *unclaimed_digits(numerals, tables["entries"], text))
        named = {name: tables[name] for name in ("quantities", "dates", "rejects") if name in tables}
        failed = accounting_failures(named, numerals, text)
        rowwise("numerals", "claims", failed["numerals"])
        for name in ("quantities", "dates"):
            if name in failed:
                rowwise(name, "conservation", failed[name])
    if "audits" in tables:
        rowwise(
            "audits", "consistent", to_mask(pc.equal(tables["audits"]["verdict"], "inconsistent")), "warn"
        )
    if "quantities" in tables and limits is not None:
        rowwise("quantities", "plausible", _implausible(tables["quantities"], limits), "warn")
    return verdicts


def _implausible(quantities: pa.Table, limits: Mapping[str, float]) -> Mask:
    """Shares above the whole and rates beyond belief: possible, but more often a misreading worth a look."""
    percent = pc.equal(quantities["dimension"], "percent")
    above = pc.greater(quantities["value_float"], limits["share_highest"])
    share = pc.and_(pc.equal(quantities["role"], "share"), above)
    rate = pc.greater(pc.abs(quantities["value_float"]), limits["rate_highest"])
    return to_mask(pc.and_(percent, pc.or_(share, rate)))


def examples(table: pa.Table) -> tuple[dict[str, object], ...]:
    """Rows as small dicts that fit a table of the user interface: no text longer than a line."""
    rows = []
    for row in table.slice(0, EXAMPLES).to_pylist():
        small: dict[str, object] = {}
        for key, value in row.items():
            if value is None or key == "text":
                continue
            shown = value if isinstance(value, bool | int | float) else str(value)
            small[key] = shown[:_EXCERPT] if isinstance(shown, str) else shown
        rows.append(small)
    return tuple(rows)


def add_up(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Add the verdicts of many batches or volumes to one for each table and check, keeping the first examples."""
    total: dict[tuple[str, str], Verdict] = {}
    for v in verdicts:
        key = (v.table, v.check)
        old = total.get(key)
        if old is None:
            total[key] = v
        else:
            severity = "error" if "error" in (old.severity, v.severity) else "warn"
            examples = (old.examples + v.examples)[:EXAMPLES]
            total[key] = Verdict(
                v.table,
                v.check,
                severity,
                old.checked + v.checked,
                old.failed + v.failed,
                old.detail or v.detail,
                examples,
            )
    return list(total.values())
