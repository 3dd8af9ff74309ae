"""One text read through all stages in a row: for a notebook, for `explain`, for tests.

Dagster runs the same stages apart, over batches of documents; no rule stands here.
"""

from __future__ import annotations

import hashlib

import pyarrow as pa

from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.facts import read_facts
from pipeline.text.measures import measure
from pipeline.text.names import read_names
from pipeline.text.reference import Reference
from pipeline.text.segment import segment


def read_single(
    text: str, reference: Reference, covered_year: int | None = None, region_name: str | None = None
) -> dict[str, pa.Table]:
    """Every table that one text gives: documents, entries, zones, quantities, dates, numerals, names, rejects.

    Args:
        text: one document.
        reference: the loaded reference tables.
        covered_year, region_name: what is known of the book it stands in.
    """
    source = "manifest" if covered_year else "unknown"
    volume = Volume("text", None, None, covered_year, source, None, region_name, None)
    document = {
        "document_id": "text",
        "volume_id": "text",
        "media_type": "text/plain",
        "encoding": "utf-8",
        "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "characters": len(text),
        "text": text,
    }
    documents = pa.Table.from_pylist([document], schema=DOCUMENTS)
    cut = segment(documents)
    placed = (documents, cut.entries, cut.zones)
    facts = read_facts(*placed, volume, reference)
    facts["quantities"] = measure(*placed, facts["quantities"], facts["dates"], volume, reference)
    names = read_names(*placed, facts["dates"], facts["quantities"], volume, reference)
    rejects = [
        table.select(cut.rejects.column_names) for table in (cut.rejects, facts["rejects"], names["rejects"])
    ]
    return {
        "documents": documents,
        "entries": cut.entries,
        "zones": cut.zones,
        **facts,
        **names,
        "rejects": pa.concat_tables(rejects, promote_options="permissive"),
    }
