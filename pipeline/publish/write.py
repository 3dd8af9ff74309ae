"""Which pages there are and where they lie: `review/<document path>.html` and `review/index.html`.

Here: handing each document its rows, addresses, writing only what has changed. Not here: what a page looks like.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.publish.index import Line, index_page
from pipeline.publish.review import Dossier, review_page

OF_DOCUMENT = ("entries", "quantities", "dates", "numerals", "rejects", "entities")
"""Tables whose rows name the document they belong to."""


def address_of(document_id: str) -> str:
    """Path of the page of a document under review/; a document named like the index gets a name of its own."""
    return f"{document_id}.html" if document_id != "index" else "index.page.html"


def write_pages(tables: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write the review page of every document and the index; pages of documents that are gone are removed.

    Args:
        tables: the published tables; needed are volumes and documents, shown are the others where they are given.
        folder: the review folder of a warehouse. A page that has not changed keeps its file.

    Returns:
        the pages, the index first.
    """
    lines: dict[str, list[Line]] = {}
    pages = [folder / "index.html"]
    for dossier in dossiers(tables):
        address = address_of(dossier.document_id)
        home = "../" * address.count("/") + "index.html"
        _write(folder / address, review_page(dossier, home))
        pages.append(folder / address)
        line = Line(
            {k: dossier.document[k] for k in ("document_id", "title")},
            dossier.score,
            quote(address),
            dossier.looks,
        )
        lines.setdefault(str(dossier.document["volume_id"]), []).append(line)
    checks = tables["quality_results"].to_pylist() if "quality_results" in tables else []
    _write(pages[0], index_page(tables["volumes"].to_pylist(), lines, checks))
    kept = set(pages)
    for old in sorted(folder.rglob("*.html")):
        if old not in kept:
            old.unlink()
    return pages


def dossiers(tables: Mapping[str, pa.Table]) -> Iterator[Dossier]:
    """One dossier a document, in the order of the documents table; rows are taken out document by document."""
    documents = tables["documents"]
    volumes = {row["volume_id"]: row for row in tables["volumes"].to_pylist()}
    grouped = {name: _Groups(tables[name], "document_id") for name in OF_DOCUMENT if name in tables}
    audits, terms, named = _audits(tables)
    for i in range(documents.num_rows):
        document = documents.slice(i, 1).to_pylist()[0]
        document_id = document["document_id"]
        rows = {name: groups.rows(document_id) for name, groups in grouped.items()}
        rows["audits"] = audits.get(document_id, [])
        yield Dossier(document, volumes[document["volume_id"]], rows, terms, named)


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

    def rows(self, value: str) -> list[dict[str, Any]]:
        first, last = self._bounds.get(value, (0, 0))
        found: list[dict[str, Any]] = self._table.take(pa.array(self._order[first:last])).to_pylist()
        return found


def _audits(
    tables: Mapping[str, pa.Table],
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]], dict[str, dict[str, Any]]]:
    """Audits by the document of their first term, their terms by audit, and the quantities that these name."""
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
        for document_id in dict.fromkeys(
            named[t["quantity_id"]]["document_id"]
            for t in terms.get(audit["audit_id"], ())
            if t["quantity_id"] in named
        ):
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
