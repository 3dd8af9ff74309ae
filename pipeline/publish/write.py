"""Which pages there are and where they lie: `review/<document path>.html` and `review/index.html`.

Here: handing each document its rows, addresses, writing only what has changed. Not here: what a page looks like.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.publish.findings import Look, address_of, place_of
from pipeline.publish.index import Line, index_page
from pipeline.publish.review import Dossier, Score, review_page

MEMORY = "pages.json"
"""What is remembered of each page, beside the pages."""

OF_DOCUMENT = ("entries", "quantities", "dates", "numerals", "rejects", "entities")
"""Tables whose rows name the document they belong to."""


def write_pages(tables: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write the review page of every document and the index; pages of documents that are gone are removed.

    A document whose rows are those of last time keeps its page and is not laid out again, so that one new book among
    a hundred costs the pages of one; what the index needs of it is remembered in `pages.json`.

    Args:
        tables: the published tables; needed are volumes and documents, shown are the others where they are given.
        folder: the review folder of a warehouse.

    Returns:
        the pages, the index first.
    """
    before = _remembered(folder / MEMORY)
    memory: dict[str, dict[str, Any]] = {}
    lines: dict[str, list[Line]] = {}
    pages = [folder / "index.html"]
    for case in _cases(tables):
        address = address_of(case.document_id)
        path, known = folder / address, before.get(address)
        pages.append(path)
        if known and known["key"] == case.key and path.is_file() and path.stat().st_size == known["bytes"]:
            line = _recalled(known, quote(address))
        else:
            dossier = case.dossier()
            _write(path, review_page(dossier, "../" * address.count("/") + "index.html"))
            document = {name: dossier.document[name] for name in ("document_id", "title")}
            line = Line(
                document, dossier.score, quote(address), [replace(x, lines=()) for x in dossier.looks]
            )
        memory[address] = _memory(line, case.key, path.stat().st_size)
        lines.setdefault(case.volume_id, []).append(line)
    _write(pages[0], index_page(tables["volumes"].to_pylist(), lines, _last_checks(tables), _loose(tables)))
    _write(folder / MEMORY, json.dumps(memory, ensure_ascii=False))
    kept = set(pages)
    for old in sorted(folder.rglob("*.html")):
        if old not in kept:
            old.unlink()
    return pages


def dossiers(tables: Mapping[str, pa.Table]) -> Iterator[Dossier]:
    """One dossier a document, in the order of the documents table."""
    for case in _cases(tables):
        yield case.dossier()


@dataclass(frozen=True)
class _Case:
    """A document with its rows still in columns, and what audits say of it: enough to tell whether it has changed."""

    volume: dict[str, Any]
    document: pa.Table
    rows: Mapping[str, pa.Table]
    audits: Sequence[dict[str, Any]]
    terms: Mapping[str, Sequence[dict[str, Any]]]
    named: Mapping[str, dict[str, Any]]

    @property
    def document_id(self) -> str:
        return str(self.document["document_id"][0].as_py())

    @property
    def volume_id(self) -> str:
        return str(self.volume["volume_id"])

    @cached_property
    def key(self) -> str:
        """Hash of everything that the page of the document shows, and of what lays it out."""
        digest = hashlib.sha256(_version().encode())
        for table in (self.document, *self.rows.values()):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as stream:
                stream.write_table(table.replace_schema_metadata(None).combine_chunks())
            digest.update(sink.getvalue())
        digest.update(repr(self.volume).encode())
        for audit in self.audits:
            terms = self.terms.get(audit["audit_id"], ())
            digest.update(repr((audit, terms, [self.named.get(t["quantity_id"]) for t in terms])).encode())
        return digest.hexdigest()

    def dossier(self) -> Dossier:
        rows: dict[str, Sequence[dict[str, Any]]] = {name: t.to_pylist() for name, t in self.rows.items()}
        rows["audits"] = self.audits
        return Dossier(self.document.to_pylist()[0], self.volume, rows, self.terms, self.named)


def _cases(tables: Mapping[str, pa.Table]) -> Iterator[_Case]:
    """One case a document, in the order of the documents table; rows are taken out document by document."""
    documents = tables["documents"]
    volumes = {row["volume_id"]: row for row in tables["volumes"].to_pylist()}
    grouped = {name: _Groups(tables[name], "document_id") for name in OF_DOCUMENT if name in tables}
    audits, terms, named = _audits(tables)
    ids, owners = documents["document_id"].to_pylist(), documents["volume_id"].to_pylist()
    for i, (document_id, volume_id) in enumerate(zip(ids, owners, strict=True)):
        row = documents.take(pa.array([i]))
        own = {name: groups.of(document_id) for name, groups in grouped.items()}
        yield _Case(volumes[volume_id], row, own, audits.get(document_id, []), terms, named)


