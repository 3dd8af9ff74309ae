"""A small document read by the real reader, for tests of corrections and pages; no test stands here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

import pipeline
import schemas
from pipeline.quality import settle
from pipeline.quality.place import Text
from pipeline.quality.rereading import reader
from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment

VOLUME = Volume("临江年鉴", "临江年鉴", 2012, 2011, "manifest", None, "临江市", None)


@cache
def reference() -> Reference:
    return load_reference(pipeline.SEEDS)


def reread(documents: pa.Table, entries: pa.Table, zones: pa.Table) -> Mapping[str, pa.Table]:
    """The ordinary reader, as the pipeline calls it."""
    return reader(VOLUME, reference())(documents, entries, zones)


def read(texts: Mapping[str, str]) -> dict[str, pa.Table]:
    """The tables of documents (id → text), settled as they are stored."""
    rows = [
        {
            "document_id": name,
            "volume_id": VOLUME.volume_id,
            "title": None,
            "media_type": "text/plain",
            "encoding": "utf-8",
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "characters": len(text),
            "text": text,
        }
        for name, text in texts.items()
    ]
    documents = schemas.conform(pa.Table.from_pylist(rows, schema=DOCUMENTS), "documents")
    segments = segment(documents)
    text = Text(documents)
    kept = settle.settle({"entries": segments.entries, "zones": segments.zones}, text, None, VOLUME.volume_id)
    facts = reread(documents, kept.tables["entries"], kept.tables["zones"])
    names = ("quantities", "dates", "numerals")
    settled = settle.settle({n: facts[n] for n in names}, text, kept.tables["entries"], VOLUME.volume_id)
    rejects = settle.merge_rejects(
        [
            settle.place_rejects(r, text)
            for r in (segments.rejects, kept.rejects, facts["rejects"], settled.rejects)
        ],
        list(texts),
    )
    row = {name: getattr(VOLUME, name) for name in Volume.__dataclass_fields__}
    row |= {
        "documents": len(rows),
        "entries": kept.tables["entries"].num_rows,
        "quantities": settled.tables["quantities"].num_rows,
    }
    volumes = pa.Table.from_pylist([row], schema=schemas.arrow_schema("volumes"))
    return {"volumes": volumes, "documents": documents, **kept.tables, **settled.tables, "rejects": rejects}


def rows(
    table: pa.Table, keep: Callable[[Mapping[str, Any]], bool] = lambda row: True
) -> Sequence[Mapping[str, Any]]:
    """The rows of a table as dicts, those that are wanted."""
    return [row for row in table.to_pylist() if keep(row)]
