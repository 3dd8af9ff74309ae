"""One document or volume that breaks a rule must not cost the others: what is done, and what stands in for it.

A book comes with hundreds of documents, and sooner or later one holds something no rule has foreseen. Here belongs
finding that document and what is kept of it: a reject over the whole document with the error in its detail, so that
it is seen and can be mended, and tables that still keep the laws. A fault that every document shows is a fault of
the code, and is raised. Errors of structure (`schemas.StructureError`) always are.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline.quality.place import Text

Tables = dict[str, pa.Table]
Read = Callable[[Mapping[str, pa.Table]], Tables]


def read_each(read: Read, given: Mapping[str, pa.Table], stage: str) -> Tables:
    """Read a batch of documents; a document that makes `read` fail is left out of it and stood in for.

    `given` holds `documents` and whatever else of the batch `read` needs, all with a document_id. The reason of the
    reject is `<stage>_failed`. Raises the error itself where no document can be read.
    """
    try:
        return read(given)
    except (schemas.StructureError, MemoryError):
        raise
    except Exception as error:
        first = error
    parts: list[Tables] = []
    failed = 0
    ids = given["documents"]["document_id"].to_pylist()
    for document_id in ids:
        alone = {name: t.filter(pc.equal(t["document_id"], document_id)) for name, t in given.items()}
        try:
            parts.append(read(alone))
        except Exception as error:
            failed += 1
            parts.append(_stand_in(alone["documents"], stage, error))
    if failed == len(ids) and not _reads_anything(read, given):
        raise first
    names = {name for part in parts for name in part}
    return {
        name: pa.concat_tables([schemas.conform(p.get(name, schemas.empty(name)), name) for p in parts])
        for name in names
    }


def try_whole(make: Callable[[], Tables], what: str, volume_id: str) -> Tables:
    """What `make` finds in a whole volume; where it fails, nothing but a reject with the reason `<what>_failed`."""
    try:
        return make()
    except (schemas.StructureError, MemoryError):
        raise
    except Exception as error:
        reject: dict[str, object] = {
            "reject_id": f"{volume_id}!{what}_failed",
            "volume_id": volume_id,
            "stage": "series",
            "reason": f"{what}_failed",
            "detail": f"the rules of this stage failed on the volume ({type(error).__name__}: {error}); "
            "please report it with its text",
        }
        return {"rejects": _table("rejects", reject)}


def _reads_anything(read: Read, given: Mapping[str, pa.Table]) -> bool:
    """Whether `read` works on a document without anything in it; else the fault is not in the documents."""
    document = given["documents"].slice(0, 1).to_pylist()[0] | {"text": "。", "characters": 1}
    probe = {name: table.slice(0, 0) for name, table in given.items()}
    probe["documents"] = pa.Table.from_pylist([document], schema=given["documents"].schema)
    try:
        read(probe)
    except Exception:
        return False
    return True


def _stand_in(document: pa.Table, stage: str, error: Exception) -> Tables:
    """What is kept of a document that a stage could not read.

    One entry over all of it from `entries`, every run of digits accounted to the reject from `facts`, else nothing
    but the reject.
    """
    row = document.to_pylist()[0]
    where = {"document_id": row["document_id"], "volume_id": row["volume_id"]}
    whole = {"span_start": 0, "span_end": row["characters"]}
    reject = (
        where
        | whole
        | {
            "reject_id": f"{row['document_id']}!0:{stage}_failed",
            "source_text": row["text"],
            "stage": stage,
            "reason": f"{stage}_failed",
            "detail": f"the rules of this stage failed on the document ({type(error).__name__}: {error}); "
            "please report it with its text",
        }
    )
    tables = {"rejects": _table("rejects", reject)}
    if stage == "entries":
        entry = {
            "entry_id": f"{row['document_id']}#001",
            "ordinal": 1,
            "body_start": 0,
            "body_end": row["characters"],
            "paragraphs": 1,
        }
        tables["entries"] = _table("entries", where | whole | entry)
    if stage == "facts":
        tables["numerals"] = _digits(document, reject["reject_id"])
    return tables


def _table(name: str, row: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist([row], schema=schemas.arrow_schema(name))


def _digits(document: pa.Table, reject_id: object) -> pa.Table:
    """Every run of digits of a document as a numeral accounted to a reject."""
    text = Text(document)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], text.digits, [False]]).astype(np.int8)))
    row = document.to_pylist()[0]
    return pa.Table.from_pylist(
        [
            {
                "document_id": row["document_id"],
                "volume_id": row["volume_id"],
                "span_start": int(start),
                "span_end": int(end),
                "source_text": text.quote(start, end),
                "claimed_by": "reject",
                "claim_id": reject_id,
            }
            for start, end in zip(edges[::2], edges[1::2], strict=True)
        ],
        schema=schemas.arrow_schema("numerals"),
    )
