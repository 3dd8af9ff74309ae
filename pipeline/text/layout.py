"""Where things lie: documents in blocks, entries and zones in a block, ids and spans of what is found.

Here: the way from a place in the view to document, entry and position. Not here: what stands at a place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.text.arrow import cut, ids, owned, positions
from pipeline.text.dates.context import Standing
from pipeline.text.lexer import Ints, find
from pipeline.text.lookalikes import CODE
from pipeline.text.reference import Reference
from pipeline.text.view import Block, block_of

BLOCK = 1 << 21
"""Characters read at once: below a quarter of it calls dominate, above four times it page faults do."""
FURNITURE = {
    "running_head": "page_number",
    "page_number": "page_number",
    "contents": "page_number",
    "index_line": "index_line",
}
_REASON = {kind: CODE[reason] for kind, reason in FURNITURE.items()}


@dataclass
class Layout:
    """Where entries and zones lie: for each document, sorted columns of starts, ends and numbers."""

    document_ids: pa.Array
    volume_ids: pa.Array
    entry_ids: pa.Array
    first_entry: Ints  # for each document, the first and one past the last of its entries
    entry_start: Ints
    entry_end: Ints
    first_zone: Ints
    zone_start: Ints
    zone_end: Ints
    zone_kind: list[str]

    @classmethod
    def of(cls, documents: pa.Table, entries: pa.Table, zones: pa.Table) -> Layout:
        order = {name: n for n, name in enumerate(documents["document_id"].to_pylist())}
        count = len(order)

        def first(table: pa.Table) -> tuple[Ints, Ints]:
            encoded = table["document_id"].combine_chunks().dictionary_encode() if len(table) else None
            if encoded is None:
                return np.zeros(0, np.int64), np.zeros(count + 1, np.int64)
            names = np.array([order[name] for name in encoded.dictionary.to_pylist()], np.int64)
            owner = names[encoded.indices.to_numpy(zero_copy_only=False)]
            by = np.lexsort((table["span_start"].to_numpy(), owner))
            return by, np.searchsorted(owner[by], np.arange(count + 1))

        by_entry, first_entry = first(entries)
        by_zone, first_zone = first(zones)
        entries, zones = entries.take(by_entry), zones.take(by_zone)
        return cls(
            documents["document_id"].combine_chunks(),
            documents["volume_id"].combine_chunks(),
            entries["entry_id"].combine_chunks(),
            first_entry,
            entries["span_start"].to_numpy().astype(np.int64),
            entries["span_end"].to_numpy().astype(np.int64),
            first_zone,
            zones["span_start"].to_numpy().astype(np.int64),
            zones["span_end"].to_numpy().astype(np.int64),
            zones["kind"].to_pylist(),
        )

    @classmethod
    def blank(cls, volume_id: str) -> Layout:
        nothing, two = np.zeros(0, np.int64), np.zeros(2, np.int64)
        text = pa.array([], pa.string())
        return cls(
            pa.array([""]), pa.array([volume_id]), text, two, nothing, nothing, two, nothing, nothing, []
        )


def blocks(
    documents: pa.Table, layout: Layout, reference: Reference, characters: int = BLOCK
) -> Iterator[Block]:
    """The documents in blocks of about as many characters as given."""
    lengths = documents["characters"].to_numpy()
    begin = 0
    while begin < len(lengths):
        end, size = begin, 0
        while end < len(lengths) and (size == 0 or size + lengths[end] <= characters):
            size += int(lengths[end]) + 1
            end += 1
        texts = documents["text"].slice(begin, end - begin).to_pylist()
        breaks = []
        base = 0
        for number, text in zip(range(begin, end), texts, strict=True):
            zones = slice(layout.first_zone[number], layout.first_zone[number + 1])
            edge = np.concatenate(
                (layout.zone_end[zones], layout.zone_end[zones] - 1, layout.zone_start[zones] - 1)
            )
            breaks.append(edge + base)
            base += len(text) + 1
        yield block_of(
            texts,
            np.arange(begin, end),
            reference.fold,
            np.unique(np.concatenate(breaks)),
            reference.units.latin,
        )
        begin = end


@dataclass
class Places:
    """Entry and zone of places in a block's text."""

    base: Ints
    entry_start: Ints
    entry_end: Ints
    entry_number: Ints
    zone_start: Ints
    zone_end: Ints
    zone_reason: Ints
    heading_start: Ints
    heading_end: Ints

    @classmethod
    def of(cls, block: Block, layout: Layout) -> Places:
        # the documents of a block follow one another, and so do their entries and zones
        chosen = block.documents

        def based(first: Ints) -> tuple[slice, Ints]:
            count = first[chosen + 1] - first[chosen]
            return slice(int(first[chosen[0]]), int(first[chosen[-1] + 1])), np.repeat(block.base, count)

        entries, entry_base = based(layout.first_entry)
        zones, zone_base = based(layout.first_zone)
        start, end = layout.zone_start[zones] + zone_base, layout.zone_end[zones] + zone_base
        kinds = layout.zone_kind[zones]
        reason = np.array([_REASON.get(kind, -1) for kind in kinds], np.int64)
        furniture = reason >= 0
        heading = np.array([kind == "heading" for kind in kinds], np.bool_)
        return cls(
            block.base,
            layout.entry_start[entries] + entry_base,
            layout.entry_end[entries] + entry_base,
            np.arange(entries.start, entries.stop),
            start[furniture],
            end[furniture],
            reason[furniture],
            start[heading],
            end[heading],
        )

    def entry(self, place: Ints) -> Ints:
        """Number of the entry at each place of the text, -1 outside."""
        return _inside(place, self.entry_start, self.entry_end, self.entry_number)

    def furniture(self, place: Ints) -> Ints:
        """Reason code of the running head, page number, contents or index line at each place, or -1."""
        return _inside(place, self.zone_start, self.zone_end, self.zone_reason)

    def standing(self, block: Block) -> Standing:
        """What entry, sentence, document and heading the dates of a block stand in."""
        stop = find(block.codes, "。！？\n\f")
        entry = np.unique(np.concatenate((self.entry_start, self.entry_end, self.base)))
        view = block.place
        return Standing(
            np.searchsorted(view, entry),
            stop,
            np.searchsorted(view, self.base),
            np.searchsorted(view, self.heading_start),
            np.searchsorted(view, self.heading_end),
        )


