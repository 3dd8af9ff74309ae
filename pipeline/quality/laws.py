"""The laws of the warehouse: what has to hold between a table, the text and the other tables.

Here belong rules that one row alone cannot show: the slice law, keys, references, tiling, conservation and the
accounting of numerals. Every law names its offenders. Rules within one row stand in `schemas.tables`. Two uses:
`settle` takes the offending rows out of the tables of one batch and turns them into rejects; `judge` proves the
laws on what is left. Both work on whole batches of documents, column by column.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

import schemas

EXAMPLES = 20
_EXCERPT = 60

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


class Text:
    """The documents of one batch as one array of code points: positions of all rows are looked up at once."""

    def __init__(self, documents: pa.Table) -> None:
        texts = documents["text"].to_pylist()
        self.ids = _combined(documents["document_id"])
        self.codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        self.starts = np.concatenate([[0], np.cumsum([len(t) for t in texts], dtype=np.int64)]).astype(
            np.int64
        )

    def rank(self, document_ids: pa.ChunkedArray) -> Ints:
        """Position of each document in the batch, -1 for one that is not in it."""
        found = pc.index_in(document_ids, value_set=self.ids)
        return _numpy(pc.fill_null(found, -1)).astype(np.int64)

    def spans(self, table: pa.Table, rank: Ints) -> tuple[Ints, Ints, Mask]:
        """Absolute start and end of each row's span, and whether it lies inside its document."""
        start = _numpy(pc.fill_null(table["span_start"], -1)).astype(np.int64)
        end = _numpy(pc.fill_null(table["span_end"], -1)).astype(np.int64)
        known = rank >= 0
        base = self.starts[np.where(known, rank, 0)]
        size = (
            self.starts[np.where(known, rank, 0) + 1] - base if len(self.starts) > 1 else np.zeros_like(base)
        )
        inside = known & (start >= 0) & (start <= end) & (end <= size)
        return base + start, base + end, inside


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


