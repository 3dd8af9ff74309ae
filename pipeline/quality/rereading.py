"""The ordinary reader as one call, for whoever has to read a piece of a book again.

Here: numbers, dates and what they measure, from documents, entries and zones. Not here: storing them (the pipeline's
stages do), correcting them (`corrections`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline.quality import settle
from pipeline.quality.correction_lines import Finding, read_corrections
from pipeline.quality.corrections import Reread, apply_corrections, unknown_documents
from pipeline.quality.place import Text
from pipeline.read import Volume, VolumeSource, find_volumes, read_volume
from pipeline.text.facts import read_facts
from pipeline.text.measures import measure
from pipeline.text.reference import Reference
from pipeline.text.segment import segment

FACTS = ("quantities", "dates", "numerals")


def reader(volume: Volume, reference: Reference) -> Reread:
    """The reader of one book: documents, entries, zones in; quantities, dates, numerals, rejects out."""

    def reread(documents: pa.Table, entries: pa.Table, zones: pa.Table) -> dict[str, pa.Table]:
        found = read_facts(documents, entries, zones, volume, reference)
        found["quantities"] = measure(
            documents, entries, zones, found["quantities"], found["dates"], volume, reference
        )
        return found

    return reread


def check_corrections(seeds: Path, reference: Reference) -> list[Finding]:
    """Try every line of `seeds/corrections.csv` on the books as they are now, without writing anything.

    Only documents that a line names are read. Returns one finding a line, in the order of the file; lines that
    would be carried out have the outcome `applied`.

    Raises:
        CorrectionsFileError: the file is no table of corrections.
    """
    corrections, findings = read_corrections(seeds / "corrections.csv")
    wanted = {c.document for c in corrections}
    known: list[str] = []
    for source in _volumes_of(find_volumes(seeds), wanted):
        volume, documents, rejects = read_volume(source, seeds)
        documents = schemas.conform(documents, "documents")
        known += documents["document_id"].to_pylist()
        mine = documents.filter(pc.is_in(documents["document_id"], value_set=pa.array(sorted(wanted))))
        if mine.num_rows:
            reread = reader(volume, reference)
            tables = _tables(mine, rejects, volume, reread)
            findings += apply_corrections(tables, corrections, reread).findings
    findings += unknown_documents(corrections, known)
    return sorted(findings, key=lambda f: f.line)


def _volumes_of(sources: Sequence[VolumeSource], documents: set[str]) -> Iterator[VolumeSource]:
    """The books that may hold the documents; all of them when one is not found by its path."""
    prefixes = {d.split("/", 1)[0] for d in documents}
    near = [s for s in sources if s.volume_id in prefixes or any(f.name in prefixes for f in s.files)]
    found = {s.volume_id for s in near} | {f.name for s in near for f in s.files}
    yield from near if prefixes <= found else sources


def _tables(documents: pa.Table, rejects: pa.Table, volume: Volume, reread: Reread) -> dict[str, pa.Table]:
    """Documents read as the pipeline would store them."""
    text = Text(documents)
    segments = segment(documents)
    found = {"entries": segments.entries, "zones": segments.zones}
    cut = settle.settle(found, text, None, volume.volume_id)
    facts = reread(documents, cut.tables["entries"], cut.tables["zones"])
    kept = settle.settle({n: facts[n] for n in FACTS}, text, cut.tables["entries"], volume.volume_id)
    inside = pc.is_in(rejects["document_id"], value_set=text.ids)
    parts = [rejects.filter(inside), segments.rejects, cut.rejects, facts["rejects"], kept.rejects]
    merged = settle.merge_rejects([settle.place_rejects(p, text) for p in parts], text.ids.to_pylist())
    return {"documents": documents, **cut.tables, **kept.tables, "rejects": merged}
