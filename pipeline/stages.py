"""The stages of a book, from its files to its parts: each takes the parts before it, batch by batch, and adds its own.

Here belongs which function of `read`, `text` and `quality` is called on what, in which order; `MAKE` lists them. They
know nothing of Dagster: `assets` shows them to it, the benchmarks time them. How parts are written and when they are
still fresh stands in `storage`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline import storage
from pipeline.quality import laws, settle
from pipeline.quality.audits import audit_editions, audit_references, audit_text, audit_volume
from pipeline.quality.audits.editions import Book
from pipeline.quality.audits.pointers import Index, editions_named, references_in
from pipeline.quality.audits.rules import load_rules
from pipeline.quality.correction_lines import Finding, read_corrections
from pipeline.quality.corrections import accept_audits, apply_corrections, unknown_documents
from pipeline.quality.corrections import verdicts as correction_verdicts
from pipeline.quality.fence import read_each, try_whole
from pipeline.quality.place import Text
from pipeline.quality.rereading import reader
from pipeline.quality.series import Edition
from pipeline.read import Volume, VolumeSource, read_volume
from pipeline.storage import Neighbours, PartWriter, Warehouse
from pipeline.text.names import read_names
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment

Make = Callable[[VolumeSource, Warehouse, Path, PartWriter], None]
"""A stage: the book, the warehouse with the parts made so far, the folder of books, where to write."""


def documents(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
    """The documents of a volume, decoded, and what is known of the book."""
    volume, table, rejects = read_volume(source, seeds)
    part.write(volumes=_volume_row(volume, table.num_rows))
    table = schemas.conform(table, "documents")
    inside = pc.is_in(rejects["document_id"], value_set=table["document_id"].combine_chunks())
    loose = rejects.filter(pc.invert(pc.fill_null(inside, False)))  # about files that are no documents
    for batch in storage.in_batches(table):
        mine = rejects.filter(
            pc.is_in(rejects["document_id"], value_set=batch["document_id"].combine_chunks())
        )
        quoted = settle.place_rejects(mine, Text(batch))
        part.write(documents=batch, rejects=pa.concat_tables([schemas.conform(loose, "rejects"), quoted]))
        loose = loose.slice(0, 0)


def entries(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
    """The entries of a volume, and the zones between and inside them."""
    for batch in store.batches(source.volume_id, "documents"):
        found = read_each(_segment, batch, "entries")
        text = Text(batch["documents"])
        tables = {name: found.get(name, schemas.empty(name)) for name in ("entries", "zones")}
        kept = settle.settle(tables, text, None, source.volume_id)
        part.write(**kept.tables, rejects=_joined(found["rejects"], kept.rejects, text))
        part.note(**{f"removed_{name}": count for name, count in kept.removed.items()})


def facts(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
    """Every number and date of a volume, what each measures, the accounting of numerals, corrections."""
    volume = _volume(store, source.volume_id)
    reread = reader(volume, _reference(seeds, storage.reference_version(seeds)))
    lines, _ = read_corrections(seeds / storage.CORRECTIONS)
    before = ("documents", "entries", "zones")
    for batch in store.batches(source.volume_id, *before):
        found = read_each(
            lambda given: dict(reread(given["documents"], given["entries"], given["zones"])), batch, "facts"
        )
        text = Text(batch["documents"])
        tables = {name: found.get(name, schemas.empty(name)) for name in storage.FACTS}
        kept = settle.settle(tables, text, batch["entries"], source.volume_id)
        rejects = _joined(found["rejects"], kept.rejects, text)
        corrected = apply_corrections({**batch, **kept.tables, "rejects": rejects}, lines, reread)
        tables = {name: corrected.tables[name] for name in (*storage.FACTS, "rejects")}
        part.write(**tables, corrections_applied=corrected.applied)
        part.note(
            **{f"removed_{name}": count for name, count in kept.removed.items()},
            findings=[asdict(finding) for finding in corrected.findings],
            accepted=list(corrected.accepted.items()),
        )


def names(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
    """Who and what a volume names, what happened, and who took which part."""
    volume = _volume(store, source.volume_id)
    reference = _reference(seeds, storage.reference_version(seeds))
    before = ("documents", "entries", "zones", "dates", "quantities")
    for batch in store.batches(source.volume_id, *before):
        found = read_each(lambda given: _names(given, volume, reference), batch, "names")
        text = Text(batch["documents"])
        tables = {name: found.get(name, schemas.empty(name)) for name in storage.NAMES}
        kept = settle.settle(tables, text, batch["entries"], source.volume_id)
        part.write(**kept.tables, rejects=_joined(found["rejects"], kept.rejects, text))
        part.note(
            **{f"removed_{name}": count for name, count in kept.removed.items()},
            editions=editions_named(references_in(kept.tables["entities"]), Edition.of(asdict(volume))),
        )


def audits(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
    """The arithmetic of a volume done again from its own figures."""
    rules = storage.reference_folder(seeds)
    volume = store.read_part(source.volume_id, "volumes")
    accepted = dict(store.notes(source.volume_id, "facts").get("accepted", []))
    before = ("documents", "entries", "quantities", "dates")
    for batch in store.batches(source.volume_id, *before):
        found = read_each(lambda given: _audit(given, volume, rules), batch, "audits")
        text = Text(batch["documents"])
        tables = {name: found.get(name, schemas.empty(name)) for name in storage.AUDITS}
        tables["audits"] = accept_audits(tables["audits"], tables["audit_terms"], accepted)
        kept = settle.settle(tables, text, batch["entries"], source.volume_id)
        failed = found.get("rejects", schemas.empty("rejects"))
        tellings = found.get("tellings", schemas.empty("tellings"))
        part.write(**kept.tables, tellings=tellings, rejects=_joined(failed, kept.rejects, text))
        part.note(**{f"removed_{name}": count for name, count in kept.removed.items()})


def prove(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
    """What could not be read in a volume, in one table, and whether its tables keep the laws."""
    names = ("documents", "entries", "zones", "corrections_applied", *storage.FACTS, *storage.NAMES, *storage.AUDITS)
    stages = [f"{stage}.rejects" for stage in ("documents", "entries", "facts", "names", "audits")]
    volume = store.read_part(source.volume_id, "volumes")
    thresholds = limits(seeds)
    verdicts: list[laws.Verdict] = []
    rejects: list[pa.Table] = []
    order: list[str] = []
    for batch in store.batches(source.volume_id, *names, *stages):
        rejects.append(
            settle.merge_rejects([batch[s] for s in stages], batch["documents"]["document_id"].to_pylist())
        )
        tables = {name: batch[name] for name in names} | {"rejects": rejects[-1]}
        verdicts += laws.judge(tables, Text(batch["documents"]), volume, limits=thresholds)
        order += batch["documents"]["document_id"].to_pylist()
    merged = settle.merge_rejects(rejects, order)
    verdicts += settle.contract(*_counts(store, source.volume_id), merged)
    verdicts.append(settle.readable(merged, len(order)))
    part.write(rejects=merged, laws=storage.laws_table(source.volume_id, laws.add_up(verdicts)))


def compare(volume_id: str, beside: Neighbours, store: Warehouse, seeds: Path, part: PartWriter) -> None:
    """What is seen only beyond one batch: in a whole volume, or in two editions of a series."""
    rules = storage.reference_folder(seeds)
    volume = store.read_part(volume_id, "volumes")
    books = [_book(store, v) for v in (volume_id, beside.before) if v is not None]
    book, named = books[0], references_in(store.read_part(volume_id, "entities"))

    def references() -> dict[str, pa.Table]:
        others = {year: _index(store, other) for year, other in beside.called.items()}
        edition = Edition.of(volume.to_pylist()[0])
        return audit_references(named, _index(store, volume_id), others, edition, rules)

    def told_twice() -> dict[str, pa.Table]:
        tellings = store.read_part(volume_id, "tellings")
        return audit_volume(book.entries, book.quantities, volume, tellings, rules)

    found = [
        try_whole(references, "references", volume_id),
        try_whole(told_twice, "told_twice", volume_id),
        *(try_whole(partial(audit_editions, other, book, rules), "editions", volume_id) for other in books[1:]),
    ]
    tables = {
        name: pa.concat_tables([one.get(name, schemas.empty(name)) for one in found])
        for name in (*storage.AUDITS, "links", "rejects")
    }
    accepted = [pair for v in (volume_id, beside.before) if v for pair in store.notes(v, "facts").get("accepted", [])]
    tables["audits"] = accept_audits(tables["audits"], tables["audit_terms"], dict(accepted))
    nowhere, failed = Text(schemas.empty("documents")), tables.pop("rejects")
    kept = settle.settle(tables, nowhere, None, volume_id)
    known = {
        "entries": book.entries,
        "entities": named,
        "quantities": pa.concat_tables([one.quantities.select(["quantity_id"]) for one in books]),
    }
    verdicts = laws.judge(kept.tables, nowhere, volume, known)
    counts = {name: kept.tables[name].num_rows for name in storage.AUDITS}
    verdicts += [*settle.contract(counts, kept.removed, kept.rejects), settle.readable(failed, 0)]
    part.write(
        **{f"series.{name}": table for name, table in kept.tables.items()},
        **{
            "series.rejects": pa.concat_tables([failed, kept.rejects]),
            "series.laws": storage.laws_table(volume_id, verdicts),
        },
    )
    part.note(before=beside.before, called=dict(beside.called))


MAKE: Mapping[str, Make] = {
    "documents": documents,
    "entries": entries,
    "facts": facts,
    "names": names,
    "audits": audits,
    "laws": prove,
}
"""The stages by name, in the order in which they run."""


def limits(seeds: Path) -> Mapping[str, float]:
    """The thresholds of a run by name, from the one file that people review."""
    return load_rules(storage.reference_folder(seeds)).limits


def judge_corrections(store: Warehouse, seeds: Path, volume_ids: Sequence[str]) -> list[laws.Verdict]:
    """The verdicts on the file of corrections: what became of each line, wherever its document lies."""
    lines, findings = read_corrections(seeds / storage.CORRECTIONS)
    read = [v for v in volume_ids if store.complete(v)]
    for volume_id in read:
        findings += [Finding(**f) for f in store.notes(volume_id, "facts").get("findings", [])]
    known = [d for v in read for d in storage.document_ids(store, v)]
    unread = set(volume_ids) - set(read)
    mine = [line for line in lines if storage.volume_of_document(line.document) not in unread]
    return correction_verdicts([*findings, *unknown_documents(mine, known)])


def _book(store: Warehouse, volume_id: str) -> Book:
    """A volume as one edition of its series; its parts are mapped, and read as far as they are looked at."""
    return Book(
        store.read_part(volume_id, "volumes")["covered_year"][0].as_py(),
        store.read_part(volume_id, "entries").select(["entry_id", "title", "section"]),
        store.read_part(volume_id, "quantities"),
        lambda document_id: _text(store, volume_id, document_id),
    )


def _index(store: Warehouse, volume_id: str) -> Index:
    """What of a volume can be referred to; its headings are read only when they are asked for."""

    def headings() -> list[str]:
        zones = store.read_part(volume_id, "zones")
        rows = zones.filter(pc.equal(zones["kind"], "heading")).to_pylist()
        return [_text(store, volume_id, r["document_id"])[r["span_start"] : r["span_end"]] for r in rows]

    volume = store.read_part(volume_id, "volumes").to_pylist()[0]
    entries = store.read_part(volume_id, "entries")
    ids, titles, sections = (entries[name].to_pylist() for name in ("entry_id", "title", "section"))
    return Index(volume["title"] or volume_id, ids, titles, sections, headings)


@lru_cache(maxsize=64)
def _text(store: Warehouse, volume_id: str, document_id: str) -> str:
    """The text of one document."""
    documents = store.read_part(volume_id, "documents")
    found: str = documents["text"][pc.index(documents["document_id"], document_id).as_py()].as_py()
    return found


def _segment(given: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    found = segment(given["documents"])
    return {"entries": found.entries, "zones": found.zones, "rejects": found.rejects}


def _names(given: Mapping[str, pa.Table], volume: Volume, reference: Reference) -> dict[str, pa.Table]:
    before = (given["documents"], given["entries"], given["zones"], given["dates"], given["quantities"])
    return read_names(*before, volume, reference)


def _audit(given: Mapping[str, pa.Table], volume: pa.Table, rules: Path) -> dict[str, pa.Table]:
    return audit_text(given["documents"], given["entries"], given["quantities"], given["dates"], volume, rules)


def _volume_row(volume: Volume, documents: int) -> pa.Table:
    """The row of a volume; entries and quantities are counted when it is published."""
    row = {name: getattr(volume, name) for name in Volume.__dataclass_fields__}
    row |= {"documents": documents, "entries": 0, "quantities": 0}
    return pa.Table.from_pylist([row], schema=schemas.arrow_schema("volumes"))


def _volume(store: Warehouse, volume_id: str) -> Volume:
    """What is known of a volume, as its part keeps it."""
    row = store.read_part(volume_id, "volumes").to_pylist()[0]
    return Volume(**{name: row[name] for name in Volume.__dataclass_fields__})


@lru_cache(maxsize=2)
def _reference(seeds: Path, version: str) -> Reference:
    """The reference tables, loaded once for all volumes of a run."""
    return load_reference(storage.reference_folder(seeds))


def _joined(found: pa.Table, settled: pa.Table, text: Text) -> pa.Table:
    return pa.concat_tables([settle.place_rejects(found, text), settle.place_rejects(settled, text)])


def _counts(store: Warehouse, volume_id: str) -> tuple[dict[str, int], dict[str, int]]:
    """Rows kept and rows removed, by table, over the stages of a volume."""
    kept, removed = {}, {}
    for stage in store.stages(volume_id).values():
        for name, count in stage["notes"].items():
            table = name.removeprefix("removed_")
            if table in laws.CHECKS:
                removed[table] = count
                kept[table] = stage["tables"][table]["rows"]
    return kept, removed