def _combined(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _numpy(column: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.generic]:
    return _combined(column).to_numpy(zero_copy_only=False)


def _mask(column: pa.ChunkedArray | pa.Array) -> Mask:
    return _numpy(pc.fill_null(column, False)).astype(bool)


def slice_failures(table: pa.Table, text: Text) -> Mask:
    """Mark the rows whose `source_text` is not what stands at their span: `text[span_start:span_end]`.

    Compares code points gathered for all rows at once. A row without source text (a reject about a whole file) has
    nothing to compare.
    """
    source = _combined(table["source_text"])
    present = _mask(pc.is_valid(source))
    rank = text.rank(table["document_id"])
    start, end, inside = text.spans(table, rank)
    length = _numpy(pc.fill_null(pc.utf8_length(source), 0)).astype(np.int64)
    present &= rank >= 0  # an unknown document is a matter of references
    failed = present & ~(inside & (end - start == length))
    rows = np.flatnonzero(present & ~failed & (length > 0))
    if len(rows):
        printed = _code_points(source.take(pa.array(rows)))
        length, first = length[rows], start[rows]
        ends = np.cumsum(length)
        gather = np.arange(ends[-1]) + np.repeat(first - (ends - length), length)
        wrong = np.flatnonzero(text.codes[gather] != printed)
        failed[rows[np.unique(np.searchsorted(ends, wrong, side="right"))]] = True
    return failed


def _code_points(strings: pa.Array) -> npt.NDArray[np.uint32]:
    """All the strings of an array without nulls as one run of code points."""
    _, offsets, data = strings.buffers()
    bounds = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    raw = memoryview(data)[bounds[0] : bounds[-1]] if data is not None else b""
    return np.frombuffer(str(raw, "utf-8").encode("utf-32-le"), np.uint32)


def key_failures(table: pa.Table, key: Sequence[str]) -> Mask:
    """Mark every row whose key an earlier row of the table already has."""
    encoded = np.zeros(table.num_rows, np.int64)
    for name in key:
        codes = _combined(_combined(table[name]).dictionary_encode(null_encoding="encode"))
        encoded = encoded * (len(codes.dictionary) + 1) + _numpy(codes.indices).astype(np.int64)
    failed = np.ones(table.num_rows, bool)
    failed[np.unique(encoded, return_index=True)[1]] = False
    return failed


def reference_failures(column: pa.ChunkedArray, known: pa.ChunkedArray | pa.Array) -> Mask:
    """Mark the values that stand in no row of the table they refer to; null refers to nothing."""
    found = pc.is_in(column, value_set=_combined(known))
    return _mask(pc.and_(pc.is_valid(column), pc.invert(found)))


def tiling_failures(entries: pa.Table, zones: pa.Table, text: Text) -> tuple[pa.Table, int]:
    """Find the stretches of text that lie in no entry and no zone, or in two entries.

    Returns the offenders as rows of document_id, span_start, span_end and source_text, and how many stretches
    (entries and zones outside them) were looked at. Blanks between two of them are no gap.
    """
    depth = _coverage(entries, text)
    claimed = _coverage(zones, text) if zones.num_rows else np.zeros_like(depth)
    blank = np.isin(text.codes, _BLANKS)
    wrong = (depth > 1) | ((depth == 0) & (claimed == 0) & ~blank)
    return _stretches(wrong, text), entries.num_rows + zones.num_rows


_BLANKS = np.array([ord(c) for c in " \t\r\n\f\v\u00a0\u3000\ufeff\u200b\u2028\u2029\x85"], np.uint32)


def _coverage(table: pa.Table, text: Text) -> Ints:
    """How many rows of the table lie over each code point."""
    start, end, inside = text.spans(table, text.rank(table["document_id"]))
    size = len(text.codes) + 1
    steps = np.bincount(start[inside], minlength=size) - np.bincount(end[inside], minlength=size)
    return np.cumsum(steps)[:-1]


def _stretches(wrong: Mask, text: Text) -> pa.Table:
    """Runs of marked code points as a table; a run never crosses from one document into the next."""
    if not wrong.any():
        return pa.table(
            {
                "document_id": pa.array([], pa.string()),
                "span_start": pa.array([], pa.int32()),
                "span_end": pa.array([], pa.int32()),
                "source_text": pa.array([], pa.string()),
            }
        )
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wrong, [False]]).astype(np.int8)))
    borders = text.starts[(text.starts > 0) & (text.starts < len(wrong))]
    inner = borders[wrong[borders] & wrong[borders - 1]]
    starts = np.sort(np.concatenate([edges[::2], inner]))
    ends = np.sort(np.concatenate([edges[1::2], inner]))
    rank = np.searchsorted(text.starts, starts, side="right") - 1
    base = text.starts[rank]
    shown = [
        text.codes[a : min(b, a + _EXCERPT)].tobytes().decode("utf-32-le", "replace")
        for a, b in zip(starts[:EXAMPLES], ends[:EXAMPLES], strict=True)
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
    codes = text.codes
    digit = ((codes >= 0x30) & (codes <= 0x39)) | ((codes >= 0xFF10) & (codes <= 0xFF19))
    digit &= _coverage(entries, text) > 0
    free = digit & (_coverage(numerals, text) == 0) if numerals.num_rows else digit
    return _stretches(free, text), int(digit.sum())


def unclaimed_rows(table: pa.Table, key: str, numerals: pa.Table) -> Mask:
    """Mark the quantities or dates that print a digit and that no numeral run is accounted to."""
    printed = _mask(pc.match_substring_regex(table["source_text"], "[0-9０-９]"))
    claimed = _mask(pc.is_in(table[key], value_set=_combined(numerals["claim_id"])))
    return printed & ~claimed


# Every check there is, by table: what the user interface lists, and what each verdict is named after.
_KEYS = {"keys": "No two rows have the same key."}
_CONTRACT = {"contract": "Rows keep to the rules of their table; those that do not are rejects."}
_LINKS = {"references": "Every row that is referred to exists."}
_SLICE = {"slice": "text[span_start:span_end] == source_text, for every row."}
CHECKS: Mapping[str, Mapping[str, str]] = {
    "volumes": _KEYS,
    "documents": {**_KEYS, **_LINKS, "one_volume": "A document belongs to one volume."},
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
        "plausible": "No share above 100 %, no rate beyond 10 000 %.",
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
    "audits": {**_CONTRACT, **_KEYS, **_LINKS},
    "audit_terms": {**_CONTRACT, **_KEYS, **_LINKS},
    "rejects": {**_KEYS, **_LINKS, **_SLICE},
}


# --- taking offenders out -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Settled:
    """Tables without offenders, and the rejects that stand for the rows taken out; `removed` counts them by table."""

    tables: dict[str, pa.Table]
    rejects: pa.Table
    removed: dict[str, int]


def settle(tables: Mapping[str, pa.Table], text: Text, entries: pa.Table | None, volume_id: str) -> Settled:
    """Bring the tables of one batch into their declared form and order, and turn what breaks a rule into rejects.

    Rows are ordered by document and span. A row that breaks a row rule, repeats a key, quotes what is not at its
    span or stands in no known entry becomes a reject with the reason `<table>_<rule>`; numerals accounted to it are
    accounted to the reject from then on. Nothing is dropped: rows in = rows kept + rejects.
    Raises schemas.StructureError where a table has not the declared columns.
    """
    kept: dict[str, pa.Table] = {}
    removed: dict[str, int] = {}
    parts: list[pa.Table] = []
    lost: dict[str, str] = {}
    for name, table in tables.items():
        split = schemas.split(table, name)
        good, bad, reasons = split.good, split.bad, [f"{name}_{r}" for r in split.reasons]
        for law, failed in _row_laws(name, good, text, entries):
            if failed.any():
                taken = good.filter(pa.array(failed))
                bad, reasons = pa.concat_tables([bad, taken]), reasons + [f"{name}_{law}"] * taken.num_rows
                good = good.filter(pa.array(~failed))
        kept[name] = _ordered(good, text)
        removed[name] = bad.num_rows
        if bad.num_rows:
            made = _rejects_of(bad, reasons, volume_id)
            parts.append(made)
            key = schemas.key_of(name)
            if len(key) == 1:
                lost.update(zip(bad[key[0]].to_pylist(), made["reject_id"].to_pylist(), strict=True))
    if lost and "numerals" in kept:
        kept["numerals"] = _reassign(kept["numerals"], lost)
    for name in list(kept):
        kept[name] = _unlink(name, kept[name], kept)
    rejects = pa.concat_tables(parts) if parts else schemas.empty("rejects")
    return Settled(kept, rejects, removed)


def _row_laws(name: str, table: pa.Table, text: Text, entries: pa.Table | None) -> Iterable[tuple[str, Mask]]:
    """The laws that single rows can break, each judged on the rows that the earlier ones left."""
    remaining = np.ones(table.num_rows, bool)

    def after(failed: Mask) -> Mask:
        nonlocal remaining
        local = failed[remaining]
        remaining = remaining & ~failed
        return local

    yield "unknown_document", after(text.rank(table["document_id"]) < 0)
    if entries is not None and "entry_id" in table.column_names:
        yield "unknown_entry", after(reference_failures(table["entry_id"], entries["entry_id"]))
    if "source_text" in table.column_names:
        yield "slice", after(slice_failures(table, text))
    yield "key", after(key_failures(table, schemas.key_of(name)))


def _ordered(table: pa.Table, text: Text) -> pa.Table:
    """Rows by document and place; most tables come so and are returned as they are."""
    place = text.rank(table["document_id"])
    columns = [c for c in ("span_start", "span_end", "name_start", "ordinal") if c in table.column_names]
    keys = [place, *(_numpy(pc.fill_null(table[c], -1)).astype(np.int64) for c in columns)]
    order = np.lexsort(keys[::-1])
    if np.array_equal(order, np.arange(len(order))):
        return table
    return table.take(pa.array(order))


def _rejects_of(bad: pa.Table, reasons: Sequence[str], volume_id: str) -> pa.Table:
    """Rejects for rows that broke a rule; the detail keeps the row as it was."""
    count = bad.num_rows
    columns = {
        name: bad[name] for name in ("document_id", "entry_id", "source_text") if name in bad.column_names
    }
    start, end = bad["span_start"] if "span_start" in bad.column_names else None, None
    if start is not None:
        end = bad["span_end"]
        broken = pc.fill_null(pc.less(end, start), True)
        columns["span_start"] = pc.if_else(broken, pa.scalar(None, pa.int32()), start)
        columns["span_end"] = pc.if_else(broken, pa.scalar(None, pa.int32()), end)
    rows = bad.drop_columns([c for c in ("text",) if c in bad.column_names]).to_pylist()
    details = [
        "the row broke a rule of its table: "
        + json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False, default=str)
        for row in rows
    ]
    starts = start.to_pylist() if start is not None else [0] * count
    ids = [f"{d}!{s}:{r}" for d, s, r in zip(bad["document_id"].to_pylist(), starts, reasons, strict=True)]
    table = pa.table(
        {
            **columns,
            "reject_id": pa.array(ids, pa.string()),
            "volume_id": pa.array([volume_id] * count, pa.string()),
            "stage": pa.array(["validate"] * count, pa.string()),
            "reason": pa.array(list(reasons), pa.string()),
            "detail": pa.array(details, pa.string()),
        }
    )
    return schemas.conform(table, "rejects")