@cache
def _version() -> str:
    """Hash of the code and templates that make a page."""
    here = Path(__file__).parent
    sources = sorted([*here.glob("*.py"), *here.glob("templates/*"), *here.parent.glob("quality/quoting.py")])
    sources += sorted(here.parent.glob("quality/correction_lines.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()


def _memory(line: Line, key: str, size: int) -> dict[str, Any]:
    """What is remembered of a page, as JSON can hold it."""
    looks = [asdict(look) for look in line.looks]
    score = dict(vars(line.score))
    return {"key": key, "bytes": size, "document": dict(line.document), "score": score, "looks": looks}


def _recalled(known: Mapping[str, Any], address: str) -> Line:
    """The line of the index that was remembered."""
    score = known["score"] | {name: Counter(known["score"][name]) for name in ("rejects", "audits")}
    return Line(known["document"], Score(**score), address, [Look(**look) for look in known["looks"]])


def _remembered(path: Path) -> dict[str, dict[str, Any]]:
    """What the last writer remembered; nothing where that cannot be read, and then every page is laid out."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _last_checks(tables: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    """The verdicts of the last run; the table may keep those of earlier ones too."""
    if "quality_results" not in tables or not tables["quality_results"].num_rows:
        return []
    results = tables["quality_results"]
    newest = pc.index(results["checked_at"], pc.max(results["checked_at"]))
    run = results["run_id"][newest.as_py()]
    found: list[dict[str, Any]] = results.filter(pc.equal(results["run_id"], run)).to_pylist()
    return found


def _loose(tables: Mapping[str, pa.Table]) -> dict[str, list[dict[str, Any]]]:
    """Rejects about files that became no document and so have no page, by volume."""
    found: dict[str, list[dict[str, Any]]] = {}
    if "rejects" in tables:
        known = tables["documents"]["document_id"].combine_chunks()
        inside = pc.fill_null(pc.is_in(tables["rejects"]["document_id"], value_set=known), False)
        for row in tables["rejects"].filter(pc.invert(inside)).to_pylist():
            found.setdefault(row["volume_id"], []).append(row)
    return found


class _Groups:
    """The rows of a table by the value of a column, without turning the whole table into Python objects."""

    def __init__(self, table: pa.Table, column: str) -> None:
        encoded = table[column].combine_chunks().dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
        self._order = np.argsort(codes, kind="stable")
        self._table = table
        names = encoded.dictionary.to_pylist()
        bounds = np.searchsorted(codes[self._order], np.arange(len(names) + 1))
        self._bounds = {name: (bounds[k], bounds[k + 1]) for k, name in enumerate(names)}

    def of(self, value: str) -> pa.Table:
        first, last = self._bounds.get(value, (0, 0))
        return self._table.take(pa.array(self._order[first:last]))


def _audits(
    tables: Mapping[str, pa.Table],
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]], dict[str, dict[str, Any]]]:
    """Audits by the documents of their terms, their terms by audit, and the quantities that these name.

    An audit over two books belongs to the pages of its own; one without terms stands where its id says.
    """
    if "audits" not in tables or "audit_terms" not in tables or not tables["audits"].num_rows:
        return {}, {}, {}
    terms: dict[str, list[dict[str, Any]]] = {}
    for term in (
        tables["audit_terms"].sort_by([("audit_id", "ascending"), ("position", "ascending")]).to_pylist()
    ):
        terms.setdefault(term["audit_id"], []).append(term)
    wanted = pa.array(sorted({t["quantity_id"] for group in terms.values() for t in group}), pa.string())
    quantities = tables["quantities"]
    found = quantities.filter(pc.is_in(quantities["quantity_id"], value_set=wanted)).to_pylist()
    named = {row["quantity_id"]: row for row in found}
    audits: dict[str, list[dict[str, Any]]] = {}
    for audit in tables["audits"].to_pylist():
        rows = [named[t["quantity_id"]] for t in terms.get(audit["audit_id"], ()) if t["quantity_id"] in named]
        place = None if rows else place_of(audit["audit_id"])
        owners = [row["document_id"] for row in rows if row["volume_id"] == audit["volume_id"]]
        for document_id in dict.fromkeys([*owners, *([place[0]] if place else [])]):
            audits.setdefault(document_id, []).append(audit)
    return audits, terms, named


def _write(path: Path, text: str) -> None:
    """Put a page in place whole; one that is there already is left alone."""
    data = text.encode("utf-8", "replace")
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)