def _inside(place: Ints, start: Ints, end: Ints, label: Ints) -> Ints:
    if not len(start):
        return np.full(len(place), -1, np.int64)
    i = np.searchsorted(start, place, "right") - 1
    held = (i >= 0) & (place < end[np.maximum(i, 0)])
    return np.where(held, label[np.maximum(i, 0)], -1)


@dataclass
class Frame:
    """What every table of a block needs: ids of documents, entries and volumes for places in the view."""

    block: Block
    layout: Layout
    places: Places
    points: NDArray[np.uint32]

    def where(self, start: Ints, end: Ints) -> tuple[dict[str, pa.Array], Ints, Ints]:
        """Columns entry_id … source_text for spans of the view, and the spans in the block's text."""
        begin, stop = self.block.span(start, end)
        return self.where_text(begin, stop), begin, stop

    def where_text(self, begin: Ints, stop: Ints) -> dict[str, pa.Array]:
        owner = self.block.document_of(begin)
        document = self.block.documents[owner]
        base = self.block.base[owner]
        return {
            "entry_id": owned(self.layout.entry_ids, self.places.entry(begin)),
            "document_id": owned(self.layout.document_ids, document),
            "volume_id": owned(self.layout.volume_ids, document),
            "span_start": positions(begin - base),
            "span_end": positions(stop - base),
            "source_text": cut(self.points, begin, stop),
        }

    def id_of(self, begin: Ints) -> pa.Array:
        """`<document_id>@<span_start>` for places in the block's text."""
        owner = self.block.document_of(begin)
        return ids(
            owned(self.layout.document_ids, self.block.documents[owner]),
            begin - self.block.base[owner],
        )