def _reassign(numerals: pa.Table, lost: Mapping[str, str]) -> pa.Table:
    """Account the numerals of a removed row to the reject that stands for it."""
    mapped = [lost.get(c) if c is not None else None for c in numerals["claim_id"].to_pylist()]
    moved = pa.array([m is not None for m in mapped])
    claim = pc.if_else(moved, pa.array(mapped, pa.string()), _combined(numerals["claim_id"]))
    by = pc.if_else(moved, pa.scalar("reject"), _combined(numerals["claimed_by"]))
    names = numerals.column_names
    fields = numerals.schema
    numerals = numerals.set_column(names.index("claim_id"), fields.field("claim_id"), claim)
    return numerals.set_column(names.index("claimed_by"), fields.field("claimed_by"), by)


def _unlink(name: str, table: pa.Table, tables: Mapping[str, pa.Table]) -> pa.Table:
    """Cut nullable references to rows that were taken out of a table of the same batch."""
    for column, target in schemas.references_of(name).items():
        if (
            target not in tables
            or not table.schema.field(column).nullable
            or table[column].null_count == len(table)
        ):
            continue
        failed = reference_failures(table[column], tables[target][schemas.key_of(target)[0]])
        if failed.any():
            cut = pc.if_else(pa.array(failed), pa.scalar(None, pa.string()), _combined(table[column]))
            table = table.set_column(table.column_names.index(column), table.schema.field(column), cut)
    return table


