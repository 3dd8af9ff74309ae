"""Taking offenders out of the tables of one batch before they are stored, and the rejects that stand for them.

Here belong the order of rows, the split into good rows and rejects, and keeping the other tables true when a row
goes. Which rows offend is said by `schemas.tables` and `laws`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline.quality import laws
from pipeline.quality.place import Mask, Spans, Text, combined, to_mask, to_numpy


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

    if "document_id" in table.column_names:
        yield "unknown_document", after(text.rank(table["document_id"]) < 0)
    if entries is not None and "entry_id" in table.column_names:
        yield "unknown_entry", after(laws.reference_failures(table["entry_id"], entries["entry_id"]))
    if "source_text" in table.column_names:
        yield "slice", after(laws.slice_failures(table, text))
    yield "key", after(_repeated(name, table, text))


def _repeated(name: str, table: pa.Table, text: Text) -> Mask:
    """Mark rows that repeat a key. Keys are made of places, so where no two rows share one, no key repeats."""
    if {"document_id", "span_start"} <= set(table.column_names):
        rank = text.rank(table["document_id"])
        start = to_numpy(pc.fill_null(table["span_start"], -1)).astype(np.int64)
        if (np.diff(rank * (text.size + 1) + start) > 0).all():
            return np.zeros(table.num_rows, bool)
    return laws.key_failures(table, schemas.key_of(name))


def _ordered(table: pa.Table, text: Text) -> pa.Table:
    """Rows by document and place; most tables come so, or have no place, and are returned as they are."""
    columns = [c for c in ("span_start", "span_end", "name_start", "ordinal") if c in table.column_names]
    keys = [text.rank(table["document_id"])] if "document_id" in table.column_names else []
    keys += [to_numpy(pc.fill_null(table[c], -1)).astype(np.int64) for c in columns]
    rising = np.zeros(max(table.num_rows - 1, 0), bool)
    level = np.ones_like(rising)
    for key in keys:
        step = np.diff(key)
        rising |= level & (step > 0)
        level &= step == 0
    if (rising | level).all():
        return table
    return table.take(pa.array(np.lexsort(keys[::-1])))


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
    named = bad["document_id"].to_pylist() if "document_id" in bad.column_names else [volume_id] * count
    ids = [f"{d}!{s}:{r}" for d, s, r in zip(named, starts, reasons, strict=True)]
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
    claim = pc.if_else(moved, pa.array(mapped, pa.string()), combined(numerals["claim_id"]))
    by = pc.if_else(moved, pa.scalar("reject"), combined(numerals["claimed_by"]))
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
        failed = laws.reference_failures(table[column], tables[target][schemas.key_of(target)[0]])
        if failed.any():
            cut = pc.if_else(pa.array(failed), pa.scalar(None, pa.string()), combined(table[column]))
            table = table.set_column(table.column_names.index(column), table.schema.field(column), cut)
    return table


def place_rejects(rejects: pa.Table, text: Text) -> pa.Table:
    """Make rejects quote the text at their span; one whose span lies outside the text keeps none.

    A reject must never be refused itself: it is the last place where something is still seen. Rejects about a file
    that is no document of the batch are left as they are.
    """
    rejects = schemas.conform(rejects, "rejects")
    if not rejects.num_rows:
        return rejects
    spans = Spans(rejects, text)
    wrong = spans.known & (
        laws.slice_failures(rejects, text, spans) | to_mask(pc.is_null(rejects["source_text"]))
    )
    if not wrong.any():
        return rejects
    rows = rejects.to_pylist()
    for i in np.flatnonzero(wrong):
        if spans.inside[i]:
            rows[i]["source_text"] = text.quote(spans.start[i], spans.end[i])
        else:
            rows[i] |= {"span_start": None, "span_end": None, "source_text": None}
    return pa.Table.from_pylist(rows, schema=rejects.schema)


def contract(tables: Mapping[str, int], removed: Mapping[str, int], rejects: pa.Table) -> list[laws.Verdict]:
    """Verdicts on how many rows of a volume kept to the rules of their tables.

    `tables` counts the rows that were kept, `removed` those that became rejects.
    """
    verdicts = []
    for name, kept in tables.items():
        failed = removed.get(name, 0)
        mine = pc.and_(pc.equal(rejects["stage"], "validate"), pc.starts_with(rejects["reason"], f"{name}_"))
        examples = laws.examples(rejects.filter(mine))
        verdicts.append(laws.Verdict(name, "contract", "warn", kept + failed, failed, examples=examples))
    return verdicts


def readable(rejects: pa.Table, documents: int) -> laws.Verdict:
    """A verdict on the documents of a volume that some stage could not read at all (see `fence`)."""
    failed = rejects.filter(pc.ends_with(rejects["reason"], "_failed"))
    examples = laws.examples(failed)
    return laws.Verdict("documents", "readable", "warn", documents, failed.num_rows, examples=examples)


def weigh(verdict: laws.Verdict, limits: Mapping[str, float]) -> laws.Verdict:
    """Make an error of a warning about most of a whole table: then not some rows are bad, the reading is.

    To be asked of verdicts on all volumes together. `limits` holds, for the checks that are weighed, how many
    failures `<check>_forgiven` is none too many and which share `<check>_share` of the rows is.
    """
    forgiven = limits.get(f"{verdict.check}_forgiven")
    if forgiven is None or verdict.failed <= forgiven:
        return verdict
    if verdict.failed > limits[f"{verdict.check}_share"] * verdict.checked:
        return replace(verdict, severity="error")
    return verdict


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
