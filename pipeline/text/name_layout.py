"""Entries, zones, dates and numbers made before, as the name rules need them: in columns, by document and by place.

Here: which rows of the earlier tables lie in a block, and where in its view. Not here: any rule of the language
(`entities`, `events`), the rows made of it (`name_rows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.text.entities.references import Titles
from pipeline.text.events.telling import EntrySpan, Items
from pipeline.text.lexer import Bools, Ints
from pipeline.text.view import Block

_FURNITURE = (
    "running_head", "page_number", "contents", "index_line", "heading", "signature", "table", "cross_reference",
)  # fmt: skip
_PEOPLE = ("person", "visit")


@dataclass(frozen=True)
class Placed:
    """Rows of a table in the order of their documents.

    Attributes:
        document: number of the document that each lies in.
        row: number of each in its table.
        start, end: its place in the document.
        first: for each document where its rows begin, and the end of the last.
    """

    document: Ints
    row: Ints
    start: Ints
    end: Ints
    first: Ints

    @classmethod
    def of(cls, table: pa.Table, documents: pa.Array, keep: Bools | None = None) -> Placed:
        """The rows of a table with document_id, span_start, span_end; `documents` are the ids in their order."""
        number = _column(pc.index_in(table["document_id"], value_set=documents))
        start, end = _column(table["span_start"]), _column(table["span_end"])
        row = np.arange(len(number)) if keep is None else np.flatnonzero(keep)
        number = number[row]
        if np.any(number[1:] < number[:-1]):
            order = np.argsort(number, kind="stable")
            number, row = number[order], row[order]
        first = np.searchsorted(number, np.arange(len(documents) + 1))
        return cls(number, row, start[row], end[row], first)

    def within(self, block: Block) -> slice:
        """The rows that lie in the documents of a block."""
        if not len(block.documents):
            return slice(0, 0)
        return slice(int(self.first[block.documents[0]]), int(self.first[block.documents[-1] + 1]))

    def base(self, block: Block) -> Ints:
        """Where the document of each row of a block begins in the block's text."""
        return block.base[self.document[self.within(block)] - block.documents[0]]

    def views(self, block: Block) -> tuple[list[int], list[int]]:
        """Starts and ends in the view of the rows of a block."""
        part, base = self.within(block), self.base(block)
        start = np.searchsorted(block.place, self.start[part] + base)
        return start.tolist(), np.searchsorted(block.place, self.end[part] + base).tolist()


def _column(values: pa.ChunkedArray) -> Ints:
    return values.to_numpy().astype(np.int64)


@dataclass(frozen=True)
class Layout:
    """The tables that were made before, by document.

    Attributes:
        document_ids: ids of the documents.
        entries, furniture, dates, quantities: rows of those tables; of the zones those closed to every rule, of the
            quantities those that count people.
        entry_table: id, contributors and contributor_scope of each entry.
        titles: places of the titles of the entries in their documents; the empty span at its start for one without.
        furniture_kinds, precisions, dimensions: the kind of each zone, the precision of each date, the dimension of
            each quantity, by row of their table.
        date_columns, quantity_ids: date_start, date_end and precision of each date, the id of each quantity.
        named: the entries by their titles, for references.
    """

    document_ids: pa.Array
    entries: Placed
    titles: tuple[Ints, Ints]
    entry_table: pa.Table
    furniture: Placed
    furniture_kinds: Sequence[str]
    dates: Placed
    precisions: Sequence[str]
    quantities: Placed
    dimensions: Sequence[str]
    date_columns: list[pa.Array]
    quantity_ids: pa.Array
    named: Titles

    @classmethod
    def of(
        cls, documents: pa.Table, entries: pa.Table, zones: pa.Table, dates: pa.Table, quantities: pa.Table
    ) -> Layout:
        """Sort the rows by document.

        Args:
            documents, entries, zones: the tables of `pipeline.read` and `pipeline.text.segment`.
            dates, quantities: those of `pipeline.text.facts`.
        """
        ids = documents["document_id"].combine_chunks()
        placed = Placed.of(entries, ids)
        entries = entries.take(pa.array(placed.row))
        start = _column(entries["span_start"])

        def title(column: str) -> Ints:  # null or 0 where there is none, or where the document begins with it
            place = _column(pc.fill_null(entries[column], 0))
            return np.where(place == 0, start, place)

        furniture = pc.is_in(zones["kind"], value_set=pa.array(_FURNITURE)).to_numpy()
        people = pc.is_in(quantities["dimension"], value_set=pa.array(_PEOPLE)).to_numpy()
        return cls(
            ids,
            placed,
            (title("title_start"), title("title_end")),
            entries.select(["entry_id", "document_id", "contributors", "contributor_scope"]),
            Placed.of(zones, ids, furniture),
            zones["kind"].to_pylist(),
            Placed.of(dates, ids),
            dates["precision"].to_pylist(),
            Placed.of(quantities, ids, people),
            quantities["dimension"].to_pylist(),
            [dates[name].combine_chunks() for name in ("date_start", "date_end", "precision")],
            quantities["quantity_id"].combine_chunks(),
            Titles(entries["title"].to_pylist(), entries["section"].to_pylist(), entries["entry_id"].to_pylist()),
        )

    def entry_spans(self, block: Block) -> list[EntrySpan]:
        """The entries of a block in its view, numbered from 0."""
        part, base = self.entries.within(block), self.entries.base(block)
        starts, ends = self.entries.views(block)
        titles = (np.searchsorted(block.place, edge[part] + base).tolist() for edge in self.titles)
        return list(map(EntrySpan._make, zip(starts, ends, *titles, range(len(starts)), strict=True)))

    def items_of(self, block: Block, placed: Placed, sorts: Sequence[str]) -> Items:
        """The dates or quantities of a block in its view, each with its row and its sort."""
        starts, ends = placed.views(block)
        rows = placed.row[placed.within(block)].tolist()
        return Items(starts, ends, rows, [sorts[row] for row in rows])