def place_rejects(rejects: pa.Table, text: Text) -> pa.Table:
    """Make rejects quote the text at their span; one whose span lies outside the text keeps none.

    A reject must never be refused itself: it is the last place where something is still seen. Rejects about a file
    that is no document of the batch are left as they are.
    """
    rejects = schemas.conform(rejects, "rejects")
    rank = text.rank(rejects["document_id"])
    start, end, inside = text.spans(rejects, rank)
    wrong = (rank >= 0) & (slice_failures(rejects, text) | _mask(pc.is_null(rejects["source_text"])))
    if not wrong.any():
        return rejects
    rows = rejects.to_pylist()
    for i in np.flatnonzero(wrong):
        if inside[i]:
            rows[i]["source_text"] = text.codes[start[i] : end[i]].tobytes().decode("utf-32-le", "replace")
        else:
            rows[i] |= {"span_start": None, "span_end": None, "source_text": None}
    return pa.Table.from_pylist(rows, schema=rejects.schema)


def contract(tables: Mapping[str, int], removed: Mapping[str, int], rejects: pa.Table) -> list[Verdict]:
    """Verdicts on how many rows of a volume kept to the rules of their tables.

    `tables` counts the rows that were kept, `removed` those that became rejects. Some bad rows are a warning; where
    most rows of a table are bad the table itself cannot be trusted, and that is an error.
    """
    verdicts = []
    for name, kept in tables.items():
        failed = removed.get(name, 0)
        severity = "error" if failed >= 100 and failed > kept else "warn"
        mine = pc.and_(pc.equal(rejects["stage"], "validate"), pc.starts_with(rejects["reason"], f"{name}_"))
        verdicts.append(
            Verdict(
                name, "contract", severity, kept + failed, failed, examples=_examples(rejects.filter(mine))
            )
        )
    return verdicts


def merge_rejects(parts: Sequence[pa.Table], document_ids: Sequence[str]) -> pa.Table:
    """Put the rejects of all stages of a volume into one table, ordered by document and place.

    Two stages may object to the same place for the same reason; the later one gets `~2` on its id. A reject that two
    stages report in the very same words is one reject.
    """
    table = pa.concat_tables([schemas.conform(p, "rejects") for p in parts])
    if not table.num_rows:
        return table
    order = {d: i for i, d in enumerate(document_ids)}
    rows = {json.dumps(row, sort_keys=True, ensure_ascii=False): row for row in table.to_pylist()}
    ordered = sorted(
        rows.values(),
        key=lambda r: (
            order.get(r["document_id"], len(order)),
            r["document_id"] or "",
            r["span_start"] or 0,
            r["span_end"] or 0,
            r["reason"],
        ),
    )
    seen: dict[str, int] = {}
    for row in ordered:
        base = row["reject_id"]
        seen[base] = seen.get(base, 0) + 1
        if seen[base] > 1:
            row["reject_id"] = f"{base}~{seen[base]}"
    return pa.Table.from_pylist(ordered, schema=schemas.arrow_schema("rejects"))


# --- proving the laws ----------------------------------------------------------------------------------------------


def judge(tables: Mapping[str, pa.Table], text: Text, volume: pa.Table | None = None) -> list[Verdict]:
    """Prove every law on the tables of one batch of documents.

    `tables` holds what is there of documents, entries, zones, quantities, dates, numerals and rejects, and `volume`
    the row of the volumes table they refer to; a law whose tables are absent is not judged.
    """
    known = {**tables, "volumes": volume} if volume is not None else tables
    verdicts: list[Verdict] = []

    def rowwise(
        name: str, check: str, failed: Mask, severity: str = "error", checked: int | None = None
    ) -> None:
        table = tables[name]
        shown = table.filter(pa.array(failed)).slice(0, EXAMPLES) if failed.any() else table.slice(0, 0)
        count = table.num_rows if checked is None else checked
        verdicts.append(Verdict(name, check, severity, count, int(failed.sum()), examples=_examples(shown)))

    def stretches(name: str, check: str, found: pa.Table, checked: int, severity: str = "error") -> None:
        shown = _examples(found.slice(0, EXAMPLES))
        verdicts.append(Verdict(name, check, severity, checked, found.num_rows, examples=shown))

    for name, table in tables.items():
        if name in CHECKS:
            rowwise(name, "keys", key_failures(table, schemas.key_of(name)))
        broken = np.zeros(table.num_rows, bool)
        for column, target in schemas.references_of(name).items():
            if target in known:
                broken |= reference_failures(table[column], known[target][schemas.key_of(target)[0]])
        if name in CHECKS:
            rowwise(name, "references", broken)
        if "source_text" in table.column_names:
            rowwise(name, "slice", slice_failures(table, text))
    if "entries" in tables and "zones" in tables:
        stretches("entries", "tiling", *tiling_failures(tables["entries"], tables["zones"], text))
    if "numerals" in tables and "entries" in tables:
        numerals = tables["numerals"]
        stretches("numerals", "numerals", *unclaimed_digits(numerals, tables["entries"], text))
        claims = [tables[t][schemas.key_of(t)[0]] for t in ("quantities", "dates", "rejects") if t in tables]
        rows = pa.chunked_array([c for column in claims for c in column.chunks], pa.string())
        rowwise("numerals", "claims", reference_failures(numerals["claim_id"], rows))
        for name in ("quantities", "dates"):
            if name in tables:
                rowwise(name, "conservation", unclaimed_rows(tables[name], schemas.key_of(name)[0], numerals))
    if "quantities" in tables:
        rowwise("quantities", "plausible", _implausible(tables["quantities"]), "warn")
    return verdicts


def _implausible(quantities: pa.Table) -> Mask:
    """Shares above 100 % and rates beyond 100 times: possible, but more often a misreading worth a look."""
    percent = pc.equal(quantities["dimension"], "percent")
    share = pc.and_(pc.equal(quantities["role"], "share"), pc.greater(quantities["value_float"], 100.0))
    rate = pc.greater(pc.abs(quantities["value_float"]), 10_000.0)
    return _mask(pc.and_(percent, pc.or_(share, rate)))


def _examples(table: pa.Table) -> tuple[dict[str, object], ...]:
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
